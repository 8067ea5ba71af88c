/* nn/netfold.c: every product is one of the pointwise kernels', so their chains are the order. */
#include "nn/netfold.h"

#include "nn/netgrad.h"
#include "nn/nettile.h"
#include "nn/netview.h"

#include <string.h>

enum {
    FOLD_PIXELS = 16
}; /* pixels of a batch for each channel of x; fixes sums, so part of the
     arithmetic revision */

/* --- planning --- */

static bool is_linear(const OpPlan *value)
{
    return value != NULL && value->op->act == ACT_NONE &&
           (value->op->batch_norm || value->run->is_sum);
}

static bool is_foldable(const Net *net, const OpPlan *plan)
{
    if (!netstate_is_normed(plan) || !plan->is_pointwise || !plan->op->batch_norm ||
        plan->run->folds_input || plan->n_readers != 1)
        return false;
    const long pixels = (long)net->settings.batch * plan->out_pixels;
    return net->plans[plan->first_reader].run->folds_input &&
           is_linear(netstate_input(net, plan)) && pixels >= FOLD_PIXELS * (long)plan->Cin;
}

void netfold_plan(Net *net)
{
    if (!net->settings.training || net->settings.class_maps)
        return;
    for (int i = 0; i < net->network.n_ops; i++)
        net->plans[i].is_folded = is_foldable(net, &net->plans[i]);
}

/* Moments and correction are [in_channels + 1][Cin]: a row a channel of x, then that of the 1. */
static size_t moment_floats(const OpPlan *plan)
{
    return ((size_t)plan->op->in_channels + 1) * (size_t)plan->Cin;
}

void netfold_carve(const Net *net, OpPlan *plan, Arena *arena)
{
    const OpPlan *reader = &net->plans[plan->first_reader];
    const size_t rows = (size_t)plan->op->in_channels + 1;
    plan->moments = arena_floats(arena, (size_t)reader->n_slots * moment_floats(plan));
    plan->moment_sum = arena_zalloc(arena, moment_floats(plan), sizeof(float));
    plan->late_weights = arena_floats(arena, rows * (size_t)plan->Cout);
    plan->correction = arena_floats(arena, moment_floats(plan));
}

float *netfold_carve_rows(const OpPlan *folded, int P, Arena *arena)
{
    return arena_floats(arena, (size_t)P * (size_t)folded->Cin);
}

/* --- the reader's phase --- */

void netfold_begin_slot(const OpPlan *folded, int slot)
{
    const size_t n = moment_floats(folded);
    memset(folded->moments + (size_t)slot * n, 0, n * sizeof *folded->moments);
}

/* dw[k][n] += sum over rows of x[m][k] dy[m][n]. */
static void add_product(const Net *net, View x, View dy, float *dw, long lddw, int M, int K, int N)
{
    const PwWeightsArgs args = {.x = x.x,
                                .ldx = x.ld,
                                .dy = dy.x,
                                .lddy = dy.ld,
                                .dw = dw,
                                .lddw = lddw,
                                .M = M,
                                .K = K,
                                .N = N};
    net->kernels.pw.backward_weights(&args);
}

static void take_moments(const Net *net, const OpPlan *folded, int slot, View x, int P)
{
    const View one = {net->ones, 0};
    const int K = folded->op->in_channels;
    float *moments = folded->moments + (size_t)slot * moment_floats(folded);
    add_product(net, x, x, moments, folded->Cin, P, K, folded->Cin);
    add_product(net, one, x, moments + (long)K * folded->Cin, folded->Cin, P, 1, folded->Cin);
}

void netfold_take(const Pass *pass, const GradRows *rows, float *scratch)
{
    const OpPlan *folded = pass->input;
    const Net *net = pass->worker->net;
    const int c0 = rows->rows.c0, P = rows->rows.P, C = rows->rows.C;
    const int K = folded->op->out_channels - c0 < C ? folded->op->out_channels - c0 : C;
    const PwForwardArgs data = {.x = rows->dh,
                                .ldx = rows->lddh,
                                .w = folded->wt + (long)c0 * folded->Cin,
                                .ldw = folded->Cin,
                                .y = folded->g + rows->rows.first * folded->Cin,
                                .ldy = folded->Cin,
                                .M = P,
                                .K = K,
                                .N = folded->Cin,
                                .continues = c0 > 0};
    net->kernels.pw.forward(&data);
    const View x =
        netview_rows(pass->worker, netstate_input(net, folded),
                     (Rows){rows->rows.first, P, 0, folded->Cin}, scratch, folded->Cin, NULL, 0);
    float *dw = netstate_gradient(net, folded, TENSOR_W, pass->slot) + c0;
    add_product(net, x, (View){rows->dh, rows->lddh}, dw, folded->Cout, P, folded->op->in_channels,
                C);
    if (c0 == 0)
        take_moments(net, folded, pass->slot, x, P);
}

/* --- between the phases --- */

/* late_weights = [W diag(B); D], this thread's columns. */
static void finish_columns(const Worker *worker, const OpPlan *folded)
{
    const Net *net = worker->net;
    const TeamRange own = team_range(folded->Cout / LANES, worker->thread, worker->n_threads);
    const int c = own.first * LANES, C = (own.end - own.first) * LANES;
    const int rows = folded->op->in_channels;
    if (C == 0)
        return;
    const AffineForwardArgs args = {.z = netstate_weight(worker, folded, TENSOR_W) + c,
                                    .ldz = folded->Cout,
                                    .A = folded->gB + c,
                                    .D = net->zeros,
                                    .h = folded->late_weights + c,
                                    .ldh = folded->Cout,
                                    .P = rows,
                                    .C = C,
                                    .act = ACT_FN_NONE};
    net->kernels.affine.forward(&args);
    memcpy(folded->late_weights + (long)rows * folded->Cout + c, folded->gD + c,
           (size_t)C * sizeof *folded->gD);
}

/* moment_sum, this thread's share: slots are added in ascending order. */
static void sum_moments(const Worker *worker, const OpPlan *folded)
{
    const Net *net = worker->net;
    const int n = (int)moment_floats(folded);
    const TeamRange own = team_range(n / LANES, worker->thread, worker->n_threads);
    const int at = own.first * LANES, N = (own.end - own.first) * LANES;
    const View one = {net->ones, 0}, slots = {folded->moments + at, n};
    memset(folded->moment_sum + at, 0, (size_t)N * sizeof *folded->moment_sum);
    add_product(net, one, slots, folded->moment_sum + at, n,
                net->plans[folded->first_reader].n_slots, 1, N);
}

void netfold_finish(const Worker *worker, const OpPlan *folded)
{
    finish_columns(worker, folded);
    sum_moments(worker, folded);
}

/* dW of this thread's columns goes on from slot 0; correction = late_weights W', its rows. */
void netfold_combine(const Worker *worker, const OpPlan *folded)
{
    const Net *net = worker->net;
    const int rows = folded->op->in_channels + 1;
    const TeamRange own = team_range(folded->Cout / LANES, worker->thread, worker->n_threads);
    const int c = own.first * LANES;
    add_product(net, (View){folded->moment_sum, folded->Cin},
                (View){folded->late_weights + c, folded->Cout},
                netstate_gradient(net, folded, TENSOR_W, 0) + c, folded->Cout, rows,
                folded->op->in_channels, (own.end - own.first) * LANES);
    const TeamRange mine = team_range(rows, worker->thread, worker->n_threads);
    const PwForwardArgs args = {.x = folded->late_weights + (long)mine.first * folded->Cout,
                                .ldx = folded->Cout,
                                .w = folded->wt,
                                .ldw = folded->Cin,
                                .y = folded->correction + (long)mine.first * folded->Cin,
                                .ldy = folded->Cin,
                                .M = mine.end - mine.first,
                                .K = folded->op->out_channels,
                                .N = folded->Cin};
    net->kernels.pw.forward(&args);
}

/* --- its own phase --- */

void netfold_measure_backward(const OpPlan *folded, Arena *arena)
{
    netfold_carve_rows(folded, nettile_rows(folded), arena);
}

void netfold_backward(const Pass *pass)
{
    const OpPlan *plan = pass->plan;
    const Net *net = pass->worker->net;
    const int block = nettile_rows(plan);
    float *panel = netfold_carve_rows(plan, block, pass->worker->scratch);
    const long end = (long)pass->span.end_image * plan->in_pixels;
    for (long row = (long)pass->span.first_image * plan->in_pixels; row < end; row += block) {
        const int P = (int)(end - row < block ? end - row : block);
        const View x = netview_rows(pass->worker, pass->input, (Rows){row, P, 0, plan->Cin}, panel,
                                    plan->Cin, NULL, 0);
        float *dx = plan->g + row * plan->Cin;
        const PwForwardArgs args = {.x = x.x,
                                    .ldx = x.ld,
                                    .w = plan->correction,
                                    .ldw = plan->Cin,
                                    .y = dx,
                                    .ldy = plan->Cin,
                                    .M = P,
                                    .K = plan->op->in_channels,
                                    .N = plan->Cin,
                                    .continues = true};
        net->kernels.pw.forward(&args);
        GradRows rows = netgrad_rows(pass, row, P, dx, NULL);
        rows.gate = net->ones;
        rows.gate_b = plan->correction + (long)plan->op->in_channels * plan->Cin;
        netgrad_deliver_span(pass, &rows);
    }
}
