/* nn/mapjoin.c: image by image; what is not stored is made in scratch first. */
#include "nn/mapjoin.h"

#include "nn/netgrad.h"
#include "nn/netview.h"

#include <string.h>

/* --- forward --- */

static float *carve_image(const OpPlan *plan, Arena *arena)
{
    return arena_floats(arena, (size_t)plan->in_pixels * (size_t)plan->Cin);
}

void mapjoin_measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    netview_measure(netstate_input(net, plan), arena);
    carve_image(plan, arena);
}

/* The pixels' channels; behind those of the last part the pad lanes. */
static void copy_image(const OpPlan *plan, View x, float *y)
{
    const size_t C = (size_t)plan->op->in_channels, at = (size_t)plan->op->offset;
    const size_t whole = (size_t)plan->op->out_channels;
    const size_t pad = at + C == whole ? (size_t)plan->Cout - whole : 0;
    for (int p = 0; p < plan->out_pixels; p++, y += plan->Cout) {
        memcpy(y + at, x.x + (long)p * x.ld, C * sizeof *y);
        memset(y + whole, 0, pad * sizeof *y);
    }
}

void mapjoin_copy(Worker *worker, const OpPlan *plan, Span span)
{
    float *h = carve_image(plan, worker->scratch);
    for (int image = span.first_image; image < span.end_image; image++) {
        const View x = netview_image(worker, plan, image, h);
        copy_image(plan, x, plan->y + (long)image * plan->out_pixels * plan->Cout);
    }
}

void mapjoin_add(Worker *worker, const OpPlan *plan, Span span)
{
    const Net *net = worker->net;
    float *h = carve_image(plan, worker->scratch);
    for (int image = span.first_image; image < span.end_image; image++) {
        const View x = netview_image(worker, plan, image, h);
        float *y = plan->y + (long)image * plan->out_pixels * plan->Cout;
        const AffineForwardArgs args = {.z = x.x,
                                        .ldz = x.ld,
                                        .A = net->ones,
                                        .D = net->zeros,
                                        .r = plan->op->joins ? y : NULL,
                                        .ldr = plan->Cout,
                                        .scale = 1.0f,
                                        .h = y,
                                        .ldh = plan->Cout,
                                        .P = plan->out_pixels,
                                        .C = plan->Cout,
                                        .act = ACT_FN_NONE};
        net->kernels.affine.forward(&args);
    }
}

/* --- backward --- */

void mapjoin_measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    (void)net;
    carve_image(plan, arena);
}

/* Its channels of the gradient, and zeros in the pad lanes. */
static void take_channels(const OpPlan *plan, const float *g, float *dx)
{
    const size_t C = (size_t)plan->op->in_channels, at = (size_t)plan->op->offset;
    for (int p = 0; p < plan->in_pixels; p++, g += plan->Cout, dx += plan->Cin) {
        memcpy(dx, g + at, C * sizeof *dx);
        memset(dx + C, 0, ((size_t)plan->Cin - C) * sizeof *dx);
    }
}

void mapjoin_backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    float *dx = carve_image(plan, pass->worker->scratch);
    for (int image = pass->span.first_image; image < pass->span.end_image; image++) {
        const float *g = plan->g + (long)image * plan->out_pixels * plan->Cout;
        const bool is_part = plan->op->in_channels != plan->Cin || plan->op->offset % LANES != 0;
        if (is_part)
            take_channels(plan, g, dx);
        GradRows rows =
            netgrad_rows(pass, (long)image * plan->in_pixels, plan->in_pixels, dx, NULL);
        if (!is_part) {
            rows.dh = g + plan->op->offset;
            rows.lddh = plan->Cout;
        }
        netgrad_deliver(pass, &rows);
    }
}
