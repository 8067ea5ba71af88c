/*
 * nn/netforward.c: forward phases of convolutions and pools, one chunk after the other.
 *
 * Rows are loaded in blocks small enough for the first-level cache, multiplied, and their
 * statistics taken while they are still there. Block sizes change no bits: every chain of the
 * kernels goes on from memory or stays inside a pixel.
 */
#include "nn/netplan.h"
#include "nn/nettile.h"

#include <string.h>

/* --- statistics of z --- */

static float *carve_state(const OpPlan *plan, Arena *arena)
{
    return arena_floats(arena, (size_t)AFFINE_SUMS * PIXEL_CHAINS * (size_t)plan->Cout);
}

static bool wants_stats(const Worker *worker, const OpPlan *plan)
{
    return worker->net->call.mode != MODE_EVAL && plan->op->batch_norm;
}

static void stats_begin(const Worker *worker, const OpPlan *plan, float *state)
{
    if (wants_stats(worker, plan))
        memset(state, 0, (size_t)AFFINE_SUMS * PIXEL_CHAINS * (size_t)plan->Cout * sizeof *state);
}

static void stats_rows(const Worker *worker, const OpPlan *plan, float *state, Rows rows, int p0)
{
    if (!wants_stats(worker, plan))
        return;
    const AffineStatsArgs args = {
        .z = plan->z + rows.first * plan->Cout + rows.c0,
        .ldz = plan->Cout,
        .pivot = netview_weight(worker, plan, TENSOR_MEAN) + rows.c0,
        .state = state + rows.c0,
        .ldstate = plan->Cout,
        .P = rows.P,
        .C = rows.C,
        .p0 = p0,
    };
    worker->net->kernels.affine.stats(&args);
}

static void stats_end(const Worker *worker, const OpPlan *plan, const float *state, int chunk)
{
    if (!wants_stats(worker, plan))
        return;
    const AffineFoldArgs args = {
        .state = state,
        .ldstate = plan->Cout,
        .partial = plan->partials + (long)chunk * AFFINE_SUMS * plan->Cout,
        .ldpartial = plan->Cout,
        .C = plan->Cout,
    };
    worker->net->kernels.affine.fold(&args);
}

/* Channels [first, end) of `thread`, in whole lanes. */
TeamRange netforward_channels(const Worker *worker, int C)
{
    const TeamRange lanes = team_range(C / LANES, worker->thread, worker->n_threads);
    return (TeamRange){lanes.first * LANES, lanes.end * LANES};
}

void netforward_finalize(Worker *worker, OpPlan *plan)
{
    Net *net = worker->net;
    if (!netplan_is_conv(plan) || !wants_stats(worker, plan))
        return;
    const TeamRange range = netforward_channels(worker, plan->Cout);
    const int c = range.first;
    if (c == range.end)
        return;
    float *mean = net->weights + nettensor_offset(net, plan, TENSOR_MEAN) + c;
    float *var = net->weights + nettensor_offset(net, plan, TENSOR_VAR) + c;
    if (net->call.mode == MODE_GRADIENTS) {
        const size_t n_bytes = (size_t)(range.end - c) * sizeof *mean;
        mean = memcpy(net->keep_mean + c, mean, n_bytes);
        var = memcpy(net->keep_var + c, var, n_bytes);
    }
    const AffineFinalizeForwardArgs args = {
        .partials = plan->partials + c,
        .chunk_stride = (long)AFFINE_SUMS * plan->Cout,
        .ldpartial = plan->Cout,
        .n_chunks = netplan_chunks(plan, net->call.n),
        .C = range.end - c,
        .M = (long)net->call.n * plan->out_pixels,
        .eps = net->network.bn_epsilon,
        .momentum = 1.0 - net->network.bn_momentum,
        .gamma = netview_weight(worker, plan, TENSOR_GAMMA) + c,
        .beta = netview_weight(worker, plan, TENSOR_BETA) + c,
        .pivot = mean,
        .running_mean = mean,
        .running_var = var,
        .mean = plan->mean + c,
        .rstd = plan->rstd + c,
        .A = plan->A + c,
        .D = plan->D + c,
    };
    affine_finalize_forward(&args);
}

/* --- pointwise convolution: rows of all images of the chunk --- */

typedef struct PointwiseScratch {
    float *state, *panel;
} PointwiseScratch;

static PointwiseScratch carve_pointwise(const Net *net, const OpPlan *plan, Arena *arena)
{
    PointwiseScratch scratch;
    scratch.state = carve_state(plan, arena);
    scratch.panel = arena_floats(arena, (size_t)nettile_rows(plan) * (size_t)plan->Cin);
    if (arena_is_measuring(arena))
        netview_measure(netplan_input(net, plan), arena);
    return scratch;
}

static void multiply(const Worker *worker, const OpPlan *plan, View x, int K, long row, int P)
{
    const PwForwardArgs args = {
        .x = x.x,
        .ldx = x.ld,
        .w = netview_weight(worker, plan, TENSOR_W),
        .ldw = plan->Cout,
        .y = plan->z + row * plan->Cout,
        .ldy = plan->Cout,
        .M = P,
        .K = K,
        .N = plan->Cout,
    };
    worker->net->kernels.pw.forward(&args);
}

static void pointwise_chunk(Worker *worker, const OpPlan *plan, Chunk chunk)
{
    const PointwiseScratch scratch = carve_pointwise(worker->net, plan, worker->scratch);
    const OpPlan *input = netplan_input(worker->net, plan);
    const long first = (long)chunk.first_image * plan->in_pixels;
    const long end = (long)chunk.end_image * plan->in_pixels;
    const int block = nettile_rows(plan);
    stats_begin(worker, plan, scratch.state);
    for (long row = first; row < end; row += block) {
        const int P = (int)(end - row < block ? end - row : block);
        const Rows in = {row, P, 0, plan->Cin}, out = {row, P, 0, plan->Cout};
        netview_materialise(worker, plan, input, in);
        const View x = netview_rows(worker, input, in, scratch.panel, plan->Cin, NULL, 0);
        multiply(worker, plan, x, plan->op->in_channels, row, P);
        stats_rows(worker, plan, scratch.state, out, (int)(row - first));
    }
    stats_end(worker, plan, scratch.state, chunk.index);
}

/* --- any other dense convolution: image by image --- */

typedef struct DenseScratch {
    float *state, *image, *panel;
} DenseScratch;

static DenseScratch carve_dense(const Net *net, const OpPlan *plan, Arena *arena)
{
    const OpPlan *input = netplan_input(net, plan);
    DenseScratch scratch = {0};
    scratch.state = carve_state(plan, arena);
    if (input != NULL && input->y == NULL)
        scratch.image = arena_floats(arena, (size_t)plan->in_pixels * (size_t)plan->Cin);
    if (!plan->is_pointwise)
        scratch.panel =
            arena_floats(arena, (size_t)nettile_panel_rows(plan) * nettile_panel_columns(plan));
    if (arena_is_measuring(arena))
        netview_measure(input, arena);
    return scratch;
}

/* The image that the convolution reads, whole; with SE in between its gate is made here. */
static View load_image(Worker *worker, const OpPlan *plan, int image, float *h)
{
    const OpPlan *input = netplan_input(worker->net, plan);
    const Rows rows = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
    netview_materialise(worker, plan, input, rows);
    if (input == NULL || input->op->kind != OP_SE)
        return netview_rows(worker, input, rows, h, plan->Cin, NULL, 0);
    const OpPlan *conv = netplan_input(worker->net, input);
    netview_rows(worker, conv, rows, h, plan->Cin, NULL, 0);
    netview_gate(worker, input, image, h, plan->Cin);
    const SeScaleArgs scale = {.x = h,
                               .ldx = plan->Cin,
                               .s = input->s + (long)image * plan->Cin,
                               .y = h,
                               .ldy = plan->Cin,
                               .P = plan->in_pixels,
                               .C = plan->Cin};
    worker->net->kernels.se.scale(&scale);
    return (View){h, plan->Cin};
}

/* Rows p..p+P-1 of the matrix that the weights multiply. */
View netforward_panel(const Worker *worker, const OpPlan *plan, View image, float *panel, int p,
                      int P)
{
    if (plan->is_pointwise)
        return (View){image.x + p * image.ld, image.ld};
    const ConvGatherArgs args = {
        .shape = nettile_conv_shape(plan),
        .x = image.x,
        .ldx = image.ld,
        .panel = panel,
        .ldp = (long)nettile_panel_columns(plan),
        .p0 = p,
        .P = P,
    };
    worker->net->kernels.conv.gather(&args);
    return (View){panel, args.ldp};
}

static void dense_chunk(Worker *worker, const OpPlan *plan, Chunk chunk)
{
    const DenseScratch scratch = carve_dense(worker->net, plan, worker->scratch);
    const int block = nettile_panel_rows(plan), K = nettile_depth(plan);
    stats_begin(worker, plan, scratch.state);
    for (int image = chunk.first_image; image < chunk.end_image; image++) {
        const View x = load_image(worker, plan, image, scratch.image);
        const long first = (long)image * plan->out_pixels;
        const int p0 = (image - chunk.first_image) * plan->out_pixels;
        for (int p = 0; p < plan->out_pixels; p += block) {
            const int P = plan->out_pixels - p < block ? plan->out_pixels - p : block;
            const View panel = netforward_panel(worker, plan, x, scratch.panel, p, P);
            multiply(worker, plan, panel, K, first + p, P);
            stats_rows(worker, plan, scratch.state, (Rows){first + p, P, 0, plan->Cout}, p0 + p);
        }
    }
    stats_end(worker, plan, scratch.state, chunk.index);
}

/* --- depthwise convolution: a ring of activated rows for a block of channels --- */

typedef struct DepthwiseScratch {
    float *state;
    RowRing ring;
    const float **rows;
} DepthwiseScratch;

static DepthwiseScratch carve_depthwise(const Net *net, const OpPlan *plan, Arena *arena)
{
    const DepthwiseTile tile = nettile_depthwise_forward(plan);
    DepthwiseScratch scratch;
    scratch.state = carve_state(plan, arena);
    scratch.ring = rowring_carve(arena, tile.ring_rows, tile.row_pixels, tile.block);
    scratch.rows = arena_alloc(arena, (size_t)tile.ring_rows, sizeof *scratch.rows);
    if (arena_is_measuring(arena))
        netview_measure(netplan_input(net, plan), arena);
    return scratch;
}

/* Activated row ih of an image, channels of the block, into its place in the ring. */
void netforward_load_row(const Worker *worker, const OpPlan *plan, int image, int ih, int c0,
                         RowRing *ring, RowRing *slope)
{
    const Net *net = worker->net;
    const OpPlan *input = netplan_input(net, plan);
    const int W = plan->op->in_size;
    const Rows rows = {(long)image * plan->in_pixels + (long)ih * W, W, c0, ring->C};
    float *h = rowring_slot(ring, ih) + (long)plan->op->pad * ring->C;
    float *s = slope == NULL ? NULL : rowring_slot(slope, ih);
    const View x = netview_rows(worker, input, rows, h, ring->C, s, ring->C);
    if (x.x == h)
        return;
    const AffineForwardArgs copy = {.z = x.x,
                                    .ldz = x.ld,
                                    .A = net->ones,
                                    .D = net->zeros,
                                    .h = h,
                                    .ldh = ring->C,
                                    .P = W,
                                    .C = ring->C,
                                    .act = ACT_FN_NONE};
    net->kernels.affine.forward(&copy);
}

static void depthwise_strip(const Worker *worker, const OpPlan *plan, const DepthwiseScratch *s,
                            int image, int c0, int oh, int n_rows)
{
    const Op *op = plan->op;
    const int C = s->ring.C, n_in = (n_rows - 1) * op->stride + op->kernel;
    for (int i = 0; i < n_in; i++)
        s->rows[i] = rowring_row(&s->ring, oh * op->stride - op->pad + i, op->in_size);
    const DwForwardArgs args = {
        .rows = s->rows,
        .ldr = C,
        .w = netview_weight(worker, plan, TENSOR_W) + c0,
        .ldw = plan->Cout,
        .y = plan->z + ((long)image * plan->out_pixels + (long)oh * op->out_size) * plan->Cout + c0,
        .ldy = plan->Cout,
        .ldy_row = (long)op->out_size * plan->Cout,
        .OH = n_rows,
        .OW = op->out_size,
        .C = C,
        .k = op->kernel,
        .stride = op->stride,
    };
    worker->net->kernels.dw.forward(&args);
}

static void depthwise_image(const Worker *worker, const OpPlan *plan, DepthwiseScratch *scratch,
                            int strip, int image, int c0, int p0)
{
    const Op *op = plan->op;
    int next = 0; /* first row not yet in the ring */
    for (int oh = 0; oh < op->out_size; oh += strip) {
        const int n_rows = op->out_size - oh < strip ? op->out_size - oh : strip;
        const int bottom = (oh + n_rows - 1) * op->stride - op->pad + op->kernel;
        for (; next < bottom && next < op->in_size; next++)
            netforward_load_row(worker, plan, image, next, c0, &scratch->ring, NULL);
        depthwise_strip(worker, plan, scratch, image, c0, oh, n_rows);
        const int p = oh * op->out_size;
        const Rows out = {(long)image * plan->out_pixels + p, n_rows * op->out_size, c0,
                          scratch->ring.C};
        stats_rows(worker, plan, scratch->state, out, p0 + p);
    }
}

static void depthwise_chunk(Worker *worker, const OpPlan *plan, Chunk chunk)
{
    const OpPlan *input = netplan_input(worker->net, plan);
    DepthwiseScratch scratch = carve_depthwise(worker->net, plan, worker->scratch);
    const DepthwiseTile tile = nettile_depthwise_forward(plan);
    const Rows in = {(long)chunk.first_image * plan->in_pixels,
                     (chunk.end_image - chunk.first_image) * plan->in_pixels, 0, plan->Cin};
    netview_materialise(worker, plan, input, in);
    stats_begin(worker, plan, scratch.state);
    for (int c0 = 0; c0 < plan->Cout; c0 += tile.block) {
        rowring_begin(&scratch.ring, plan->Cout - c0 < tile.block ? plan->Cout - c0 : tile.block);
        for (int image = chunk.first_image; image < chunk.end_image; image++)
            depthwise_image(worker, plan, &scratch, tile.strip, image, c0,
                            (image - chunk.first_image) * plan->out_pixels);
    }
    stats_end(worker, plan, scratch.state, chunk.index);
}

/* --- pools --- */

static float *carve_pool(const Net *net, const OpPlan *plan, Arena *arena)
{
    if (arena_is_measuring(arena))
        netview_measure(netplan_input(net, plan), arena);
    return arena_floats(arena, (size_t)plan->in_pixels * (size_t)plan->Cin);
}

static void pool_chunk(Worker *worker, const OpPlan *plan, Chunk chunk)
{
    const PoolKernels *pool = &worker->net->kernels.pool;
    float *h = carve_pool(worker->net, plan, worker->scratch);
    for (int image = chunk.first_image; image < chunk.end_image; image++) {
        const View x = load_image(worker, plan, image, h);
        float *y = plan->y + (long)image * plan->out_pixels * plan->Cout;
        if (plan->op->kind == OP_MAX_POOL) {
            PoolMaxArgs args = nettile_max_pool(plan);
            args.x = x.x;
            args.ldx = x.ld;
            args.y = y;
            args.ldy = plan->Cout;
            pool->max_forward(&args);
        } else {
            const PoolMeanArgs args = {
                .x = x.x, .ldx = x.ld, .y = y, .P = plan->in_pixels, .C = plan->Cout};
            pool->mean(&args);
        }
    }
}

/* --- phases --- */

/* Row-wise loading needs no gate, which only a whole image can give. */
static bool goes_by_rows(const Net *net, const OpPlan *plan)
{
    const OpPlan *input = netplan_input(net, plan);
    return plan->is_pointwise && (input == NULL || input->op->kind != OP_SE);
}

void netforward_measure(const Net *net, const OpPlan *plan, Arena *arena)
{
    if (plan->op->kind == OP_DEPTHWISE)
        carve_depthwise(net, plan, arena);
    else if (plan->op->kind == OP_CONV && goes_by_rows(net, plan))
        carve_pointwise(net, plan, arena);
    else if (plan->op->kind == OP_CONV)
        carve_dense(net, plan, arena);
    else if (plan->op->kind == OP_LINEAR)
        nethead_measure(net, plan, arena);
    else
        carve_pool(net, plan, arena);
}

static void run_chunk(Worker *worker, OpPlan *plan, Chunk chunk)
{
    if (plan->op->kind == OP_DEPTHWISE)
        depthwise_chunk(worker, plan, chunk);
    else if (plan->op->kind == OP_CONV && goes_by_rows(worker->net, plan))
        pointwise_chunk(worker, plan, chunk);
    else if (plan->op->kind == OP_CONV)
        dense_chunk(worker, plan, chunk);
    else
        pool_chunk(worker, plan, chunk);
}

void netforward_phase(Worker *worker, OpPlan *plan)
{
    if (plan->op->kind == OP_LINEAR) {
        nethead_phase(worker, plan);
        return;
    }
    const int n = worker->net->call.n;
    const TeamRange range = team_range(netplan_chunks(plan, n), worker->thread, worker->n_threads);
    for (int i = range.first; i < range.end; i++) {
        const ArenaMark mark = arena_mark(worker->scratch);
        run_chunk(worker, plan, nettile_chunk(plan, i, n));
        arena_rewind(worker->scratch, mark);
    }
}
