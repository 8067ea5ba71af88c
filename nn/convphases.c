/*
 * nn/convphases.c: products write the rows of dx where they belong, so that whoever takes a block
 * of them finds pixels in order.
 */
#include "nn/convphases.h"

#include "nn/nettile.h"

ConvPhases convphases_carve(const Net *net, const OpPlan *plan, Arena *arena)
{
    const size_t n = (size_t)nettile_images(plan, net->settings.batch) * (size_t)plan->in_pixels;
    const size_t taps = (size_t)plan->op->kernel * (size_t)op_kernel_width(plan->op);
    const size_t n_phases = (size_t)plan->op->stride * (size_t)plan->op->stride;
    ConvPhases phases;
    phases.phases = arena_alloc(arena, n_phases, sizeof *phases.phases);
    phases.pixels = arena_alloc(arena, n, sizeof *phases.pixels);
    phases.rows = arena_alloc(arena, n, sizeof *phases.rows);
    phases.starts = arena_alloc(arena, taps, sizeof *phases.starts);
    phases.dx_rows = arena_alloc(arena, (size_t)nettile_rows(plan), sizeof *phases.dx_rows);
    return phases;
}

void convphases_begin(const OpPlan *plan, const ConvMap *map, int n, ConvPhases *phases)
{
    const ConvShape shape = nettile_conv_shape(plan);
    int *pixels = phases->pixels;
    long *rows = phases->rows, *starts = phases->starts;
    const float *wt = plan->wt;
    for (int i = 0; i < shape.stride * shape.stride; i++) {
        const int n_pixels = conv_phase_windows(&shape, map, i, n, pixels, rows);
        const int taps = conv_phase_pieces(&shape, map, i, starts);
        phases->phases[i] = (ConvPhase){.pixels = pixels,
                                        .n_pixels = n_pixels,
                                        .windows = {rows, starts, shape.OC},
                                        .K = taps * shape.OC,
                                        .wt = wt};
        pixels += n_pixels;
        rows += n_pixels;
        starts += taps;
        wt += (long)taps * shape.OC * plan->Cin;
    }
}

/* The phase's share of a block. */
static void multiply_share(const Pass *pass, const float *dz, int p, int P, float *dx,
                           long *dx_rows, ConvPhase *phase)
{
    const OpPlan *plan = pass->plan;
    int M = 0;
    for (; M < phase->n_pixels && phase->pixels[M] < p + P; M++)
        dx_rows[M] = (long)(phase->pixels[M] - p) * plan->Cin;
    const PwForwardArgs args = {.x = dz,
                                .w = phase->wt,
                                .ldw = plan->Cin,
                                .y = dx,
                                .M = M,
                                .K = phase->K,
                                .N = plan->Cin,
                                .windows = &phase->windows,
                                .y_rows = dx_rows};
    pass->worker->net->kernels.pw.forward(&args);
    phase->pixels += M;
    phase->n_pixels -= M;
    phase->windows.rows += M;
}

void convphases_multiply(const Pass *pass, const float *dz, int p, int P, float *dx,
                         ConvPhases *phases)
{
    const int stride = pass->plan->op->stride;
    for (int i = 0; i < stride * stride; i++)
        multiply_share(pass, dz, p, P, dx, phases->dx_rows, &phases->phases[i]);
}
