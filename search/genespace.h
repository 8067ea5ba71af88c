/*
 * search/genespace: what a strategy searches: points of n genes, whatever they stand for.
 *
 * A gene takes one of a few values, numbered from 0. A point is n_genes bytes. A space may be a
 * table of trained networks, an analytic function or a network whose values are choices; it says by
 * three functions which points are canonical, which are members, and what they cost.
 * Neighbours and random points are made of these here, the same for all spaces.
 *
 * Vocabulary. A *choice* is one value of one gene. The *limits* are a band of counted MACs: a
 * member outside of them is known to exist and is never asked for. Points of equal canonical form
 * are one network. The reverse holds in a table; in a network of choices two canonical forms may be
 * one network where two genes must change together for it (search/netspace.h). Everything below
 * takes and gives canonical points.
 */
#ifndef SEARCH_GENESPACE_H
#define SEARCH_GENESPACE_H

#include "base/rng.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GENESPACE_MAX_GENES = 127,  /* of a point; one character each in a log */
    GENESPACE_MAX_VALUES = 36,  /* of a gene; 0-9a-z */
    GENESPACE_MAX_CHOICES = 512 /* of all genes together */
};

typedef enum GeneKind {
    GENE_CATEGORY,
    GENE_ORDERED /* values near each other are alike */
} GeneKind;

typedef struct Gene {
    GeneKind kind;
    int n_values; /* 1 to GENESPACE_MAX_VALUES */
} Gene;

/* Plain data; whoever makes it owns what it points to. */
typedef struct GeneSpace {
    const Gene *genes; /* [n_genes] */
    int n_genes;       /* 1 to GENESPACE_MAX_GENES */
    int64_t n_points;  /* members inside the limits; 0: not known, or too many to count */
    const void *user;
    /* Writes the canonical form over a point; NULL: every point is canonical. */
    void (*canonical)(const void *user, uint8_t *genes);
    /* Whether a canonical point is a member, limits aside; NULL: all are. */
    bool (*is_member)(const void *user, const uint8_t *genes);
    /* Counted MACs of a member; NULL: not known, and there are no limits. */
    int64_t (*macs)(const void *user, const uint8_t *genes);
    /* A random member inside the limits, uniformly; NULL: genes are drawn until they are one. */
    void (*draw)(const void *user, Rng *rng, uint8_t *genes);
    int64_t min_macs, max_macs; /* limits, inclusive; both 0: none */
} GeneSpace;

/* Choices of all genes together: the sum of n_values. */
int genespace_n_choices(const GeneSpace *space);

/* The choice's gene; *value is which of its values. 0 <= choice < genespace_n_choices. */
int genespace_choice(const GeneSpace *space, int choice, int *value);

bool genespace_has_limits(const GeneSpace *space);

/* Whether a canonical point may be asked for: a member, and inside the limits. */
bool genespace_has(const GeneSpace *space, const uint8_t *genes);

/* Makes a point canonical; whether it may be asked for. */
bool genespace_canonical(const GeneSpace *space, uint8_t *genes);

/* genes[n_genes] = a random point that may be asked for; false: many draws found none. */
bool genespace_draw(const GeneSpace *space, Rng *rng, uint8_t *genes);

/*
 * The neighbour of a point by one choice and, where `second` is not -1, a further one that brings
 * it back inside the limits. *out is canonical. False if it is none: it equals the point, one
 * choice of the two does nothing, it may not be asked for, or `second` is given though the first
 * change alone stays inside.
 */
bool genespace_neighbour(const GeneSpace *space, const uint8_t *genes, int first, int second,
                         uint8_t *out);

/*
 * A random neighbour: a random first choice that changes something and, where that alone leaves
 * the limits, a random one of the choices that bring it back. False: a few dozen tries made none.
 */
bool genespace_mutate(const GeneSpace *space, const uint8_t *genes, Rng *rng, uint8_t *out);

/* How a value is written: 0-9a-z, [GENESPACE_MAX_VALUES] and a final NUL. */
extern const char genespace_letters[];

/* One character a gene and a final NUL: text[n_genes + 1]. */
void genespace_to_text(const GeneSpace *space, const uint8_t *genes, char *text);

/* The reverse; false if it is anything else than n_genes values of the genes. */
bool genespace_from_text(const GeneSpace *space, const char *text, uint8_t *genes);

#endif
