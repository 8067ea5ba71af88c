/*
 * nn/convimages.c: image by image, the rows that the weights multiply are gathered block by block.
 */
#include "nn/convimages.h"

#include "nn/convmatrix.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/nettile.h"
#include "nn/netview.h"

/* --- forward --- */

typedef struct ForwardScratch {
    float *state, *image, *panel;
} ForwardScratch;

static ForwardScratch carve_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    const OpPlan *input = netstate_input(net, plan);
    ForwardScratch scratch = {0};
    scratch.state = netnorm_carve_state(plan, arena);
    if (input != NULL && input->y == NULL)
        scratch.image = arena_floats(arena, (size_t)plan->in_pixels * (size_t)plan->Cin);
    if (!plan->is_pointwise)
        scratch.panel =
            arena_floats(arena, (size_t)nettile_panel_rows(plan) * nettile_panel_columns(plan));
    if (arena_is_measuring(arena))
        netview_measure(input, arena);
    return scratch;
}

void convimages_measure_forward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_forward(net, plan, arena);
}

/* Rows p..p+P-1 of the matrix that the weights multiply. */
static View gather(const Worker *worker, const OpPlan *plan, View image, float *panel, int p, int P)
{
    if (plan->is_pointwise)
        return (View){image.x + p * image.ld, image.ld};
    const ConvGatherArgs args = {
        .shape = nettile_conv_shape(plan),
        .x = image.x,
        .ldx = image.ld,
        .panel = panel,
        .ldp = (long)nettile_panel_columns(plan),
        .p0 = p,
        .P = P,
    };
    worker->net->kernels.conv.gather(&args);
    return (View){panel, args.ldp};
}

void convimages_forward(Worker *worker, const OpPlan *plan, Chunk chunk)
{
    const ForwardScratch scratch = carve_forward(worker->net, plan, worker->scratch);
    const int block = nettile_panel_rows(plan), K = nettile_depth(plan);
    netnorm_begin(worker, plan, scratch.state);
    for (int image = chunk.first_image; image < chunk.end_image; image++) {
        const View x = netview_image(worker, plan, image, scratch.image);
        const long first = (long)image * plan->out_pixels;
        const int p0 = (image - chunk.first_image) * plan->out_pixels;
        for (int p = 0; p < plan->out_pixels; p += block) {
            const int P = plan->out_pixels - p < block ? plan->out_pixels - p : block;
            const View panel = gather(worker, plan, x, scratch.panel, p, P);
            convmatrix_forward(worker, plan, panel, K, first + p, P);
            netnorm_take(worker, plan, scratch.state, (Rows){first + p, P, 0, plan->Cout}, p0 + p);
        }
    }
    netnorm_end(worker, plan, scratch.state, chunk.index);
}

/* --- backward --- */

typedef struct BackwardScratch {
    float *dz;        /* [out_pixels][Cout] */
    float *h, *slope; /* [in_pixels][Cin], as far as needed */
    float *gated;     /* behind a gate: h times it */
    float *dx;        /* a block, or behind a gate the image */
    float *panel, *grad_panel;
    float *gate; /* what the gate's gradient takes */
} BackwardScratch;

static bool has_gate(const OpPlan *input)
{
    return input != NULL && input->run->output == OUTPUT_GATED;
}

static int grad_panel_depth(const OpPlan *plan)
{
    return plan->op->kernel * plan->op->kernel * plan->op->out_channels;
}

static int grad_panel_rows(const OpPlan *plan)
{
    return nettile_round_rows(TILE_GATHER_FLOATS / grad_panel_depth(plan));
}

static BackwardScratch carve_backward(const OpPlan *plan, const OpPlan *input, Arena *arena)
{
    const size_t image = (size_t)plan->in_pixels * (size_t)plan->Cin;
    const size_t block = (size_t)grad_panel_rows(plan) * (size_t)plan->Cin;
    BackwardScratch s = {0};
    s.dz = arena_floats(arena, (size_t)plan->out_pixels * (size_t)plan->Cout);
    if (input != NULL && input->y == NULL)
        s.h = arena_floats(arena, image);
    if (netgrad_wants_slope(plan, input))
        s.slope = arena_floats(arena, image);
    s.dx = arena_floats(arena, has_gate(input) ? image : block);
    if (!plan->is_pointwise) {
        s.panel =
            arena_floats(arena, (size_t)nettile_panel_rows(plan) * nettile_panel_columns(plan));
        s.grad_panel = arena_floats(arena, (size_t)grad_panel_rows(plan) *
                                               (size_t)lanes_pad(grad_panel_depth(plan)));
    }
    if (has_gate(input)) {
        s.gated = arena_floats(arena, image);
        s.gate = input->run->gate_carve(input, arena);
    }
    return s;
}

void convimages_measure_backward(const Net *net, const OpPlan *plan, Arena *arena)
{
    carve_backward(plan, netstate_input(net, plan), arena);
}

/* The input of an image; behind a gate h and slope are the ungated value's, and gated is read. */
static View load_image(const Pass *pass, const BackwardScratch *s, int image)
{
    const OpPlan *plan = pass->plan, *input = pass->input;
    const Rows rows = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
    if (!has_gate(input))
        return netview_rows(pass->worker, input, rows, s->h, plan->Cin, s->slope, plan->Cin);
    const OpPlan *ungated = netstate_input(pass->worker->net, input);
    const View h = netview_rows(pass->worker, ungated, rows, s->h, plan->Cin, s->slope, plan->Cin);
    netview_gated(pass->worker, input, rows, h, s->gated, plan->Cin);
    return (View){s->gated, plan->Cin};
}

static void dense_weights(const Pass *pass, const BackwardScratch *s, View x)
{
    const OpPlan *plan = pass->plan;
    const int block = nettile_panel_rows(plan);
    for (int p = 0; p < plan->out_pixels; p += block) {
        const int P = plan->out_pixels - p < block ? plan->out_pixels - p : block;
        const View panel = gather(pass->worker, plan, x, s->panel, p, P);
        convmatrix_weights(pass, panel, s->dz + (long)p * plan->Cout, nettile_depth(plan), P);
    }
}

/* Rows p..p+P-1 of the matrix that the rearranged weights multiply. */
static View grad_panel(const Pass *pass, const BackwardScratch *s, int p, int P)
{
    const OpPlan *plan = pass->plan;
    if (plan->is_pointwise)
        return (View){s->dz + (long)p * plan->Cout, plan->Cout};
    const ConvGatherTransposedArgs args = {
        .shape = nettile_conv_shape(plan),
        .dz = s->dz,
        .lddz = plan->Cout,
        .panel = s->grad_panel,
        .ldp = lanes_pad(grad_panel_depth(plan)),
        .p0 = p,
        .P = P,
    };
    pass->worker->net->kernels.conv.gather_transposed(&args);
    return (View){s->grad_panel, args.ldp};
}

/* Behind a gate: its gradients from s->dx, that of the product, then what is below it. */
static void deliver_gated(const Pass *pass, const BackwardScratch *s, int image)
{
    const OpPlan *plan = pass->plan, *gate = pass->input;
    GradRows rows =
        netgrad_rows(pass, (long)image * plan->in_pixels, plan->in_pixels, s->dx, s->slope);
    rows.gate = gate->s + (long)image * gate->Cout;
    rows.gate_b = gate->run->gate_backward(pass, gate, image, s->h, s->dx, s->gate);
    netgrad_deliver(pass, &rows);
}

static void dense_data(const Pass *pass, const BackwardScratch *s, int image)
{
    const OpPlan *plan = pass->plan;
    const bool is_gated = has_gate(pass->input);
    const int block = grad_panel_rows(plan);
    const int K = plan->is_pointwise ? plan->op->out_channels : grad_panel_depth(plan);
    const long first = (long)image * plan->in_pixels;
    for (int p = 0; p < plan->in_pixels; p += block) {
        const int P = plan->in_pixels - p < block ? plan->in_pixels - p : block;
        float *dx = is_gated ? s->dx + (long)p * plan->Cin : s->dx;
        convmatrix_data(pass, grad_panel(pass, s, p, P), K, dx, P);
        if (is_gated)
            continue;
        const float *slope = s->slope == NULL ? NULL : s->slope + (long)p * plan->Cin;
        const GradRows rows = netgrad_rows(pass, first + p, P, dx, slope);
        netgrad_deliver(pass, &rows);
    }
    if (is_gated)
        deliver_gated(pass, s, image);
}

void convimages_backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const BackwardScratch scratch = carve_backward(plan, pass->input, pass->worker->scratch);
    for (int image = pass->chunk.first_image; image < pass->chunk.end_image; image++) {
        const Rows out = {(long)image * plan->out_pixels, plan->out_pixels, 0, plan->Cout};
        netgrad_dz(pass->worker, plan, out, scratch.dz, plan->Cout);
        dense_weights(pass, &scratch, load_image(pass, &scratch, image));
        if (pass->input != NULL)
            dense_data(pass, &scratch, image);
    }
}
