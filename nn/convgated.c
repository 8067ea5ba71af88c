/*
 * nn/convgated.c: rows in blocks that stay in the cache, as in convrows.c. What the second time
 * takes from the first is kept where the images that go by together leave room for it in the
 * second-level cache; else it is made again, which moves no bit. Small images go by several at a
 * time, so that the weights are read once for all of them.
 */
#include "nn/convgated.h"

#include "nn/convmatrix.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/nettile.h"
#include "nn/netview.h"

#include <string.h>

/* --- images and blocks --- */

static size_t images_floats(const Net *net, const OpPlan *plan)
{
    const size_t n = (size_t)nettile_images(plan, net->settings.batch);
    return n * (size_t)plan->in_pixels * (size_t)plan->Cin;
}

/* Rows of a block that lie in one image. */
typedef struct ImageRows {
    long row;
    int P;
    int image;
    int p0;      /* of the image */
    bool is_end; /* of the image */
} ImageRows;

/* The next of the rows row..end-1. */
static ImageRows image_rows(const OpPlan *plan, long row, long end)
{
    const int p0 = (int)(row % plan->in_pixels), left = plan->in_pixels - p0;
    const bool is_end = end - row >= left;
    return (ImageRows){row, is_end ? left : (int)(end - row), (int)(row / plan->in_pixels), p0,
                       is_end};
}

static void clear_sums(const OpPlan *plan, float *sums)
{
    memset(sums, 0, (size_t)PIXEL_CHAINS * (size_t)plan->Cin * sizeof *sums);
}

static float *carve_sums(const OpPlan *plan, Arena *arena)
{
    return arena_floats(arena, (size_t)PIXEL_CHAINS * (size_t)plan->Cin);
}

static void fold(const Worker *worker, const OpPlan *plan, const float *sums, float *y, int pixels)
{
    const PanelFoldArgs args = {
        .state = sums, .ldstate = plan->Cin, .y = y, .C = plan->Cin, .pixels = pixels};
    worker->net->kernels.panel.fold(&args);
}

/* --- forward --- */

typedef struct ForwardScratch {
    float *state;
    float *sums;
    float *h;     /* [images][in_pixels][Cin] without the gate; NULL: not kept */
    float *panel; /* a block, with the gate */
} ForwardScratch;

static ForwardScratch carve_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    ForwardScratch s = {0};
    s.state = netnorm_carve_state(plan, arena);
    s.sums = carve_sums(plan, arena);
    s.panel = arena_floats(arena, (size_t)nettile_rows(plan) * (size_t)plan->Cin);
    if (images_floats(net, plan) <= TILE_KEPT_FLOATS)
        s.h = arena_floats(arena, images_floats(net, plan));
    return s;
}

void convgated_measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_forward(net, plan, arena);
}

static void make_gate(const Worker *worker, const OpPlan *plan, const ForwardScratch *s, int image,
                      float *h)
{
    const OpPlan *gate = netstate_input(worker->net, plan);
    PanelLoadArgs args = netnorm_load(netstate_input(worker->net, gate),
                                      (long)image * plan->in_pixels, plan->in_pixels);
    args.h = h;
    args.state = s->sums;
    clear_sums(plan, s->sums);
    worker->net->kernels.panel.load(&args);
    fold(worker, plan, s->sums, gate->p + (long)image * plan->Cin, plan->in_pixels);
    gate->run->gate(worker, gate, image);
}

/* The gated rows row..end-1; `h` is the first one's, if kept. */
static void load_gated(const Worker *worker, const OpPlan *plan, const ForwardScratch *s, long row,
                       long end, const float *h)
{
    const OpPlan *gate = netstate_input(worker->net, plan);
    const long Cin = plan->Cin;
    float *panel = s->panel;
    for (ImageRows part; row < end; row += part.P, panel += part.P * Cin) {
        part = image_rows(plan, row, end);
        if (h != NULL) {
            const Rows rows = {row, part.P, 0, plan->Cin};
            netview_gated(worker, gate, rows, (View){h, Cin}, panel, Cin);
            h += part.P * Cin;
            continue;
        }
        PanelLoadArgs args = netnorm_load(netstate_input(worker->net, gate), row, part.P);
        args.s = gate->s + part.image * Cin;
        args.h = panel;
        worker->net->kernels.panel.load(&args);
    }
}

static void forward_images(const Worker *worker, const OpPlan *plan, const ForwardScratch *s,
                           Span span)
{
    const long first = (long)span.first_image * plan->in_pixels;
    const long end = (long)span.end_image * plan->in_pixels;
    const int block = nettile_rows(plan);
    for (int i = span.first_image; i < span.end_image; i++)
        make_gate(worker, plan, s, i,
                  s->h == NULL ? NULL : s->h + ((long)i * plan->in_pixels - first) * plan->Cin);
    for (long row = first; row < end; row += block) {
        const int P = (int)(end - row < block ? end - row : block);
        load_gated(worker, plan, s, row, row + P,
                   s->h == NULL ? NULL : s->h + (row - first) * plan->Cin);
        convmatrix_forward(worker, plan, (View){s->panel, plan->Cin}, NULL, plan->op->in_channels,
                           row, P);
        netnorm_take_rows(worker, plan, s->state, row, P);
    }
}

void convgated_forward(Worker *worker, const OpPlan *plan, Span span)
{
    const ForwardScratch scratch = carve_forward(worker->net, plan, worker->scratch);
    Span part = {.end_image = span.first_image};
    while (nettile_next_images(plan, worker->net->settings.batch, span, &part))
        forward_images(worker, plan, &scratch, part);
}

/* --- backward --- */

typedef struct BackwardScratch {
    float *sums;
    float *ds;    /* [Cin] gradient of an image's gate */
    float *dp;    /* [images][Cin] what it adds to that of a pixel */
    float *dz;    /* a block, unless it is kept for the owned weights */
    float *h;     /* a block, with the gate; unless weights are owned */
    float *q;     /* gradient of the gated value: of the images, or of a block if not kept */
    float *slope; /* of the images; NULL: not kept */
    bool keeps_q;
} BackwardScratch;

static BackwardScratch carve_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    const OpPlan *gate = netstate_input(net, plan), *ungated = netstate_input(net, gate);
    const size_t rows = (size_t)nettile_rows(plan), Cin = (size_t)plan->Cin;
    const size_t images = images_floats(net, plan);
    BackwardScratch s = {.keeps_q = images <= TILE_KEPT_FLOATS};
    s.sums = carve_sums(plan, arena);
    s.ds = arena_floats(arena, Cin);
    s.dp = arena_floats(arena, (size_t)nettile_images(plan, net->settings.batch) * Cin);
    if (!plan->is_owned) {
        s.dz = arena_floats(arena, rows * (size_t)plan->Cout);
        s.h = arena_floats(arena, rows * Cin);
    }
    s.q = arena_floats(arena, s.keeps_q ? images : rows * Cin);
    if (2 * images <= TILE_KEPT_FLOATS && netgrad_slope_is_dear(ungated))
        s.slope = arena_floats(arena, images);
    return s;
}

void convgated_measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(net, plan, arena);
}

/* Makes dz of a block. Where it is kept, only once: it may lie in place of what it is made of. */
static const float *make_dz(const Pass *pass, const BackwardScratch *s, long row, int P)
{
    const OpPlan *plan = pass->plan;
    float *dz = plan->is_owned ? plan->dz + row * plan->Cout : s->dz;
    netgrad_dz(pass->worker, plan, (Rows){row, P, 0, plan->Cout}, dz, plan->Cout);
    return dz;
}

/* From dz of a block, its gradient of the gated value. */
static void dense_data(const Pass *pass, const float *dz, int P, float *q)
{
    const OpPlan *plan = pass->plan;
    convmatrix_data(pass, (View){dz, plan->Cout}, plan->op->out_channels, q, P);
}

/* The gate's gradients, and the gated rows of the block from `row` on for the weights'. */
static void gate_rows(const Pass *pass, const BackwardScratch *s, long row, int P, const float *q,
                      float *slope)
{
    const OpPlan *plan = pass->plan, *gate = pass->input;
    const OpPlan *ungated = netstate_input(pass->worker->net, gate);
    const long Cin = plan->Cin, end = row + P;
    float *h = s->h;
    for (ImageRows part; row < end; row += part.P) {
        part = image_rows(plan, row, end);
        if (part.p0 == 0)
            clear_sums(plan, s->sums);
        PanelLoadArgs args = netnorm_load(ungated, row, part.P);
        args.s = gate->s + part.image * Cin;
        args.h = h;
        args.slope = slope;
        args.q = q;
        args.state = s->sums;
        args.p0 = part.p0;
        pass->worker->net->kernels.panel.load(&args);
        h = h == NULL ? NULL : h + part.P * Cin;
        slope = slope == NULL ? NULL : slope + part.P * Cin;
        q += part.P * Cin;
        if (!part.is_end)
            continue;
        fold(pass->worker, plan, s->sums, s->ds, 0);
        gate->run->gate_backward(pass->worker, gate, part.image, s->ds,
                                 s->dp + (part.image - pass->span.first_image) * Cin);
    }
}

/* What is below the gate: rows of an image whose gradient of the gated value is q. */
static void deliver(const Pass *pass, const BackwardScratch *s, ImageRows part, const float *q,
                    const float *slope)
{
    const OpPlan *plan = pass->plan, *gate = pass->input;
    GradRows rows = netgrad_rows(pass, part.row, part.P, q, slope);
    rows.gate = gate->s + (long)part.image * plan->Cin;
    rows.gate_b = s->dp + (long)(part.image - pass->span.first_image) * plan->Cin;
    netgrad_deliver_span(pass, &rows);
}

/* What was kept is at hand; else the block's gradient is made again. */
static void deliver_images(const Pass *pass, const BackwardScratch *s, long first, long end)
{
    const OpPlan *plan = pass->plan;
    const int block = nettile_rows(plan);
    for (long row = first; row < end;) {
        const long at = (row - first) * plan->Cin;
        const long most = s->keeps_q || end - row < block ? end : row + block;
        const ImageRows part = image_rows(plan, row, most);
        if (!s->keeps_q) {
            const float *dz =
                plan->is_owned ? plan->dz + row * plan->Cout : make_dz(pass, s, row, part.P);
            dense_data(pass, dz, part.P, s->q);
        }
        deliver(pass, s, part, s->keeps_q ? s->q + at : s->q,
                s->slope == NULL ? NULL : s->slope + at);
        row += part.P;
    }
}

static void backward_images(const Pass *pass, const BackwardScratch *s)
{
    const OpPlan *plan = pass->plan;
    const long first = (long)pass->span.first_image * plan->in_pixels;
    const long end = (long)pass->span.end_image * plan->in_pixels;
    const int block = nettile_rows(plan);
    for (long row = first; row < end; row += block) {
        const int P = (int)(end - row < block ? end - row : block);
        const long at = (row - first) * plan->Cin;
        float *q = s->keeps_q ? s->q + at : s->q;
        const float *dz = make_dz(pass, s, row, P);
        dense_data(pass, dz, P, q);
        gate_rows(pass, s, row, P, q, s->slope == NULL ? NULL : s->slope + at);
        if (!plan->is_owned)
            convmatrix_weights(pass, (View){s->h, plan->Cin}, NULL, dz, NULL, plan->op->in_channels,
                               P);
    }
    deliver_images(pass, s, first, end);
}

void convgated_backward(const Pass *pass)
{
    const Net *net = pass->worker->net;
    const BackwardScratch scratch = carve_backward(net, pass->plan, pass->worker->scratch);
    Pass part = *pass;
    part.span.end_image = pass->span.first_image;
    while (nettile_next_images(pass->plan, net->settings.batch, pass->span, &part.span))
        backward_images(&part, &scratch);
}
