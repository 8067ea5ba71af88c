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
    uint32_t keys; /* SLOT_STAGE: all that its values set */
    Condition when;
    const YamlNode *node; /* for messages while the file is read */
} Slot;

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
    Gene genes[NETSPACE_MAX_GENES];
    int first_slots[NETSPACE_MAX_GENES]; /* whose name and values a gene has */
    NetSpace *self;                      /* whose memory of counts grows behind const views */
    uint8_t base_genes[NETSPACE_MAX_GENES];
    PartMemo *memo; /* [MEMO_SLOTS]; who comes later takes the place */
};

/* --- reading --- */

/* Reads a parsed document into a space; base genes and limits are not looked at yet. */
ErrCode netspace_read(NetSpace *space, const YamlNode *root, Err *err) ERR_CHECKED;

/*
 * Reads the map behind a key into a slot: its values, all keys they set, its condition. `key`: of
 * the stage; -1: a block, or no stage's.
 */
ErrCode netspace_read_choice(NetSpace *space, Slot *slot, int key, const YamlNode *map,
                             Err *err) ERR_CHECKED;

/* Gives every slot its gene, once all are read; `ties` may be null. */
ErrCode netspace_read_genes(NetSpace *space, const YamlNode *ties, Err *err) ERR_CHECKED;

/* --- pieces of genotypes --- */

/* Sets the keys of a value. */
void netspace_patch(StageSpec *stage, const SlotValue *value);

/* Whether anything that a slot may set is read in this network. */
bool netspace_is_read(const Slot *slot, const Spec *spec);

/* --- limits --- */

/* Whether a count lies in a range, or there is none. */
bool netspace_is_within(const NetSpaceRange *range, int64_t count);

#endif
