/*
 * nn/run_normalise.c: batch norm and activation of a map as it is. A stored map is not copied: it
 * is the z of which readers make the value. The phase takes its statistics; backward it turns the
 * gradient of batch norm's output into that of the map.
 */
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/netview.h"

#include <string.h>

static float *carve_image(const OpPlan *plan, Arena *arena)
{
    return arena_floats(arena, (size_t)plan->in_pixels * (size_t)plan->Cin);
}

typedef struct ForwardScratch {
    float *state, *h;
} ForwardScratch;

static ForwardScratch carve_forward(const OpPlan *plan, Arena *arena)
{
    ForwardScratch scratch;
    scratch.state = netnorm_carve_state(plan, arena);
    scratch.h = carve_image(plan, arena);
    return scratch;
}

static void measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    netview_measure(netstate_input(net, plan), arena);
    carve_forward(plan, arena);
}

/* Writes z of an image, unless it is the input's map. */
static void keep_image(Worker *worker, const OpPlan *plan, int image, float *h)
{
    const View x = netview_image(worker, plan, image, h);
    float *z = plan->z + (long)image * plan->out_pixels * plan->Cout;
    if (x.x == z)
        return;
    for (int p = 0; p < plan->out_pixels; p++)
        memcpy(z + (long)p * plan->Cout, x.x + (long)p * x.ld, (size_t)plan->Cout * sizeof *z);
}

static void forward(Worker *worker, const OpPlan *plan, Span span)
{
    const ForwardScratch s = carve_forward(plan, worker->scratch);
    netnorm_begin(worker, plan, s.state);
    for (int image = span.first_image; image < span.end_image; image++) {
        const Rows rows = {(long)image * plan->out_pixels, plan->out_pixels, 0, plan->Cout};
        keep_image(worker, plan, image, s.h);
        netnorm_take(worker, plan, s.state, rows, (image - span.first_image) * plan->out_pixels);
    }
    netnorm_end(worker, plan, s.state, span.first_chunk);
}

static void measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    (void)net;
    carve_image(plan, arena);
}

static void backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    float *dz = carve_image(plan, pass->worker->scratch);
    for (int image = pass->span.first_image; image < pass->span.end_image; image++) {
        const Rows rows = {(long)image * plan->out_pixels, plan->out_pixels, 0, plan->Cout};
        netgrad_dz(pass->worker, plan, rows, dz, plan->Cout);
        const GradRows gradient = netgrad_rows(pass, rows.first, rows.P, dz, NULL);
        netgrad_deliver(pass, &gradient);
    }
}

const OpRun run_normalise = {
    .output = OUTPUT_NORMED,
    .is_phase = true,
    .keeps_input = true,
    .measure_forward = measure_forward,
    .measure_backward = measure_backward,
    .forward = forward,
    .backward = backward,
    .view = netnorm_view,
    .targets = netgrad_normed_targets,
    .finish = netgrad_finish_normed,
};
