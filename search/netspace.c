/*
 * search/netspace: from genotypes to networks, their counts and canonical forms.
 *
 * A network's counts are sums over its parts (models/resolve.h), which are few: what a part is made
 * of is hashed, and its counts are remembered.
 */
#include "search/netspace.h"

#include "search/netspace_internal.h"
#include "search/netspace_survey.h"

#include "base/embed.h"
#include "base/file.h"
#include "base/sys.h"
#include "models/scaling.h"
#include "models/spec_stage.h"
#include "models/zoo.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

extern const EmbeddedFile netspace_files[]; /* all of search/zoo/, made by isoflop_embed */

enum { MAX_FILE_BYTES = YAML_MAX_BYTES, MAX_HINTS = 64, PART_STEM = -1, PART_HEAD = -2 };

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

/* --- genotypes to networks --- */

static bool takes_any(const StageSpec *stage, uint32_t keys)
{
    for (int key = 0; keys >> key; key++)
        if (keys >> key & 1u && spec_stage_takes_key(stage, key))
            return true;
    return false;
}

static void patch(StageSpec *stage, const SlotValue *value)
{
    for (int key = 0; value->keys >> key; key++)
        if (value->keys >> key & 1u)
            spec_stage_copy_key(stage, &value->stage, key);
}

static bool holds(const Condition *when, const StageSpec *stage)
{
    return when->key < 0 ||
           (spec_stage_takes_key(stage, when->key) &&
            spec_stage_equal_key(stage, &when->value, when->key) == when->is_equal);
}

static void set_slot(const Slot *slot, int value, Spec *spec, Scale *scale)
{
    const SlotValue *chosen = &slot->values[value];
    switch (slot->kind) {
    case SLOT_STAGE:
        patch(&spec->stages[slot->stage], chosen);
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
        uint32_t keys = 0;
        for (int v = 0; v < slot->n_values; v++)
            keys |= slot->values[v].keys;
        if (slot->kind != SLOT_STAGE || (takes_any(&spec->stages[slot->stage], keys) &&
                                         holds(&slot->when, &spec->stages[slot->stage])))
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

static bool is_within(const NetSpaceRange *range, int64_t count)
{
    return range->high == 0 || (count >= range->low && count <= range->high);
}

static void count_spec(NetSpace *space, const Spec *spec, NetSpaceCount *count)
{
    uint64_t parts[SPEC_MAX_STAGES + 3];
    int n = 0;
    *count = (NetSpaceCount){.is_built = scaling_fits(spec)};
    if (!count->is_built)
        return;
    ResolvePart at = {.channels = 3, .size = spec->resolution};
    for (int part = PART_STEM; part <= spec->n_stages; part++) {
        walk_part(space, spec, part == spec->n_stages ? PART_HEAD : part, &at);
        count->macs = add(count->macs, at.macs);
        count->params = add(count->params, at.params);
        count->acts = add(count->acts, at.acts);
        parts[n++] = at.digest;
    }
    /* Survivals follow from the number of blocks. */
    parts[n++] = spec->drop_connect > 0.0 ? (uint64_t)spec_n_blocks(spec) : 0;
    count->digest = hash_64(parts, (size_t)n * sizeof *parts);
    count->is_built = (double)count->macs <= RESOLVE_MAX_MACS;
    count->is_inside = count->is_built && is_within(&space->limits.macs, count->macs) &&
                       is_within(&space->limits.params, count->params) &&
                       is_within(&space->limits.acts, count->acts);
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
    for (int g = 0; g < space->n_genes; g++)
        text[g] = digits[genes[g]];
    text[space->n_genes] = '\0';
}

ErrCode netspace_from_text(const NetSpace *space, const char *text, uint8_t *genes, Err *err)
{
    if (strlen(text) != (size_t)space->n_genes)
        return err_set(err, ERR_USAGE, "'%s' are %zu genes; space '%s' has %d", text, strlen(text),
                       space->name, space->n_genes);
    for (int g = 0; g < space->n_genes; g++) {
        const char *digit = strchr(digits, text[g]);
        const int n_values = space->genes[g].n_values;
        if (digit == NULL || digit - digits >= n_values)
            return err_set(err, ERR_USAGE, "gene %d of '%s', '%s', is '%c', not one of 0 to %c",
                           g + 1, text, netspace_gene_name(space, g), text[g],
                           digits[n_values - 1]);
        genes[g] = (uint8_t)(digit - digits);
    }
    return ERR_NONE;
}

/* --- the base and the limits --- */

/* Whether a slot's value is what the base has. */
static bool is_base_value(const NetSpace *space, const Slot *slot, int value)
{
    const SlotValue *chosen = &slot->values[value];
    if (slot->kind != SLOT_STAGE)
        return chosen->number == (slot->kind == SLOT_RESOLUTION ? space->base.resolution : 1.0);
    const StageSpec *stage = &space->base.stages[slot->stage];
    StageSpec patched = *stage;
    patch(&patched, chosen);
    for (int key = 0; chosen->keys >> key; key++)
        if (chosen->keys >> key & 1u && spec_stage_takes_key(&patched, key) &&
            !spec_stage_equal_key(stage, &patched, key))
            return false;
    return true;
}

static bool is_read_by_base(const NetSpace *space, const Slot *slot)
{
    const StageSpec *stage = &space->base.stages[slot->stage];
    return slot->kind != SLOT_STAGE ||
           (takes_any(stage, slot->values[0].keys) && holds(&slot->when, stage));
}

static ErrCode base_is_outside(const NetSpace *space, const Slot *slot, Err *err)
{
    char value[TEXT_NUMBER_BYTES] = "1";
    if (slot->kind == SLOT_RESOLUTION)
        snprintf(value, sizeof value, "%d", space->base.resolution);
    if (slot->kind == SLOT_STAGE) {
        const int key = spec_stage_find_key(slot->node->key);
        const StageSpec *stage = &space->base.stages[slot->stage];
        if (key < 0)
            snprintf(value, sizeof value, "its own");
        else if (isnan(spec_stage_key_number(stage, key)))
            snprintf(value, sizeof value, "%s", spec_stage_key_word(stage, key));
        else
            snprintf(value, sizeof value, "%g", spec_stage_key_number(stage, key));
    }
    return yaml_key_error(err, slot->node,
                          "the base '%s' is outside of the space: gene '%s' lacks its value %s",
                          space->base_name, slot->name, value);
}

/* The base's value of a gene, by all slots that read it. */
static ErrCode find_base_gene(NetSpace *space, int gene, Err *err)
{
    const Slot *blamed = NULL;
    for (int v = 0; v < space->genes[gene].n_values; v++) {
        bool fits = true;
        for (int i = 0; i < space->n_slots && fits; i++) {
            const Slot *slot = &space->slots[i];
            if (slot->gene != gene || !is_read_by_base(space, slot))
                continue;
            fits = is_base_value(space, slot, v);
            blamed = fits ? blamed : slot;
        }
        if (fits) {
            space->base_genes[gene] = (uint8_t)v;
            return ERR_NONE;
        }
    }
    return base_is_outside(space, blamed, err);
}

static ErrCode say_limits(NetSpace *space, const NetSpaceCount *base, Err *err)
{
    NetSpaceSurvey survey;
    TRY(netspace_survey(space, &survey, err));
    if (survey.inside > 0.0)
        return yaml_error(err, space->limits_node,
                          "the base '%s' is outside of the limits: %lld MACs, %lld params, %lld "
                          "acts",
                          space->base_name, (long long)base->macs, (long long)base->params,
                          (long long)base->acts);
    return yaml_error(err, space->limits_node,
                      "the limits exclude everything: %s of the space have %lld to %lld MACs",
                      survey.is_exact ? "the networks" : "100,000 networks drawn",
                      (long long)survey.macs[0], (long long)survey.macs[SURVEY_QUANTILES - 1]);
fail:
    return err->code;
}

static ErrCode check_base(NetSpace *space, Err *err)
{
    NetSpaceCount count;
    for (int g = 0; g < space->n_genes; g++)
        TRY(find_base_gene(space, g, err));
    netspace_canonical(space, space->base_genes);
    netspace_count(space, space->base_genes, &count);
    if (!count.is_inside)
        TRY(say_limits(space, &count, err));
fail:
    return err->code;
}

/* --- spaces --- */

ErrCode netspace_parse(NetSpace **out, const char *source, const char *data, size_t n_bytes,
                       Err *err)
{
    NetSpace *space = mem_calloc(1, sizeof *space);
    if (space == NULL)
        return err_memory(err, sizeof *space);
    space->self = space;
    space->slots = mem_calloc(SLOTS_MAX, sizeof *space->slots);
    space->memo = mem_calloc(MEMO_SLOTS, sizeof *space->memo);
    if (space->slots == NULL || space->memo == NULL) {
        err_memory(err, MEMO_SLOTS * sizeof *space->memo);
        goto fail;
    }
    TRY(yaml_parse(&space->doc, source, data, n_bytes, err));
    space->arena = yaml_arena(space->doc);
    TRY(netspace_read(space, yaml_root(space->doc), err));
    TRY(check_base(space, err));
    *out = space;
    return ERR_NONE;
fail:
    netspace_destroy(&space);
    return err->code;
}

static ErrCode unknown_space(const char *name, Err *err)
{
    const char *names[MAX_HINTS];
    size_t n = 0;
    for (; n < MAX_HINTS && netspace_files[n].name != NULL; n++)
        names[n] = netspace_files[n].name;
    const char *nearest = text_nearest(name, names, n);
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "unknown space '%s', did you mean '%s'?", name, nearest);
    return err_set(
        err, ERR_USAGE,
        "unknown space '%s': neither in the zoo (see 'isoflop list spaces') nor a path to a .yaml",
        name);
}

ErrCode netspace_load(NetSpace **space, const char *name_or_path, Err *err)
{
    char *data = NULL;
    size_t n_bytes = 0;
    if (zoo_is_path(name_or_path)) {
        TRY(file_read(name_or_path, MAX_FILE_BYTES, &data, &n_bytes, err));
        TRY(netspace_parse(space, name_or_path, data, n_bytes, err));
    } else {
        const EmbeddedFile *file = embed_find(netspace_files, name_or_path);
        if (file == NULL)
            return unknown_space(name_or_path, err);
        TRY(netspace_parse(space, file->name, (const char *)file->data, file->size, err));
    }
fail:
    mem_free(data);
    return err->code;
}

void netspace_destroy(NetSpace **space)
{
    if (*space == NULL)
        return;
    yaml_destroy(&(*space)->doc);
    mem_free((*space)->slots);
    mem_free((*space)->memo);
    mem_free(*space);
    *space = NULL;
}

size_t netspace_zoo_count(void)
{
    size_t n = 0;
    while (netspace_files[n].name != NULL)
        n++;
    return n;
}

const char *netspace_zoo_name(size_t index)
{
    return netspace_files[index].name;
}

const char *netspace_zoo_text(const char *name)
{
    const EmbeddedFile *file = embed_find(netspace_files, name);
    return file != NULL ? (const char *)file->data : NULL;
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
    return space->slots[space->genes[gene].first_slot].name;
}

int netspace_n_values(const NetSpace *space, int gene)
{
    return space->genes[gene].n_values;
}

bool netspace_is_ordered(const NetSpace *space, int gene)
{
    return space->genes[gene].is_ordered;
}

const char *netspace_value(const NetSpace *space, int gene, int value)
{
    return space->slots[space->genes[gene].first_slot].values[value].text;
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
