/*
 * nn/convimages.c: the images of a chunk are laid out together, so that the weights are read once
 * for all of them: at 2 x 2 pixels, an image alone is four rows.
 */
#include "nn/convimages.h"

#include "nn/convlayout.h"
#include "nn/convmatrix.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/nettile.h"
#include "nn/netview.h"

static bool has_gate(const OpPlan *input)
{
    return input != NULL && input->run->output == OUTPUT_GATED;
}

static int chunk_images(Chunk chunk)
{
    return chunk.end_image - chunk.first_image;
}

/* The input of the chunk as its layout has it. */
static View laid_out(const Worker *worker, const OpPlan *plan, const ConvLayout *layout,
                     Chunk chunk)
{
    const long first = (long)chunk.first_image * plan->in_pixels;
    const Rows rows = {first, chunk_images(chunk) * plan->in_pixels, 0, plan->Cin};
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
    if (has_gate(input))
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
    if (has_gate(input)) {
        const OpPlan *ungated = netstate_input(worker->net, input);
        netview_rows(worker, ungated, rows, s->h, plan->Cin, NULL, 0);
        input->run->gate(worker, input, image, s->h, plan->Cin);
        convlayout_take_gated(worker, input, &s->input, image, i, s->h);
    } else if (s->input.images != NULL) {
        convlayout_take_input(worker, plan, &s->input, image, i, NULL);
    }
}

void convimages_forward(Worker *worker, const OpPlan *plan, Chunk chunk)
{
    ForwardScratch scratch = carve_forward(worker->net, plan, worker->scratch);
    const int n = chunk_images(chunk), end = n * plan->out_pixels;
    const int block = nettile_rows(plan), K = nettile_depth(plan);
    const long first = (long)chunk.first_image * plan->out_pixels;
    netnorm_begin(worker, plan, scratch.state);
    convlayout_begin_input(plan, n, &scratch.input);
    for (int i = 0; i < n; i++)
        load_forward(worker, plan, &scratch, chunk.first_image + i, i);
    const View x = laid_out(worker, plan, &scratch.input, chunk);
    for (int p = 0; p < end; p += block) {
        const int P = end - p < block ? end - p : block;
        const PwWindows windows = convlayout_windows(&scratch.input, p);
        convmatrix_forward(worker, plan, x, &windows, K, first + p, P);
        netnorm_take(worker, plan, scratch.state, (Rows){first + p, P, 0, plan->Cout}, p);
    }
    netnorm_end(worker, plan, scratch.state, chunk.index);
}

/* --- backward --- */

typedef struct BackwardScratch {
    ConvLayout input, gradient;
    long *dz_rows; /* where the pixels of dz lie */
    float *slope;  /* [images of a chunk][in_pixels][Cin], if wanted */
    float *h;      /* the same, behind a gate: the input without it */
    float *dx;     /* a block, or behind a gate the chunk */
    float *gate;   /* what the gate's gradient takes */
} BackwardScratch;

static BackwardScratch carve_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    const OpPlan *input = netstate_input(net, plan);
    const size_t group = (size_t)plan->group, Cin = (size_t)plan->Cin;
    const size_t chunk = group * (size_t)plan->in_pixels * Cin;
    BackwardScratch s = {0};
    s.input = convlayout_carve_input(net, plan, arena);
    s.gradient = convlayout_carve_gradient(plan, arena);
    s.dz_rows = arena_alloc(arena, group * (size_t)plan->out_pixels, sizeof *s.dz_rows);
    if (netgrad_wants_slope(plan, input))
        s.slope = arena_floats(arena, chunk);
    s.dx = arena_floats(arena, has_gate(input) ? chunk : (size_t)nettile_rows(plan) * Cin);
    if (has_gate(input)) {
        s.h = arena_floats(arena, chunk);
        s.gate = input->run->gate_carve(input, arena);
    }
    return s;
}

void convimages_measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(net, plan, arena);
}

/* Floats before an image of the chunk in slope, h and dx. */
static long image_floats(const OpPlan *plan, int i)
{
    return (long)i * plan->in_pixels * plan->Cin;
}

/* Lays out an image of the input; behind a gate h and slope are the ungated value's. */
static void load_backward(const Pass *pass, const BackwardScratch *s, int image, int i)
{
    const OpPlan *plan = pass->plan, *input = pass->input;
    float *slope = s->slope == NULL ? NULL : s->slope + image_floats(plan, i);
    if (has_gate(input)) {
        const OpPlan *ungated = netstate_input(pass->worker->net, input);
        const Rows rows = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
        float *h = s->h + image_floats(plan, i);
        netview_rows(pass->worker, ungated, rows, h, plan->Cin, slope, plan->Cin);
        convlayout_take_gated(pass->worker, input, &s->input, image, i, h);
    } else if (s->input.images != NULL) {
        convlayout_take_input(pass->worker, plan, &s->input, image, i, slope);
    }
}

static void dense_weights(const Pass *pass, const BackwardScratch *s)
{
    const OpPlan *plan = pass->plan;
    const PwWindows windows = convlayout_windows(&s->input, 0);
    convmatrix_weights(pass, laid_out(pass->worker, plan, &s->input, pass->chunk), &windows,
                       s->gradient.images, s->dz_rows, nettile_depth(plan),
                       chunk_images(pass->chunk) * plan->out_pixels);
}

/* Behind a gate: its gradients from dx, that of the product, then what is below it. */
static void deliver_gated(const Pass *pass, const BackwardScratch *s)
{
    const OpPlan *plan = pass->plan, *gate = pass->input;
    for (int i = 0; i < chunk_images(pass->chunk); i++) {
        const int image = pass->chunk.first_image + i;
        const long at = image_floats(plan, i);
        GradRows rows = netgrad_rows(pass, (long)image * plan->in_pixels, plan->in_pixels,
                                     s->dx + at, s->slope + at);
        rows.gate = gate->s + (long)image * gate->Cout;
        rows.gate_b = gate->run->gate_backward(pass, gate, image, s->h + at, s->dx + at, s->gate);
        netgrad_deliver(pass, &rows);
    }
}

static void dense_data(const Pass *pass, const BackwardScratch *s)
{
    const OpPlan *plan = pass->plan;
    const bool is_gated = has_gate(pass->input);
    const View dz = {s->gradient.images, plan->Cout};
    const int K = plan->op->kernel * plan->op->kernel * plan->op->out_channels;
    const int block = nettile_rows(plan), end = chunk_images(pass->chunk) * plan->in_pixels;
    const long first = (long)pass->chunk.first_image * plan->in_pixels;
    for (int p = 0; p < end; p += block) {
        const int P = end - p < block ? end - p : block;
        const PwWindows windows = convlayout_windows(&s->gradient, p);
        float *dx = is_gated ? s->dx + (long)p * plan->Cin : s->dx;
        convmatrix_data(pass, dz, &windows, K, dx, P);
        if (is_gated)
            continue;
        const float *slope = s->slope == NULL ? NULL : s->slope + (long)p * plan->Cin;
        const GradRows rows = netgrad_rows(pass, first + p, P, dx, slope);
        netgrad_deliver(pass, &rows);
    }
    if (is_gated)
        deliver_gated(pass, s);
}

void convimages_backward(const Pass *pass)
{
    const Worker *worker = pass->worker;
    const OpPlan *plan = pass->plan;
    BackwardScratch scratch = carve_backward(worker->net, plan, worker->scratch);
    const int n = chunk_images(pass->chunk);
    convlayout_begin_input(plan, n, &scratch.input);
    convlayout_begin_gradient(plan, n, &scratch.gradient);
    conv_map_pixels(&scratch.gradient.map, n, scratch.dz_rows);
    for (int i = 0; i < n; i++) {
        convlayout_take_gradient(worker, plan, &scratch.gradient, pass->chunk.first_image + i, i);
        load_backward(pass, &scratch, pass->chunk.first_image + i, i);
    }
    dense_weights(pass, &scratch);
    if (pass->input != NULL)
        dense_data(pass, &scratch);
}
