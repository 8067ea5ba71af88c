/*
 * infer/dense.c: threads share out rows of the output, or its channels where rows are few.
 */
#include "infer/dense.h"

#include "infer/infervalue.h"
#include "infer/product.h"

enum {
    ROWS_OF_THREAD = 64,       /* at least, where rows are shared out */
    BLOCK_FLOATS = 64 * 1024,  /* of x in a block of rows: a part of the second cache */
    WEIGHTS_MANY = 256 * 1024, /* floats of weights that every block of rows reads anew */
    BLOCK_ROWS_LEAST = 48,
};

static bool shares_rows(long rows, int n_threads)
{
    return rows >= (long)ROWS_OF_THREAD * n_threads;
}

/* Rows of a block: x of one fits in the second cache, unless it is the weights that must. */
static int block_rows(const Product *product)
{
    const long weights = (long)product->K * product->N;
    const long floats = (long)product->kernel * product->inputs * product->stride;
    const long rows = weights > WEIGHTS_MANY ? PRODUCT_ROWS : BLOCK_FLOATS / floats;
    return rows > PRODUCT_ROWS       ? PRODUCT_ROWS
           : rows < BLOCK_ROWS_LEAST ? BLOCK_ROWS_LEAST
                                     : (int)rows;
}

/* Output pixels p0..p0+M-1, counted over all images, of channels [first, end). */
static void run_block(const Worker *worker, const Step *step, long p0, int M, int first, int end)
{
    const Infer *infer = worker->infer;
    const Value *x = &infer->values[step->input], *y = &infer->values[step->output];
    const bool has_residual = step->shortcut != NO_VALUE;
    const Value *r = &infer->values[has_residual ? step->shortcut : step->output];
    long x_rows[PRODUCT_ROWS], y_rows[PRODUCT_ROWS], r_rows[PRODUCT_ROWS];
    product_rows(&step->product, x, p0, M, x_rows);
    product_pixels(y, p0, M, y_rows);
    if (has_residual)
        product_pixels(r, p0, M, r_rows);
    const GemmForwardArgs args = {.x = x->data,
                                  .x_rows = x_rows,
                                  .r = has_residual ? r->data + first : NULL,
                                  .r_rows = r_rows,
                                  .act = step->act,
                                  .y = y->data + first,
                                  .y_rows = y_rows,
                                  .M = M};
    product_run(infer, &step->product, args, first, end);
}

static void run(const Worker *worker, const Step *step)
{
    const Product *product = &step->product;
    const int width = product->V * LANES, panels = (product->N + width - 1) / width;
    const int rows = worker->n * product->out_side * product->out_side;
    TeamRange m = {0, rows}, n = {0, panels};
    if (shares_rows(rows, worker->n_threads))
        m = team_range(rows, worker->thread, worker->n_threads);
    else
        n = team_range(panels, worker->thread, worker->n_threads);
    const int first = n.first * width, end = n.end == panels ? product->N : n.end * width;
    const int block = block_rows(product);
    for (int p = m.first; p < m.end && first < end; p += block)
        run_block(worker, step, p, m.end - p < block ? m.end - p : block, first, end);
}

void dense_plan(Planner *planner, int index, int input, const Op *op)
{
    const Infer *infer = planner->infer;
    Step *step = &infer->steps[index];
    const long rows = (long)step->product.out_side * step->product.out_side * infer->lot;
    const int n_threads = infer->settings.threads;
    product_plan(&step->product, !shares_rows(rows, n_threads), n_threads);
    step->run = run;
    step->input = input;
    step->output = infervalue_add(planner, step->product.N, step->product.out_side);
    infervalue_read(planner, index, input, op);
    infervalue_write(planner, index, step->output);
}
