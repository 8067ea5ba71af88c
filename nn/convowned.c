/*
 * nn/convowned.c: the input is made anew for the owned channels only, a few images at a time; a tap
 * is the product of the pixels that it reads and those that it makes. Pixels outside of the image
 * are left out, which on small maps are half of them.
 */
#include "nn/convowned.h"

#include "nn/nettile.h"
#include "nn/netview.h"
#include "nn/weightshare.h"

/* Least of a block, while images last: a product takes as many at a time. Moves no bit. */
enum { OWN_PIXELS = 128 };

typedef struct OwnScratch {
    float *x;               /* [images of a block][in_pixels][channels of a part] */
    float *dw;              /* a part */
    long *x_rows, *dz_rows; /* [images of a block][out_pixels] of a tap */
} OwnScratch;

static int block_images(const OpPlan *plan, int batch)
{
    const int images = (OWN_PIXELS + plan->out_pixels - 1) / plan->out_pixels;
    return images < batch ? images : batch;
}

static OwnScratch carve(const Net *net, const OpPlan *plan, Arena *arena)
{
    const size_t images = (size_t)block_images(plan, net->settings.batch);
    const size_t pixels = images * (size_t)plan->out_pixels;
    OwnScratch s;
    s.x = arena_floats(arena, images * (size_t)plan->in_pixels * TILE_OWNED_ROWS);
    s.dw = weightshare_carve(net, plan, TENSOR_W, arena);
    s.x_rows = arena_alloc(arena, pixels, sizeof *s.x_rows);
    s.dz_rows = arena_alloc(arena, pixels, sizeof *s.dz_rows);
    return s;
}

void convowned_measure(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve(net, plan, arena);
}

/* Channels [c0, c0 + C) of n images of the input. */
static View load(const Worker *worker, const OpPlan *plan, const OwnScratch *s, int image, int n,
                 int c0, int C)
{
    const OpPlan *input = netstate_input(worker->net, plan);
    const long ld = lanes_pad(C);
    Rows rows = {(long)image * plan->in_pixels, n * plan->in_pixels, c0, (int)ld};
    if (!netstate_is_gated(input))
        return netview_rows(worker, input, rows, s->x, ld, NULL, 0);
    rows.P = plan->in_pixels; /* each image has its own gate */
    for (int i = 0; i < n; i++, rows.first += rows.P)
        netview_rows(worker, input, rows, s->x + (long)i * rows.P * ld, ld, NULL, 0);
    return (View){s->x, ld};
}

/* Lists the pixels of n images that a tap reads and makes; returns how many. */
static int list_pixels(const OpPlan *plan, const OwnScratch *s, int n, int kh, int kw, long ldx)
{
    const Op *op = plan->op;
    int m = 0;
    for (int row = 0; row < n * op->out_size; row++) {
        const int image = row / op->out_size;
        const int ih = row % op->out_size * op->stride + kh - op->pad;
        if (ih < 0 || ih >= op->in_size)
            continue;
        for (int ow = 0; ow < op->out_size; ow++) {
            const int iw = ow * op->stride + kw - op_pad_left(op);
            if (iw < 0 || iw >= op->in_size)
                continue;
            s->x_rows[m] = (((long)image * op->in_size + ih) * op->in_size + iw) * ldx;
            s->dz_rows[m++] = ((long)row * op->out_size + ow) * plan->Cout;
        }
    }
    return m;
}

/* Adds n images to a part: its rows are channels of the input. */
static void add_images(const Worker *worker, const OpPlan *plan, const OwnScratch *s, int image,
                       int n, const WeightPart *part)
{
    static const long start = 0;
    const TeamRange columns = part->share.columns;
    const int KW = op_kernel_width(plan->op), taps = plan->op->kernel * KW;
    const int c0 = part->rows.first, C = part->rows.end - c0;
    const View x = load(worker, plan, s, image, n, c0, C);
    const PwWindows windows = {.rows = s->x_rows, .starts = &start, .length = C};
    PwWeightsArgs args = {
        .x = x.x,
        .dy = plan->dz + (long)image * plan->out_pixels * plan->Cout + columns.first,
        .lddw = part->ld,
        .K = C,
        .N = columns.end - columns.first,
        .windows = &windows,
        .dy_rows = s->dz_rows,
    };
    for (int tap = 0; tap < taps; tap++) {
        args.dw = part->dw + tap * part->tap;
        args.M = list_pixels(plan, s, n, tap / KW, tap % KW, x.ld);
        worker->net->kernels.pw.backward_weights(&args);
    }
}

void convowned_weights(const Worker *worker, const OpPlan *plan)
{
    const Net *net = worker->net;
    const OwnScratch scratch = carve(net, plan, worker->scratch);
    const int batch = net->call.n, block = block_images(plan, batch);
    WeightPart part = weightshare_begin(worker, plan, TENSOR_W, scratch.dw);
    while (weightshare_next(worker, &part)) {
        for (int image = 0; image < batch; image += block)
            add_images(worker, plan, &scratch, image, batch - image < block ? batch - image : block,
                       &part);
        weightshare_update(worker, &part);
    }
}
