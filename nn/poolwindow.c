/* nn/poolwindow.c: maps are read whole; what is not stored is made in scratch first. */
#include "nn/poolwindow.h"

#include "nn/netgrad.h"
#include "nn/netview.h"

static PoolWindowArgs window_args(const OpPlan *plan)
{
    const Op *op = plan->op;
    return (PoolWindowArgs){.ldx = plan->Cin,
                            .ldx_row = (long)op->in_size * plan->Cin,
                            .ldy = plan->Cout,
                            .ldy_row = (long)op->out_size * plan->Cout,
                            .lddy = plan->Cout,
                            .lddx = plan->Cin,
                            .H = op->in_size,
                            .W = op->in_size,
                            .OH = op->out_size,
                            .OW = op->out_size,
                            .C = plan->Cout,
                            .k = op->kernel,
                            .stride = op->stride,
                            .pad_top = op->pad,
                            .pad_left = op->pad};
}

/* --- forward --- */

static float *carve_image(const OpPlan *plan, Arena *arena)
{
    return arena_floats(arena, (size_t)plan->in_pixels * (size_t)plan->Cin);
}

void poolwindow_measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    netview_measure(netstate_input(net, plan), arena);
    carve_image(plan, arena);
}

void poolwindow_forward(Worker *worker, const OpPlan *plan, Span span, PoolWindowKernel kernel)
{
    float *h = carve_image(plan, worker->scratch);
    PoolWindowArgs args = window_args(plan);
    for (int image = span.first_image; image < span.end_image; image++) {
        const View x = netview_image(worker, plan, image, h);
        args.x = x.x;
        args.ldx = x.ld;
        args.y = plan->y + (long)image * plan->out_pixels * plan->Cout;
        kernel(&args);
    }
}

/* --- backward --- */

typedef struct BackwardScratch {
    float *h, *slope, *dx; /* [in_pixels][Cin] */
} BackwardScratch;

static BackwardScratch carve_backward(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    BackwardScratch scratch = {0};
    scratch.h = carve_image(plan, arena);
    scratch.dx = carve_image(plan, arena);
    if (netgrad_wants_slope(plan, input))
        scratch.slope = carve_image(plan, arena);
    return scratch;
}

void poolwindow_measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(plan, netstate_input(net, plan), arena);
}

void poolwindow_backward(const Pass *pass, PoolWindowKernel kernel)
{
    const OpPlan *plan = pass->plan;
    const BackwardScratch s = carve_backward(plan, pass->input, pass->worker->scratch);
    PoolWindowArgs args = window_args(plan);
    args.dx = s.dx;
    for (int image = pass->span.first_image; image < pass->span.end_image; image++) {
        const Rows in = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
        const View x =
            netview_rows(pass->worker, pass->input, in, s.h, plan->Cin, s.slope, plan->Cin);
        args.x = x.x;
        args.ldx = x.ld;
        args.dy = plan->g + (long)image * plan->out_pixels * plan->Cout;
        kernel(&args);
        const GradRows rows = netgrad_rows(pass, in.first, in.P, s.dx, s.slope);
        netgrad_deliver(pass, &rows);
    }
}
