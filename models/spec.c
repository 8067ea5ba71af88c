/*
 * models/spec: the tables of the network file's keys, reading, checks across keys, writing.
 *
 * Sections are read by base's table reader straight into their structs; stages are a list, read and
 * written by models/spec_stage.
 */
#include "models/spec.h"

#include "models/spec_cell.h"
#include "models/spec_stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const activation_names[] = {SPEC_ACTIVATION_WORDS, NULL};
static const char *const padding_names[] = {"symmetric", "same", NULL};
static const char *const depth_names[] = {"ceil", "round", NULL};
static const char *const head_scale_names[] = {"always", "up", "never", NULL};
static const char *const stem_pool_names[] = {"max", "average", NULL};
static const char *const stem_padding_names[] = {"network", "valid", NULL};
static const char *const stem_activation_names[] = {SPEC_ACTIVATION_WORDS, "network", NULL};
static const char *const stride_on_names[] = {"kernel", "first", NULL};

/* --- tables --- */

#define KEY(type, member) offsetof(type, member)

static const YamlKey batch_norm_keys[] = {
    {"momentum", YAML_DOUBLE, KEY(BatchNormSpec, momentum), "0.99", 0.0, 1.0, NULL, NULL,
     "share of the running statistics kept each step (TensorFlow's decay; PyTorch's is 1 - this)"},
    {"epsilon", YAML_DOUBLE, KEY(BatchNormSpec, epsilon), "1.0e-3", 1.0e-12, 1.0, NULL, NULL,
     "added to the variance"},
};
static const YamlTable batch_norm_table = {"batch_norm", batch_norm_keys,
                                           ARRAY_LEN(batch_norm_keys)};

static const YamlKey rounding_keys[] = {
    {"divisor", YAML_INT, KEY(Rounding, divisor), "8", 1, 1024, NULL, NULL,
     "scaled channels become multiples of it"},
    {"limit", YAML_DOUBLE, KEY(Rounding, limit), "0.9", 0.0, 1.0, NULL, NULL,
     "a rounded count below this share of the exact one goes one divisor up"},
    {"min", YAML_INT, KEY(Rounding, min), "0", 0, SPEC_MAX_CHANNELS, NULL, NULL,
     "smallest scaled channel count; 0: the divisor"},
    {"depth", YAML_ENUM, KEY(Rounding, depth), "ceil", 0, 0, depth_names, NULL,
     "how scaled layer counts become whole"},
};
static const YamlTable rounding_table = {"rounding", rounding_keys, ARRAY_LEN(rounding_keys)};

static const YamlKey stem_keys[] = {
    {"kernel", YAML_INT, KEY(StemSpec, kernel), "3", 1, SPEC_MAX_KERNEL, NULL, NULL, "odd"},
    {"stride", YAML_INT, KEY(StemSpec, stride), "2", 1, 2, NULL, NULL, "of the convolution"},
    {"channels", YAML_INT, KEY(StemSpec, channels), YAML_REQUIRED, 1, SPEC_MAX_CHANNELS, NULL, NULL,
     "output channels"},
    {"scale", YAML_BOOL, KEY(StemSpec, scale), "true", 0, 0, NULL, NULL, "follows width scaling"},
    {"pool", YAML_INT, KEY(StemSpec, pool), "0", 0, SPEC_MAX_KERNEL, NULL, NULL,
     "kernel of a pool of stride 2 behind it; 0: none"},
    {"pool_kind", YAML_ENUM, KEY(StemSpec, pool_kind), "max", 0, 0, stem_pool_names, NULL,
     "largest or mean pixel of each window; padding counts for neither"},
    {"padding", YAML_ENUM, KEY(StemSpec, padding), "network", 0, 0, stem_padding_names, NULL,
     "the network's, or none: its windows lie in the image"},
    {"norm", YAML_BOOL, KEY(StemSpec, norm), "true", 0, 0, NULL, NULL, "batch norm behind it"},
    {"activation", YAML_ENUM, KEY(StemSpec, activation), "network", 0, 0, stem_activation_names,
     NULL, "behind that; network: the network's"},
};
static const YamlTable stem_table = {"stem", stem_keys, ARRAY_LEN(stem_keys)};

static const YamlKey head_keys[] = {
    {"channels", YAML_INT, KEY(HeadSpec, channels), "0", 0, SPEC_MAX_CHANNELS, NULL, NULL,
     "of the 1 x 1 convolution before the pool; 0: none"},
    {"hidden", YAML_INT, KEY(HeadSpec, hidden), "0", 0, SPEC_MAX_CHANNELS, NULL, NULL,
     "units of a layer between the pool and the classifier, with the network's activation; 0: "
     "none"},
    {"scale", YAML_ENUM, KEY(HeadSpec, scale), "always", 0, 0, head_scale_names, NULL,
     "whether it follows width scaling; up: only by factors above 1"},
    {"dropout", YAML_DOUBLE, KEY(HeadSpec, dropout), "0", 0.0, 0.99, NULL, NULL,
     "before the classifier"},
};
static const YamlTable head_table = {"head", head_keys, ARRAY_LEN(head_keys)};

/* `torchvision:`, present only for networks that torchvision has. */
typedef struct TorchvisionSpec {
    double epsilon;
} TorchvisionSpec;

static const YamlKey torchvision_keys[] = {
    {"epsilon", YAML_DOUBLE, KEY(TorchvisionSpec, epsilon), YAML_REQUIRED, 1.0e-12, 1.0, NULL, NULL,
     "batch norm's epsilon in torchvision, used with --names torchvision"},
};
static const YamlTable torchvision_table = {"torchvision", torchvision_keys,
                                            ARRAY_LEN(torchvision_keys)};

/* `scaled_from:`, written by scaling. */
typedef struct OriginDocument {
    const char *baseline;
    double width, depth, resolution;
} OriginDocument;

static const YamlKey origin_keys[] = {
    {"baseline", YAML_STRING, KEY(OriginDocument, baseline), YAML_REQUIRED, 0, 0, NULL, NULL,
     "the network this one was scaled from: a name of the zoo or a path, relative to this file"},
    {"depth", YAML_DOUBLE, KEY(OriginDocument, depth), "1", 1.0e-6, 1.0e6, NULL, NULL,
     "multiplier"},
    {"width", YAML_DOUBLE, KEY(OriginDocument, width), "1", 1.0e-6, 1.0e6, NULL, NULL,
     "multiplier"},
    {"resolution", YAML_DOUBLE, KEY(OriginDocument, resolution), "1", 1.0e-6, 1.0e6, NULL, NULL,
     "multiplier"},
};
static const YamlTable origin_table = {"scaled_from", origin_keys, ARRAY_LEN(origin_keys)};

/* The top of a network file. */
typedef struct SpecDocument {
    const char *name;
    int resolution, classes, activation, padding, stride_on;
    BatchNormSpec batch_norm;
    Rounding rounding;
    StemSpec stem;
    HeadSpec head;
    double drop_connect;
    const YamlNode *cells, *stages, *torchvision, *scaled_from;
} SpecDocument;

static const YamlKey spec_keys[] = {
    {"name", YAML_STRING, KEY(SpecDocument, name), YAML_REQUIRED, 0, 0, NULL, NULL,
     "letters, digits, '.', '_' and '-'"},
    {"scaled_from", YAML_RAW, KEY(SpecDocument, scaled_from), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "where a scaled network came from: baseline, depth, width, resolution"},
    {"resolution", YAML_INT, KEY(SpecDocument, resolution), YAML_REQUIRED, 1, SPEC_MAX_PIXELS, NULL,
     NULL, "height and width of the images in pixels"},
    {"classes", YAML_INT, KEY(SpecDocument, classes), YAML_REQUIRED, 1, SPEC_MAX_CLASSES, NULL,
     NULL, "logits; a data set's own number overrides it"},
    {"activation", YAML_ENUM, KEY(SpecDocument, activation), YAML_REQUIRED, 0, 0, activation_names,
     NULL, "after batch norm"},
    {"padding", YAML_ENUM, KEY(SpecDocument, padding), "symmetric", 0, 0, padding_names, NULL,
     "symmetric (PyTorch's) or same (TensorFlow's)"},
    {"stride_on", YAML_ENUM, KEY(SpecDocument, stride_on), "kernel", 0, 0, stride_on_names, NULL,
     "bottleneck: the stride lies on the k x k (v1.5) or on the first 1 x 1 (v1)"},
    {"batch_norm", YAML_SECTION, KEY(SpecDocument, batch_norm), "{}", 0, 0, NULL, &batch_norm_table,
     "batch normalisation"},
    {"rounding", YAML_SECTION, KEY(SpecDocument, rounding), "{}", 0, 0, NULL, &rounding_table,
     "how scaled counts become whole"},
    {"stem", YAML_SECTION, KEY(SpecDocument, stem), "{}", 0, 0, NULL, &stem_table,
     "the first convolution"},
    {"cells", YAML_RAW, KEY(SpecDocument, cells), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "list of graphs of operations, for stages of op cell"},
    {"stages", YAML_RAW, KEY(SpecDocument, stages), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "list of 1 to 32 stages"},
    {"head", YAML_SECTION, KEY(SpecDocument, head), "{}", 0, 0, NULL, &head_table,
     "last convolution and classifier"},
    {"drop_connect", YAML_DOUBLE, KEY(SpecDocument, drop_connect), "0", 0.0, 0.99, NULL, NULL,
     "stochastic depth: block i of N survives with 1 - drop_connect * i / N"},
    {"torchvision", YAML_RAW, KEY(SpecDocument, torchvision), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "for networks that torchvision has: epsilon"},
};
static const YamlTable spec_table = {"network", spec_keys, ARRAY_LEN(spec_keys)};

/* --- checks that a table cannot express --- */

static ErrCode check_name(const YamlNode *map, const char *key, const char *name, Err *err)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (name[0] && strlen(name) < NETWORK_NAME_MAX && strspn(name, allowed) == strlen(name))
        return ERR_NONE;
    return yaml_error(err, yaml_find(map, key),
                      "'%s' must be 1 to %d letters, digits, '.', '_' or '-', not '%s'", key,
                      NETWORK_NAME_MAX - 1, name);
}

/* Whether it is to be found is for those who ask for it (paper/explain.h). */
static ErrCode check_origin(const YamlNode *map, const char *baseline, Err *err)
{
    if (baseline[0] != '\0' && strlen(baseline) < SPEC_ORIGIN_MAX)
        return ERR_NONE;
    return yaml_error(err, yaml_find(map, "baseline"), "'baseline' must be 1 to %d bytes, not %zu",
                      SPEC_ORIGIN_MAX - 1, strlen(baseline));
}

/* --- reading --- */

static ErrCode read_stages(YamlDoc *doc, const YamlNode *map, const YamlNode *list, Spec *spec,
                           Err *err)
{
    if (list == NULL || list->kind != YAML_LIST || list->n_items == 0)
        return yaml_error(err, list != NULL ? list : map,
                          "'stages' must be a list of at least one stage");
    if (list->n_items > SPEC_MAX_STAGES)
        return yaml_error(err, list, "%zu stages, more than %d", list->n_items, SPEC_MAX_STAGES);
    for (size_t i = 0; i < list->n_items; i++) {
        StageSpec *stage = &spec->stages[i];
        TRY(spec_stage_read(doc, list->items[i], stage, err));
    }
    spec->n_stages = (int)list->n_items;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_extras(YamlDoc *doc, const SpecDocument *document, Spec *spec, Err *err)
{
    spec->torchvision_epsilon = (double)NAN;
    if (!yaml_is_null(document->torchvision)) {
        TorchvisionSpec torchvision;
        TRY(yaml_read(doc, &torchvision_table, document->torchvision, &torchvision, err));
        spec->torchvision_epsilon = torchvision.epsilon;
    }
    if (!yaml_is_null(document->scaled_from)) {
        OriginDocument origin;
        TRY(yaml_read(doc, &origin_table, document->scaled_from, &origin, err));
        TRY(check_origin(document->scaled_from, origin.baseline, err));
        snprintf(spec->scaled_from.baseline, SPEC_ORIGIN_MAX, "%s", origin.baseline);
        spec->scaled_from.width = origin.width;
        spec->scaled_from.depth = origin.depth;
        spec->scaled_from.resolution = origin.resolution;
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* Stages name cells that there are, which no drop connect drops. */
static ErrCode check_cells(const YamlNode *map, const Spec *spec, Err *err)
{
    const YamlNode *stages = yaml_find(map, "stages");
    for (int s = 0; s < spec->n_stages; s++) {
        if (spec->stages[s].op != BLOCK_CELL)
            continue;
        TRY(spec_cell_check_name(yaml_find(stages->items[s], "cell"), spec, err));
        if (spec->drop_connect > 0.0)
            return yaml_error(err, yaml_find(map, "drop_connect"),
                              "'drop_connect' is not for cells, which stage %d has", s);
    }
fail:
    return err->code;
}

ErrCode spec_read(Spec *out, YamlDoc *doc, const YamlNode *map, Err *err)
{
    SpecDocument document = {0};
    Spec spec = {0};
    if (map->kind == YAML_MAP && yaml_find(map, "stem") == NULL) {
        yaml_error(err, map, "key 'stem' is missing in 'network'");
        goto fail;
    }
    TRY(yaml_read(doc, &spec_table, map, &document, err));
    TRY(check_name(map, "name", document.name, err));
    TRY(spec_check_odd(yaml_find(map, "stem"), "kernel", document.stem.kernel, err));
    TRY(spec_check_odd(yaml_find(map, "stem"), "pool", document.stem.pool, err));
    if (document.stem.pool == 0 && document.stem.pool_kind != STEM_POOL_MAX) {
        yaml_error(err, yaml_find(yaml_find(map, "stem"), "pool_kind"),
                   "'pool_kind' needs a 'pool'");
        goto fail;
    }
    snprintf(spec.name, sizeof spec.name, "%s", document.name);
    spec.resolution = document.resolution;
    spec.classes = document.classes;
    spec.activation = document.activation;
    spec.padding = document.padding;
    spec.stride_on = document.stride_on;
    spec.batch_norm = document.batch_norm;
    spec.rounding = document.rounding;
    spec.stem = document.stem;
    spec.head = document.head;
    spec.drop_connect = document.drop_connect;
    if (!yaml_is_null(document.cells))
        TRY(spec_cell_read(doc, document.cells, &spec, err));
    TRY(read_stages(doc, map, document.stages, &spec, err));
    TRY(check_cells(map, &spec, err));
    TRY(read_extras(doc, &document, &spec, err));
    *out = spec;
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode spec_parse(Spec *spec, const char *source, const char *data, size_t n_bytes, Err *err)
{
    YamlDoc *doc = NULL;
    TRY(yaml_parse(&doc, source, data, n_bytes, err));
    TRY(spec_read(spec, doc, yaml_root(doc), err));
    yaml_destroy(&doc);
    return ERR_NONE;
fail:
    yaml_destroy(&doc);
    return err->code;
}

ErrCode spec_load(Spec *spec, const char *path, Err *err)
{
    YamlDoc *doc = NULL;
    TRY(yaml_load(&doc, path, err));
    TRY(spec_read(spec, doc, yaml_root(doc), err));
    yaml_destroy(&doc);
    return ERR_NONE;
fail:
    yaml_destroy(&doc);
    return err->code;
}

/* --- writing --- */

/* What older files did not know, where it is as it was for them: their text is what it was. */
static bool is_usual(const YamlKey *key, const StemSpec *stem)
{
    switch (key->offset) {
    case offsetof(StemSpec, pool_kind):
        return stem->pool_kind == STEM_POOL_MAX;
    case offsetof(StemSpec, padding):
        return stem->padding == STEM_PADDING_OF_NETWORK;
    case offsetof(StemSpec, norm):
        return stem->norm;
    case offsetof(StemSpec, activation):
        return stem->activation == SPEC_ACTIVATION_OF_NETWORK;
    default:
        return false;
    }
}

static void write_stem(const StemSpec *stem, Text *out)
{
    YamlKey keys[ARRAY_LEN(stem_keys)];
    YamlTable table = {stem_table.name, keys, 0};
    for (size_t i = 0; i < ARRAY_LEN(stem_keys); i++)
        if (!is_usual(&stem_keys[i], stem))
            keys[table.n_keys++] = stem_keys[i];
    spec_write_flow(&table, stem, out);
}

/* Hidden units only where there are some. */
static void write_head(const HeadSpec *head, Text *out)
{
    YamlKey keys[ARRAY_LEN(head_keys)];
    YamlTable table = {head_table.name, keys, 0};
    for (size_t i = 0; i < ARRAY_LEN(head_keys); i++)
        if (head->hidden != 0 || head_keys[i].offset != offsetof(HeadSpec, hidden))
            keys[table.n_keys++] = head_keys[i];
    spec_write_flow(&table, head, out);
}

static void write_extras(const Spec *spec, Text *out)
{
    if (isnan(spec->torchvision_epsilon))
        return;
    const TorchvisionSpec torchvision = {spec->torchvision_epsilon};
    text_append(out, "torchvision: ");
    spec_write_flow(&torchvision_table, &torchvision, out);
}

static void write_origin(const Spec *spec, Text *out)
{
    if (!spec->scaled_from.baseline[0])
        return;
    const OriginDocument origin = {spec->scaled_from.baseline, spec->scaled_from.width,
                                   spec->scaled_from.depth, spec->scaled_from.resolution};
    text_append(out, "scaled_from: ");
    spec_write_flow(&origin_table, &origin, out);
}

void spec_write_yaml(const Spec *spec, Text *out)
{
    text_append(out, "name: ");
    yaml_emit_string(spec->name, out);
    text_append_char(out, '\n');
    write_origin(spec, out);
    text_printf(out, "resolution: %d\nclasses: %d\nactivation: %s\npadding: %s\nstride_on: %s\n",
                spec->resolution, spec->classes, activation_names[spec->activation],
                padding_names[spec->padding], stride_on_names[spec->stride_on]);
    text_append(out, "batch_norm: ");
    spec_write_flow(&batch_norm_table, &spec->batch_norm, out);
    text_append(out, "rounding: ");
    spec_write_flow(&rounding_table, &spec->rounding, out);
    text_append(out, "stem: ");
    write_stem(&spec->stem, out);
    spec_cell_write(spec, out);
    text_append(out, "stages:\n");
    for (int s = 0; s < spec->n_stages; s++) {
        text_append(out, "  - ");
        spec_stage_write(&spec->stages[s], out);
    }
    text_append(out, "head: ");
    write_head(&spec->head, out);
    text_append(out, "drop_connect: ");
    text_append_double(out, spec->drop_connect);
    text_append_char(out, '\n');
    write_extras(spec, out);
}

void spec_describe(Text *out)
{
    static const YamlTable *const tables[] = {&spec_table,        &spec_stage_table,
                                              &spec_cell_table,   &spec_node_table,
                                              &torchvision_table, &origin_table};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        text_printf(out, "%s### %s\n\n", i ? "\n" : "", tables[i]->name);
        yaml_describe(tables[i], out);
    }
}

/* --- inspecting --- */

int spec_n_blocks(const Spec *spec)
{
    int n = 0;
    for (int s = 0; s < spec->n_stages; s++)
        n += spec->stages[s].layers;
    return n;
}
