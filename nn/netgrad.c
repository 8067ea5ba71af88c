/*
 * nn/netgrad.c: what becomes of the gradient of a value.
 *
 * Contributions arrive from its readers in descending order. All but the last are collected in the
 * value's gradient buffer (or stay in that of the sum they come from); the last one adds what was
 * collected and finishes: it goes through the activation's slope, is stored as the gradient of
 * batch norm's output, and its two sums are accumulated. A sum passes its gradient on to its
 * summands.
 */
#include "nn/netplan.h"
#include "nn/nettile.h"

#include <string.h>

enum { FINISH_ROWS = 64 }; /* rows whose slopes are made at a time */

/* --- slots --- */

static void zero_tensor(const Net *net, const OpPlan *plan, int k, float *slot)
{
    const Place place = net->places[plan->tensor + k];
    memset(slot + place.offset, 0, place.n_floats * sizeof *slot);
}

float *netgrad_slot(const Net *net, const OpPlan *plan, int index)
{
    float *slot = net->slots + (size_t)index * net->n_trainable;
    const OpPlan *input = netplan_input(net, plan);
    zero_tensor(net, plan, TENSOR_W, slot);
    if (plan->op->kind == OP_LINEAR)
        zero_tensor(net, plan, TENSOR_BIAS, slot);
    for (int k = TENSOR_W1; input != NULL && input->op->kind == OP_SE && k <= TENSOR_B2; k++)
        zero_tensor(net, input, k, slot);
    return slot;
}

/* --- batch norms that a phase finishes --- */

static void add_target(GradStates *states, const OpPlan *conv)
{
    if (conv->op->batch_norm)
        states->target[states->n_targets++] = conv;
}

/* The only reader of this summand is its sum, which therefore finishes it. */
static bool ends_in_sum(const OpPlan *summand)
{
    return summand->n_readers == 1;
}

void netgrad_targets(const Net *net, const OpPlan *plan, GradStates *states)
{
    *states = (GradStates){0};
    const OpPlan *value = netplan_input(net, plan);
    if (value == NULL || !plan->is_last)
        return;
    if (value->op->kind == OP_SE) {
        add_target(states, netplan_input(net, value));
    } else if (netplan_is_conv(value)) {
        add_target(states, value);
    } else if (value->op->kind == OP_ADD) {
        const OpPlan *shortcut = &net->plans[value->op->shortcut];
        add_target(states, netplan_input(net, value));
        if (netplan_is_conv(shortcut) && ends_in_sum(shortcut))
            add_target(states, shortcut);
    }
}

static size_t state_floats(const OpPlan *conv)
{
    return (size_t)AFFINE_SUMS * PIXEL_CHAINS * (size_t)conv->Cout;
}

void netgrad_carve(const Net *net, const OpPlan *plan, GradStates *states, Arena *arena)
{
    netgrad_targets(net, plan, states);
    for (int i = 0; i < states->n_targets; i++)
        states->at[i] = arena_floats(arena, state_floats(states->target[i]));
    if (!arena_is_measuring(arena))
        return;
    /* What finishing may take on top: slopes, and a sum made again (netview_sum_slope). */
    const OpPlan *value = netplan_input(net, plan);
    const size_t C = value == NULL ? 0 : (size_t)value->Cout;
    for (int i = 0; i < 4; i++)
        arena_floats(arena, (size_t)FINISH_ROWS * C);
    netview_measure(value, arena);
}

void netgrad_begin(GradStates *states)
{
    for (int i = 0; i < states->n_targets; i++)
        memset(states->at[i], 0, state_floats(states->target[i]) * sizeof(float));
}

void netgrad_end(const Worker *worker, const GradStates *states, int chunk)
{
    for (int i = 0; i < states->n_targets; i++) {
        const OpPlan *conv = states->target[i];
        const AffineFoldArgs args = {
            .state = states->at[i],
            .ldstate = conv->Cout,
            .partial = conv->grad_partials + (long)chunk * AFFINE_SUMS * conv->Cout,
            .ldpartial = conv->Cout,
            .C = conv->Cout,
        };
        worker->net->kernels.affine.fold(&args);
    }
}

static float *state_of(const GradStates *states, const OpPlan *conv)
{
    for (int i = 0; i < states->n_targets; i++)
        if (states->target[i] == conv)
            return states->at[i];
    return NULL;
}

/* --- dz --- */

void netgrad_dz(const Worker *worker, const OpPlan *conv, Rows rows, float *dz, long lddz)
{
    const long end = rows.first + rows.P;
    for (long row = rows.first; row < end;) {
        const long image = row / conv->out_pixels, image_end = (image + 1) * conv->out_pixels;
        const bool is_scaled = conv->scaled_by != NO_OP;
        const long stop = is_scaled && image_end < end ? image_end : end;
        const AffineDzArgs args = {
            .g = conv->g + row * conv->Cout + rows.c0,
            .ldg = conv->Cout,
            .scale = is_scaled ? netview_survival(worker, conv->scaled_by, (int)image) : 1.0f,
            .z = conv->z + row * conv->Cout + rows.c0,
            .ldz = conv->Cout,
            .A = conv->gA + rows.c0,
            .B = conv->gB + rows.c0,
            .D = conv->gD + rows.c0,
            .dz = dz + (row - rows.first) * lddz,
            .lddz = lddz,
            .P = (int)(stop - row),
            .C = rows.C,
        };
        worker->net->kernels.affine.dz(&args);
        row = stop;
    }
}

/* --- finishing --- */

/* What all calls of the backward kernel here share; `collected` is laid out like the value. */
static AffineBackwardArgs backward_args(const OpPlan *value, const GradRows *rows,
                                        const float *collected)
{
    const long at = rows->rows.first * value->Cout + rows->rows.c0;
    return (AffineBackwardArgs){
        .dh = rows->dh,
        .lddh = rows->lddh,
        .s = rows->gate,
        .b = rows->gate_b,
        .r = collected == NULL ? NULL : collected + at,
        .ldr = value->Cout,
        .slope = rows->slope,
        .ldslope = rows->ldslope,
        .scale = 1.0f,
        .g = value->g + at,
        .ldg = value->Cout,
        .P = rows->rows.P,
        .C = rows->rows.C,
        .p0 = rows->p0,
    };
}

/* Adds the sums of conv's batch norm to the call. */
static void accumulate_sums(const Worker *worker, const GradStates *states, const OpPlan *conv,
                            Rows rows, AffineBackwardArgs *args)
{
    float *state = state_of(states, conv);
    if (state == NULL)
        return;
    const int image = (int)(rows.first / conv->out_pixels);
    args->scale = netview_survival(worker, conv->scaled_by, image);
    args->z = conv->z + rows.first * conv->Cout + rows.c0;
    args->ldz = conv->Cout;
    args->mean = conv->mean + rows.c0;
    args->state = state + rows.c0;
    args->ldstate = conv->Cout;
}

static void collect(const Worker *worker, const OpPlan *value, const GradRows *rows,
                    const float *collected)
{
    AffineBackwardArgs args = backward_args(value, rows, collected);
    args.slope = NULL;
    worker->net->kernels.affine.backward(&args);
}

/* One piece of a convolution's gradient whose slope is at hand (or 1). */
static void finish_conv_piece(const Worker *worker, const GradStates *states, const OpPlan *conv,
                              const GradRows *rows, const float *collected)
{
    AffineBackwardArgs args = backward_args(conv, rows, collected);
    accumulate_sums(worker, states, conv, rows->rows, &args);
    worker->net->kernels.affine.backward(&args);
}

/* The next piece of at most FINISH_ROWS rows inside one image; false when there is none. */
static bool next_piece(const GradRows *all, int pixels, GradRows *piece, int *done)
{
    if (*done >= all->rows.P)
        return false;
    *piece = *all;
    piece->rows.first += *done;
    const long image_end = (piece->rows.first / pixels + 1) * pixels;
    long stop = piece->rows.first + FINISH_ROWS;
    stop = stop < image_end ? stop : image_end;
    const int left = all->rows.P - *done;
    piece->rows.P = stop - piece->rows.first < left ? (int)(stop - piece->rows.first) : left;
    piece->dh += (long)*done * all->lddh;
    piece->slope = all->slope == NULL ? NULL : all->slope + (long)*done * all->ldslope;
    piece->p0 += *done;
    *done += piece->rows.P;
    return true;
}

static void finish_conv(const Worker *worker, const GradStates *states, const OpPlan *conv,
                        const GradRows *rows, const float *collected)
{
    if (rows->slope != NULL || conv->op->act == ACT_NONE) {
        finish_conv_piece(worker, states, conv, rows, collected);
        return;
    }
    const ArenaMark mark = arena_mark(worker->scratch);
    const long C = rows->rows.C;
    float *h = arena_floats(worker->scratch, (size_t)FINISH_ROWS * (size_t)C);
    float *slope = arena_floats(worker->scratch, (size_t)FINISH_ROWS * (size_t)C);
    GradRows piece;
    for (int done = 0; next_piece(rows, conv->out_pixels, &piece, &done);) {
        netview_rows(worker, conv, piece.rows, h, C, slope, C);
        piece.slope = slope;
        piece.ldslope = C;
        finish_conv_piece(worker, states, conv, &piece, collected);
    }
    arena_rewind(worker->scratch, mark);
}

/* A shortcut that nobody else reads gets its gradient, the sum's, here. */
static void finish_shortcut(const Worker *worker, const GradStates *states, const OpPlan *sum,
                            const GradRows *stored)
{
    const OpPlan *shortcut = &worker->net->plans[sum->op->shortcut];
    if (!ends_in_sum(shortcut))
        return;
    if (!netplan_is_conv(shortcut)) {
        collect(worker, shortcut, stored, NULL);
    } else if (shortcut->g != sum->g) {
        finish_conv(worker, states, shortcut, stored, NULL);
    } else {
        AffineBackwardArgs args = backward_args(shortcut, stored, NULL);
        args.g = NULL;
        accumulate_sums(worker, states, shortcut, stored->rows, &args);
        worker->net->kernels.affine.backward(&args);
    }
}

static void finish_sum_piece(const Worker *worker, const GradStates *states, const OpPlan *sum,
                             const GradRows *rows, const float *collected)
{
    const OpPlan *branch = netplan_input(worker->net, sum);
    const bool shares = branch->g == sum->g;
    AffineBackwardArgs args = backward_args(sum, rows, collected);
    if (shares)
        accumulate_sums(worker, states, branch, rows->rows, &args);
    worker->net->kernels.affine.backward(&args);
    GradRows stored = *rows;
    stored.dh = args.g;
    stored.lddh = args.ldg;
    stored.slope = NULL;
    if (!shares)
        finish_conv(worker, states, branch, &stored, NULL);
    finish_shortcut(worker, states, sum, &stored);
}

static void finish_sum(const Worker *worker, const GradStates *states, const OpPlan *sum,
                       const GradRows *rows, const float *collected)
{
    const ArenaMark mark = arena_mark(worker->scratch);
    const long C = rows->rows.C;
    float *slope = arena_floats(worker->scratch, (size_t)FINISH_ROWS * (size_t)C);
    float *h = arena_floats(worker->scratch, (size_t)FINISH_ROWS * (size_t)C);
    GradRows piece;
    for (int done = 0; next_piece(rows, sum->out_pixels, &piece, &done);) {
        if (sum->op->act != ACT_NONE) {
            netview_sum_slope(worker, sum, piece.rows, h, slope);
            piece.slope = slope;
            piece.ldslope = C;
        }
        finish_sum_piece(worker, states, sum, &piece, collected);
    }
    arena_rewind(worker->scratch, mark);
}

void netgrad_deliver(const Worker *worker, const GradStates *states, const OpPlan *from,
                     const GradRows *rows)
{
    const OpPlan *value = netplan_input(worker->net, from);
    if (value->op->kind == OP_SE)
        finish_conv(worker, states, netplan_input(worker->net, value), rows, NULL);
    else if (!from->is_last || (value->op->kind != OP_ADD && !netplan_is_conv(value)))
        collect(worker, value, rows, from->pending);
    else if (value->op->kind == OP_ADD)
        finish_sum(worker, states, value, rows, from->pending);
    else
        finish_conv(worker, states, value, rows, from->pending);
}

/* --- after the barrier --- */

void netbackward_finalize(Worker *worker, OpPlan *plan)
{
    const Net *net = worker->net;
    GradStates states;
    netgrad_targets(net, plan, &states);
    for (int i = 0; i < states.n_targets; i++) {
        const OpPlan *conv = states.target[i];
        const TeamRange range = netforward_channels(worker, conv->Cout);
        const int c = range.first;
        if (c == range.end)
            continue;
        const AffineFinalizeBackwardArgs args = {
            .partials = conv->grad_partials + c,
            .chunk_stride = (long)AFFINE_SUMS * conv->Cout,
            .ldpartial = conv->Cout,
            .n_chunks = netplan_chunks(plan, net->call.n),
            .C = range.end - c,
            .M = (long)net->call.n * conv->out_pixels,
            .gamma = netview_weight(worker, conv, TENSOR_GAMMA) + c,
            .mean = conv->mean + c,
            .rstd = conv->rstd + c,
            .dgamma = net->slots + nettensor_offset(net, conv, TENSOR_GAMMA) + c,
            .dbeta = net->slots + nettensor_offset(net, conv, TENSOR_BETA) + c,
            .A = conv->gA + c,
            .B = conv->gB + c,
            .D = conv->gD + c,
        };
        affine_finalize_backward(&args);
    }
}
