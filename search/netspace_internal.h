/* search/netspace_internal.h: what a NetSpace is made of; shared by its reader and its users. */
#ifndef SEARCH_NETSPACE_INTERNAL_H
#define SEARCH_NETSPACE_INTERNAL_H

#include "search/netspace.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/yaml.h"
#include "models/resolve.h"

enum { SLOTS_MAX = 512, SLOT_STAGE_NONE = -1 };

/* What a slot sets. */
typedef enum SlotKind { SLOT_STAGE, SLOT_RESOLUTION, SLOT_WIDTH, SLOT_DEPTH } SlotKind;

/* `when: KEY == VALUE`, or !=, of the same stage. */
typedef struct Condition {
    int key; /* of the stage; -1: none */
    bool is_equal;
    StageSpec value; /* in its key */
} Condition;

/* One value of a slot: of stages the keys set in `keys`, taken from `stage`; else `number`. */
typedef struct SlotValue {
    uint32_t keys;
    StageSpec stage;
    double number;
    const char *text; /* as a file writes it */
} SlotValue;

/* A place in the network that a gene sets; ties let one gene set several. */
typedef struct Slot {
    SlotKind kind;
    int stage; /* SLOT_STAGE */
    char name[NETSPACE_GENE_NAME_MAX];
    int gene;
    int n_values;
    SlotValue *values;
    Condition when;
    const YamlNode *node; /* for messages while the file is read */
} Slot;

typedef struct SpaceGene {
    int first_slot; /* whose name and values it has */
    int n_values;
    bool is_ordered;
} SpaceGene;

enum { MEMO_SLOTS = 1 << 15 };

/* A counted part of a network: a digest of all it is made of, and what came out. */
typedef struct PartMemo {
    Hash128 key; /* zero: free */
    ResolvePart made;
} PartMemo;

struct NetSpace {
    YamlDoc *doc; /* owns texts */
    Arena *arena; /* the document's */
    char name[NETWORK_NAME_MAX];
    char base_name[SPEC_ORIGIN_MAX]; /* as the file says; the network's own where it is inline */
    Spec base;
    NetSpaceLimits limits;
    const YamlNode *limits_node;
    int n_slots, n_genes;
    Slot *slots; /* [SLOTS_MAX] */
    SpaceGene genes[NETSPACE_MAX_GENES];
    Gene kinds[NETSPACE_MAX_GENES]; /* the same as strategies see them */
    NetSpace *self;                 /* whose memory of counts grows behind const views */
    uint8_t base_genes[NETSPACE_MAX_GENES];
    PartMemo *memo; /* [MEMO_SLOTS]; who comes later takes the place */
};

/* Reads a parsed document into a space; base genes and limits are not looked at yet. */
ErrCode netspace_read(NetSpace *space, const YamlNode *root, Err *err) ERR_CHECKED;

/* --- pieces of genotypes --- */

/* Whether the stage's operation reads any of a set of keys. */
bool netspace_takes_any(const StageSpec *stage, uint32_t keys);

/* Sets the keys of a value. */
void netspace_patch(StageSpec *stage, const SlotValue *value);

/* Whether a condition holds; there is one that always does. */
bool netspace_holds(const Condition *when, const StageSpec *stage);

#endif
