/*
 * search/netspace_values: what a key of a space chooses from: values as they stand, multiples of
 * the base's, differences to them; and the condition of a choice.
 */
#include "search/netspace_internal.h"

#include "base/text.h"
#include "models/scaling.h"
#include "models/spec_stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of multipliers; beyond it nothing can be built. */
#define MAX_MULTIPLIER 1000.0

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

/* --- values --- */

/* Moves a text into the document's memory. */
static ErrCode keep(NetSpace *space, Text *text, const char **kept, Err *err)
{
    TRY(text_ok(text, err));
    *kept = arena_text(space->arena, text_string(text));
    if (*kept == NULL)
        err_memory(err, text->n_bytes + 1);
fail:
    text_release(text);
    return err->code;
}

static ErrCode keep_number(NetSpace *space, double number, const char **kept, Err *err)
{
    Text text = {0};
    text_append_double(&text, number);
    return keep(space, &text, kept, err);
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
    return keep(space, &text, &value->text, err);
fail:
    return err->code;
}

static ErrCode read_stage_value(NetSpace *space, int key, const YamlNode *node, SlotValue *value,
                                Err *err)
{
    TRY(spec_stage_read_key(space->doc, key, node, &value->stage, err));
    value->keys = 1u << key;
    value->number = spec_stage_key_number(&value->stage, key);
    if (!isnan(value->number))
        return keep_number(space, value->number, &value->text, err);
    value->text = spec_stage_key_word(&value->stage, key);
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
    return keep_number(space, value->number, &value->text, err);
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
        number = derive(space, slot->stage, key, is_sum, number);
        /* as a scalar of the document, so that the key reads it with its own checks */
        node.is_quoted = false;
        TRY(keep_number(space, number, &node.text, err));
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
    for (size_t i = 0; i < list->n_items; i++) {
        TRY(read_value(space, slot, key, list, list->items[i], &slot->values[i], err));
        slot->keys |= slot->values[i].keys;
    }
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

/* --- choices --- */

ErrCode netspace_read_choice(NetSpace *space, Slot *slot, int key, const YamlNode *node, Err *err)
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
