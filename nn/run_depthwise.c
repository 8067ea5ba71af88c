/*
 * nn/run_depthwise.c: depthwise convolution: rings of activated rows for a block of channels.
 */
#include "nn/dwtile.h"
#include "nn/netfold.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/netview.h"
#include "nn/rowring.h"

static const char *check(const Net *net, const OpPlan *plan)
{
    (void)net;
    return plan->op->kernel <= DW_MAX_K ? NULL : "depthwise kernels go up to 9";
}

/* --- forward --- */

typedef struct ForwardScratch {
    float *state;
    RowRing ring;
    const float **rows;
} ForwardScratch;

static ForwardScratch carve_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    const DepthwiseTile tile = dwtile_forward(plan);
    ForwardScratch scratch;
    scratch.state = netnorm_carve_state(plan, arena);
    scratch.ring = rowring_carve(arena, tile.ring_rows, tile.row_pixels, tile.block);
    scratch.rows = arena_alloc(arena, (size_t)tile.ring_rows, sizeof *scratch.rows);
    if (arena_is_measuring(arena))
        netview_measure(netstate_input(net, plan), arena);
    return scratch;
}

static void measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_forward(net, plan, arena);
}

/* Activated row ih of an image, channels of the block, into its place in the ring; its slope, too.
 */
static void load_row(const Worker *worker, const OpPlan *plan, int image, int ih, int c0,
                     RowRing *ring, RowRing *slope)
{
    const Net *net = worker->net;
    const OpPlan *input = netstate_input(net, plan);
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

static void depthwise_strip(const Worker *worker, const OpPlan *plan, const ForwardScratch *s,
                            int image, int c0, int oh, int n_rows)
{
    const Op *op = plan->op;
    const int C = s->ring.C, n_in = (n_rows - 1) * op->stride + op->kernel;
    for (int i = 0; i < n_in; i++)
        s->rows[i] = rowring_row(&s->ring, oh * op->stride - op->pad + i, op->in_size);
    const DwForwardArgs args = {
        .rows = s->rows,
        .ldr = C,
        .w = netstate_weight(worker, plan, TENSOR_W) + c0,
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

static void forward_image(const Worker *worker, const OpPlan *plan, ForwardScratch *scratch,
                          int strip, int image, int c0, int p0)
{
    const Op *op = plan->op;
    int next = 0; /* first row not yet in the ring */
    for (int oh = 0; oh < op->out_size; oh += strip) {
        const int n_rows = op->out_size - oh < strip ? op->out_size - oh : strip;
        const int bottom = (oh + n_rows - 1) * op->stride - op->pad + op->kernel;
        for (; next < bottom && next < op->in_size; next++)
            load_row(worker, plan, image, next, c0, &scratch->ring, NULL);
        depthwise_strip(worker, plan, scratch, image, c0, oh, n_rows);
        const int p = oh * op->out_size;
        const Rows out = {(long)image * plan->out_pixels + p, n_rows * op->out_size, c0,
                          scratch->ring.C};
        netnorm_take(worker, plan, scratch->state, out, p0 + p);
    }
}

static void forward(Worker *worker, const OpPlan *plan, Span span)
{
    const OpPlan *input = netstate_input(worker->net, plan);
    ForwardScratch scratch = carve_forward(worker->net, plan, worker->scratch);
    const DepthwiseTile tile = dwtile_forward(plan);
    const Rows in = {(long)span.first_image * plan->in_pixels,
                     (span.end_image - span.first_image) * plan->in_pixels, 0, plan->Cin};
    netview_materialise(worker, plan, input, in);
    netnorm_begin(worker, plan, scratch.state);
    for (int c0 = 0; c0 < plan->Cout; c0 += tile.block) {
        rowring_begin(&scratch.ring, plan->Cout - c0 < tile.block ? plan->Cout - c0 : tile.block);
        for (int image = span.first_image; image < span.end_image; image++)
            forward_image(worker, plan, &scratch, tile.strip, image, c0,
                          (image - span.first_image) * plan->out_pixels);
    }
    netnorm_end(worker, plan, scratch.state, span.first_chunk);
}

/* --- backward: rings of input rows, their slopes, and rows of dz --- */

typedef struct BackwardScratch {
    RowRing h, slope, dz;
    float *dx;
    float *folded;           /* what a folded input's rows take */
    const float **rows;      /* of h, for the weights */
    const float **grad_rows; /* of dz, for the data */
    int *kh;
} BackwardScratch;

static BackwardScratch carve_backward(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const DepthwiseTile tile = dwtile_backward(plan);
    const size_t k = (size_t)plan->op->kernel;
    BackwardScratch scratch = {0};
    scratch.h = rowring_carve(arena, tile.ring_rows, tile.row_pixels, tile.block);
    if (netgrad_wants_slope(plan, input))
        scratch.slope = rowring_carve(arena, tile.ring_rows, plan->op->in_size, tile.block);
    scratch.dz = rowring_carve(arena, tile.grad_rows, tile.grad_pixels, tile.block);
    scratch.dx = arena_floats(arena, (size_t)tile.data_rows * (size_t)plan->op->in_size *
                                         (size_t)tile.block);
    if (input != NULL && input->is_folded)
        scratch.folded = netfold_carve_rows(input, tile.data_rows * plan->op->in_size, arena);
    scratch.rows = arena_alloc(arena, (size_t)tile.ring_rows, sizeof *scratch.rows);
    scratch.grad_rows = arena_alloc(arena, k, sizeof *scratch.grad_rows);
    scratch.kh = arena_alloc(arena, k, sizeof *scratch.kh);
    return scratch;
}

static void measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(plan, netstate_input(net, plan), arena);
}

/* dz of output rows oh..oh+n-1 into their places in the ring. */
static void load_grad_rows(const Pass *pass, const DepthwiseTile *tile, BackwardScratch *s,
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

static void depthwise_weights(const Pass *pass, const DepthwiseTile *tile, const BackwardScratch *s,
                              int c0, int oh, int n)
{
    const OpPlan *plan = pass->plan;
    const Op *op = plan->op;
    for (int i = 0; i < dwtile_strip_rows(op, n); i++)
        s->rows[i] = rowring_row(&s->h, oh * op->stride - op->pad + i, op->in_size);
    const DwWeightsArgs args = {
        .rows = s->rows,
        .ldr = s->h.C,
        .dz = rowring_slot(&s->dz, oh) + (long)tile->grad_left * s->dz.C,
        .lddz = s->dz.C,
        .lddz_row = (long)s->dz.row_pixels * s->dz.C,
        .dw = pass->slot + netstate_offset(pass->worker->net, plan, TENSOR_W) + c0,
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
static int list_grad_rows(const OpPlan *plan, const DepthwiseTile *tile, const BackwardScratch *s,
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

/* dx of input row ih, channels of the block. */
static void data_row(const Pass *pass, const DepthwiseTile *tile, const BackwardScratch *s, int c0,
                     int ih, float *dx)
{
    const OpPlan *plan = pass->plan;
    const Op *op = plan->op;
    const int C = s->h.C;
    const DwDataArgs args = {
        .rows = s->grad_rows,
        .kh = s->kh,
        .n_rows = list_grad_rows(plan, tile, s, ih),
        .ldr = C,
        .w = netstate_weight(pass->worker, plan, TENSOR_W) + c0,
        .ldw = plan->Cout,
        .dx = dx,
        .lddx = C,
        .W = op->in_size,
        .C = C,
        .k = op->kernel,
        .stride = op->stride,
        .pad = op->pad,
    };
    pass->worker->net->kernels.dw.backward_data(&args);
}

/* Rows of dx from `done` on that are made and delivered together: their slopes lie in a row. */
static int rows_together(const DepthwiseTile *tile, int done, int complete)
{
    const int to_wrap = tile->ring_rows - done % tile->ring_rows;
    const int n = complete - done < to_wrap ? complete - done : to_wrap;
    return n < tile->data_rows ? n : tile->data_rows;
}

static void depthwise_data(const Pass *pass, const DepthwiseTile *tile, const BackwardScratch *s,
                           int image, int c0, int ih, int n)
{
    const OpPlan *plan = pass->plan;
    const int W = plan->op->in_size, C = s->h.C;
    for (int i = 0; i < n; i++)
        data_row(pass, tile, s, c0, ih + i, s->dx + (long)i * W * C);
    const long row = (long)image * plan->in_pixels + (long)ih * W;
    const float *slope = s->slope.data == NULL ? NULL : rowring_slot(&s->slope, ih);
    GradRows rows = netgrad_rows(pass, row, n * W, s->dx, slope);
    rows.rows.c0 = c0;
    rows.rows.C = C;
    rows.lddh = rows.ldslope = C;
    if (pass->input->is_folded)
        netfold_take(pass, &rows, s->dx, s->folded);
    else
        netgrad_deliver(pass, &rows);
}

static void backward_image(const Pass *pass, const DepthwiseTile *tile, BackwardScratch *s,
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
            load_row(pass->worker, pass->plan, image, next, c0, &s->h, slope);
        load_grad_rows(pass, tile, s, image, c0, oh, n);
        depthwise_weights(pass, tile, s, c0, oh, n);
        const int complete = is_end ? op->in_size : (oh + n) * op->stride - op->pad;
        for (int n_done; pass->input != NULL && done < complete; done += n_done) {
            n_done = rows_together(tile, done, complete);
            /* rows below the last window: only their slope counts */
            for (; next < done + n_done; next++)
                load_row(pass->worker, pass->plan, image, next, c0, &s->h, slope);
            depthwise_data(pass, tile, s, image, c0, done, n_done);
        }
    }
}

static void backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const DepthwiseTile tile = dwtile_backward(plan);
    BackwardScratch scratch = carve_backward(plan, pass->input, pass->worker->scratch);
    for (int c0 = 0; c0 < plan->Cout; c0 += tile.block) {
        const int C = plan->Cout - c0 < tile.block ? plan->Cout - c0 : tile.block;
        rowring_begin(&scratch.h, C);
        rowring_begin(&scratch.dz, C);
        scratch.slope.C = C;
        for (int image = pass->span.first_image; image < pass->span.end_image; image++)
            backward_image(pass, &tile, &scratch, image, c0);
    }
}

const OpRun run_depthwise = {
    .output = OUTPUT_NORMED,
    .weights = WEIGHTS_SLOTTED,
    .is_phase = true,
    .folds_input = true,
    .check = check,
    .measure_forward = measure_forward,
    .measure_backward = measure_backward,
    .forward = forward,
    .backward = backward,
    .view = netnorm_view,
    .targets = netgrad_normed_targets,
    .finish = netgrad_finish_normed,
};
