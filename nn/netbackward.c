/*
 * nn/netbackward.c: backward phases of convolutions and pools, slot by slot, chunk by chunk.
 *
 * A phase reads g and z of its own operation as dz, makes the weight gradient from the recomputed
 * input, the gradient of that input, and delivers it (netgrad.c). A slot's weight gradient is one
 * chain over all its pixels, continued from memory.
 */
#include "nn/netplan.h"
#include "nn/nettile.h"

/* What every chunk of a phase needs. */
typedef struct Pass {
    Worker *worker;
    const OpPlan *plan;
    const OpPlan *input; /* NULL: the images, which want no gradient */
    float *slot;
    GradStates states;
    Chunk chunk;
} Pass;

/* The slope of the input's activation is wanted along with its value. */
static bool wants_slope(const OpPlan *plan, const OpPlan *input)
{
    if (input == NULL || input->op->kind == OP_SE)
        return input != NULL;
    return netplan_is_conv(input) && input->op->act != ACT_NONE && plan->is_last;
}

static void weight_gradient(const Pass *pass, View x, const float *dz, int K, int P)
{
    const OpPlan *plan = pass->plan;
    const PwWeightsArgs args = {
        .x = x.x,
        .ldx = x.ld,
        .dy = dz,
        .lddy = plan->Cout,
        .dw = pass->slot + nettensor_offset(pass->worker->net, plan, TENSOR_W),
        .lddw = plan->Cout,
        .M = P,
        .K = K,
        .N = plan->Cout,
    };
    pass->worker->net->kernels.pw.backward_weights(&args);
}

static void data_gradient(const Pass *pass, View dz, int K, float *dx, int P)
{
    const OpPlan *plan = pass->plan;
    const PwForwardArgs args = {.x = dz.x,
                                .ldx = dz.ld,
                                .w = plan->wt,
                                .ldw = plan->Cin,
                                .y = dx,
                                .ldy = plan->Cin,
                                .M = P,
                                .K = K,
                                .N = plan->Cin};
    pass->worker->net->kernels.pw.forward(&args);
}

static GradRows grad_rows(const Pass *pass, long row, int P, const float *dx, const float *slope)
{
    const OpPlan *plan = pass->plan;
    return (GradRows){
        .rows = {row, P, 0, plan->Cin},
        .p0 = (int)(row - (long)pass->chunk.first_image * plan->in_pixels),
        .dh = dx,
        .lddh = plan->Cin,
        .slope = slope,
        .ldslope = plan->Cin,
    };
}

/* --- pointwise convolution: rows of all images of the chunk --- */

typedef struct PointwiseScratch {
    float *dz, *h, *slope, *dx;
} PointwiseScratch;

static PointwiseScratch carve_pointwise(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const size_t rows = (size_t)nettile_rows(plan);
    PointwiseScratch scratch = {0};
    scratch.dz = arena_floats(arena, rows * (size_t)plan->Cout);
    scratch.h = arena_floats(arena, rows * (size_t)plan->Cin);
    scratch.dx = arena_floats(arena, rows * (size_t)plan->Cin);
    if (wants_slope(plan, input))
        scratch.slope = arena_floats(arena, rows * (size_t)plan->Cin);
    return scratch;
}

static void pointwise_chunk(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const PointwiseScratch scratch = carve_pointwise(plan, pass->input, pass->worker->scratch);
    const long end = (long)pass->chunk.end_image * plan->in_pixels;
    const int block = nettile_rows(plan);
    for (long row = (long)pass->chunk.first_image * plan->in_pixels; row < end; row += block) {
        const int P = (int)(end - row < block ? end - row : block);
        netgrad_dz(pass->worker, plan, (Rows){row, P, 0, plan->Cout}, scratch.dz, plan->Cout);
        const View x = netview_rows(pass->worker, pass->input, (Rows){row, P, 0, plan->Cin},
                                    scratch.h, plan->Cin, scratch.slope, plan->Cin);
        weight_gradient(pass, x, scratch.dz, plan->op->in_channels, P);
        if (pass->input == NULL)
            continue;
        data_gradient(pass, (View){scratch.dz, plan->Cout}, plan->op->out_channels, scratch.dx, P);
        const GradRows rows = grad_rows(pass, row, P, scratch.dx, scratch.slope);
        netgrad_deliver(pass->worker, &pass->states, plan, &rows);
    }
}

/* --- any other dense convolution: image by image --- */

typedef struct DenseScratch {
    float *dz;        /* [out_pixels][Cout] */
    float *h, *slope; /* [in_pixels][Cin], as far as needed */
    float *gated;     /* SE: h times the gate */
    float *dx;        /* a block, or with SE the image */
    float *panel, *grad_panel;
    float *ds, *dp, *work; /* SE */
} DenseScratch;

static int grad_panel_depth(const OpPlan *plan)
{
    return plan->op->kernel * plan->op->kernel * plan->op->out_channels;
}

static int grad_panel_rows(const OpPlan *plan)
{
    return nettile_round_rows(TILE_GATHER_FLOATS / grad_panel_depth(plan));
}

static DenseScratch carve_dense(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const size_t image = (size_t)plan->in_pixels * (size_t)plan->Cin;
    const bool has_gate = input != NULL && input->op->kind == OP_SE;
    DenseScratch s = {0};
    s.dz = arena_floats(arena, (size_t)plan->out_pixels * (size_t)plan->Cout);
    if (input != NULL && input->y == NULL)
        s.h = arena_floats(arena, image);
    if (wants_slope(plan, input))
        s.slope = arena_floats(arena, image);
    s.dx =
        arena_floats(arena, has_gate ? image : (size_t)grad_panel_rows(plan) * (size_t)plan->Cin);
    if (!plan->is_pointwise) {
        s.panel =
            arena_floats(arena, (size_t)nettile_panel_rows(plan) * nettile_panel_columns(plan));
        s.grad_panel = arena_floats(arena, (size_t)grad_panel_rows(plan) *
                                               (size_t)lanes_pad(grad_panel_depth(plan)));
    }
    if (has_gate) {
        s.gated = arena_floats(arena, image);
        s.ds = arena_floats(arena, (size_t)plan->Cin);
        s.dp = arena_floats(arena, (size_t)plan->Cin);
        s.work = arena_floats(arena, (size_t)plan->Cin + (size_t)lanes_pad(input->op->squeeze));
    }
    return s;
}

/*
 * The input of an image; with SE in between h and slope are the convolution's, and gated is read.
 */
static View load_image(const Pass *pass, const DenseScratch *s, int image)
{
    const OpPlan *plan = pass->plan, *input = pass->input;
    const Rows rows = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
    if (input == NULL || input->op->kind != OP_SE)
        return netview_rows(pass->worker, input, rows, s->h, plan->Cin, s->slope, plan->Cin);
    netview_rows(pass->worker, netplan_input(pass->worker->net, input), rows, s->h, plan->Cin,
                 s->slope, plan->Cin);
    const SeScaleArgs scale = {.x = s->h,
                               .ldx = plan->Cin,
                               .s = input->s + (long)image * plan->Cin,
                               .y = s->gated,
                               .ldy = plan->Cin,
                               .P = plan->in_pixels,
                               .C = plan->Cin};
    pass->worker->net->kernels.se.scale(&scale);
    return (View){s->gated, plan->Cin};
}

static void dense_weights(const Pass *pass, const DenseScratch *s, View x)
{
    const OpPlan *plan = pass->plan;
    const int block = nettile_panel_rows(plan);
    for (int p = 0; p < plan->out_pixels; p += block) {
        const int P = plan->out_pixels - p < block ? plan->out_pixels - p : block;
        const View panel = netforward_panel(pass->worker, plan, x, s->panel, p, P);
        weight_gradient(pass, panel, s->dz + (long)p * plan->Cout, nettile_depth(plan), P);
    }
}

/* Rows p..p+P-1 of the matrix that the rearranged weights multiply. */
static View grad_panel(const Pass *pass, const DenseScratch *s, int p, int P)
{
    const OpPlan *plan = pass->plan;
    if (plan->is_pointwise)
        return (View){s->dz + (long)p * plan->Cout, plan->Cout};
    const ConvGatherTransposedArgs args = {
        .shape = nettile_conv_shape(plan),
        .dz = s->dz,
        .lddz = plan->Cout,
        .panel = s->grad_panel,
        .ldp = lanes_pad(grad_panel_depth(plan)),
        .p0 = p,
        .P = P,
    };
    pass->worker->net->kernels.conv.gather_transposed(&args);
    return (View){s->grad_panel, args.ldp};
}

/* Gradient of SE's gate and weights from s->dx, that of its product; delivers what is below it. */
static void gate_gradient(const Pass *pass, const DenseScratch *s, int image, GradRows *rows)
{
    const Net *net = pass->worker->net;
    const OpPlan *se = pass->input;
    const long C = se->Cout, Sp = lanes_pad(se->op->squeeze);
    const PoolDotArgs dot = {
        .a = s->dx, .lda = C, .b = s->h, .ldb = C, .y = s->ds, .P = se->in_pixels, .C = se->Cout};
    net->kernels.pool.dot(&dot);
    const SeBackwardArgs args = {
        .ds = s->ds,
        .p = se->p + image * C,
        .t = se->t + image * Sp,
        .v = se->v + image * Sp,
        .s = se->s + image * C,
        .W1t = se->wt,
        .W2t = se->wt2,
        .dW1 = pass->slot + nettensor_offset(net, se, TENSOR_W1),
        .db1 = pass->slot + nettensor_offset(net, se, TENSOR_B1),
        .dW2 = pass->slot + nettensor_offset(net, se, TENSOR_W2),
        .db2 = pass->slot + nettensor_offset(net, se, TENSOR_B2),
        .dp = s->dp,
        .work = s->work,
        .C = se->op->in_channels,
        .S = se->op->squeeze,
        .act = (ActFn)se->op->act,
    };
    net->kernels.se.backward(&args);
    const float pixels = (float)se->in_pixels;
    for (long c = 0; c < C; c++) /* gradient of the mean, at each pixel */
        s->dp[c] = s->dp[c] / pixels;
    rows->gate = args.s;
    rows->gate_b = s->dp;
    netgrad_deliver(pass->worker, &pass->states, pass->plan, rows);
}

static void dense_data(const Pass *pass, const DenseScratch *s, int image)
{
    const OpPlan *plan = pass->plan;
    const bool has_gate = pass->input->op->kind == OP_SE;
    const int block = grad_panel_rows(plan);
    const int K = plan->is_pointwise ? plan->op->out_channels : grad_panel_depth(plan);
    const long first = (long)image * plan->in_pixels;
    for (int p = 0; p < plan->in_pixels; p += block) {
        const int P = plan->in_pixels - p < block ? plan->in_pixels - p : block;
        float *dx = has_gate ? s->dx + (long)p * plan->Cin : s->dx;
        data_gradient(pass, grad_panel(pass, s, p, P), K, dx, P);
        if (has_gate)
            continue;
        const float *slope = s->slope == NULL ? NULL : s->slope + (long)p * plan->Cin;
        const GradRows rows = grad_rows(pass, first + p, P, dx, slope);
        netgrad_deliver(pass->worker, &pass->states, plan, &rows);
    }
    if (has_gate) {
        GradRows rows = grad_rows(pass, first, plan->in_pixels, s->dx, s->slope);
        gate_gradient(pass, s, image, &rows);
    }
}

static void dense_chunk(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const DenseScratch scratch = carve_dense(plan, pass->input, pass->worker->scratch);
    for (int image = pass->chunk.first_image; image < pass->chunk.end_image; image++) {
        const Rows out = {(long)image * plan->out_pixels, plan->out_pixels, 0, plan->Cout};
        netgrad_dz(pass->worker, plan, out, scratch.dz, plan->Cout);
        dense_weights(pass, &scratch, load_image(pass, &scratch, image));
        if (pass->input != NULL)
            dense_data(pass, &scratch, image);
    }
}

/* --- pools --- */

typedef struct PoolScratch {
    float *h, *slope, *dx; /* maximum: whole images */
    float *row;            /* mean: one gradient for all pixels */
} PoolScratch;

static PoolScratch carve_pool(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const size_t image = (size_t)plan->in_pixels * (size_t)plan->Cin;
    PoolScratch scratch = {0};
    if (plan->op->kind == OP_GLOBAL_POOL) {
        scratch.row = arena_floats(arena, (size_t)plan->Cin);
        return scratch;
    }
    scratch.h = arena_floats(arena, image);
    scratch.dx = arena_floats(arena, image);
    if (wants_slope(plan, input))
        scratch.slope = arena_floats(arena, image);
    return scratch;
}

static void mean_image(const Pass *pass, const PoolScratch *scratch, int image)
{
    const OpPlan *plan = pass->plan;
    const float *dy = plan->g + (long)image * plan->Cout;
    const float pixels = (float)plan->in_pixels;
    for (int c = 0; c < plan->Cin; c++)
        scratch->row[c] = dy[c] / pixels;
    GradRows rows =
        grad_rows(pass, (long)image * plan->in_pixels, plan->in_pixels, scratch->row, NULL);
    rows.lddh = 0; /* the same row for every pixel */
    netgrad_deliver(pass->worker, &pass->states, plan, &rows);
}

static void max_image(const Pass *pass, const PoolScratch *scratch, int image)
{
    const OpPlan *plan = pass->plan;
    const Rows in = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
    const View x = netview_rows(pass->worker, pass->input, in, scratch->h, plan->Cin,
                                scratch->slope, plan->Cin);
    PoolMaxArgs args = nettile_max_pool(plan);
    args.x = x.x;
    args.ldx = x.ld;
    args.dy = plan->g + (long)image * plan->out_pixels * plan->Cout;
    args.lddy = plan->Cout;
    args.dx = scratch->dx;
    args.lddx = plan->Cin;
    pass->worker->net->kernels.pool.max_backward(&args);
    const GradRows rows = grad_rows(pass, in.first, in.P, scratch->dx, scratch->slope);
    netgrad_deliver(pass->worker, &pass->states, plan, &rows);
}

static void pool_chunk(const Pass *pass)
{
    const PoolScratch scratch = carve_pool(pass->plan, pass->input, pass->worker->scratch);
    if (pass->input == NULL)
        return;
    for (int image = pass->chunk.first_image; image < pass->chunk.end_image; image++) {
        if (pass->plan->op->kind == OP_GLOBAL_POOL)
            mean_image(pass, &scratch, image);
        else
            max_image(pass, &scratch, image);
    }
}

/* --- depthwise convolution: rings of input rows, their slopes, and rows of dz --- */

typedef struct DepthwiseScratch {
    RowRing h, slope, dz;
    float *dx;
    const float **rows;      /* of h, for the weights */
    const float **grad_rows; /* of dz, for the data */
    int *kh;
} DepthwiseScratch;

static DepthwiseScratch carve_depthwise(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const DepthwiseTile tile = nettile_depthwise_backward(plan);
    const size_t k = (size_t)plan->op->kernel;
    DepthwiseScratch scratch = {0};
    scratch.h = rowring_carve(arena, tile.ring_rows, tile.row_pixels, tile.block);
    if (wants_slope(plan, input))
        scratch.slope = rowring_carve(arena, tile.ring_rows, plan->op->in_size, tile.block);
    scratch.dz = rowring_carve(arena, tile.grad_rows, tile.grad_pixels, tile.block);
    scratch.dx = arena_floats(arena, (size_t)plan->op->in_size * (size_t)tile.block);
    scratch.rows = arena_alloc(arena, (size_t)tile.ring_rows, sizeof *scratch.rows);
    scratch.grad_rows = arena_alloc(arena, k, sizeof *scratch.grad_rows);
    scratch.kh = arena_alloc(arena, k, sizeof *scratch.kh);
    return scratch;
}

/* dz of output rows oh..oh+n-1 into their places in the ring. */
static void load_grad_rows(const Pass *pass, const DepthwiseTile *tile, DepthwiseScratch *s,
                           int image, int c0, int oh, int n)
{
    const OpPlan *plan = pass->plan;
    const int OW = plan->op->out_size, C = s->dz.C;
    for (int i = oh; i < oh + n; i++) {
        const Rows rows = {(long)image * plan->out_pixels + (long)i * OW, OW, c0, C};
        float *dz = rowring_slot(&s->dz, i) + (long)tile->grad_left * C;
        netgrad_dz(pass->worker, plan, rows, dz, C);
    }
}

static void depthwise_weights(const Pass *pass, const DepthwiseTile *tile,
                              const DepthwiseScratch *s, int c0, int oh, int n)
{
    const OpPlan *plan = pass->plan;
    const Op *op = plan->op;
    for (int i = 0; i < nettile_strip_rows(op, n); i++)
        s->rows[i] = rowring_row(&s->h, oh * op->stride - op->pad + i, op->in_size);
    const DwWeightsArgs args = {
        .rows = s->rows,
        .ldr = s->h.C,
        .dz = rowring_slot(&s->dz, oh) + (long)tile->grad_left * s->dz.C,
        .lddz = s->dz.C,
        .lddz_row = (long)s->dz.row_pixels * s->dz.C,
        .dw = pass->slot + nettensor_offset(pass->worker->net, plan, TENSOR_W) + c0,
        .lddw = plan->Cout,
        .OH = n,
        .OW = op->out_size,
        .C = s->h.C,
        .k = op->kernel,
        .stride = op->stride,
    };
    pass->worker->net->kernels.dw.backward_weights(&args);
}

/* The rows of dz that input row ih went into, by ascending tap; returns how many. */
static int list_grad_rows(const OpPlan *plan, const DepthwiseTile *tile, const DepthwiseScratch *s,
                          int ih)
{
    const Op *op = plan->op;
    int n = 0;
    for (int kh = (ih + op->pad) % op->stride; kh < op->kernel; kh += op->stride) {
        const int at = ih + op->pad - kh;
        if (at < 0 || at / op->stride >= op->out_size)
            continue;
        s->grad_rows[n] = rowring_slot(&s->dz, at / op->stride) + (long)tile->grad_left * s->dz.C;
        s->kh[n++] = kh;
    }
    return n;
}

static void depthwise_data(const Pass *pass, const DepthwiseTile *tile, const DepthwiseScratch *s,
                           int image, int c0, int ih)
{
    const OpPlan *plan = pass->plan;
    const Op *op = plan->op;
    const int C = s->h.C;
    const DwDataArgs args = {
        .rows = s->grad_rows,
        .kh = s->kh,
        .n_rows = list_grad_rows(plan, tile, s, ih),
        .ldr = C,
        .w = netview_weight(pass->worker, plan, TENSOR_W) + c0,
        .ldw = plan->Cout,
        .dx = s->dx,
        .lddx = C,
        .W = op->in_size,
        .C = C,
        .k = op->kernel,
        .stride = op->stride,
        .pad = op->pad,
    };
    pass->worker->net->kernels.dw.backward_data(&args);
    const long row = (long)image * plan->in_pixels + (long)ih * op->in_size;
    const float *slope = s->slope.data == NULL ? NULL : rowring_slot(&s->slope, ih);
    GradRows rows = grad_rows(pass, row, op->in_size, s->dx, slope);
    rows.rows.c0 = c0;
    rows.rows.C = C;
    rows.lddh = rows.ldslope = C;
    netgrad_deliver(pass->worker, &pass->states, plan, &rows);
}

static void depthwise_image(const Pass *pass, const DepthwiseTile *tile, DepthwiseScratch *s,
                            int image, int c0)
{
    const Op *op = pass->plan->op;
    RowRing *slope = s->slope.data == NULL ? NULL : &s->slope;
    int next = 0, done = 0; /* first rows not yet loaded, and not yet delivered */
    for (int oh = 0; oh < op->out_size; oh += tile->strip) {
        const int n = op->out_size - oh < tile->strip ? op->out_size - oh : tile->strip;
        const bool is_end = oh + n == op->out_size;
        const int bottom = (oh + n - 1) * op->stride - op->pad + op->kernel;
        for (; next < bottom && next < op->in_size; next++)
            netforward_load_row(pass->worker, pass->plan, image, next, c0, &s->h, slope);
        load_grad_rows(pass, tile, s, image, c0, oh, n);
        depthwise_weights(pass, tile, s, c0, oh, n);
        const int complete = is_end ? op->in_size : (oh + n) * op->stride - op->pad;
        for (; pass->input != NULL && done < complete; done++) {
            for (; next <= done; next++) /* rows below the last window: only their slope counts */
                netforward_load_row(pass->worker, pass->plan, image, next, c0, &s->h, slope);
            depthwise_data(pass, tile, s, image, c0, done);
        }
    }
}

static void depthwise_chunk(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const DepthwiseTile tile = nettile_depthwise_backward(plan);
    DepthwiseScratch scratch = carve_depthwise(plan, pass->input, pass->worker->scratch);
    for (int c0 = 0; c0 < plan->Cout; c0 += tile.block) {
        const int C = plan->Cout - c0 < tile.block ? plan->Cout - c0 : tile.block;
        rowring_begin(&scratch.h, C);
        rowring_begin(&scratch.dz, C);
        scratch.slope.C = C;
        for (int image = pass->chunk.first_image; image < pass->chunk.end_image; image++)
            depthwise_image(pass, &tile, &scratch, image, c0);
    }
}

/* --- phases --- */

static bool goes_by_rows(const OpPlan *plan, const OpPlan *input)
{
    return plan->is_pointwise && (input == NULL || input->op->kind != OP_SE);
}

void netbackward_measure(const Net *net, const OpPlan *plan, Arena *arena)
{
    const OpPlan *input = netplan_input(net, plan);
    GradStates states;
    if (plan->op->kind == OP_LINEAR)
        return; /* its backward pass is in nethead.c */
    netgrad_carve(net, plan, &states, arena);
    if (plan->op->kind == OP_DEPTHWISE)
        carve_depthwise(plan, input, arena);
    else if (plan->op->kind == OP_CONV && goes_by_rows(plan, input))
        carve_pointwise(plan, input, arena);
    else if (plan->op->kind == OP_CONV)
        carve_dense(plan, input, arena);
    else
        carve_pool(plan, input, arena);
}

static void run_chunk(Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const ArenaMark mark = arena_mark(pass->worker->scratch);
    netgrad_carve(pass->worker->net, plan, &pass->states, pass->worker->scratch);
    netgrad_begin(&pass->states);
    if (plan->op->kind == OP_DEPTHWISE)
        depthwise_chunk(pass);
    else if (plan->op->kind == OP_CONV && goes_by_rows(plan, pass->input))
        pointwise_chunk(pass);
    else if (plan->op->kind == OP_CONV)
        dense_chunk(pass);
    else
        pool_chunk(pass);
    netgrad_end(pass->worker, &pass->states, pass->chunk.index);
    arena_rewind(pass->worker->scratch, mark);
}

void netbackward_phase(Worker *worker, OpPlan *plan)
{
    const Net *net = worker->net;
    const int n_chunks = netplan_chunks(plan, net->call.n);
    const TeamRange slots = team_range(plan->n_slots, worker->thread, worker->n_threads);
    for (int i = slots.first; i < slots.end; i++) {
        Pass pass = {.worker = worker, .plan = plan, .input = netplan_input(net, plan)};
        if (netplan_is_conv(plan))
            pass.slot = netgrad_slot(net, plan, i);
        const TeamRange chunks = team_range(n_chunks, i, plan->n_slots);
        for (int j = chunks.first; j < chunks.end; j++) {
            pass.chunk = nettile_chunk(plan, j, net->call.n);
            run_chunk(&pass);
        }
    }
}
