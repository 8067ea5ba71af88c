/*
 * nn/convimages.c: images are laid out several at a time, whatever chunks they belong to, so that
 * the weights are read once for all of them: at 2 x 2 pixels, an image alone is four rows.
 */
#include "nn/convimages.h"

#include "nn/convlayout.h"
#include "nn/convmatrix.h"
#include "nn/convphases.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/nettile.h"
#include "nn/netview.h"

static int n_images(Span span)
{
    return span.end_image - span.first_image;
}

/* The input of the images as its layout has it. */
static View laid_out(const Worker *worker, const OpPlan *plan, const ConvLayout *layout, Span span)
{
    const long first = (long)span.first_image * plan->in_pixels;
    const Rows rows = {first, n_images(span) * plan->in_pixels, 0, plan->Cin};
    if (layout->images != NULL)
        return (View){layout->images, plan->Cin};
    return netview_rows(worker, netstate_input(worker->net, plan), rows, NULL, 0, NULL, 0);
}

/* --- forward --- */

typedef struct ForwardScratch {
    float *state;
    ConvLayout input;
    float *h; /* behind a gate: an image without it */
} ForwardScratch;

static ForwardScratch carve_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    const OpPlan *input = netstate_input(net, plan);
    ForwardScratch scratch = {0};
    scratch.state = netnorm_carve_state(plan, arena);
    scratch.input = convlayout_carve_input(net, plan, arena);
    if (netstate_is_gated(input))
        scratch.h = arena_floats(arena, (size_t)plan->in_pixels * (size_t)plan->Cin);
    if (arena_is_measuring(arena))
        netview_measure(input, arena);
    return scratch;
}

void convimages_measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_forward(net, plan, arena);
}

/* Lays out an image of the input; first makes what nobody has made yet, sums and gates. */
static void load_forward(const Worker *worker, const OpPlan *plan, const ForwardScratch *s,
                         int image, int i)
{
    const OpPlan *input = netstate_input(worker->net, plan);
    const Rows rows = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
    netview_materialise(worker, plan, input, rows);
    if (netstate_is_gated(input)) {
        const OpPlan *ungated = netstate_input(worker->net, input);
        netview_rows(worker, ungated, rows, s->h, plan->Cin, NULL, 0);
        netview_gate(worker, input, image, s->h);
        convlayout_take_gated(worker, input, &s->input, image, i, s->h);
    } else if (s->input.images != NULL) {
        convlayout_take_input(worker, plan, &s->input, image, i, NULL);
    }
}

static void forward_images(const Worker *worker, const OpPlan *plan, ForwardScratch *s, Span span)
{
    const int n = n_images(span), end = n * plan->out_pixels;
    const int block = nettile_rows(plan), K = nettile_depth(plan);
    const long first = (long)span.first_image * plan->out_pixels;
    convlayout_begin_input(plan, n, &s->input);
    for (int i = 0; i < n; i++)
        load_forward(worker, plan, s, span.first_image + i, i);
    const View x = laid_out(worker, plan, &s->input, span);
    for (int p = 0; p < end; p += block) {
        const int P = end - p < block ? end - p : block;
        const PwWindows windows = convlayout_windows(&s->input, p);
        convmatrix_forward(worker, plan, x, &windows, K, first + p, P);
        netnorm_take_rows(worker, plan, s->state, first + p, P);
    }
}

void convimages_forward(Worker *worker, const OpPlan *plan, Span span)
{
    ForwardScratch scratch = carve_forward(worker->net, plan, worker->scratch);
    Span part = {.end_image = span.first_image};
    while (nettile_next_images(plan, worker->net->settings.batch, span, &part))
        forward_images(worker, plan, &scratch, part);
}

/* --- backward --- */

typedef struct BackwardScratch {
    ConvLayout input, gradient;
    ConvPhases phases;
    long *dz_rows;  /* where the pixels of dz lie */
    float *slope;   /* [images laid out][in_pixels][Cin], if wanted */
    float *h;       /* the same, behind a gate: the input without it */
    float *dx;      /* a block, or behind a gate all of them */
    float *ds, *dp; /* behind a gate: its gradient, what it adds to that of a pixel */
} BackwardScratch;

static BackwardScratch carve_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    const OpPlan *input = netstate_input(net, plan);
    const size_t n = (size_t)nettile_images(plan, net->settings.batch), Cin = (size_t)plan->Cin;
    const size_t images = n * (size_t)plan->in_pixels * Cin;
    BackwardScratch s = {0};
    s.input = convlayout_carve_input(net, plan, arena);
    s.gradient = convlayout_carve_gradient(net, plan, arena);
    s.dz_rows = arena_alloc(arena, n * (size_t)plan->out_pixels, sizeof *s.dz_rows);
    if (plan->op->input >= 0)
        s.phases = convphases_carve(net, plan, arena);
    if (netgrad_keeps_slope(plan, input))
        s.slope = arena_floats(arena, images);
    s.dx =
        arena_floats(arena, netstate_is_gated(input) ? images : (size_t)nettile_rows(plan) * Cin);
    if (netstate_is_gated(input)) {
        s.h = arena_floats(arena, images);
        s.ds = arena_floats(arena, Cin);
        s.dp = arena_floats(arena, Cin);
    }
    return s;
}

void convimages_measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(net, plan, arena);
}

/* Floats before an image of those laid out in slope, h and dx. */
static long image_floats(const OpPlan *plan, int i)
{
    return (long)i * plan->in_pixels * plan->Cin;
}

/* Lays out an image of the input; behind a gate h and slope are the ungated value's. */
static void load_backward(const Pass *pass, const BackwardScratch *s, int image, int i)
{
    const OpPlan *plan = pass->plan, *input = pass->input;
    float *slope = s->slope == NULL ? NULL : s->slope + image_floats(plan, i);
    if (netstate_is_gated(input)) {
        const OpPlan *ungated = netstate_input(pass->worker->net, input);
        const Rows rows = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
        float *h = s->h + image_floats(plan, i);
        netview_rows(pass->worker, ungated, rows, h, plan->Cin, slope, plan->Cin);
        if (!plan->is_owned)
            convlayout_take_gated(pass->worker, input, &s->input, image, i, h);
    } else if (s->input.images != NULL && (!plan->is_owned || slope != NULL)) {
        convlayout_take_input(pass->worker, plan, &s->input, image, i, slope);
    }
}

static void dense_weights(const Pass *pass, const BackwardScratch *s)
{
    const OpPlan *plan = pass->plan;
    const PwWindows windows = convlayout_windows(&s->input, 0);
    convmatrix_weights(pass, laid_out(pass->worker, plan, &s->input, pass->span), &windows,
                       s->gradient.images, s->dz_rows, nettile_depth(plan),
                       n_images(pass->span) * plan->out_pixels);
}

/* Behind a gate: its gradients from dx, that of the product, then what is below it. */
static void deliver_gated(const Pass *pass, const BackwardScratch *s)
{
    const OpPlan *plan = pass->plan, *gate = pass->input;
    for (int i = 0; i < n_images(pass->span); i++) {
        const int image = pass->span.first_image + i;
        const long at = image_floats(plan, i);
        GradRows rows = netgrad_rows(pass, (long)image * plan->in_pixels, plan->in_pixels,
                                     s->dx + at, s->slope + at);
        rows.gate = gate->s + (long)image * gate->Cout;
        const PoolDotArgs dot = {.a = s->dx + at,
                                 .lda = plan->Cin,
                                 .b = s->h + at,
                                 .ldb = plan->Cin,
                                 .y = s->ds,
                                 .P = plan->in_pixels,
                                 .C = plan->Cin};
        pass->worker->net->kernels.pool.dot(&dot);
        gate->run->gate_backward(pass->worker, gate, image, s->ds, s->dp);
        rows.gate_b = s->dp;
        netgrad_deliver_span(pass, &rows);
    }
}

static void dense_data(const Pass *pass, BackwardScratch *s)
{
    const OpPlan *plan = pass->plan;
    const bool is_gated = netstate_is_gated(pass->input);
    const int n = n_images(pass->span), block = nettile_rows(plan), end = n * plan->in_pixels;
    const long first = (long)pass->span.first_image * plan->in_pixels;
    convphases_begin(plan, &s->gradient.map, n, &s->phases);
    for (int p = 0; p < end; p += block) {
        const int P = end - p < block ? end - p : block;
        float *dx = is_gated ? s->dx + (long)p * plan->Cin : s->dx;
        convphases_multiply(pass, s->gradient.images, p, P, dx, &s->phases);
        if (is_gated)
            continue;
        const float *slope = s->slope == NULL ? NULL : s->slope + (long)p * plan->Cin;
        const GradRows rows = netgrad_rows(pass, first + p, P, dx, slope);
        netgrad_deliver_span(pass, &rows);
    }
    if (is_gated)
        deliver_gated(pass, s);
}

static void backward_images(const Pass *pass, BackwardScratch *s)
{
    const Worker *worker = pass->worker;
    const OpPlan *plan = pass->plan;
    const int first = pass->span.first_image, n = n_images(pass->span);
    convlayout_begin_input(plan, n, &s->input);
    convlayout_begin_gradient(plan, first, n, &s->gradient);
    for (int i = 0; i < n; i++) {
        convlayout_take_gradient(worker, plan, &s->gradient, first + i, i);
        load_backward(pass, s, first + i, i);
    }
    if (!plan->is_owned) {
        conv_map_pixels(&s->gradient.map, n, s->dz_rows);
        dense_weights(pass, s);
    }
    if (pass->input != NULL)
        dense_data(pass, s);
}

void convimages_backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const Net *net = pass->worker->net;
    BackwardScratch scratch = carve_backward(net, plan, pass->worker->scratch);
    Pass part = *pass;
    part.span.end_image = pass->span.first_image;
    while (nettile_next_images(plan, net->settings.batch, pass->span, &part.span))
        backward_images(&part, &scratch);
}
