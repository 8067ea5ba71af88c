/*
 * search/netspace_read: the file of a space: base, stages, axes, limits. What a key chooses from is
 * read by search/netspace_values, ties by search/netspace_ties.
 *
 * Genes stand in the order of the document; those of stages by stage, and within one in the order
 * in which its keys are written.
 */
#include "search/netspace_internal.h"

#include "base/file.h"
#include "base/sys.h"
#include "models/spec_stage.h"
#include "models/zoo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
    if (zoo_load(&space->base, path != NULL ? path : name, err) == ERR_USAGE && path == NULL)
        yaml_error(err, node, "unknown network '%s' as 'base' (see 'isoflop list networks')", name);
    mem_free(path);
    return err->code;
fail:
    return err->code;
}

/* --- slots --- */

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

static ErrCode read_stage_key(NetSpace *space, int stage, const YamlNode *node, Err *err)
{
    const bool is_block = strcmp(node->key, "block") == 0;
    const int key = is_block ? -1 : spec_stage_find_key(node->key);
    if (!is_block && key < 0)
        return spec_stage_unknown_key(node, err);
    Slot *slot = add_slot(space, SLOT_STAGE, stage, node, err);
    if (slot == NULL)
        return err->code;
    TRY(netspace_read_choice(space, slot, key, node, err));
    for (int i = 0; i < space->n_slots - 1; i++)
        if (space->slots[i].kind == SLOT_STAGE && space->slots[i].stage == stage &&
            (space->slots[i].keys & slot->keys) != 0)
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
            TRY(netspace_read_choice(space, slot, -1, node, err));
        }
    }
    if (space->n_slots == 0)
        return yaml_error(err, root, "a space without choices");
    return ERR_NONE;
fail:
    return err->code;
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
    if (space->base.n_cells > 0) { /* whose parts are not counted by themselves */
        yaml_error(err, yaml_find(root, "base"), "'%s' has cells, which spaces do not vary",
                   space->base_name);
        goto fail;
    }
    TRY(read_slots(space, root, err));
    TRY(netspace_read_genes(space, document.tie, err));
    TRY(read_limits(space, document.limits, err));
    TRY(arena_ok(space->arena, err));
fail:
    return err->code;
}
