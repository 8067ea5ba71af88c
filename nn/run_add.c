/*
 * nn/run_add.c: the sum of a branch and a shortcut, written by its first reader's phase before that
 * phase reads it. Its gradient is that of both summands.
 */
#include "nn/netgrad.h"
#include "nn/netview.h"

enum { SUM_ROWS = 64 }; /* made at a time: their scratch stays in the first-level cache */

static const char *check(const Net *net, const OpPlan *plan)
{
    const int at = plan->op->shortcut;
    if (at >= plan->index || at < 0)
        return "its shortcut is not an operation before it";
    const OpRun *shortcut = net->plans[at].run;
    if (!netstate_is_normed(netstate_input(net, plan)) || shortcut->output == OUTPUT_GATED ||
        shortcut->makes_features)
        return "a residual is a convolution plus a stored map";
    return NULL;
}

/* --- the sum --- */

/*
 * One piece of a sum inside one image: h[P][ldh] = act(scale branch + shortcut), and its
 * slope[P][C] if wanted.
 */
static void sum_rows(const Worker *worker, const OpPlan *sum, Rows rows, float *h, long ldh,
                     float *slope)
{
    const Net *net = worker->net;
    const OpPlan *conv = netstate_input(net, sum);
    const long C = rows.C;
    const ArenaMark mark = arena_mark(worker->scratch);
    float *branch = arena_floats(worker->scratch, (size_t)SUM_ROWS * (size_t)C);
    float *shortcut = arena_floats(worker->scratch, (size_t)SUM_ROWS * (size_t)C);
    const View r = netview_rows(worker, &net->plans[sum->op->shortcut], rows, shortcut, C, NULL, 0);
    AffineForwardArgs args = {
        .z = conv->z + rows.first * conv->Cout + rows.c0,
        .ldz = conv->Cout,
        .A = conv->A + rows.c0,
        .D = conv->D + rows.c0,
        .r = r.x,
        .ldr = r.ld,
        .scale = netview_survival(worker, sum->index, (int)(rows.first / sum->out_pixels)),
        .h = h,
        .ldh = ldh,
        .slope = slope,
        .ldslope = C,
        .P = rows.P,
        .C = rows.C,
        .act = netview_act(sum->op->act),
    };
    if (conv->op->act != ACT_NONE) { /* its activation first, then the sum of what came out */
        const View activated = netview_rows(worker, conv, rows, branch, C, NULL, 0);
        args.z = activated.x;
        args.ldz = activated.ld;
        args.A = net->ones;
        args.D = net->zeros;
    }
    net->kernels.affine.forward(&args);
    arena_rewind(worker->scratch, mark);
}

/* Slope of the activation, slope[P][C]; h is scratch of the same size. */
static void sum_slope(const Worker *worker, const OpPlan *sum, Rows rows, float *h, float *slope)
{
    const Net *net = worker->net;
    if (sum->op->act != ACT_RELU && sum->op->act != ACT_RELU6) {
        sum_rows(worker, sum, rows, h, rows.C, slope);
        return;
    }
    const AffineForwardArgs args = {
        /* these tell their slope from their value */
        .z = sum->y + rows.first * sum->Cout + rows.c0,
        .ldz = sum->Cout,
        .A = net->ones,
        .D = net->zeros,
        .h = h,
        .ldh = rows.C,
        .slope = slope,
        .ldslope = rows.C,
        .P = rows.P,
        .C = rows.C,
        .act = netview_act(sum->op->act),
    };
    net->kernels.affine.forward(&args);
}

static void materialise(const Worker *worker, const OpPlan *value, Rows rows)
{
    const long end = rows.first + rows.P;
    while (rows.first < end) {
        const long image_end = (rows.first / value->out_pixels + 1) * value->out_pixels;
        long stop = rows.first + SUM_ROWS;
        stop = stop < image_end ? stop : image_end;
        stop = stop < end ? stop : end;
        rows.P = (int)(stop - rows.first);
        sum_rows(worker, value, rows, value->y + rows.first * value->Cout, value->Cout, NULL);
        rows.first = stop;
    }
}

static void measure_materialise(const OpPlan *value, Arena *arena)
{
    arena_floats(arena, (size_t)SUM_ROWS * (size_t)value->Cout);
    arena_floats(arena, (size_t)SUM_ROWS * (size_t)value->Cout);
}

/* --- its gradient --- */

/* The only reader of this summand is its sum, which therefore finishes it. */
static bool ends_in_sum(const OpPlan *summand)
{
    return summand->n_readers == 1;
}

static void targets(const Net *net, const OpPlan *value, GradStates *states)
{
    const OpPlan *shortcut = &net->plans[value->op->shortcut];
    netgrad_add_target(states, netstate_input(net, value));
    if (netstate_is_normed(shortcut) && ends_in_sum(shortcut))
        netgrad_add_target(states, shortcut);
}

/* A shortcut that nobody else reads gets its gradient, the sum's, here. */
static void finish_shortcut(const Worker *worker, const GradStates *states, const OpPlan *sum,
                            const GradRows *stored)
{
    const OpPlan *shortcut = &worker->net->plans[sum->op->shortcut];
    if (!ends_in_sum(shortcut))
        return;
    if (!netstate_is_normed(shortcut)) {
        netgrad_collect(worker, states, shortcut, stored, NULL);
    } else if (shortcut->g != sum->g) {
        netgrad_finish_normed(worker, states, shortcut, stored, NULL);
    } else {
        AffineBackwardArgs args = netgrad_args(shortcut, stored, NULL);
        args.g = NULL;
        netgrad_sums(worker, states, shortcut, stored->rows, &args);
        worker->net->kernels.affine.backward(&args);
    }
}

static void finish_piece(const Worker *worker, const GradStates *states, const OpPlan *sum,
                         const GradRows *rows, const float *collected)
{
    const OpPlan *branch = netstate_input(worker->net, sum);
    const bool shares = branch->g == sum->g;
    AffineBackwardArgs args = netgrad_args(sum, rows, collected);
    if (shares)
        netgrad_sums(worker, states, branch, rows->rows, &args);
    worker->net->kernels.affine.backward(&args);
    GradRows stored = *rows;
    stored.dh = args.g;
    stored.lddh = args.ldg;
    stored.slope = stored.gate = stored.gate_b = NULL;
    if (!shares)
        netgrad_finish_normed(worker, states, branch, &stored, NULL);
    finish_shortcut(worker, states, sum, &stored);
}

static void finish(const Worker *worker, const GradStates *states, const OpPlan *value,
                   const GradRows *rows, const float *collected)
{
    const ArenaMark mark = arena_mark(worker->scratch);
    const long C = rows->rows.C;
    float *slope = arena_floats(worker->scratch, (size_t)GRAD_ROWS * (size_t)C);
    float *h = arena_floats(worker->scratch, (size_t)GRAD_ROWS * (size_t)C);
    GradRows piece;
    for (int done = 0; netgrad_next_piece(rows, value->out_pixels, &piece, &done);) {
        if (value->op->act != ACT_NONE) {
            sum_slope(worker, value, piece.rows, h, slope);
            piece.slope = slope;
            piece.ldslope = C;
        }
        finish_piece(worker, states, value, &piece, collected);
    }
    arena_rewind(worker->scratch, mark);
}

const OpRun run_add = {
    .output = OUTPUT_STORED,
    .is_sum = true,
    .check = check,
    .view = netview_stored,
    .materialise = materialise,
    .measure_materialise = measure_materialise,
    .targets = targets,
    .finish = finish,
};
