/* models/walk: one operation after the other, by what its row says. */
#include "models/walk.h"

#include "models/op_parts.h"
#include "models/ops.h"

#include "base/hash.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static void name_op(Op *op, const Walk *walk, const char *suffix)
{
    if (walk->stage < 0)
        snprintf(op->name, sizeof op->name, "%s", suffix);
    else
        snprintf(op->name, sizeof op->name, "stages.%d.%d.%s", walk->stage, walk->block, suffix);
}

/* All that tells a part's operation from others, but for its survival. */
static void add_to_digest(uint64_t *digest, const Op *op)
{
    const int64_t fields[] = {(int64_t)*digest, op->kind,    op->input,    op->shortcut,
                              op->kernel,       op->stride,  op->pad,      op->in_channels,
                              op->out_channels, op->in_size, op->out_size, op->squeeze,
                              op->batch_norm,   op->act,     op->gate,     op->block};
    *digest = hash_64(fields, sizeof fields);
}

void walk_fault(Walk *walk, const char *format, ...)
{
    va_list list;
    if (walk->fault[0])
        return;
    va_start(list, format);
    const int n = vsnprintf(walk->fault, sizeof walk->fault, format, list);
    va_end(list);
    assert(n > 0);
    (void)n;
}

int walk_emit(Walk *walk, Op op, const char *suffix)
{
    op.stage = walk->stage;
    op.block = walk->block;
    ops_measure(&op, walk->spec->padding == PADDING_SAME);
    walk->macs = op_add_counts(walk->macs, op.macs);
    walk->channels = op.out_channels;
    walk->size = op.out_size;
    walk->last = walk->n_ops;
    if (walk->part != NULL || walk->ops != NULL) {
        op.params = ops_params(&op);
        walk->params = op_add_counts(walk->params, op.params);
        walk->acts = op_add_counts(walk->acts, op.acts);
    }
    if (walk->part != NULL)
        add_to_digest(&walk->part->digest, &op);
    if (op.out_size < 1)
        walk_fault(walk, "'%s' leaves no pixels of a map of %d px", suffix, op.in_size);
    if (walk->ops != NULL) {
        name_op(&op, walk, suffix);
        walk->ops[walk->n_ops] = op;
    }
    return walk->n_ops++;
}

Op walk_on_newest(const Walk *walk, OpKind kind)
{
    return (Op){.kind = kind,
                .input = walk->last,
                .in_channels = walk->channels,
                .out_channels = walk->channels,
                .in_size = walk->size,
                .out_size = walk->size,
                .survival = 0.0};
}

Op walk_windowed(const Walk *walk, OpKind kind, int kernel, int stride)
{
    Op op = walk_on_newest(walk, kind);
    op.kernel = kernel;
    op.stride = stride;
    return op;
}

int walk_conv(Walk *walk, const char *suffix, int kernel, int stride, int channels, Activation act)
{
    Op op = walk_windowed(walk, OP_CONV, kernel, stride);
    op.out_channels = channels;
    op.batch_norm = true;
    op.act = act;
    return walk_emit(walk, op, suffix);
}

Activation walk_act(const Walk *walk, const StageSpec *stage)
{
    return (Activation)(stage->activation == SPEC_ACTIVATION_OF_NETWORK ? walk->spec->activation
                                                                        : stage->activation);
}
