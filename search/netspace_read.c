/*
 * search/netspace_read: the file of a space: base, stages, axes, ties, limits.
 *
 * Genes stand in the order of the document; those of stages by stage, and within one in the order
 * in which its keys are written.
 */
#include "search/netspace_internal.h"

#include "base/file.h"
#include "base/sys.h"
#include "models/scaling.h"
#include "models/spec_stage.h"
#include "models/zoo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of multipliers; beyond it nothing can be built. */
#define MAX_MULTIPLIER 1000.0

typedef struct SpaceDocument {
    const char *space;
    const YamlNode *base, *stages, *resolution, *width, *depth, *tie, *limits;
} SpaceDocument;

#define KEY(member) offsetof(SpaceDocument, member)
static const YamlKey space_keys[] = {
    {"space", YAML_STRING, KEY(space), YAML_REQUIRED, 0, 0, NULL, NULL, "its name"},
    {"base", YAML_RAW, KEY(base), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "the network whose values stay where none is named: of the zoo, a path, or written here"},
    {"stages", YAML_RAW, KEY(stages), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "choices by stage or range of stages, from 0"},
    {"resolution", YAML_RAW, KEY(resolution), YAML_OPTIONAL, 0, 0, NULL, NULL, "pixels"},
    {"width", YAML_RAW, KEY(width), YAML_OPTIONAL, 0, 0, NULL, NULL, "multipliers of channels"},
    {"depth", YAML_RAW, KEY(depth), YAML_OPTIONAL, 0, 0, NULL, NULL, "multipliers of layers"},
    {"tie", YAML_RAW, KEY(tie), YAML_OPTIONAL, 0, 0, NULL, NULL, "lists of genes that are one"},
    {"limits", YAML_RAW, KEY(limits), YAML_OPTIONAL, 0, 0, NULL, NULL, "of counted costs"},
};
#undef KEY
static const YamlTable space_table = {"space", space_keys, ARRAY_LEN(space_keys)};

typedef struct ChoiceDocument {
    const YamlNode *choose, *times, *add;
    const char *when;
} ChoiceDocument;

#define KEY(member) offsetof(ChoiceDocument, member)
static const YamlKey choice_keys[] = {
    {"choose", YAML_RAW, KEY(choose), YAML_OPTIONAL, 0, 0, NULL, NULL, "values"},
    {"times", YAML_RAW, KEY(times), YAML_OPTIONAL, 0, 0, NULL, NULL, "multiples of the base's"},
    {"add", YAML_RAW, KEY(add), YAML_OPTIONAL, 0, 0, NULL, NULL, "differences to the base's"},
    {"when", YAML_STRING, KEY(when), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "KEY == VALUE or KEY != VALUE"},
};
#undef KEY

typedef struct LimitsDocument {
    const YamlNode *macs, *params, *acts;
} LimitsDocument;

#define KEY(member) offsetof(LimitsDocument, member)
static const YamlKey limit_keys[] = {
    {"macs", YAML_RAW, KEY(macs), YAML_OPTIONAL, 0, 0, NULL, NULL, "multiply-adds"},
    {"params", YAML_RAW, KEY(params), YAML_OPTIONAL, 0, 0, NULL, NULL, "trainable parameters"},
    {"acts", YAML_RAW, KEY(acts), YAML_OPTIONAL, 0, 0, NULL, NULL, "activations"},
};
#undef KEY
static const YamlTable limits_table = {"limits", limit_keys, ARRAY_LEN(limit_keys)};

/* --- base --- */

static ErrCode read_base(NetSpace *space, const YamlNode *root, const YamlNode *node, Err *err)
{
    char *folder = NULL, *path = NULL;
    const char *name;
    if (yaml_is_null(node))
        return yaml_error(err, root, "key 'base' is missing in 'space'");
    if (node->kind == YAML_MAP) {
        TRY(spec_read(&space->base, space->doc, node, err));
        snprintf(space->base_name, sizeof space->base_name, "%s", space->base.name);
        return ERR_NONE;
    }
    TRY(yaml_as_string(node, &name, err));
    snprintf(space->base_name, sizeof space->base_name, "%s", name);
    if (zoo_is_path(name) && name[0] != '/') {
        folder = file_folder(node->source);
        path = folder != NULL ? file_join(folder, name) : NULL;
        mem_free(folder);
        if (path == NULL)
            return err_memory(err, strlen(name));
    }
    if (zoo_load(&space->base, path != NULL ? path : name, err) != ERR_NONE && path == NULL)
        yaml_error(err, node, "unknown network '%s' as 'base' (see 'isoflop list networks')", name);
    mem_free(path);
    return err->code;
fail:
    return err->code;
}

/* --- values --- */

/* A number as a scalar of the document, so that a key reads it with its own checks. */
static YamlNode number_node(NetSpace *space, const YamlNode *at, double number, Err *err)
{
    Text text = {0};
    YamlNode node = *at;
    text_append_double(&text, number);
    node.kind = YAML_SCALAR;
    node.is_quoted = false;
    node.text = arena_text(space->arena, text_string(&text));
    if (text_ok(&text, err) == ERR_NONE && node.text == NULL)
        err_memory(err, 1);
    text_release(&text);
    return node;
}

static const char *number_text(NetSpace *space, double number)
{
    Text text = {0};
    text_append_double(&text, number);
    const char *made = arena_text(space->arena, text_string(&text));
    text_release(&text);
    return made;
}

/* {op: identity}: several keys of a stage at once. */
static ErrCode read_block(NetSpace *space, const YamlNode *node, SlotValue *value, Err *err)
{
    Text text = {0};
    if (node->kind != YAML_MAP || node->n_items == 0)
        return yaml_error(err, node, "a 'block' must be a map such as {op: mbconv, expand: 3}");
    for (size_t i = 0; i < node->n_items; i++) {
        const int key = spec_stage_find_key(node->items[i]->key);
        if (key < 0)
            return spec_stage_unknown_key(node->items[i], err);
        TRY(spec_stage_read_key(space->doc, key, node->items[i], &value->stage, err));
        value->keys |= 1u << key;
    }
    yaml_emit_node(node, &text);
    value->text = arena_text(space->arena, text_string(&text));
    text_release(&text);
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_stage_value(NetSpace *space, int key, const YamlNode *node, SlotValue *value,
                                Err *err)
{
    TRY(spec_stage_read_key(space->doc, key, node, &value->stage, err));
    value->keys = 1u << key;
    value->number = spec_stage_key_number(&value->stage, key);
    value->text = isnan(value->number) ? spec_stage_key_word(&value->stage, key)
                                       : number_text(space, value->number);
    return ERR_NONE;
fail:
    return err->code;
}

/* A multiple of the base's value by the base's own rules of rounding, or a sum; at least 1. */
static double derive(const NetSpace *space, int stage, int key, bool is_sum, double number)
{
    const StageSpec *from = &space->base.stages[stage];
    const double base = spec_stage_key_number(from, key);
    double made = is_sum ? base + number : base * number;
    if (!is_sum && key == spec_stage_find_key("channels"))
        made = scaling_round_channels(from->channels, number, &space->base.rounding);
    else if (!is_sum)
        made = scaling_round_depth(from->layers, number, DEPTH_ROUND);
    return made < 1.0 ? 1.0 : made;
}

static ErrCode check_derived(const Slot *slot, int key, bool is_sum, const YamlNode *list, Err *err)
{
    const char *name = slot->kind == SLOT_STAGE && key >= 0 ? spec_stage_key_name(key) : "";
    if (strcmp(name, "channels") == 0 || strcmp(name, "layers") == 0 ||
        (is_sum && strcmp(name, "kernel") == 0))
        return ERR_NONE;
    return yaml_key_error(err, list, "'%s' is for channels%s layers only, not for '%s'", list->key,
                          is_sum ? ", kernel and" : " and", slot->node->key);
}

static ErrCode read_axis_value(NetSpace *space, SlotKind kind, const YamlNode *node,
                               SlotValue *value, Err *err)
{
    int64_t pixels;
    if (kind == SLOT_RESOLUTION) {
        TRY(yaml_as_int(node, 1, SPEC_MAX_PIXELS, &pixels, err));
        value->number = (double)pixels;
    } else {
        TRY(yaml_as_double(node, 1.0 / MAX_MULTIPLIER, MAX_MULTIPLIER, &value->number, err));
    }
    value->text = number_text(space, value->number);
    return ERR_NONE;
fail:
    return err->code;
}

/* `key` -1: a block. */
static ErrCode read_value(NetSpace *space, Slot *slot, int key, const YamlNode *list,
                          const YamlNode *item, SlotValue *value, Err *err)
{
    const bool is_sum = strcmp(list->key, "add") == 0;
    const bool is_derived = is_sum || strcmp(list->key, "times") == 0;
    YamlNode node = *item;
    node.key = node.label = slot->node->key;
    if (slot->kind != SLOT_STAGE)
        return read_axis_value(space, slot->kind, &node, value, err);
    if (key < 0)
        return read_block(space, &node, value, err);
    if (is_derived) {
        double number;
        TRY(yaml_as_double(&node, -SPEC_MAX_CHANNELS, SPEC_MAX_CHANNELS, &number, err));
        node = number_node(space, &node, derive(space, slot->stage, key, is_sum, number), err);
        if (err->code != ERR_NONE)
            goto fail;
    }
    TRY(read_stage_value(space, key, &node, value, err));
fail:
    return err->code;
}

static ErrCode read_values(NetSpace *space, Slot *slot, int key, const YamlNode *list, Err *err)
{
    const bool is_sum = strcmp(list->key, "add") == 0;
    if (is_sum || strcmp(list->key, "times") == 0)
        TRY(check_derived(slot, key, is_sum, list, err));
    if (list->kind != YAML_LIST || list->n_items == 0)
        return yaml_error(err, list, "'%s' of '%s' must be a list of at least one value", list->key,
                          slot->name);
    if (list->n_items > NETSPACE_MAX_VALUES)
        return yaml_error(err, list, "'%s' has %zu values, more than %d", slot->name, list->n_items,
                          NETSPACE_MAX_VALUES);
    slot->values = arena_zalloc(space->arena, list->n_items, sizeof *slot->values);
    if (slot->values == NULL)
        return err_memory(err, list->n_items * sizeof *slot->values);
    for (size_t i = 0; i < list->n_items; i++)
        TRY(read_value(space, slot, key, list, list->items[i], &slot->values[i], err));
    slot->n_values = (int)list->n_items;
    return ERR_NONE;
fail:
    return err->code;
}

/* --- conditions --- */

/* "op == mbconv": of the stage's own keys. */
static ErrCode read_when(NetSpace *space, const YamlNode *node, Condition *when, Err *err)
{
    char name[NETSPACE_GENE_NAME_MAX], sign[3], word[NETSPACE_GENE_NAME_MAX], rest;
    if (node->kind != YAML_SCALAR ||
        sscanf(node->text, "%47[a-z_] %2[=!] %47[a-zA-Z0-9_.] %c", name, sign, word, &rest) != 3 ||
        (strcmp(sign, "==") != 0 && strcmp(sign, "!=") != 0))
        return yaml_error(err, node, "'when' must be KEY == VALUE or KEY != VALUE, not '%s'",
                          node->text);
    when->key = spec_stage_find_key(name);
    when->is_equal = sign[0] == '=';
    YamlNode value = *node;
    value.key = name;
    if (when->key < 0)
        return spec_stage_unknown_key(&value, err);
    value.text = word;
    TRY(spec_stage_read_key(space->doc, when->key, &value, &when->value, err));
fail:
    return err->code;
}

/* --- slots --- */

/* `node`: the map behind a key. */
static ErrCode read_choice(NetSpace *space, Slot *slot, int key, const YamlNode *node, Err *err)
{
    const YamlTable table = {slot->node->key, choice_keys, ARRAY_LEN(choice_keys)};
    ChoiceDocument choice = {0};
    const YamlNode *lists[3];
    int n = 0;
    if (node->kind != YAML_MAP)
        return yaml_error(err, node, "'%s' must be a map such as {choose: [...]}", slot->name);
    TRY(yaml_read(space->doc, &table, node, &choice, err));
    const YamlNode *all[] = {choice.choose, choice.times, choice.add};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i] != NULL)
            lists[n++] = all[i];
    if (n == 0)
        return yaml_error(err, node, "'%s' chooses from nothing: it needs 'choose'%s", slot->name,
                          slot->kind == SLOT_STAGE ? ", 'times' or 'add'" : "");
    if (n > 1)
        return yaml_key_error(err, lists[1], "'%s' of '%s' excludes '%s'", lists[1]->key,
                              slot->name, lists[0]->key);
    TRY(read_values(space, slot, key, lists[0], err));
    if (choice.when != NULL && slot->kind != SLOT_STAGE)
        return yaml_key_error(err, yaml_find(node, "when"), "'when' is for keys of stages only");
    if (choice.when != NULL)
        TRY(read_when(space, yaml_find(node, "when"), &slot->when, err));
fail:
    return err->code;
}

/* A new slot; its gene comes with the ties. NULL: too many. */
static Slot *add_slot(NetSpace *space, SlotKind kind, int stage, const YamlNode *node, Err *err)
{
    if (space->n_slots == SLOTS_MAX) {
        yaml_key_error(err, node, "more than %d choices", SLOTS_MAX);
        return NULL;
    }
    Slot *slot = &space->slots[space->n_slots++];
    *slot = (Slot){.kind = kind, .stage = stage, .gene = -1, .when = {.key = -1}, .node = node};
    if (kind == SLOT_STAGE)
        snprintf(slot->name, sizeof slot->name, "stages.%d.%.24s", stage, node->key);
    else
        snprintf(slot->name, sizeof slot->name, "%.24s", node->key);
    return slot;
}

static uint32_t slot_keys(const Slot *slot)
{
    uint32_t keys = 0;
    for (int v = 0; v < slot->n_values; v++)
        keys |= slot->values[v].keys;
    return keys;
}

static ErrCode read_stage_key(NetSpace *space, int stage, const YamlNode *node, Err *err)
{
    const bool is_block = strcmp(node->key, "block") == 0;
    const int key = is_block ? -1 : spec_stage_find_key(node->key);
    if (!is_block && key < 0)
        return spec_stage_unknown_key(node, err);
    Slot *slot = add_slot(space, SLOT_STAGE, stage, node, err);
    if (slot == NULL)
        return err->code;
    TRY(read_choice(space, slot, key, node, err));
    for (int i = 0; i < space->n_slots - 1; i++)
        if (space->slots[i].kind == SLOT_STAGE && space->slots[i].stage == stage &&
            slot_keys(&space->slots[i]) & slot_keys(slot))
            return yaml_key_error(err, node, "'%s' is chosen twice: '%s' sets it already",
                                  slot->name, space->slots[i].name);
fail:
    return err->code;
}

/* "3" or "2-5": a range of stages; `node` carries it as its key. */
static ErrCode read_range(const NetSpace *space, const YamlNode *node, int *first, int *last,
                          Err *err)
{
    char rest = '\0';
    const int n = sscanf(node->key, "%4d-%4d%c", first, last, &rest);
    if (n == 1 && strspn(node->key, "0123456789") == strlen(node->key))
        *last = *first;
    else if (n != 2)
        return yaml_key_error(err, node, "'%s' is no stage or range of stages such as 2 or 0-6",
                              node->key);
    const int n_stages = space->base.n_stages;
    if (*first < 0 || *last < *first || *last >= n_stages)
        return yaml_key_error(err, node, "stages '%s' are not among 0 to %d of '%s'", node->key,
                              n_stages - 1, space->base_name);
    return ERR_NONE;
}

static ErrCode read_stages(NetSpace *space, const YamlNode *map, Err *err)
{
    if (map->kind != YAML_MAP || map->n_items == 0)
        return yaml_error(err, map, "'stages' must be a map of stages such as {0-6: {...}}");
    for (int s = 0; s < space->base.n_stages; s++)
        for (size_t i = 0; i < map->n_items; i++) {
            const YamlNode *keys = map->items[i];
            int first, last;
            TRY(read_range(space, keys, &first, &last, err));
            if (keys->kind != YAML_MAP || keys->n_items == 0)
                return yaml_error(err, keys, "stages '%s' have no keys", keys->key);
            for (size_t k = 0; s >= first && s <= last && k < keys->n_items; k++)
                TRY(read_stage_key(space, s, keys->items[k], err));
        }
    return ERR_NONE;
fail:
    return err->code;
}

/* In the order of the document. */
static ErrCode read_slots(NetSpace *space, const YamlNode *root, Err *err)
{
    static const struct {
        const char *key;
        SlotKind kind;
    } axes[] = {{"resolution", SLOT_RESOLUTION}, {"width", SLOT_WIDTH}, {"depth", SLOT_DEPTH}};
    for (size_t i = 0; i < root->n_items; i++) {
        const YamlNode *node = root->items[i];
        if (strcmp(node->key, "stages") == 0)
            TRY(read_stages(space, node, err));
        for (size_t a = 0; a < ARRAY_LEN(axes); a++) {
            if (strcmp(node->key, axes[a].key) != 0)
                continue;
            Slot *slot = add_slot(space, axes[a].kind, SLOT_STAGE_NONE, node, err);
            if (slot == NULL)
                return err->code;
            TRY(read_choice(space, slot, -1, node, err));
        }
    }
    if (space->n_slots == 0)
        return yaml_error(err, root, "a space without choices");
    return ERR_NONE;
fail:
    return err->code;
}

/* --- ties and genes --- */

static Slot *find_slot(NetSpace *space, const char *name)
{
    for (int i = 0; i < space->n_slots; i++)
        if (strcmp(space->slots[i].name, name) == 0)
            return &space->slots[i];
    return NULL;
}

static ErrCode unknown_gene(const NetSpace *space, const YamlNode *node, const char *name, Err *err)
{
    const char *names[SLOTS_MAX];
    for (int i = 0; i < space->n_slots; i++)
        names[i] = space->slots[i].name;
    const char *nearest = text_nearest(name, names, (size_t)space->n_slots);
    if (nearest != NULL)
        return yaml_error(err, node, "unknown gene '%s' in 'tie', did you mean '%s'?", name,
                          nearest);
    return yaml_error(err, node, "unknown gene '%s' in 'tie'", name);
}

/* Gives the slot of that name the gene `*gene`, the first of them a new one. */
static ErrCode tie_name(NetSpace *space, const YamlNode *node, const char *name, int *first,
                        Err *err)
{
    Slot *slot = find_slot(space, name);
    if (slot == NULL)
        return unknown_gene(space, node, name, err);
    const int index = (int)(slot - space->slots);
    if (*first < 0)
        *first = index;
    if (slot->gene >= 0)
        return yaml_error(err, node, "gene '%s' is tied twice", name);
    if (slot->n_values != space->slots[*first].n_values)
        return yaml_error(err, node, "'%s' has %d values and cannot be tied to '%s' of %d", name,
                          slot->n_values, space->slots[*first].name, space->slots[*first].n_values);
    slot->gene = *first; /* the first slot, until genes are numbered */
    return ERR_NONE;
}

/* "stages.2.kernel", "stages.0-3.layers" or "resolution". */
static ErrCode tie_item(NetSpace *space, const YamlNode *node, int *first, Err *err)
{
    int from, to, n_read = 0;
    const char *name;
    TRY(yaml_as_string(node, &name, err));
    if (sscanf(name, "stages.%4d-%4d.%n", &from, &to, &n_read) != 2 || n_read == 0)
        return tie_name(space, node, name, first, err);
    if (from < 0 || to < from || to >= space->base.n_stages)
        return unknown_gene(space, node, name, err);
    for (int s = from; s <= to; s++) {
        char one[NETSPACE_GENE_NAME_MAX];
        snprintf(one, sizeof one, "stages.%d.%.24s", s, name + n_read);
        TRY(tie_name(space, node, one, first, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_ties(NetSpace *space, const YamlNode *list, Err *err)
{
    if (yaml_is_null(list))
        return ERR_NONE;
    if (list->kind != YAML_LIST)
        return yaml_error(err, list, "'tie' must be a list of lists of genes");
    for (size_t i = 0; i < list->n_items; i++) {
        int first = -1;
        if (list->items[i]->kind != YAML_LIST)
            return yaml_error(err, list->items[i], "'tie' must be a list of lists of genes");
        for (size_t k = 0; k < list->items[i]->n_items; k++)
            TRY(tie_item(space, list->items[i]->items[k], &first, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* Whether the values are numbers that rise, or fall, from one to the next. */
static bool is_monotone(const Slot *slot)
{
    bool rises = true, falls = true;
    for (int v = 0; v < slot->n_values; v++) {
        const SlotValue *value = &slot->values[v];
        if (isnan(value->number) || (slot->kind == SLOT_STAGE && value->keys & (value->keys - 1)))
            return false;
        if (v > 0) {
            rises = rises && value->number >= value[-1].number;
            falls = falls && value->number <= value[-1].number;
        }
    }
    return rises || falls;
}

static ErrCode number_genes(NetSpace *space, Err *err)
{
    int n_choices = 0;
    for (int i = 0; i < space->n_slots; i++) {
        Slot *slot = &space->slots[i];
        if (slot->gene >= 0 && slot->gene < i) {
            slot->gene = space->slots[slot->gene].gene; /* numbered before */
            continue;
        }
        n_choices += slot->n_values;
        if (space->n_genes == NETSPACE_MAX_GENES || n_choices > GENESPACE_MAX_CHOICES)
            return yaml_key_error(err, slot->node, "more than %d genes or %d values of all",
                                  NETSPACE_MAX_GENES, GENESPACE_MAX_CHOICES);
        space->genes[space->n_genes] =
            (SpaceGene){.first_slot = i, slot->n_values, is_monotone(slot)};
        space->kinds[space->n_genes] =
            (Gene){is_monotone(slot) ? GENE_ORDERED : GENE_CATEGORY, slot->n_values};
        slot->gene = space->n_genes++;
    }
    return ERR_NONE;
}

/* --- limits --- */

static ErrCode read_limit(const YamlNode *node, NetSpaceRange *range, Err *err)
{
    double low, high;
    if (node == NULL)
        return ERR_NONE;
    if (node->kind != YAML_LIST || node->n_items != 2)
        return yaml_error(err, node, "'%s' must be a list of two counts, [least, most]", node->key);
    TRY(yaml_as_double(node->items[0], 0.0, RESOLVE_MAX_MACS, &low, err));
    TRY(yaml_as_double(node->items[1], 1.0, RESOLVE_MAX_MACS, &high, err));
    if (low > high)
        return yaml_error(err, node, "'%s' excludes everything: %g is above %g", node->key, low,
                          high);
    *range = (NetSpaceRange){(int64_t)ceil(low), (int64_t)floor(high)};
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_limits(NetSpace *space, const YamlNode *node, Err *err)
{
    LimitsDocument limits = {0};
    if (yaml_is_null(node))
        return ERR_NONE;
    TRY(yaml_read(space->doc, &limits_table, node, &limits, err));
    TRY(read_limit(limits.macs, &space->limits.macs, err));
    TRY(read_limit(limits.params, &space->limits.params, err));
    TRY(read_limit(limits.acts, &space->limits.acts, err));
    space->limits_node = node;
fail:
    return err->code;
}

/* --- the file --- */

ErrCode netspace_read(NetSpace *space, const YamlNode *root, Err *err)
{
    SpaceDocument document = {0};
    TRY(yaml_read(space->doc, &space_table, root, &document, err));
    if (document.space[0] == '\0' || strlen(document.space) >= NETWORK_NAME_MAX) {
        yaml_error(err, yaml_find(root, "space"), "'space' must be 1 to %d characters",
                   NETWORK_NAME_MAX - 1);
        goto fail;
    }
    snprintf(space->name, sizeof space->name, "%s", document.space);
    TRY(read_base(space, root, document.base, err));
    TRY(read_slots(space, root, err));
    TRY(read_ties(space, document.tie, err));
    TRY(number_genes(space, err));
    TRY(read_limits(space, document.limits, err));
    TRY(arena_ok(space->arena, err));
fail:
    return err->code;
}
