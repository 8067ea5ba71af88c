/*
 * nn/convrows.c: rows are loaded in blocks small enough for the first-level cache, multiplied, and
 * their statistics taken while they are still there. Block sizes change no bits: every chain of the
 * kernels goes on from memory or stays inside a pixel.
 */
#include "nn/convrows.h"

#include "nn/convmatrix.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/nettile.h"
#include "nn/netview.h"

/* --- forward --- */

typedef struct ForwardScratch {
    float *state, *panel;
} ForwardScratch;

static ForwardScratch carve_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    ForwardScratch scratch;
    scratch.state = netnorm_carve_state(plan, arena);
    scratch.panel = arena_floats(arena, (size_t)nettile_rows(plan) * (size_t)plan->Cin);
    if (arena_is_measuring(arena))
        netview_measure(netstate_input(net, plan), arena);
    return scratch;
}

void convrows_measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_forward(net, plan, arena);
}

void convrows_forward(Worker *worker, const OpPlan *plan, Span span)
{
    const ForwardScratch scratch = carve_forward(worker->net, plan, worker->scratch);
    const OpPlan *input = netstate_input(worker->net, plan);
    const long first = (long)span.first_image * plan->in_pixels;
    const long end = (long)span.end_image * plan->in_pixels;
    const int block = nettile_rows(plan);
    for (long row = first; row < end; row += block) {
        const int P = (int)(end - row < block ? end - row : block);
        const Rows in = {row, P, 0, plan->Cin};
        netview_materialise(worker, plan, input, in);
        const View x = netview_rows(worker, input, in, scratch.panel, plan->Cin, NULL, 0);
        convmatrix_forward(worker, plan, x, NULL, plan->op->in_channels, row, P);
        netnorm_take_rows(worker, plan, scratch.state, row, P);
    }
}

/* --- backward --- */

typedef struct BackwardScratch {
    float *dz; /* unless it is kept */
    float *h, *slope, *dx;
} BackwardScratch;

static BackwardScratch carve_backward(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const size_t rows = (size_t)nettile_rows(plan);
    BackwardScratch scratch = {0};
    if (!plan->is_owned)
        scratch.dz = arena_floats(arena, rows * (size_t)plan->Cout);
    scratch.h = arena_floats(arena, rows * (size_t)plan->Cin);
    scratch.dx = arena_floats(arena, rows * (size_t)plan->Cin);
    if (netgrad_keeps_slope(plan, input))
        scratch.slope = arena_floats(arena, rows * (size_t)plan->Cin);
    return scratch;
}

void convrows_measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(plan, netstate_input(net, plan), arena);
}

/* The input is read for the weights' slot and for its slope. */
static void backward_rows(const Pass *pass, const BackwardScratch *s, long row, int P)
{
    const OpPlan *plan = pass->plan;
    float *dz = plan->is_owned ? plan->dz + row * plan->Cout : s->dz;
    netgrad_dz(pass->worker, plan, (Rows){row, P, 0, plan->Cout}, dz, plan->Cout);
    if (!plan->is_owned || s->slope != NULL) {
        const View x = netview_rows(pass->worker, pass->input, (Rows){row, P, 0, plan->Cin}, s->h,
                                    plan->Cin, s->slope, plan->Cin);
        if (!plan->is_owned)
            convmatrix_weights(pass, x, NULL, dz, NULL, plan->op->in_channels, P);
    }
    if (pass->input == NULL)
        return;
    convmatrix_data(pass, (View){dz, plan->Cout}, plan->op->out_channels, s->dx, P);
    const GradRows rows = netgrad_rows(pass, row, P, s->dx, s->slope);
    netgrad_deliver_span(pass, &rows);
}

void convrows_backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const BackwardScratch scratch = carve_backward(plan, pass->input, pass->worker->scratch);
    const long end = (long)pass->span.end_image * plan->in_pixels;
    const int block = nettile_rows(plan);
    for (long row = (long)pass->span.first_image * plan->in_pixels; row < end; row += block)
        backward_rows(pass, &scratch, row, (int)(end - row < block ? end - row : block));
}
