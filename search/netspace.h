/*
 * search/netspace: a search space is a network in which values may be choices.
 *
 * Its file names a base network and, for stages by number (from 0, as in `stages.S.B` of weights)
 * and for the whole network, keys with a list of values (docs/spaces.md). Each list is a gene, a
 * small integer; a genotype is a byte a gene; what it stands for is an ordinary Spec with an
 * ordinary digest. Whatever is not named stays as the base has it, and the base must be a member.
 *
 * Vocabulary. *Size*: genotypes. *Distinct*: different networks among them. A gene is *inactive*
 * where no key it sets is read: its condition fails, or the stage's operation does not know the
 * key. The *canonical* form has 0 for inactive genes and, of values that make the same network, the
 * smallest, gene by gene: where two must change together for it, two forms are one network.
 * *Limits* are counted costs of a network; one outside is refused before it is trained.
 *
 * A NetSpace remembers the parts of networks it has counted, so it belongs to one thread.
 */
#ifndef SEARCH_NETSPACE_H
#define SEARCH_NETSPACE_H

#include "search/genespace.h"

#include "base/err.h"
#include "base/text.h"
#include "models/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NETSPACE_MAX_GENES = GENESPACE_MAX_GENES,
    NETSPACE_MAX_VALUES = GENESPACE_MAX_VALUES, /* of a gene */
    NETSPACE_GENE_NAME_MAX = 48
};

typedef struct NetSpace NetSpace;

/* A closed range of counts; `high` 0: none. */
typedef struct NetSpaceRange {
    int64_t low, high;
} NetSpaceRange;

typedef struct NetSpaceLimits {
    NetSpaceRange macs, params, acts;
} NetSpaceLimits;

/* What a genotype's network costs, and which it is. */
typedef struct NetSpaceCount {
    int64_t macs, params, acts;
    uint64_t digest; /* within the space: equal exactly for equal networks */
    bool is_built;   /* within the SPEC_MAX_ limits */
    bool is_inside;  /* built, and inside the limits */
} NetSpaceCount;

/* --- spaces --- */

/*
 * A space by the name it has in the zoo, or by path; a base that is a path is relative to the file.
 * Errors: ERR_USAGE with file, line and column (unknown key or name, empty or wrong choice, a base
 * that is no member, limits that exclude everything), ERR_IO, ERR_MEMORY.
 */
ErrCode netspace_load(NetSpace **space, const char *name_or_path, Err *err) ERR_CHECKED;

/* The same from text; `source` names it in messages, and a base's path is relative to it. */
ErrCode netspace_parse(NetSpace **space, const char *source, const char *data, size_t n_bytes,
                       Err *err) ERR_CHECKED;

/*
 * Replaces the base, which stands for the same network elsewhere: with the classes of a data set,
 * or with keys that a study sets. ERR_USAGE with the gene's place if it is no member, or has
 * another number of stages; limits are not looked at.
 */
ErrCode netspace_rebase(NetSpace *space, const Spec *base, Err *err) ERR_CHECKED;

/* Leaves only networks of low to high MACs, besides what the limits leave. */
void netspace_narrow(NetSpace *space, int64_t low, int64_t high);

/* Appends all that decides which networks there are, for digests. */
void netspace_identity(const NetSpace *space, Text *out);

void netspace_destroy(NetSpace **space);

/* The zoo: the files of search/zoo/, compiled in. */
size_t netspace_zoo_count(void);
const char *netspace_zoo_name(size_t index);
const char *netspace_zoo_text(const char *name); /* NULL: none of that name */

/* --- what it is --- */

const char *netspace_name(const NetSpace *space);
const Spec *netspace_base(const NetSpace *space);

int netspace_n_genes(const NetSpace *space);

/* "stages.2.kernel", "resolution"; of a tie the first of its names. */
const char *netspace_gene_name(const NetSpace *space, int gene);
int netspace_n_values(const NetSpace *space, int gene);

/* Whether its values are numbers that rise or fall; else it is a category. */
bool netspace_is_ordered(const NetSpace *space, int gene);

/* A value as a file writes it: "5", "mbconv", "{op: mbconv, expand: 3}". */
const char *netspace_value(const NetSpace *space, int gene, int value);

/* genes[n_genes] of the base, canonical. */
const uint8_t *netspace_base_genes(const NetSpace *space);

/* Genotypes: the product of the numbers of values. */
double netspace_size(const NetSpace *space);

/* --- genotypes --- */

/* text[n_genes + 1]: a character a gene, 0-9a-z. */
void netspace_to_text(const NetSpace *space, const uint8_t *genes, char *text);

/*
 * The reverse. A text that is none may have the values themselves, as the columns of a table have
 * them: each one digit, with 1 for a share such as 0.25. Errors: ERR_USAGE naming the gene whose
 * value there is not, or the length.
 */
ErrCode netspace_from_text(const NetSpace *space, const char *text, uint8_t *genes,
                           Err *err) ERR_CHECKED;

/* Writes the canonical form over a genotype. */
void netspace_canonical(NetSpace *space, uint8_t *genes);

/* Its network, named SPACE-GENES. */
void netspace_spec(const NetSpace *space, const uint8_t *genes, Spec *spec);

/*
 * The space as strategies see it: canonical forms, members, counted MACs and their limits; those of
 * parameters and activations decide who is a member. It borrows from `space`; how many points there
 * are is left open (netspace_survey).
 */
GeneSpace netspace_genespace(const NetSpace *space);

/* Its counts: sums over the operations that training would execute, remembered part by part. */
void netspace_count(NetSpace *space, const uint8_t *genes, NetSpaceCount *count);

#endif
