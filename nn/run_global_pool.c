/* nn/run_global_pool.c: the mean over all pixels. */
#include "nn/netgrad.h"
#include "nn/netview.h"

#include <string.h>

static float *carve_forward(const OpPlan *plan, Arena *arena)
{
    return arena_floats(arena, (size_t)plan->in_pixels * (size_t)plan->Cin);
}

static void measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    netview_measure(netstate_input(net, plan), arena);
    carve_forward(plan, arena);
}

/* What is pooled of an image, for net_forward_maps; pad lanes left out. */
static void copy_map(const Net *net, const OpPlan *plan, int image, View x)
{
    const size_t channels = (size_t)plan->op->in_channels;
    float *map = net->call.maps + (size_t)image * (size_t)plan->in_pixels * channels;
    for (int p = 0; p < plan->in_pixels; p++)
        memcpy(map + (size_t)p * channels, x.x + (long)p * x.ld, channels * sizeof *map);
}

static void forward(Worker *worker, const OpPlan *plan, Span span)
{
    float *h = carve_forward(plan, worker->scratch);
    for (int image = span.first_image; image < span.end_image; image++) {
        const View x = netview_image(worker, plan, image, h);
        const PoolMeanArgs args = {.x = x.x,
                                   .ldx = x.ld,
                                   .y = plan->y + (long)image * plan->Cout,
                                   .P = plan->in_pixels,
                                   .C = plan->Cout};
        worker->net->kernels.pool.mean(&args);
        if (worker->net->call.maps != NULL)
            copy_map(worker->net, plan, image, x);
    }
}

/* One gradient for all pixels. */
static float *carve_backward(const OpPlan *plan, Arena *arena)
{
    return arena_floats(arena, (size_t)plan->Cin);
}

static void measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    (void)net;
    carve_backward(plan, arena);
}

static void backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    float *row = carve_backward(plan, pass->worker->scratch);
    const float pixels = (float)plan->in_pixels;
    for (int image = pass->span.first_image; image < pass->span.end_image; image++) {
        const float *dy = plan->g + (long)image * plan->Cout;
        for (int c = 0; c < plan->Cin; c++)
            row[c] = dy[c] / pixels;
        GradRows rows =
            netgrad_rows(pass, (long)image * plan->in_pixels, plan->in_pixels, row, NULL);
        rows.lddh = 0; /* the same row for every pixel */
        netgrad_deliver(pass, &rows);
    }
}

const OpRun run_global_pool = {
    .output = OUTPUT_STORED,
    .is_phase = true,
    .makes_features = true,
    .chunks_by_input = true, /* it is what the backward phase writes */
    .measure_forward = measure_forward,
    .measure_backward = measure_backward,
    .forward = forward,
    .backward = backward,
    .view = netview_stored,
    .finish = netgrad_collect,
};
