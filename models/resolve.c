/*
 * models/resolve: the walk from a specification to operations.
 *
 * One walk serves counting and building: with `ops` NULL it only sums, so resolve_macs cannot
 * disagree with the list. Each block is a function that emits its operations (models/walk.h); sizes
 * and costs come from the operations' rows.
 */
#include "models/resolve.h"

#include "models/cellwalk.h"
#include "models/ops.h"
#include "models/scaling.h"
#include "models/walk.h"

#include "base/hash.h"
#include "base/sys.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int emit_depthwise(Walk *walk, const StageSpec *stage, int stride)
{
    Op op = walk_windowed(walk, OP_DEPTHWISE, stage->kernel, stride);
    op.batch_norm = true;
    op.act = walk_act(walk, stage);
    return walk_emit(walk, op, "depthwise");
}

/*
 * The squeeze is a share of the block's input channels, before expansion (EfficientNet's official
 * code; torchvision and timm agree), or of those that are gated (MobileNetV3's).
 */
static int squeeze_channels(const Walk *walk, const StageSpec *stage, int block_channels)
{
    if (stage->se_of == SE_OF_HIDDEN)
        return scaling_round_exact((int)(walk->channels * stage->se), &walk->spec->rounding);
    const int squeeze = (int)(block_channels * stage->se);
    return squeeze > 1 ? squeeze : 1;
}

static void emit_se(Walk *walk, const StageSpec *stage, int block_channels)
{
    if (stage->se <= 0.0)
        return;
    Op op = walk_on_newest(walk, OP_SE);
    op.squeeze = squeeze_channels(walk, stage, block_channels);
    op.act = stage->se_activation == SPEC_ACTIVATION_OF_STAGE ? walk_act(walk, stage)
                                                              : (Activation)stage->se_activation;
    op.gate = (SeGate)stage->se_gate;
    walk_emit(walk, op, "se");
}

/*
 * Ends a residual block: adds `shortcut` to the newest map. `index` is the block's place among all
 * N of the network.
 */
static void emit_add(Walk *walk, int shortcut, Activation act, int index, int n_blocks)
{
    Op op = walk_on_newest(walk, OP_ADD);
    op.shortcut = shortcut;
    op.act = act;
    op.survival = resolve_survival(walk->spec, index, n_blocks);
    if (walk->part != NULL && walk->part->first_add == RESOLVE_NO_ADD)
        walk->part->first_add = walk->block;
    walk_emit(walk, op, "add");
}

/* --- blocks: each reads the newest map; `index` and `n` place it for drop connect --- */

/* A block's input, and its stride. */
typedef struct Start {
    int op, channels, size, stride;
} Start;

static Start start_block(const Walk *walk, int stride)
{
    return (Start){walk->last, walk->channels, walk->size, stride};
}

/* Takes the walk back to the block's input; returns where it was. */
static Walk go_to_start(Walk *walk, Start start)
{
    const Walk branch = *walk;
    walk->last = start.op;
    walk->channels = start.channels;
    walk->size = start.size;
    return branch;
}

static void return_to_branch(Walk *walk, const Walk *branch)
{
    walk->last = branch->last;
    walk->channels = branch->channels;
    walk->size = branch->size;
}

/* The mean of 3 x 3 pixels of the block's input: `skip: pool`. */
static int emit_pooled(Walk *walk, Start start)
{
    const Walk branch = go_to_start(walk, start);
    const int pooled =
        walk_emit(walk, walk_windowed(walk, OP_AVERAGE_POOL, 3, start.stride), "pool");
    return_to_branch(walk, &branch);
    return pooled;
}

/* Ends a block by its stage's `skip`. */
static void emit_skip(Walk *walk, const StageSpec *stage, Start start, int index, int n)
{
    if (stage->skip == SKIP_NONE || start.channels != stage->channels)
        return;
    if (stage->skip == SKIP_POOL)
        emit_add(walk, emit_pooled(walk, start), ACT_NONE, index, n);
    else if (start.stride == 1)
        emit_add(walk, start.op, ACT_NONE, index, n);
}

static void emit_plain_conv(Walk *walk, const StageSpec *stage, int stride, int index, int n)
{
    const Start start = start_block(walk, stride);
    walk_conv(walk, "conv", stage->kernel, stride, stage->channels, walk_act(walk, stage));
    emit_skip(walk, stage, start, index, n);
}

static void emit_dsconv(Walk *walk, const StageSpec *stage, int stride, int index, int n)
{
    const Start start = start_block(walk, stride);
    emit_depthwise(walk, stage, stride);
    emit_se(walk, stage, start.channels);
    walk_conv(walk, "project", 1, 1, stage->channels, walk_act(walk, stage));
    emit_skip(walk, stage, start, index, n);
}

/* Hidden channels: the nearest whole number, half up. */
static int hidden_channels(int channels, double expand)
{
    return (int)(channels * expand + 0.5);
}

static void emit_mbconv(Walk *walk, const StageSpec *stage, int stride, int index, int n)
{
    const Start start = start_block(walk, stride);
    if (stage->expand != 1.0)
        walk_conv(walk, "expand", 1, 1, hidden_channels(start.channels, stage->expand),
                  walk_act(walk, stage));
    emit_depthwise(walk, stage, stride);
    emit_se(walk, stage, start.channels);
    walk_conv(walk, "project", 1, 1, stage->channels, ACT_NONE);
    emit_skip(walk, stage, start, index, n);
}

static void emit_fused_mbconv(Walk *walk, const StageSpec *stage, int stride, int index, int n)
{
    const Start start = start_block(walk, stride);
    const bool expands = stage->expand != 1.0;
    walk_conv(walk, "fused", stage->kernel, stride,
              expands ? hidden_channels(start.channels, stage->expand) : stage->channels,
              walk_act(walk, stage));
    if (expands) {
        emit_se(walk, stage, start.channels);
        walk_conv(walk, "project", 1, 1, stage->channels, ACT_NONE);
    }
    emit_skip(walk, stage, start, index, n);
}

static void emit_identity(Walk *walk, const StageSpec *stage, int stride)
{
    if (stride != 1 || walk->channels != stage->channels)
        walk_conv(walk, "conv", 1, stride, stage->channels, ACT_NONE);
}

/*
 * The shortcut of a ResNet block: its input, or a projection where shapes differ. The branch stays
 * the newest map.
 */
static int emit_shortcut(Walk *walk, Start start)
{
    const int out_channels = walk->channels;
    if (start.stride == 1 && start.channels == out_channels)
        return start.op;
    const Walk branch = go_to_start(walk, start);
    const int shortcut = walk_conv(walk, "shortcut", 1, start.stride, out_channels, ACT_NONE);
    return_to_branch(walk, &branch);
    return shortcut;
}

static void emit_basic(Walk *walk, const StageSpec *stage, int stride, int index, int n)
{
    const Activation act = walk_act(walk, stage);
    const Start start = start_block(walk, stride);
    walk_conv(walk, "conv1", stage->kernel, stride, stage->channels, act);
    walk_conv(walk, "conv2", stage->kernel, 1, stage->channels, ACT_NONE);
    emit_add(walk, emit_shortcut(walk, start), act, index, n);
}

static void emit_bottleneck(Walk *walk, const StageSpec *stage, int stride, int index, int n)
{
    const Activation act = walk_act(walk, stage);
    const Start start = start_block(walk, stride);
    const int inner = (int)(stage->channels * stage->inner + 0.5);
    const bool is_v1 = walk->spec->stride_on == STRIDE_ON_FIRST;
    walk_conv(walk, "conv1", 1, is_v1 ? stride : 1, inner > 1 ? inner : 1, act);
    walk_conv(walk, "conv2", stage->kernel, is_v1 ? 1 : stride, walk->channels, act);
    walk_conv(walk, "conv3", 1, 1, stage->channels, ACT_NONE);
    emit_add(walk, emit_shortcut(walk, start), act, index, n);
}

static void emit_block(Walk *walk, const StageSpec *stage, int stride, int index, int n)
{
    switch ((BlockKind)stage->op) {
    case BLOCK_CONV:
        emit_plain_conv(walk, stage, stride, index, n);
        break;
    case BLOCK_DSCONV:
        emit_dsconv(walk, stage, stride, index, n);
        break;
    case BLOCK_MBCONV:
        emit_mbconv(walk, stage, stride, index, n);
        break;
    case BLOCK_FUSED_MBCONV:
        emit_fused_mbconv(walk, stage, stride, index, n);
        break;
    case BLOCK_BASIC:
        emit_basic(walk, stage, stride, index, n);
        break;
    case BLOCK_BOTTLENECK:
        emit_bottleneck(walk, stage, stride, index, n);
        break;
    case BLOCK_IDENTITY:
        emit_identity(walk, stage, stride);
        break;
    case BLOCK_CELL:
        cellwalk_emit(walk, stage, stride);
        break;
    }
}

/* --- the walk --- */

static void walk_stem(Walk *walk, int pixels)
{
    static const OpKind pools[] = {
        [STEM_POOL_MAX] = OP_MAX_POOL, [STEM_POOL_AVERAGE] = OP_AVERAGE_POOL};
    const StemSpec *stem = &walk->spec->stem;
    walk->stage = walk->block = -1;
    walk->last = INPUT_IMAGES;
    walk->channels = 3; /* red, green, blue */
    walk->size = pixels;
    Op op = walk_windowed(walk, OP_CONV, stem->kernel, stem->stride);
    op.out_channels = stem->channels;
    op.is_valid = stem->padding == STEM_PADDING_VALID;
    op.batch_norm = stem->norm;
    op.act = (Activation)(stem->activation == SPEC_ACTIVATION_OF_NETWORK ? walk->spec->activation
                                                                         : stem->activation);
    walk_emit(walk, op, "stem");
    if (stem->pool)
        walk_emit(walk, walk_windowed(walk, pools[stem->pool_kind], stem->pool, 2), "stem.pool");
}

static void walk_head(Walk *walk)
{
    const HeadSpec *head = &walk->spec->head;
    walk->stage = walk->block = -1;
    if (head->channels)
        walk_conv(walk, "head", 1, 1, head->channels, (Activation)walk->spec->activation);
    walk_emit(walk, walk_on_newest(walk, OP_GLOBAL_POOL), "pool");
    Op linear = walk_on_newest(walk, OP_LINEAR);
    linear.out_channels = walk->spec->classes;
    linear.dropout = head->dropout;
    linear.squeeze = head->hidden;
    linear.act = head->hidden ? (Activation)walk->spec->activation : ACT_NONE;
    walk_emit(walk, linear, "classifier");
}

/* `index` is the place of the stage's first block among all n_blocks. */
static void walk_stage(Walk *walk, int s, int index, int n_blocks)
{
    const StageSpec *stage = &walk->spec->stages[s];
    walk->stage = s;
    for (int b = 0; b < stage->layers; b++) {
        const WalkMap input = {walk->last, walk->channels, walk->size};
        walk->block = b;
        emit_block(walk, stage, b == 0 ? stage->stride : 1, index + b, n_blocks);
        walk->before = input;
        walk->has_before = true;
    }
}

static void walk_network(Walk *walk, int pixels)
{
    const Spec *spec = walk->spec;
    const int n_blocks = spec_n_blocks(spec);
    int index = 0;
    walk_stem(walk, pixels);
    for (int s = 0; s < spec->n_stages; s++) {
        walk_stage(walk, s, index, n_blocks);
        index += spec->stages[s].layers;
    }
    walk_head(walk);
}

/* --- digest --- */

/*
 * All that execution depends on, as canonical text; the names of weights included, the network's
 * name not.
 */
static ErrCode set_digest(Network *network, Err *err)
{
    Text text = {0};
    text_printf(&text, "isoflop network 1\n%d %d ", network->resolution, network->classes);
    text_append_double(&text, network->bn_momentum);
    text_append_char(&text, ' ');
    text_append_double(&text, network->bn_epsilon);
    text_append_char(&text, '\n');
    for (int i = 0; i < network->n_ops; i++) {
        const Op *op = &network->ops[i];
        text_printf(&text, "%d %s %d %d %d %d %d %d %d %d %d %d %d %d ", (int)op->kind, op->name,
                    op->input, op->shortcut, op->kernel, op->stride, op->pad, op->in_channels,
                    op->out_channels, op->in_size, op->out_size, op->squeeze, (int)op->batch_norm,
                    (int)op->act);
        text_append_double(&text, op->survival);
        text_append_char(&text, ' ');
        text_append_double(&text, op->dropout);
        if (op->gate != SE_GATE_SIGMOID) /* which was the only one */
            text_printf(&text, " gate %d", (int)op->gate);
        ops_identify(op, &text);
        text_append_char(&text, '\n');
    }
    const ErrCode code = text_ok(&text, err);
    if (code == ERR_NONE)
        hash_hex(hash_128(text.data, text.n_bytes), network->digest);
    text_release(&text);
    return code;
}

/* --- public --- */

ResolveOptions resolve_options(void)
{
    return (ResolveOptions){1.0, 1.0, RESOLVE_UNSET, RESOLVE_UNSET};
}

static ErrCode check_option(const char *name, int64_t value, int max, Err *err)
{
    if (value == RESOLVE_UNSET || (value >= 1 && value <= max))
        return ERR_NONE;
    return err_set(err, ERR_USAGE, "%s '%lld' is not between 1 and %d", name, (long long)value,
                   max);
}

ErrCode resolve_apply(Spec *out, const Spec *spec, const ResolveOptions *options, Err *err)
{
    TRY(check_option("resolution", options->resolution, SPEC_MAX_PIXELS, err));
    TRY(check_option("classes", options->classes, SPEC_MAX_CLASSES, err));
    const Scale scale = {options->depth, options->width, 1.0};
    TRY(scaling_check(scale, err));
    if (options->depth != 1.0 || options->width != 1.0)
        TRY(scaling_apply(out, spec, scale, err));
    else if (out != spec)
        *out = *spec;
    if (options->resolution != RESOLVE_UNSET) {
        out->resolution = (int)options->resolution;
        if (options->depth != 1.0 || options->width != 1.0)
            scaling_set_origin(out, spec,
                               (Scale){options->depth, options->width,
                                       (double)out->resolution / spec->resolution});
    }
    if (options->classes != RESOLVE_UNSET)
        out->classes = (int)options->classes;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode check_walk(const Walk *walk, const char *name, Err *err)
{
    if (walk->fault[0])
        return err_set(err, ERR_USAGE, "network '%s' cannot be built at %d px: %s", name,
                       walk->spec->resolution, walk->fault);
    if ((double)walk->macs <= RESOLVE_MAX_MACS)
        return ERR_NONE;
    return err_set(err, ERR_USAGE, "network '%s' has %.3g multiply-adds, more than %.0e", name,
                   (double)walk->macs, RESOLVE_MAX_MACS);
}

ErrCode resolve_network(Network *network, const Spec *spec, Err *err)
{
    *network = (Network){0};
    Walk walk = {.spec = spec};
    walk_network(&walk, spec->resolution);
    TRY(check_walk(&walk, spec->name, err));
    network->ops = mem_calloc((size_t)walk.n_ops, sizeof(Op));
    if (network->ops == NULL) {
        err_memory(err, (size_t)walk.n_ops * sizeof(Op));
        goto fail;
    }
    walk = (Walk){.spec = spec, .ops = network->ops};
    walk_network(&walk, spec->resolution);
    snprintf(network->name, sizeof network->name, "%s", spec->name);
    network->resolution = spec->resolution;
    network->classes = spec->classes;
    network->bn_momentum = spec->batch_norm.momentum;
    network->bn_epsilon = spec->batch_norm.epsilon;
    network->pads_same = spec->padding == PADDING_SAME;
    network->n_ops = walk.n_ops;
    network->params = walk.params;
    network->macs = walk.macs;
    network->acts = walk.acts;
    TRY(set_digest(network, err));
    return ERR_NONE;
fail:
    network_release(network);
    return err->code;
}

ErrCode resolve_with(Network *network, const Spec *spec, const ResolveOptions *options, Err *err)
{
    *network = (Network){0};
    Spec applied = *spec;
    if (options != NULL)
        TRY(resolve_apply(&applied, spec, options, err));
    return resolve_network(network, &applied, err);
fail:
    return err->code;
}

int64_t resolve_macs(const Spec *spec, int pixels)
{
    Walk walk = {.spec = spec};
    walk_network(&walk, pixels ? pixels : spec->resolution);
    return walk.macs;
}

/* --- parts --- */

double resolve_survival(const Spec *spec, int index, int n_blocks)
{
    return 1.0 - spec->drop_connect * index / n_blocks;
}

static Walk begin_part(ResolvePart *part, const Spec *spec)
{
    part->digest = 0;
    part->first_add = RESOLVE_NO_ADD;
    return (Walk){.spec = spec,
                  .channels = part->channels,
                  .size = part->size,
                  .last = INPUT_IMAGES,
                  .part = part};
}

static void end_part(ResolvePart *part, const Walk *walk)
{
    part->channels = walk->channels;
    part->size = walk->size;
    part->macs = walk->macs;
    part->params = walk->params;
    part->acts = walk->acts;
}

void resolve_stem(ResolvePart *part, const Spec *spec)
{
    Walk walk = begin_part(part, spec);
    walk_stem(&walk, spec->resolution);
    end_part(part, &walk);
}

void resolve_stage(ResolvePart *part, const Spec *spec, int stage)
{
    Walk walk = begin_part(part, spec);
    walk_stage(&walk, stage, 0, 1);
    end_part(part, &walk);
}

void resolve_head(ResolvePart *part, const Spec *spec)
{
    Walk walk = begin_part(part, spec);
    walk_head(&walk);
    end_part(part, &walk);
}
