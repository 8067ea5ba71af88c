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

void convrows_forward(Worker *worker, const OpPlan *plan, Chunk chunk)
{
    const ForwardScratch scratch = carve_forward(worker->net, plan, worker->scratch);
    const OpPlan *input = netstate_input(worker->net, plan);
    const long first = (long)chunk.first_image * plan->in_pixels;
    const long end = (long)chunk.end_image * plan->in_pixels;
    const int block = nettile_rows(plan);
    netnorm_begin(worker, plan, scratch.state);
    for (long row = first; row < end; row += block) {
        const int P = (int)(end - row < block ? end - row : block);
        const Rows in = {row, P, 0, plan->Cin}, out = {row, P, 0, plan->Cout};
        netview_materialise(worker, plan, input, in);
        const View x = netview_rows(worker, input, in, scratch.panel, plan->Cin, NULL, 0);
        convmatrix_forward(worker, plan, x, NULL, plan->op->in_channels, row, P);
        netnorm_take(worker, plan, scratch.state, out, (int)(row - first));
    }
    netnorm_end(worker, plan, scratch.state, chunk.index);
}

/* --- backward --- */

typedef struct BackwardScratch {
    float *dz, *h, *slope, *dx;
} BackwardScratch;

static BackwardScratch carve_backward(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const size_t rows = (size_t)nettile_rows(plan);
    BackwardScratch scratch = {0};
    scratch.dz = arena_floats(arena, rows * (size_t)plan->Cout);
    scratch.h = arena_floats(arena, rows * (size_t)plan->Cin);
    scratch.dx = arena_floats(arena, rows * (size_t)plan->Cin);
    if (netgrad_wants_slope(plan, input))
        scratch.slope = arena_floats(arena, rows * (size_t)plan->Cin);
    return scratch;
}

void convrows_measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(plan, netstate_input(net, plan), arena);
}

void convrows_backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const BackwardScratch scratch = carve_backward(plan, pass->input, pass->worker->scratch);
    const long end = (long)pass->chunk.end_image * plan->in_pixels;
    const int block = nettile_rows(plan);
    for (long row = (long)pass->chunk.first_image * plan->in_pixels; row < end; row += block) {
        const int P = (int)(end - row < block ? end - row : block);
        netgrad_dz(pass->worker, plan, (Rows){row, P, 0, plan->Cout}, scratch.dz, plan->Cout);
        const View x = netview_rows(pass->worker, pass->input, (Rows){row, P, 0, plan->Cin},
                                    scratch.h, plan->Cin, scratch.slope, plan->Cin);
        convmatrix_weights(pass, x, NULL, scratch.dz, NULL, plan->op->in_channels, P);
        if (pass->input == NULL)
            continue;
        convmatrix_data(pass, (View){scratch.dz, plan->Cout}, NULL, plan->op->out_channels,
                        scratch.dx, P);
        const GradRows rows = netgrad_rows(pass, row, P, scratch.dx, scratch.slope);
        netgrad_deliver(pass, &rows);
    }
}
