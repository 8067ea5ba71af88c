/*
 * search/netspace: from genotypes to networks, their counts and canonical forms.
 *
 * A network's counts are sums over its parts (models/resolve.h), which are few: what a part is made
 * of is hashed, and its counts are remembered.
 */
#include "search/netspace.h"

#include "search/netspace_internal.h"

#include "models/scaling.h"
#include "models/spec_stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PART_STEM = -1, PART_HEAD = -2 };

/* --- genotypes to networks --- */

static bool takes_any(const StageSpec *stage, uint32_t keys)
{
    for (int key = 0; keys >> key; key++)
        if (keys >> key & 1u && spec_stage_takes_key(stage, key))
            return true;
    return false;
}

void netspace_patch(StageSpec *stage, const SlotValue *value)
{
    for (int key = 0; value->keys >> key; key++)
        if (value->keys >> key & 1u)
            spec_stage_copy_key(stage, &value->stage, key);
}

/* There is a condition that always holds: none. */
static bool holds(const Condition *when, const StageSpec *stage)
{
    return when->key < 0 ||
           (spec_stage_takes_key(stage, when->key) &&
            spec_stage_equal_key(stage, &when->value, when->key) == when->is_equal);
}

bool netspace_is_read(const Slot *slot, const Spec *spec)
{
    if (slot->kind != SLOT_STAGE)
        return true;
    const StageSpec *stage = &spec->stages[slot->stage];
    return takes_any(stage, slot->keys) && holds(&slot->when, stage);
}

static void set_slot(const Slot *slot, int value, Spec *spec, Scale *scale)
{
    const SlotValue *chosen = &slot->values[value];
    switch (slot->kind) {
    case SLOT_STAGE:
        netspace_patch(&spec->stages[slot->stage], chosen);
        break;
    case SLOT_RESOLUTION:
        spec->resolution = (int)chosen->number;
        break;
    case SLOT_WIDTH:
        scale->width = chosen->number;
        break;
    case SLOT_DEPTH:
        scale->depth = chosen->number;
        break;
    }
}

/*
 * The network of a genotype, its name apart: first what is unconditional, then conditions in the
 * file's order, then the multipliers. What a failed condition leaves is the base's.
 */
static void build(const NetSpace *space, const uint8_t *genes, Spec *spec)
{
    Scale scale = {1.0, 1.0, 1.0};
    *spec = space->base;
    for (int conditional = 0; conditional < 2; conditional++)
        for (int i = 0; i < space->n_slots; i++) {
            const Slot *slot = &space->slots[i];
            if ((slot->when.key >= 0) == conditional &&
                (slot->when.key < 0 || holds(&slot->when, &spec->stages[slot->stage])))
                set_slot(slot, genes[slot->gene], spec, &scale);
        }
    for (int s = 0; s < spec->n_stages; s++)
        if (spec->stages[s].op == BLOCK_FUSED_MBCONV && spec->stages[s].expand == 1.0)
            spec->stages[s].se = 0.0; /* which it does not read, and files refuse */
    if (scale.width != 1.0 || scale.depth != 1.0) {
        const Spec from = *spec;
        scaling_set_integers(spec, &from, scale, (DepthRule)from.rounding.depth);
    }
}

/* Sets genes that nothing reads to 0. */
static void clear_inactive(const NetSpace *space, const Spec *spec, uint8_t *genes)
{
    bool is_active[NETSPACE_MAX_GENES] = {false};
    for (int i = 0; i < space->n_slots; i++) {
        const Slot *slot = &space->slots[i];
        if (netspace_is_read(slot, spec))
            is_active[slot->gene] = true;
    }
    for (int g = 0; g < space->n_genes; g++)
        if (!is_active[g])
            genes[g] = 0;
}

void netspace_spec(const NetSpace *space, const uint8_t *genes, Spec *spec)
{
    char text[NETSPACE_MAX_GENES + 1], name[2 * NETWORK_NAME_MAX + NETSPACE_MAX_GENES];
    build(space, genes, spec);
    netspace_to_text(space, genes, text);
    snprintf(name, sizeof name, "%s-%s", space->name, text);
    name[NETWORK_NAME_MAX - 1] = '\0'; /* long names are cut: identity is the digest */
    memcpy(spec->name, name, NETWORK_NAME_MAX);
    spec->torchvision_epsilon = (double)NAN;
}

/* --- counts --- */

static Hash128 part_key(const Spec *spec, int part, const ResolvePart *at)
{
    static const StageSpec none = {0};
    const StageSpec *stage = part >= 0 ? &spec->stages[part] : &none;
    const int numbers[] = {part,
                           at->channels,
                           at->size,
                           stage->op,
                           stage->kernel,
                           stage->stride,
                           stage->channels,
                           stage->layers,
                           stage->skip,
                           stage->activation,
                           stage->se_of,
                           stage->se_activation,
                           stage->se_gate,
                           spec->stem.channels,
                           spec->head.channels,
                           spec->head.hidden};
    const double reals[] = {stage->expand, stage->inner, stage->se};
    unsigned char bytes[sizeof numbers + sizeof reals];
    memcpy(bytes, numbers, sizeof numbers);
    memcpy(bytes + sizeof numbers, reals, sizeof reals);
    return hash_128(bytes, sizeof bytes);
}

/* Goes through one part, or what is remembered of it. */
static void walk_part(NetSpace *space, const Spec *spec, int part, ResolvePart *at)
{
    const Hash128 key = part_key(spec, part, at);
    PartMemo *memo = &space->memo[key.low % MEMO_SLOTS];
    if (!hash_equal(memo->key, key)) {
        if (part == PART_STEM)
            resolve_stem(at, spec);
        else if (part == PART_HEAD)
            resolve_head(at, spec);
        else
            resolve_stage(at, spec, part);
        *memo = (PartMemo){key, *at};
    }
    *at = memo->made;
}

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

bool netspace_is_within(const NetSpaceRange *range, int64_t count)
{
    return range->high == 0 || (count >= range->low && count <= range->high);
}

/* A stage's digest with its blocks' survivals; `index`: of its first block among all n_blocks. */
static uint64_t with_survivals(const Spec *spec, int stage, int index, int n_blocks,
                               const ResolvePart *made)
{
    uint64_t digest = made->digest;
    if (spec->drop_connect <= 0.0 || made->first_add == RESOLVE_NO_ADD)
        return digest;
    for (int b = made->first_add; b < spec->stages[stage].layers; b++) {
        const double survival = resolve_survival(spec, index + b, n_blocks);
        uint64_t both[] = {digest, 0};
        memcpy(&both[1], &survival, sizeof survival);
        digest = hash_64(both, sizeof both);
    }
    return digest;
}

static void count_spec(NetSpace *space, const Spec *spec, NetSpaceCount *count)
{
    uint64_t parts[SPEC_MAX_STAGES + 2];
    const int n_blocks = spec_n_blocks(spec);
    int n = 0, index = 0;
    *count = (NetSpaceCount){.is_built = scaling_fits(spec)};
    if (!count->is_built)
        return;
    ResolvePart at = {.channels = 3, .size = spec->resolution};
    for (int part = PART_STEM; part <= spec->n_stages; part++) {
        const bool is_stage = part >= 0 && part < spec->n_stages;
        walk_part(space, spec, part == spec->n_stages ? PART_HEAD : part, &at);
        count->macs = add(count->macs, at.macs);
        count->params = add(count->params, at.params);
        count->acts = add(count->acts, at.acts);
        parts[n++] = is_stage ? with_survivals(spec, part, index, n_blocks, &at) : at.digest;
        index += is_stage ? spec->stages[part].layers : 0;
    }
    count->digest = hash_64(parts, (size_t)n * sizeof *parts);
    count->is_built = (double)count->macs <= RESOLVE_MAX_MACS;
    count->is_inside = count->is_built && netspace_is_within(&space->limits.macs, count->macs) &&
                       netspace_is_within(&space->limits.params, count->params) &&
                       netspace_is_within(&space->limits.acts, count->acts);
}

void netspace_count(NetSpace *space, const uint8_t *genes, NetSpaceCount *count)
{
    Spec spec;
    build(space, genes, &spec);
    count_spec(space, &spec, count);
}

void netspace_canonical(NetSpace *space, uint8_t *genes)
{
    Spec spec;
    NetSpaceCount count, other;
    build(space, genes, &spec);
    clear_inactive(space, &spec, genes);
    count_spec(space, &spec, &count);
    for (int g = 0; g < space->n_genes; g++) {
        const uint8_t was = genes[g];
        for (genes[g] = 0; genes[g] < was; genes[g]++) {
            netspace_count(space, genes, &other);
            if (other.is_built == count.is_built && other.digest == count.digest)
                break;
        }
    }
}

/* --- texts --- */

void netspace_to_text(const NetSpace *space, const uint8_t *genes, char *text)
{
    const GeneSpace view = {.genes = space->genes, .n_genes = space->n_genes};
    genespace_to_text(&view, genes, text);
}

/* --- what it is --- */

const char *netspace_name(const NetSpace *space)
{
    return space->name;
}

const Spec *netspace_base(const NetSpace *space)
{
    return &space->base;
}

int netspace_n_genes(const NetSpace *space)
{
    return space->n_genes;
}

const char *netspace_gene_name(const NetSpace *space, int gene)
{
    return space->slots[space->first_slots[gene]].name;
}

int netspace_n_values(const NetSpace *space, int gene)
{
    return space->genes[gene].n_values;
}

bool netspace_is_ordered(const NetSpace *space, int gene)
{
    return space->genes[gene].kind == GENE_ORDERED;
}

const char *netspace_value(const NetSpace *space, int gene, int value)
{
    return space->slots[space->first_slots[gene]].values[value].text;
}

const uint8_t *netspace_base_genes(const NetSpace *space)
{
    return space->base_genes;
}

double netspace_size(const NetSpace *space)
{
    double size = 1.0;
    for (int g = 0; g < space->n_genes; g++)
        size *= space->genes[g].n_values;
    return size;
}
