/*
 * models/spec_stage: the table of a stage's keys, what it cannot express, and single keys.
 *
 * An item of `stages` is read with the table; keys that do not belong to its operation are refused
 * by hand.
 */
#include "models/spec_stage.h"

#include <math.h>
#include <string.h>

static const char *const block_names[] = {
    "conv", "dsconv", "mbconv", "fused_mbconv", "basic", "bottleneck", "identity", "cell", NULL};
static const char *const stage_activation_names[] = {SPEC_ACTIVATION_WORDS, "network", NULL};
static const char *const se_activation_names[] = {SPEC_ACTIVATION_WORDS, "stage", NULL};
static const char *const se_of_names[] = {"input", "hidden", NULL};
static const char *const se_gate_names[] = {"sigmoid", "hard_sigmoid", NULL};
/* By SkipKind; then other words for the first two: skip was true or false before there was a pool.
 */
static const char *const skip_names[] = {"false", "true", "pool", "none", "identity", NULL};
enum { SKIP_WORDS_OF_KINDS = 3 };

#define KEY(member) offsetof(StageSpec, member)

static const YamlKey stage_keys[] = {
    {"op", YAML_ENUM, KEY(op), YAML_REQUIRED, 0, 0, block_names, NULL,
     "the block this stage repeats"},
    {"kernel", YAML_INT, KEY(kernel), "3", 1, SPEC_MAX_KERNEL, NULL, NULL, "odd"},
    {"stride", YAML_INT, KEY(stride), "1", 1, 2, NULL, NULL, "of the first block"},
    {"expand", YAML_DOUBLE, KEY(expand), "1", 1, 64, NULL, NULL,
     "mbconv, fused_mbconv: hidden over input channels"},
    {"inner", YAML_DOUBLE, KEY(inner), "0.25", 0.001, 16, NULL, NULL,
     "bottleneck: hidden over output channels"},
    {"channels", YAML_INT, KEY(channels), YAML_REQUIRED, 1, SPEC_MAX_CHANNELS, NULL, NULL,
     "output channels"},
    {"layers", YAML_INT, KEY(layers), "1", 1, SPEC_MAX_LAYERS, NULL, NULL, "blocks"},
    {"se", YAML_DOUBLE, KEY(se), "0", 0.0, 1.0, NULL, NULL,
     "mbconv, fused_mbconv, dsconv: squeeze over channels; 0: no squeeze and excitation"},
    {"se_of", YAML_ENUM, KEY(se_of), "input", 0, 0, se_of_names, NULL,
     "of which channels: the block's input, or the hidden ones, rounded as scaled channels are"},
    {"se_activation", YAML_ENUM, KEY(se_activation), "stage", 0, 0, se_activation_names, NULL,
     "between its two layers; stage: the stage's"},
    {"se_gate", YAML_ENUM, KEY(se_gate), "sigmoid", 0, 0, se_gate_names, NULL,
     "behind its second layer"},
    {"skip", YAML_ENUM, KEY(skip), "true", 0, 0, skip_names, NULL,
     "true or identity: add the input where stride and channels allow; pool: its 3 x 3 means where "
     "channels allow; conv, dsconv: false unless given"},
    {"activation", YAML_ENUM, KEY(activation), "network", 0, 0, stage_activation_names, NULL,
     "of this stage; network: the network's"},
    {"scale", YAML_BOOL, KEY(scale), "true", 0, 0, NULL, NULL, "follows width scaling"},
    {"scale_depth", YAML_BOOL, KEY(scale_depth), "true", 0, 0, NULL, NULL, "follows depth scaling"},
    {"cell", YAML_NAME, KEY(cell), YAML_OPTIONAL, 1, CELL_NAME_MAX - 1, NULL, NULL,
     "cell: which of `cells`"},
};
const YamlTable spec_stage_table = {"stages", stage_keys, ARRAY_LEN(stage_keys)};

/* Blocks that may have squeeze and excitation. */
enum { TAKE_SE = 1u << BLOCK_DSCONV | 1u << BLOCK_MBCONV | 1u << BLOCK_FUSED_MBCONV };

/* Which operations take an optional key of a stage: the others refuse it. */
static const struct {
    const char *key;
    unsigned ops; /* bit set of BlockKind */
} stage_applies[] = {
    {"expand", 1u << BLOCK_MBCONV | 1u << BLOCK_FUSED_MBCONV},
    {"inner", 1u << BLOCK_BOTTLENECK},
    {"se", TAKE_SE},
    {"se_of", TAKE_SE},
    {"se_activation", TAKE_SE},
    {"se_gate", TAKE_SE},
    {"skip", 1u << BLOCK_CONV | 1u << BLOCK_DSCONV | 1u << BLOCK_MBCONV | 1u << BLOCK_FUSED_MBCONV},
    {"kernel", ~(1u << BLOCK_IDENTITY | 1u << BLOCK_CELL)},
    {"activation", ~(1u << BLOCK_IDENTITY)},
    {"cell", 1u << BLOCK_CELL},
};

static bool applies(const char *key, int op)
{
    for (size_t i = 0; i < ARRAY_LEN(stage_applies); i++)
        if (strcmp(stage_applies[i].key, key) == 0)
            return stage_applies[i].ops >> op & 1u;
    return true;
}

ErrCode spec_check_odd(const YamlNode *map, const char *key, int kernel, Err *err)
{
    if (kernel % 2 == 1 || kernel == 0)
        return ERR_NONE;
    return yaml_error(err, yaml_find(map, key), "'%s' must be odd, not %d", key, kernel);
}

/* What has two names gets the first; convolutions skip only where they say so. */
static void settle_skip(StageSpec *stage, bool is_given)
{
    if (stage->skip >= SKIP_WORDS_OF_KINDS)
        stage->skip -= SKIP_WORDS_OF_KINDS;
    if (!is_given && (stage->op == BLOCK_CONV || stage->op == BLOCK_DSCONV))
        stage->skip = SKIP_NONE;
}

static ErrCode check_stage(const YamlNode *item, const StageSpec *stage, Err *err)
{
    for (size_t i = 0; i < item->n_items; i++)
        if (!applies(item->items[i]->key, stage->op))
            return yaml_key_error(err, item->items[i], "'%s' does not belong to op '%s'",
                                  item->items[i]->key, block_names[stage->op]);
    if (stage->op == BLOCK_CELL && !stage->cell[0])
        return yaml_error(err, item, "a stage of op 'cell' must name its 'cell'");
    if (stage->op == BLOCK_FUSED_MBCONV && stage->expand == 1.0 && stage->se > 0.0)
        return yaml_error(err, yaml_find(item, "se"),
                          "'se' needs an 'expand' above 1 in fused_mbconv");
    return spec_check_odd(item, "kernel", stage->kernel, err);
}

/* --- reading and writing --- */

ErrCode spec_stage_read(YamlDoc *doc, const YamlNode *item, StageSpec *stage, Err *err)
{
    if (item->kind != YAML_MAP)
        return yaml_error(err, item, "a stage must be a map such as {op: mbconv, ...}");
    TRY(yaml_read(doc, &spec_stage_table, item, stage, err));
    settle_skip(stage, yaml_find(item, "skip") != NULL);
    TRY(check_stage(item, stage, err));
    return ERR_NONE;
fail:
    return err->code;
}

void spec_write_flow(const YamlTable *table, const void *settings, Text *out)
{
    Text block = {0};
    yaml_emit(table, settings, 0, &block);
    out->failed = out->failed || block.failed;
    text_append_char(out, '{');
    for (const char *c = text_string(&block); *c; c++) {
        if (*c != '\n')
            text_append_char(out, *c);
        else if (c[1])
            text_append(out, ", ");
    }
    text_append(out, "}\n");
    text_release(&block);
}

/* What older files did not know, where it is as it was for them. */
static bool is_usual(const YamlKey *key, const StageSpec *stage)
{
    const bool is_plain = stage->op == BLOCK_CONV || stage->op == BLOCK_DSCONV;
    switch (key->offset) {
    case offsetof(StageSpec, activation):
        return stage->activation == SPEC_ACTIVATION_OF_NETWORK;
    case offsetof(StageSpec, se_of):
        return stage->se_of == SE_OF_INPUT;
    case offsetof(StageSpec, se_activation):
        return stage->se_activation == SPEC_ACTIVATION_OF_STAGE;
    case offsetof(StageSpec, se_gate):
        return stage->se_gate == SE_GATE_SIGMOID;
    case offsetof(StageSpec, skip):
        return is_plain && stage->skip == SKIP_NONE;
    case offsetof(StageSpec, se):
        return is_plain && stage->se == 0.0;
    default:
        return false;
    }
}

void spec_stage_write(const StageSpec *stage, Text *out)
{
    YamlKey keys[ARRAY_LEN(stage_keys)];
    YamlTable table = {spec_stage_table.name, keys, 0};
    for (size_t i = 0; i < ARRAY_LEN(stage_keys); i++)
        if (applies(stage_keys[i].name, stage->op) && !is_usual(&stage_keys[i], stage))
            keys[table.n_keys++] = stage_keys[i];
    spec_write_flow(&table, stage, out);
}

/* --- single keys --- */

int spec_stage_find_key(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(stage_keys); i++)
        if (strcmp(stage_keys[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *spec_stage_key_name(int key)
{
    return stage_keys[key].name;
}

ErrCode spec_stage_unknown_key(const YamlNode *item, Err *err)
{
    const char *names[ARRAY_LEN(stage_keys) + 1] = {NULL};
    for (size_t i = 0; i < ARRAY_LEN(stage_keys); i++)
        names[i] = stage_keys[i].name;
    return yaml_unknown_key(item, spec_stage_table.name, names, err);
}

bool spec_stage_takes_key(const StageSpec *stage, int key)
{
    const size_t offset = stage_keys[key].offset;
    if (offset == KEY(se) && stage->op == BLOCK_FUSED_MBCONV)
        return stage->expand != 1.0;
    if (offset == KEY(se_of) || offset == KEY(se_activation) || offset == KEY(se_gate))
        return stage->se > 0.0 && applies(stage_keys[key].name, stage->op);
    return applies(stage_keys[key].name, stage->op);
}

ErrCode spec_stage_read_key(YamlDoc *doc, int key, const YamlNode *value, StageSpec *stage,
                            Err *err)
{
    const YamlTable table = {spec_stage_table.name, &stage_keys[key], 1};
    YamlNode named = *value;
    YamlNode *items[] = {&named};
    const YamlNode map = {.kind = YAML_MAP,
                          .text = "",
                          .label = spec_stage_table.name,
                          .source = value->source,
                          .line = value->line,
                          .column = value->column,
                          .n_items = 1,
                          .items = items};
    named.key = named.label = stage_keys[key].name;
    TRY(yaml_read(doc, &table, &map, stage, err));
    if (stage_keys[key].offset == KEY(skip))
        settle_skip(stage, true);
    if (stage_keys[key].offset == KEY(kernel))
        TRY(spec_check_odd(&map, "kernel", stage->kernel, err));
    return ERR_NONE;
fail:
    return err->code;
}

static size_t key_bytes(int key)
{
    switch (stage_keys[key].type) {
    case YAML_DOUBLE:
        return sizeof(double);
    case YAML_BOOL:
        return sizeof(bool);
    case YAML_NAME:
        return CELL_NAME_MAX;
    default:
        return sizeof(int);
    }
}

void spec_stage_copy_key(StageSpec *to, const StageSpec *from, int key)
{
    const size_t offset = stage_keys[key].offset;
    memcpy((char *)to + offset, (const char *)from + offset, key_bytes(key));
}

bool spec_stage_equal_key(const StageSpec *a, const StageSpec *b, int key)
{
    const size_t offset = stage_keys[key].offset;
    return memcmp((const char *)a + offset, (const char *)b + offset, key_bytes(key)) == 0;
}

double spec_stage_key_number(const StageSpec *stage, int key)
{
    const void *field = (const char *)stage + stage_keys[key].offset;
    if (stage_keys[key].type == YAML_DOUBLE)
        return *(const double *)field;
    return stage_keys[key].type == YAML_INT ? *(const int *)field : (double)NAN;
}

const char *spec_stage_key_word(const StageSpec *stage, int key)
{
    const void *field = (const char *)stage + stage_keys[key].offset;
    if (stage_keys[key].type == YAML_NAME)
        return field;
    if (stage_keys[key].type == YAML_BOOL)
        return *(const bool *)field ? "true" : "false";
    const int word = *(const int *)field;
    return stage_keys[key]
        .names[word + (stage_keys[key].offset == KEY(skip) && word < 2 ? SKIP_WORDS_OF_KINDS : 0)];
}
