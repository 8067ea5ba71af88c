/* infer/product.c: the form of weight files to that of tiles, and pixels to rows. */
#include "infer/product.h"

#include "infer/infervalue.h"

/* --- planning --- */

Product product_of_windows(const Op *op)
{
    return (Product){.K = op->kernel * op_kernel_width(op) * op->in_channels,
                     .N = lanes_pad(op->out_channels),
                     .inputs = op->in_channels,
                     .kernel = op->kernel,
                     .kernel_width = op_kernel_width(op),
                     .stride = op->stride,
                     .pad = op->pad,
                     .pad_left = op_pad_left(op),
                     .in_side = op->in_size,
                     .out_side = op->out_size};
}

Product product_of_layer(int inputs, int outputs)
{
    return (Product){.K = inputs,
                     .N = lanes_pad(outputs),
                     .inputs = inputs,
                     .kernel = 1,
                     .kernel_width = 1,
                     .stride = 1,
                     .in_side = 1,
                     .out_side = 1};
}

/* Vectors of the largest of n_threads shares of panels of V, the last of which may be narrower. */
static int largest_share(int vectors, int V, int n_threads)
{
    int largest = 0;
    for (int t = 0; t < n_threads; t++) {
        const TeamRange panels = team_range((vectors + V - 1) / V, t, n_threads);
        const int end = panels.end * V < vectors ? panels.end * V : vectors;
        largest = end - panels.first * V > largest ? end - panels.first * V : largest;
    }
    return largest;
}

/*
 * Narrow tiles load more for each product, which costs about an eighth for each vector that is
 * missing.
 */
int product_block(int vectors, int most, int n_threads)
{
    int best = 1, best_cost = 0;
    for (int V = most; V >= 1; V--) {
        const int cost = largest_share(vectors, V, n_threads) * (8 + GEMM_MOST_VECTORS - V);
        if (V == most || cost < best_cost) {
            best = V;
            best_cost = cost;
        }
    }
    return best;
}

void product_plan(Product *product, bool shares_columns, int n_threads)
{
    product->V =
        product_block(product->N / LANES, GEMM_MOST_VECTORS, shares_columns ? n_threads : 1);
}

void product_carve(Product *product, const Value *x, Arena *arena)
{
    const int KH = product->kernel, KW = product->kernel_width;
    const bool is_dense = product->inputs == x->C;
    size_t n_floats;
    (void)arena_multiply((size_t)product->K, (size_t)product->N, &n_floats);
    product->length = is_dense ? KW * product->inputs : product->inputs;
    product->n_pieces = is_dense ? KH : KH * KW;
    product->starts = arena_alloc(arena, (size_t)product->n_pieces, sizeof(long));
    product->w = arena_zalloc(arena, n_floats, sizeof(float));
    product->bias = arena_zalloc(arena, (size_t)product->N, sizeof(float));
    for (int i = 0; product->starts != NULL && i < product->n_pieces; i++) {
        const int row = is_dense ? i : i / KW, column = is_dense ? 0 : i % KW;
        product->starts[i] = ((long)row * infervalue_row(x) + column) * x->C;
    }
}

/* --- weights --- */

static float *weight(const Product *product, int k, int n)
{
    const int lane = n % LANES;
    return product->w + gemm_packed(product->K, product->N, product->V, k, n - lane) + lane;
}

void product_write(const Product *product, int outputs, const float *data)
{
    const int taps = product->kernel * product->kernel_width;
    for (int n = 0; n < outputs; n++)
        for (int i = 0; i < product->inputs; i++)
            for (int tap = 0; tap < taps; tap++)
                *weight(product, tap * product->inputs + i, n) = *data++;
}

void product_scale(const Product *product, int outputs, const float *scale)
{
    for (int k = 0; k < product->K; k++)
        for (int n = 0; n < outputs; n++)
            *weight(product, k, n) *= scale[n];
}

/* --- running --- */

void product_rows(const Product *product, const Value *x, long p0, int M, long *rows)
{
    const int side = product->out_side;
    const long pixels = (long)side * side, step = (long)product->stride * x->C;
    for (int m = 0; m < M;) {
        const long image = (p0 + m) / pixels, p = (p0 + m) % pixels;
        const int oh = (int)(p / side), ow = (int)(p % side);
        long at =
            image * x->image_floats + infervalue_offset(x, oh * product->stride - product->pad,
                                                        ow * product->stride - product->pad_left);
        for (int w = ow; w < side && m < M; w++, m++, at += step)
            rows[m] = at;
    }
}

void product_pixels(const Value *y, long p0, int M, long *rows)
{
    const long pixels = (long)y->side * y->side;
    for (int m = 0; m < M;) {
        const long image = (p0 + m) / pixels, p = (p0 + m) % pixels;
        const int h = (int)(p / y->side), first = (int)(p % y->side);
        long at = image * y->image_floats + infervalue_offset(y, h, first);
        for (int w = first; w < y->side && m < M; w++, m++, at += y->C)
            rows[m] = at;
    }
}

void product_run(const Infer *infer, const Product *product, GemmForwardArgs args, int first,
                 int end)
{
    args.starts = product->starts;
    args.length = product->length;
    args.w = product->w + (long)first * product->K;
    args.V = product->V;
    args.bias = product->bias + first;
    args.K = product->K;
    args.N = end - first;
    infer->kernels.gemm.forward(&args);
}
