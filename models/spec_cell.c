/*
 * models/spec_cell: cells and nodes are read with tables; inputs become numbers of maps, and what
 * tables cannot express is checked where its line is known.
 */
#include "models/spec_cell.h"

#include "models/spec_stage.h"

#include <stdio.h>
#include <string.h>

static const char *const op_names[] = {"conv",     "separable", "max_pool", "average_pool",
                                       "identity", "fit",       "norm",     "activation",
                                       "add",      "concat",    NULL};
static const char *const order_names[] = {"conv_norm_act", "act_conv_norm", "norm_act_conv", NULL};

/* --- tables --- */

typedef struct CellDocument {
    char name[CELL_NAME_MAX];
    int order;
    const YamlNode *nodes;
} CellDocument;

#define KEY(type, member) offsetof(type, member)

static const YamlKey cell_keys[] = {
    {"name", YAML_NAME, KEY(CellDocument, name), YAML_REQUIRED, 1, CELL_NAME_MAX - 1, NULL, NULL,
     "by which stages call it"},
    {"order", YAML_ENUM, KEY(CellDocument, order), "conv_norm_act", 0, 0, order_names, NULL,
     "where batch norm and activation stand in its convolutions"},
    {"nodes", YAML_RAW, KEY(CellDocument, nodes), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "list of operations; the last one is its output"},
};
const YamlTable spec_cell_table = {"cells", cell_keys, ARRAY_LEN(cell_keys)};

typedef struct NodeDocument {
    CellNode node; /* inputs and a kernel's sides apart */
    YamlStrings inputs;
    YamlInts kernel;
} NodeDocument;

static const YamlKey node_keys[] = {
    {"name", YAML_NAME, KEY(NodeDocument, node.name), YAML_REQUIRED, 1, CELL_NAME_MAX - 1, NULL,
     NULL, "letters, digits, '_' and '-'; of its weights, too"},
    {"op", YAML_ENUM, KEY(NodeDocument, node.op), YAML_REQUIRED, 0, 0, op_names, NULL,
     "what it does"},
    {"input", YAML_STRINGS, KEY(NodeDocument, inputs), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "a node above it, `last` or `before`; add, concat: a list of 2 to 8"},
    {"kernel", YAML_INTS, KEY(NodeDocument, kernel), "3", 1, SPEC_MAX_KERNEL, NULL, NULL,
     "conv, separable: odd; conv: [height, width] where they differ; max_pool, average_pool: any"},
    {"channels", YAML_DOUBLE, KEY(NodeDocument, node.channels), "1", 0.001, 64, NULL, NULL,
     "conv, separable: over the stage's channels"},
    {"dilation", YAML_INT, KEY(NodeDocument, node.dilation), "1", 1, 4, NULL, NULL,
     "separable: pixels from tap to tap"},
    {"strided", YAML_BOOL, KEY(NodeDocument, node.strided), "false", 0, 0, NULL, NULL,
     "at the stage's stride in its first cell; fit: to the size that this leaves"},
};
const YamlTable spec_node_table = {"nodes", node_keys, ARRAY_LEN(node_keys)};

enum {
    TAKE_KERNEL =
        1u << CELL_CONV | 1u << CELL_SEPARABLE | 1u << CELL_MAX_POOL | 1u << CELL_AVERAGE_POOL,
    TAKE_STRIDE = TAKE_KERNEL | 1u << CELL_IDENTITY | 1u << CELL_FIT,
    TAKE_CHANNELS = 1u << CELL_CONV | 1u << CELL_SEPARABLE,
    TAKE_ANY_KERNEL = 1u << CELL_MAX_POOL | 1u << CELL_AVERAGE_POOL,
    TAKE_SEVERAL = 1u << CELL_ADD | 1u << CELL_CONCAT,
};

/* Which operations take an optional key: the others refuse it. */
static const struct {
    const char *key;
    unsigned ops; /* bit set of CellOp */
} node_applies[] = {
    {"kernel", TAKE_KERNEL},
    {"strided", TAKE_STRIDE},
    {"channels", TAKE_CHANNELS},
    {"dilation", 1u << CELL_SEPARABLE},
};

static bool takes(unsigned ops, int op)
{
    return ops >> op & 1u;
}

static bool applies(const char *key, int op)
{
    for (size_t i = 0; i < ARRAY_LEN(node_applies); i++)
        if (strcmp(node_applies[i].key, key) == 0)
            return takes(node_applies[i].ops, op);
    return true;
}

/* --- names --- */

static const char *map_name(const CellNode *nodes, int map)
{
    static const char *const given[] = {[CELL_LAST] = "last", [CELL_BEFORE] = "before"};
    return map < CELL_NODES ? given[map] : nodes[map - CELL_NODES].name;
}

/* Number of the map of that name among those before `n_maps`; -1: there is none. */
static int find_map(const CellNode *nodes, int n_maps, const char *name)
{
    for (int i = 0; i < n_maps; i++)
        if (strcmp(map_name(nodes, i), name) == 0)
            return i;
    return -1;
}

/* Names of weights are made of it. */
static ErrCode check_name(const YamlNode *item, const char *name, Err *err)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    if (strspn(name, allowed) == strlen(name))
        return ERR_NONE;
    return yaml_error(err, yaml_find(item, "name"),
                      "'name' must be letters, digits, '_' or '-', not '%s'", name);
}

/* Whether a node of the list has the name, its own place or a later one. */
static bool comes_later(const YamlNode *list, size_t from, const char *name)
{
    for (size_t i = from; i < list->n_items; i++) {
        const YamlNode *other = yaml_find(list->items[i], "name");
        if (other != NULL && strcmp(other->text, name) == 0)
            return true;
    }
    return false;
}

static ErrCode unknown_input(const YamlNode *list, size_t index, const CellNode *nodes,
                             const char *name, Err *err)
{
    const YamlNode *input = yaml_find(list->items[index], "input");
    const char *names[SPEC_MAX_NODES + CELL_NODES];
    size_t n = 0;
    for (; n < index + CELL_NODES; n++)
        names[n] = map_name(nodes, (int)n);
    const char *own = nodes[index].name, *nearest = text_nearest(name, names, n);
    if (comes_later(list, index, name))
        return yaml_error(err, input,
                          "node '%s' reads '%s', which does not stand above it: nodes stand in the "
                          "order in which they run, without cycles",
                          own, name);
    if (nearest != NULL)
        return yaml_error(err, input,
                          "node '%s' reads '%s', which is no map of the cell, did you "
                          "mean '%s'?",
                          own, name, nearest);
    return yaml_error(
        err, input, "node '%s' reads '%s', which is neither a node above it nor 'last' or 'before'",
        own, name);
}

/* --- reading nodes --- */

static ErrCode read_inputs(const YamlNode *list, size_t index, const YamlStrings *inputs,
                           CellNode *nodes, Err *err)
{
    CellNode *node = &nodes[index];
    const bool is_several = takes(TAKE_SEVERAL, node->op);
    const size_t least = is_several ? 2 : 1, most = is_several ? CELL_INPUTS_MAX : 1;
    if (inputs->n < least || inputs->n > most) {
        yaml_error(err, list->items[index], "node '%s' of op '%s' reads %zu maps, not %s",
                   node->name, op_names[node->op], inputs->n, is_several ? "2 to 8" : "one");
        goto fail;
    }
    for (size_t i = 0; i < inputs->n; i++) {
        const int map = find_map(nodes, (int)index + CELL_NODES, inputs->v[i]);
        if (map < 0)
            return unknown_input(list, index, nodes, inputs->v[i], err);
        node->inputs[i] = (unsigned char)map;
    }
    node->n_inputs = (unsigned char)inputs->n;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode read_kernel(const YamlNode *item, const YamlInts *kernel, CellNode *node, Err *err)
{
    const YamlNode *at = yaml_find(item, "kernel");
    node->kernel = (int)kernel->v[0];
    if (kernel->n > 2 || (kernel->n == 2 && node->op != CELL_CONV))
        return yaml_error(err, at, "'kernel' is one number, or [height, width] of a conv");
    if (kernel->n == 2 && kernel->v[1] != kernel->v[0])
        node->kernel_width = (int)kernel->v[1];
    if (node->kernel_width && node->strided)
        return yaml_error(err, at, "a kernel whose sides differ has stride 1");
    for (size_t i = 0; i < kernel->n && !takes(TAKE_ANY_KERNEL, node->op); i++)
        if (kernel->v[i] % 2 == 0)
            return yaml_error(err, at, "'kernel' must be odd, not %lld", (long long)kernel->v[i]);
    return ERR_NONE;
}

static ErrCode check_keys(const YamlNode *item, const CellNode *node, Err *err)
{
    for (size_t i = 0; i < item->n_items; i++)
        if (!applies(item->items[i]->key, node->op))
            return yaml_key_error(err, item->items[i], "'%s' does not belong to op '%s'",
                                  item->items[i]->key, op_names[node->op]);
    if ((node->kernel - 1) * node->dilation > SPEC_MAX_KERNEL - 1)
        return yaml_error(err, item, "kernel %d with dilation %d is wider than %d", node->kernel,
                          node->dilation, SPEC_MAX_KERNEL);
    return ERR_NONE;
}

static ErrCode read_node(YamlDoc *doc, const YamlNode *list, size_t index, CellNode *nodes,
                         Err *err)
{
    const YamlNode *item = list->items[index];
    NodeDocument document = {0};
    if (item->kind != YAML_MAP)
        return yaml_error(err, item,
                          "a node must be a map such as {name: a, op: conv, input: last}");
    TRY(yaml_read(doc, &spec_node_table, item, &document, err));
    CellNode *node = &nodes[index];
    *node = document.node;
    TRY(check_name(item, node->name, err));
    if (find_map(nodes, (int)index + CELL_NODES, node->name) >= 0) {
        yaml_error(err, yaml_find(item, "name"), "'%s' is the name of another map of the cell",
                   node->name);
        goto fail;
    }
    TRY(read_kernel(item, &document.kernel, node, err));
    TRY(check_keys(item, node, err));
    TRY(read_inputs(list, index, &document.inputs, nodes, err));
    return ERR_NONE;
fail:
    return err->code;
}

/* All nodes but the last one are read. */
static ErrCode check_readers(const YamlNode *list, const CellNode *nodes, Err *err)
{
    bool is_read[SPEC_MAX_NODES + CELL_NODES] = {false};
    for (size_t i = 0; i < list->n_items; i++)
        for (int k = 0; k < nodes[i].n_inputs; k++)
            is_read[nodes[i].inputs[k]] = true;
    for (size_t i = 0; i + 1 < list->n_items; i++)
        if (!is_read[i + CELL_NODES])
            return yaml_error(err, list->items[i],
                              "nobody reads node '%s', and it is not the last one, the output",
                              nodes[i].name);
    return ERR_NONE;
}

static ErrCode read_cell(YamlDoc *doc, const YamlNode *item, Spec *spec, Err *err)
{
    CellDocument document = {0};
    if (item->kind != YAML_MAP)
        return yaml_error(err, item, "a cell must be a map of name, order and nodes");
    TRY(yaml_read(doc, &spec_cell_table, item, &document, err));
    TRY(check_name(item, document.name, err));
    const YamlNode *list = document.nodes;
    if (spec_cell_find(spec, document.name) != NULL) {
        yaml_error(err, yaml_find(item, "name"), "there are two cells '%s'", document.name);
    } else if (list == NULL || list->kind != YAML_LIST || list->n_items == 0) {
        yaml_error(err, list != NULL ? list : item, "'nodes' must be a list of at least one node");
    } else if (list->n_items > (size_t)(SPEC_MAX_NODES - spec->n_nodes)) {
        yaml_error(err, list, "more than %d nodes in all cells", SPEC_MAX_NODES);
    }
    TRY(err->code);
    CellNode *nodes = &spec->nodes[spec->n_nodes];
    for (size_t i = 0; i < list->n_items; i++)
        TRY(read_node(doc, list, i, nodes, err));
    TRY(check_readers(list, nodes, err));
    CellSpec *cell = &spec->cells[spec->n_cells++];
    memcpy(cell->name, document.name, sizeof cell->name);
    cell->order = document.order;
    cell->first = spec->n_nodes;
    cell->n_nodes = (int)list->n_items;
    spec->n_nodes += cell->n_nodes;
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode spec_cell_read(YamlDoc *doc, const YamlNode *list, Spec *spec, Err *err)
{
    if (list->kind != YAML_LIST || list->n_items == 0 || list->n_items > SPEC_MAX_CELLS)
        return yaml_error(err, list, "'cells' must be a list of 1 to %d cells", SPEC_MAX_CELLS);
    for (size_t i = 0; i < list->n_items; i++)
        TRY(read_cell(doc, list->items[i], spec, err));
    return ERR_NONE;
fail:
    return err->code;
}

/* --- finding --- */

const CellSpec *spec_cell_find(const Spec *spec, const char *name)
{
    for (int i = 0; i < spec->n_cells; i++)
        if (strcmp(spec->cells[i].name, name) == 0)
            return &spec->cells[i];
    return NULL;
}

ErrCode spec_cell_check_name(const YamlNode *name, const Spec *spec, Err *err)
{
    const char *names[SPEC_MAX_CELLS];
    if (spec_cell_find(spec, name->text) != NULL)
        return ERR_NONE;
    for (int i = 0; i < spec->n_cells; i++)
        names[i] = spec->cells[i].name;
    const char *nearest = text_nearest(name->text, names, (size_t)spec->n_cells);
    if (nearest != NULL)
        return yaml_error(err, name, "no cell '%s' in 'cells', did you mean '%s'?", name->text,
                          nearest);
    return yaml_error(err, name, "no cell '%s' in 'cells'", name->text);
}

/* --- writing --- */

static bool is_usual(const YamlKey *key, const CellNode *node)
{
    switch (key->offset) {
    case KEY(NodeDocument, node.channels):
        return node->channels == 1.0;
    case KEY(NodeDocument, node.dilation):
        return node->dilation == 1;
    case KEY(NodeDocument, node.strided):
        return !node->strided;
    default:
        return false;
    }
}

static void write_node(const CellNode *nodes, const CellNode *node, Text *out)
{
    YamlKey keys[ARRAY_LEN(node_keys)];
    YamlTable table = {spec_node_table.name, keys, 0};
    const char *inputs[CELL_INPUTS_MAX];
    const int64_t sides[] = {node->kernel, node->kernel_width};
    for (int i = 0; i < node->n_inputs; i++)
        inputs[i] = map_name(nodes, node->inputs[i]);
    const NodeDocument document = {*node, {inputs, node->n_inputs}, {sides, sides[1] ? 2 : 1}};
    for (size_t i = 0; i < ARRAY_LEN(node_keys); i++)
        if (applies(node_keys[i].name, node->op) && !is_usual(&node_keys[i], node))
            keys[table.n_keys++] = node_keys[i];
    text_append(out, "      - ");
    spec_write_flow(&table, &document, out);
}

void spec_cell_write(const Spec *spec, Text *out)
{
    text_append(out, spec->n_cells ? "cells:\n" : "");
    for (int i = 0; i < spec->n_cells; i++) {
        const CellSpec *cell = &spec->cells[i];
        const CellNode *nodes = &spec->nodes[cell->first];
        text_append(out, "  - name: ");
        yaml_emit_string(cell->name, out);
        text_printf(out, "\n    order: %s\n    nodes:\n", order_names[cell->order]);
        for (int k = 0; k < cell->n_nodes; k++)
            write_node(nodes, &nodes[k], out);
    }
}
