/* models/cellwalk: node after node; each leaves a map for those below it. */
#include "models/cellwalk.h"

#include "models/spec_cell.h"

#include "base/text.h"

#include <stdio.h>

enum { SUFFIX_MAX = OP_NAME_MAX };

typedef struct Value {
    WalkMap map;
    int ready; /* operation that a convolution of the cell reads as it is; NOT_READY: none yet */
} Value;

enum { NOT_READY = -2 };

typedef struct CellWalk {
    Walk *walk;
    const StageSpec *stage;
    const CellSpec *cell;
    const CellNode *nodes;
    int stride;
    int at; /* number of the map that is being made */
    Value values[CELL_NODES + SPEC_MAX_NODES];
} CellWalk;

/* --- where the walk is --- */

static WalkMap newest(const CellWalk *it)
{
    return (WalkMap){it->walk->last, it->walk->channels, it->walk->size};
}

static void go_to(const CellWalk *it, WalkMap map)
{
    it->walk->last = map.op;
    it->walk->channels = map.channels;
    it->walk->size = map.size;
}

static const CellNode *node_of(const CellWalk *it)
{
    return &it->nodes[it->at - CELL_NODES];
}

/* "NODE.part", or "NODE" for NULL. */
static void emit_part(const CellWalk *it, Op op, const char *part)
{
    char suffix[SUFFIX_MAX];
    snprintf(suffix, sizeof suffix, "%s%s%s", node_of(it)->name, part == NULL ? "" : ".",
             part == NULL ? "" : part);
    walk_emit(it->walk, op, suffix);
}

static Activation act_of(const CellWalk *it)
{
    return walk_act(it->walk, it->stage);
}

static int channels_of(const CellWalk *it, double share)
{
    const int channels = (int)(it->stage->channels * share + 0.5);
    return channels > 1 ? channels : 1;
}

static int stride_of(const CellWalk *it)
{
    return node_of(it)->strided ? it->stride : 1;
}

/* --- in front of convolutions, and behind them --- */

static bool is_convolution(const CellNode *node)
{
    return node->op == CELL_CONV || node->op == CELL_SEPARABLE;
}

/* Whether whoever reads the map that is being made has batch norm or activation in front. */
static bool is_read_by_convolutions(const CellWalk *it)
{
    int n = 0;
    for (int i = 0; i < it->cell->n_nodes; i++)
        for (int k = 0; k < it->nodes[i].n_inputs; k++) {
            if (it->nodes[i].inputs[k] != it->at)
                continue;
            if (!is_convolution(&it->nodes[i]))
                return false;
            n++;
        }
    return n > 0;
}

static void emit_norm(const CellWalk *it, bool has_norm, bool has_act, const char *part)
{
    Op op = walk_on_newest(it->walk, OP_NORMALISE);
    op.batch_norm = has_norm;
    op.act = has_act ? act_of(it) : ACT_NONE;
    if (op.batch_norm || op.act != ACT_NONE)
        emit_part(it, op, part);
}

/* Goes to what a convolution of this map reads; an activation is made once for all of them. */
static void go_before_convolution(const CellWalk *it, Value *value)
{
    go_to(it, value->map);
    if (it->cell->order == CELL_CONV_NORM_ACT)
        return;
    if (value->ready != NOT_READY) {
        it->walk->last = value->ready;
        return;
    }
    emit_norm(it, it->cell->order == CELL_NORM_ACT_CONV, true, "pre");
    if (it->cell->order == CELL_ACT_CONV_NORM)
        value->ready = it->walk->last;
}

/* A convolution within a node: the next one reads batch norm and activation. */
static void emit_inner(const CellWalk *it, Op op, const char *part)
{
    op.batch_norm = true;
    op.act = act_of(it);
    emit_part(it, op, part);
}

/* A convolution whose output others read. */
static void emit_outer(const CellWalk *it, Op op, bool is_ready, const char *part)
{
    const int order = it->cell->order;
    op.batch_norm = is_ready || order != CELL_NORM_ACT_CONV;
    op.act = is_ready || order == CELL_CONV_NORM_ACT ? act_of(it) : ACT_NONE;
    emit_part(it, op, part);
}

static Op convolution(const CellWalk *it, int kernel, int stride, int channels)
{
    Op op = walk_windowed(it->walk, OP_CONV, kernel, stride);
    op.out_channels = channels;
    return op;
}

/* The last convolution of a node, of whose map it makes the value. */
static Value end_convolution(const CellWalk *it, Op op)
{
    const bool is_ready = is_read_by_convolutions(it);
    emit_outer(it, op, is_ready, NULL);
    return (Value){newest(it), is_ready ? it->walk->last : NOT_READY};
}

static Value plain(const CellWalk *it)
{
    return (Value){newest(it), NOT_READY};
}

/* --- nodes: each makes a value of its inputs --- */

static Value make_conv(CellWalk *it, Value *input)
{
    const CellNode *node = node_of(it);
    go_before_convolution(it, input);
    Op op = convolution(it, node->kernel, stride_of(it), channels_of(it, node->channels));
    op.kernel_width = node->kernel_width;
    return end_convolution(it, op);
}

static void emit_depthwise(const CellWalk *it, int stride, const char *part)
{
    const CellNode *node = node_of(it);
    Op op = walk_windowed(it->walk, OP_DEPTHWISE, node->kernel, stride);
    op.dilation = node->dilation > 1 ? node->dilation : 0;
    emit_part(it, op, part);
}

static Value make_separable(CellWalk *it, Value *input)
{
    const int channels = channels_of(it, node_of(it)->channels);
    go_before_convolution(it, input);
    emit_depthwise(it, stride_of(it), "depthwise1");
    emit_inner(it, convolution(it, 1, 1, channels), "pointwise1");
    emit_depthwise(it, 1, "depthwise2");
    return end_convolution(it, convolution(it, 1, 1, channels));
}

/* The map as it is, where it has the stage's channels and the stride is 1; else a 1 x 1. */
static Value project(CellWalk *it, Value *input, int stride)
{
    const int channels = channels_of(it, 1.0);
    if (stride == 1 && input->map.channels == channels)
        return *input;
    go_before_convolution(it, input);
    return end_convolution(it, convolution(it, 1, stride, channels));
}

static Value make_pool(CellWalk *it, const Value *input)
{
    const CellNode *node = node_of(it);
    const OpKind kind = node->op == CELL_MAX_POOL ? OP_MAX_POOL : OP_AVERAGE_POOL;
    const bool is_all = input->map.channels == channels_of(it, 1.0);
    go_to(it, input->map);
    emit_part(it, walk_windowed(it->walk, kind, node->kernel, stride_of(it)),
              is_all ? NULL : "pool");
    Value pooled = plain(it);
    return project(it, &pooled, 1);
}

/* Joins maps by `kind`, the parts of one map. `channels`: of all. */
static Value join(CellWalk *it, OpKind kind, const WalkMap *maps, int n, int channels)
{
    int before = INPUT_IMAGES, offset = 0;
    for (int i = 0; i < n; i++) {
        char part[TEXT_NUMBER_BYTES];
        snprintf(part, sizeof part, "%d", i);
        go_to(it, maps[i]);
        Op op = walk_on_newest(it->walk, kind);
        op.out_channels = channels;
        op.shortcut = before;
        op.joins = i > 0;
        op.offset = kind == OP_CONCAT ? offset : 0;
        emit_part(it, op, i + 1 < n ? part : NULL);
        before = it->walk->last;
        offset += maps[i].channels;
    }
    return plain(it);
}

/* Half the channels of the pixels at even places, half of those at odd ones. */
static Value reduce(CellWalk *it, Value *input)
{
    const int channels = channels_of(it, 1.0), half = channels / 2;
    WalkMap halves[2];
    go_before_convolution(it, input);
    const WalkMap ready = newest(it);
    for (int i = 0; i < 2; i++) {
        go_to(it, ready);
        Op op = convolution(it, 1, 2, i == 0 ? half : channels - half);
        op.shift = i;
        emit_outer(it, op, false, i == 0 ? "even" : "odd");
        halves[i] = newest(it);
    }
    return join(it, OP_CONCAT, halves, 2, channels);
}

/* In the first cell `before` is `last`, and stays as it is. */
static Value make_fit(CellWalk *it, Value *input)
{
    const CellNode *node = node_of(it);
    const int last = it->values[CELL_LAST].map.size, stride = stride_of(it);
    const int size = (last + stride - 1) / stride;
    if (node->inputs[0] == CELL_BEFORE && !it->walk->has_before)
        return *input;
    if (input->map.size == size)
        return project(it, input, 1);
    if ((input->map.size + 1) / 2 != size || channels_of(it, 1.0) < 2)
        walk_fault(it->walk, "'%s' cannot fit a map of %d px to %d px with %d channels", node->name,
                   input->map.size, size, channels_of(it, 1.0));
    return reduce(it, input);
}

/* Maps that differ are a fault. */
static Value make_join(CellWalk *it)
{
    const CellNode *node = node_of(it);
    const bool is_concat = node->op == CELL_CONCAT;
    WalkMap maps[CELL_INPUTS_MAX] = {{0}};
    int channels = 0;
    for (int i = 0; i < node->n_inputs; i++) {
        maps[i] = it->values[node->inputs[i]].map;
        channels += maps[i].channels;
        if (maps[i].size != maps[0].size || (!is_concat && maps[i].channels != maps[0].channels))
            walk_fault(it->walk,
                       "'%s' of cell '%s' cannot %s maps of %d x %d x %d and %d x %d x %d "
                       "(channels x pixels)",
                       node->name, it->cell->name, is_concat ? "concat" : "add", maps[0].channels,
                       maps[0].size, maps[0].size, maps[i].channels, maps[i].size, maps[i].size);
    }
    if (channels > SPEC_MAX_CHANNELS)
        walk_fault(it->walk, "'%s' of cell '%s' has more than %d channels", node->name,
                   it->cell->name, SPEC_MAX_CHANNELS);
    if (it->walk->fault[0]) /* there is no such map: what follows is not built */
        return it->values[node->inputs[0]];
    return join(it, is_concat ? OP_CONCAT : OP_SUM, maps, node->n_inputs,
                is_concat ? channels : maps[0].channels);
}

static Value make_node(CellWalk *it)
{
    const CellNode *node = node_of(it);
    Value *input = &it->values[node->inputs[0]];
    switch ((CellOp)node->op) {
    case CELL_CONV:
        return make_conv(it, input);
    case CELL_SEPARABLE:
        return make_separable(it, input);
    case CELL_MAX_POOL:
    case CELL_AVERAGE_POOL:
        return make_pool(it, input);
    case CELL_IDENTITY:
        return project(it, input, stride_of(it));
    case CELL_FIT:
        return make_fit(it, input);
    case CELL_NORM:
    case CELL_ACTIVATION:
        go_to(it, input->map);
        emit_norm(it, node->op == CELL_NORM, true, NULL);
        return plain(it);
    case CELL_ADD:
    case CELL_CONCAT:
        break;
    }
    return make_join(it);
}

void cellwalk_emit(Walk *walk, const StageSpec *stage, int stride)
{
    CellWalk it = {.walk = walk,
                   .stage = stage,
                   .cell = spec_cell_find(walk->spec, stage->cell),
                   .stride = stride};
    if (it.cell == NULL) {
        walk_fault(walk, "there is no cell '%s'", stage->cell);
        return;
    }
    it.nodes = &walk->spec->nodes[it.cell->first];
    it.values[CELL_LAST] = plain(&it);
    it.values[CELL_BEFORE] = walk->has_before ? (Value){walk->before, NOT_READY} : plain(&it);
    for (it.at = CELL_NODES; it.at < CELL_NODES + it.cell->n_nodes; it.at++)
        it.values[it.at] = make_node(&it);
    go_to(&it, it.values[it.at - 1].map);
}
