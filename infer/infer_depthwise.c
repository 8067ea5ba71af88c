/*
 * infer/infer_depthwise.c: a depthwise convolution, and the convolution before it, block by block
 * of channels and strip by strip of rows.
 *
 * A thread takes blocks of channels of an image. For a strip of output rows it makes the rows of
 * the wide map that are not there yet into a ring, which stays in the first caches, convolves them,
 * and finishes what it made: bias, activation, and the means that a gate wants. The wide map is
 * never stored. Where nothing stands before it, it reads a stored map in place.
 */
#include "infer/infernorm.h"
#include "infer/inferstep.h"
#include "infer/infervalue.h"
#include "infer/product.h"

#include <string.h>

enum {
    STRIP_PIXELS = 112,      /* of the output, at least where rows are short: a tile's worth */
    RING_FLOATS = 24 * 1024, /* most, where blocks can be made narrower */
};

/* --- planning --- */

static const char *check(const Op *op)
{
    return op->kernel <= DW_MAX_K ? NULL : "depthwise kernels go up to 9";
}

/* How an image is taken. */
typedef struct Strips {
    int n;          /* output rows of a strip */
    int ring_rows;  /* input rows that it reads */
    int row_pixels; /* of the ring, halo included */
} Strips;

static Strips strips_of(const Op *op)
{
    Strips strips = {.n = STRIP_PIXELS / op->out_size};
    strips.n = strips.n < 1 ? 1 : strips.n > op->out_size ? op->out_size : strips.n;
    strips.ring_rows = (strips.n - 1) * op->stride + op_reach(op);
    const int reach = (op->out_size - 1) * op->stride + op_reach(op), map = op->pad + op->in_size;
    strips.row_pixels = reach > map ? reach : map;
    return strips;
}

static long ring_floats(const Strips *strips, int V)
{
    return (long)strips->ring_rows * strips->row_pixels * V * LANES;
}

static int choose_block(const Infer *infer, const Op *op, bool has_source)
{
    const Strips strips = strips_of(op);
    int most = GEMM_MOST_VECTORS;
    while (has_source && most > 1 && ring_floats(&strips, most) > RING_FLOATS)
        most--;
    const int threads_of_image = (infer->settings.threads + infer->lot - 1) / infer->lot;
    return product_block(lanes_pad(op->out_channels) / LANES, most, threads_of_image);
}

static void run(const Worker *worker, const Step *step);

static void plan(Planner *planner, int op)
{
    Infer *infer = planner->infer;
    const Op *it = &infer->network.ops[op];
    const int index = inferstep_add(planner, op);
    Step *step = &infer->steps[index], *before = inferstep_before(planner, op);
    const bool has_source = before != NULL && before->run == NULL;
    step->run = run;
    step->act = step_act(it->act);
    step->V = choose_block(infer, it, has_source);
    if (has_source) {
        step->source = before;
        before->product.V = step->V;
        infervalue_read(planner, index, before->input, step_op(infer, before));
    } else {
        step->input = inferstep_input(planner, op);
        infervalue_read(planner, index, step->input, it);
    }
    step->output = infervalue_add(planner, it->out_channels, it->out_size);
    inferstep_output(planner, index);
}

static void carve(const Infer *infer, Step *step, Arena *arena)
{
    const Op *op = step_op(infer, step);
    const size_t C = (size_t)lanes_pad(op->out_channels),
                 taps = (size_t)op->kernel * (size_t)op->kernel;
    step->taps = arena_zalloc(arena, taps * C, sizeof(float));
    step->bias = arena_zalloc(arena, C, sizeof(float));
    infernorm_carve(step, op->out_channels, arena);
}

/* Scratch of a block. */
typedef struct Ring {
    Strips strips;
    float *data, *zero_row;
    const float **rows; /* that a strip reads */
} Ring;

static Ring carve_ring(const Infer *infer, const Step *step, Arena *arena)
{
    Ring ring = {.strips = strips_of(step_op(infer, step))};
    ring.rows = arena_alloc(arena, (size_t)ring.strips.ring_rows, sizeof *ring.rows);
    if (step->source == NULL)
        return ring;
    ring.data = arena_floats(arena, (size_t)ring_floats(&ring.strips, step->V));
    ring.zero_row = arena_zalloc(arena, (size_t)ring.strips.row_pixels * (size_t)step->V * LANES,
                                 sizeof(float));
    return ring;
}

static void measure(const Infer *infer, const Step *step, Arena *arena)
{
    (void)carve_ring(infer, step, arena);
}

/* --- weights --- */

static void take(const Infer *infer, Step *step, int k, const float *data)
{
    const Op *op = step_op(infer, step);
    const int taps = op->kernel * op->kernel, C = lanes_pad(op->out_channels);
    if (k > 0) {
        infernorm_write(step, op->out_channels, k, data);
        return;
    }
    for (int c = 0; c < op->out_channels; c++)
        for (int tap = 0; tap < taps; tap++)
            step->taps[(long)tap * C + c] = *data++;
}

static void fold(const Infer *infer, Step *step)
{
    const Op *op = step_op(infer, step);
    const int taps = op->kernel * op->kernel, C = lanes_pad(op->out_channels);
    const float *scale = infernorm_fold(infer, step, op->out_channels, step->bias);
    for (int tap = 0; scale != NULL && tap < taps; tap++)
        for (int c = 0; c < op->out_channels; c++)
            step->taps[(long)tap * C + c] *= scale[c];
}

/* --- running --- */

/* A block of channels of an image. */
typedef struct Block {
    const Worker *worker;
    const Step *step;
    const Op *op;
    Ring ring;
    int image, c0, C;
    int loaded; /* rows below this one are in the ring, or past */
} Block;

static float *ring_row(const Block *b, int row)
{
    const Strips *strips = &b->ring.strips;
    return b->ring.data + (long)(row % strips->ring_rows) * strips->row_pixels * b->C;
}

static void zero_ring_halo(const Block *b)
{
    const int pad = b->op->pad, end = pad + b->op->in_size;
    const size_t pixel = (size_t)b->C * sizeof(float);
    for (int i = 0; b->step->source != NULL && i < b->ring.strips.ring_rows; i++) {
        float *row = ring_row(b, i);
        memset(row, 0, (size_t)pad * pixel);
        memset(row + (long)end * b->C, 0, (size_t)(b->ring.strips.row_pixels - end) * pixel);
    }
}

/* Where pixels p..p+M-1 of the wide map lie in the ring. */
static void list_ring(const Block *b, int p, int M, long *rows)
{
    const int W = b->op->in_size;
    for (int m = 0; m < M;) {
        const int h = (p + m) / W, first = (p + m) % W;
        long at = ring_row(b, h) - b->ring.data + (long)(b->op->pad + first) * b->C;
        for (int w = first; w < W && m < M; w++, m++, at += b->C)
            rows[m] = at;
    }
}

/* Makes pixels first..end-1 of the wide map into the ring. */
static void make_pixels(const Block *b, int first, int end)
{
    const Infer *infer = b->worker->infer;
    const Step *source = b->step->source;
    const Value *x = &infer->values[source->input];
    const long image = (long)b->image * b->op->in_size * b->op->in_size;
    long x_rows[PRODUCT_ROWS], y_rows[PRODUCT_ROWS];
    for (int p = first, M; p < end; p += M) {
        M = end - p < PRODUCT_ROWS ? end - p : PRODUCT_ROWS;
        product_rows(&source->product, x, image + p, M, x_rows);
        list_ring(b, p, M, y_rows);
        const GemmForwardArgs args = {.x = x->data,
                                      .x_rows = x_rows,
                                      .act = source->act,
                                      .y = b->ring.data,
                                      .y_rows = y_rows,
                                      .M = M};
        product_run(infer, &source->product, args, b->c0, b->c0 + b->C);
    }
}

/* The rows that output rows oh..oh+n-1 read, and the floats from a pixel of them to the next. */
static long list_rows(Block *b, int oh, int n)
{
    const Op *op = b->op;
    const Step *step = b->step;
    const int top = oh * op->stride - op->pad, wanted = (n - 1) * op->stride + op_reach(op);
    if (step->source == NULL) {
        const Value *x = &b->worker->infer->values[step->input];
        for (int i = 0; i < wanted; i++)
            b->ring.rows[i] = infervalue_pixel(x, b->image, top + i, -op->pad) + b->c0;
        return x->C;
    }
    const int bottom = top + wanted < op->in_size ? top + wanted : op->in_size;
    if (top > b->loaded) /* rows that nobody reads have no place in the ring */
        b->loaded = top;
    if (bottom > b->loaded)
        make_pixels(b, b->loaded * op->in_size, bottom * op->in_size);
    b->loaded = bottom > b->loaded ? bottom : b->loaded;
    for (int i = 0; i < wanted; i++) {
        const bool is_inside = top + i >= 0 && top + i < op->in_size;
        b->ring.rows[i] = is_inside ? ring_row(b, top + i) : b->ring.zero_row;
    }
    return b->C;
}

/* Output rows oh..oh+n-1. */
static void run_strip(Block *b, int oh, int n, float *sums)
{
    const Infer *infer = b->worker->infer;
    const Step *step = b->step;
    const Value *y = &infer->values[step->output];
    const long ldr = list_rows(b, oh, n);
    const DwForwardArgs convolution = {.rows = b->ring.rows,
                                       .ldr = ldr,
                                       .w = step->taps + b->c0,
                                       .ldw = y->C,
                                       .y = infervalue_pixel(y, b->image, oh, 0) + b->c0,
                                       .ldy = y->C,
                                       .ldy_row = (long)infervalue_row(y) * y->C,
                                       .OH = n,
                                       .OW = y->side,
                                       .C = b->C,
                                       .k = b->op->kernel,
                                       .stride = b->op->stride,
                                       .dilation = b->op->dilation};
    infer->kernels.dw.forward(&convolution);
    for (int i = 0; i < n; i++) {
        float *row = convolution.y + i * convolution.ldy_row;
        const GemmFinishArgs args = {.x = row,
                                     .ldx = y->C,
                                     .bias = step->bias + b->c0,
                                     .act = step->act,
                                     .y = row,
                                     .ldy = y->C,
                                     .sums = sums,
                                     .P = y->side,
                                     .C = b->C};
        infer->kernels.gemm.finish(&args);
    }
}

static void run_block(Block *b)
{
    const Value *means =
        b->step->means == NO_VALUE ? NULL : &b->worker->infer->values[b->step->means];
    float *sums = means == NULL ? NULL : infervalue_pixel(means, b->image, 0, 0) + b->c0;
    const int O = b->op->out_size;
    if (sums != NULL)
        memset(sums, 0, (size_t)b->C * sizeof *sums);
    zero_ring_halo(b);
    for (int oh = 0, n; oh < O; oh += n) {
        n = O - oh < b->ring.strips.n ? O - oh : b->ring.strips.n;
        run_strip(b, oh, n, sums);
    }
    const float pixels = (float)O * (float)O;
    for (int c = 0; sums != NULL && c < b->C; c++)
        sums[c] /= pixels;
}

static void run(const Worker *worker, const Step *step)
{
    const Infer *infer = worker->infer;
    const int C = infer->values[step->output].C, width = step->V * LANES;
    Block block = {.worker = worker, .step = step, .op = step_op(infer, step)};
    ImageShare share;
    block.ring = carve_ring(infer, step, worker->scratch);
    for (int done = 0; infervalue_next(worker, (C + width - 1) / width, &done, &share);)
        for (int i = share.first; i < share.end; i++) {
            block.image = share.image;
            block.c0 = i * width;
            block.C = C - block.c0 < width ? C - block.c0 : width;
            block.loaded = 0;
            run_block(&block);
        }
}

const InferRow infer_depthwise = {
    .takes_rows = true,
    .makes_means = true,
    .check = check,
    .plan = plan,
    .carve = carve,
    .measure = measure,
    .take = take,
    .fold = fold,
};
