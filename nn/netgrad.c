/*
 * nn/netgrad.c: collecting, finishing, and the sums of batch norm on the way.
 */
#include "nn/netgrad.h"

#include "nn/nettap.h"
#include "nn/nettile.h"
#include "nn/netview.h"

#include <string.h>

/* --- slots --- */

static void zero_weights(const Net *net, const OpPlan *plan, int slot)
{
    float *dw = netstate_gradient(net, plan, TENSOR_W, slot);
    memset(dw, 0, net->places[plan->tensor + TENSOR_W].n_floats * sizeof *dw);
}

void netgrad_begin_slot(const Net *net, const OpPlan *plan, int slot)
{
    const OpPlan *input = netstate_input(net, plan);
    zero_weights(net, plan, slot);
    if (input != NULL && input->is_folded)
        zero_weights(net, input, slot);
}

/* --- batch norms that a phase finishes --- */

void netgrad_add_target(GradStates *states, const OpPlan *normed)
{
    if (normed->op->batch_norm)
        states->target[states->n_targets++] = normed;
}

void netgrad_targets(const Net *net, const OpPlan *plan, GradStates *states)
{
    *states = (GradStates){0};
    const OpPlan *value = netstate_input(net, plan);
    if (value != NULL && plan->is_last && value->run->targets != NULL)
        value->run->targets(net, value, states);
}

void netgrad_normed_targets(const Net *net, const OpPlan *value, GradStates *states)
{
    (void)net;
    netgrad_add_target(states, value);
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
    /* What finishing may take on top: slopes, and a sum made again. */
    const OpPlan *value = netstate_input(net, plan);
    const size_t C = value == NULL ? 0 : (size_t)value->Cout;
    for (int i = 0; i < 4; i++)
        arena_floats(arena, (size_t)GRAD_ROWS * C);
    netview_measure(value, arena);
}

void netgrad_begin(const GradStates *states)
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

void netgrad_dz(const Worker *worker, const OpPlan *normed, Rows rows, float *dz, long lddz)
{
    const long end = rows.first + rows.P;
    for (long row = rows.first; row < end;) {
        const long image = row / normed->out_pixels, image_end = (image + 1) * normed->out_pixels;
        const bool is_scaled = normed->scaled_by != NO_OP;
        const long stop = is_scaled && image_end < end ? image_end : end;
        const AffineDzArgs args = {
            .g = normed->g + row * normed->Cout + rows.c0,
            .ldg = normed->Cout,
            .scale = is_scaled ? netview_survival(worker, normed->scaled_by, (int)image) : 1.0f,
            .z = normed->z + row * normed->Cout + rows.c0,
            .ldz = normed->Cout,
            .A = normed->gA + rows.c0,
            .B = normed->gB + rows.c0,
            .D = normed->gD + rows.c0,
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

AffineBackwardArgs netgrad_args(const OpPlan *value, const GradRows *rows, const float *collected)
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

void netgrad_sums(const Worker *worker, const GradStates *states, const OpPlan *normed, Rows rows,
                  AffineBackwardArgs *args)
{
    float *state = state_of(states, normed);
    if (state == NULL)
        return;
    const int image = (int)(rows.first / normed->out_pixels);
    args->scale = netview_survival(worker, normed->scaled_by, image);
    args->z = normed->z + rows.first * normed->Cout + rows.c0;
    args->ldz = normed->Cout;
    args->mean = normed->mean + rows.c0;
    args->state = state + rows.c0;
    args->ldstate = normed->Cout;
}

void netgrad_collect(const Worker *worker, const GradStates *states, const OpPlan *value,
                     const GradRows *rows, const float *collected)
{
    (void)states;
    AffineBackwardArgs args = netgrad_args(value, rows, collected);
    args.slope = NULL;
    worker->net->kernels.affine.backward(&args);
}

/* One piece of a normed value's gradient whose slope is at hand (or 1). */
static void finish_piece(const Worker *worker, const GradStates *states, const OpPlan *value,
                         const GradRows *rows, const float *collected)
{
    AffineBackwardArgs args = netgrad_args(value, rows, collected);
    netgrad_sums(worker, states, value, rows->rows, &args);
    worker->net->kernels.affine.backward(&args);
}

/* Rows of an image, to which nothing else was collected; makes the slope if it is not at hand. */
static void finish_panel(const Worker *worker, const GradStates *states, const OpPlan *value,
                         const GradRows *rows)
{
    AffineBackwardArgs sums = netgrad_args(value, rows, NULL);
    netgrad_sums(worker, states, value, rows->rows, &sums);
    const PanelBackwardArgs args = {
        .dh = sums.dh,
        .lddh = sums.lddh,
        .s = sums.s,
        .b = sums.b,
        .slope = sums.slope,
        .ldslope = sums.ldslope,
        .z = value->z + rows->rows.first * value->Cout + rows->rows.c0,
        .ldz = value->Cout,
        .A = value->A + rows->rows.c0,
        .D = value->D + rows->rows.c0,
        .scale = sums.scale,
        .mean = sums.mean,
        .g = sums.g,
        .ldg = sums.ldg,
        .state = sums.state,
        .ldstate = sums.ldstate,
        .P = sums.P,
        .C = sums.C,
        .p0 = sums.p0,
        .act = netview_act(value->op->act),
    };
    worker->net->kernels.panel.backward(&args);
}

/* P of the rows, behind `done` of them. */
static GradRows part_of(const GradRows *all, int done, int P)
{
    GradRows part = *all;
    part.rows.first += done;
    part.rows.P = P;
    part.dh += (long)done * all->lddh;
    part.slope = all->slope == NULL ? NULL : all->slope + (long)done * all->ldslope;
    part.p0 += done;
    return part;
}

bool netgrad_next_piece(const GradRows *all, int pixels, GradRows *piece, int *done)
{
    if (*done >= all->rows.P)
        return false;
    const long row = all->rows.first + *done, image_end = (row / pixels + 1) * pixels;
    long stop = row + GRAD_ROWS;
    stop = stop < image_end ? stop : image_end;
    const int left = all->rows.P - *done;
    *piece = part_of(all, *done, stop - row < left ? (int)(stop - row) : left);
    *done += piece->rows.P;
    return true;
}

void netgrad_finish_normed(const Worker *worker, const GradStates *states, const OpPlan *value,
                           const GradRows *rows, const float *collected)
{
    if (value->op->act == ACT_NONE || (collected != NULL && rows->slope != NULL)) {
        finish_piece(worker, states, value, rows, collected);
        return;
    }
    if (collected == NULL) {
        finish_panel(worker, states, value, rows);
        return;
    }
    const ArenaMark mark = arena_mark(worker->scratch);
    const long C = rows->rows.C;
    float *h = arena_floats(worker->scratch, (size_t)GRAD_ROWS * (size_t)C);
    float *slope = arena_floats(worker->scratch, (size_t)GRAD_ROWS * (size_t)C);
    GradRows piece;
    for (int done = 0; netgrad_next_piece(rows, value->out_pixels, &piece, &done);) {
        netview_rows(worker, value, piece.rows, h, C, slope, C);
        piece.slope = slope;
        piece.ldslope = C;
        finish_piece(worker, states, value, &piece, collected);
    }
    arena_rewind(worker->scratch, mark);
}

/* --- a chunk's gradient of its input --- */

bool netgrad_wants_slope(const OpPlan *plan, const OpPlan *input)
{
    if (input == NULL || input->run->output == OUTPUT_STORED)
        return false;
    if (input->run->output == OUTPUT_GATED)
        return true;
    return input->op->act != ACT_NONE && plan->is_last;
}

bool netgrad_slope_is_dear(const OpPlan *normed)
{
    return normed->op->act == ACT_SWISH || normed->op->act == ACT_SIGMOID;
}

bool netgrad_keeps_slope(const OpPlan *plan, const OpPlan *input)
{
    return netgrad_wants_slope(plan, input) &&
           (netstate_is_gated(input) || netgrad_slope_is_dear(input));
}

GradRows netgrad_rows(const Pass *pass, long row, int P, const float *dx, const float *slope)
{
    const OpPlan *plan = pass->plan;
    return (GradRows){
        .rows = {row, P, 0, plan->Cin},
        .p0 = (int)(row - (long)pass->span.first_image * plan->in_pixels),
        .dh = dx,
        .lddh = plan->Cin,
        .slope = slope,
        .ldslope = plan->Cin,
    };
}

/* The input's gradient before its activation, for the tap; in the scratch of finishing, which comes
 * after it. */
static void tap(const Pass *pass, const GradRows *rows)
{
    const Worker *worker = pass->worker;
    const ArenaMark mark = arena_mark(worker->scratch);
    const long C = rows->rows.C;
    float *g = arena_floats(worker->scratch, (size_t)GRAD_ROWS * (size_t)C);
    GradRows piece;
    for (int done = 0; netgrad_next_piece(rows, pass->input->out_pixels, &piece, &done);) {
        AffineBackwardArgs args = netgrad_args(pass->input, &piece, pass->plan->pending);
        args.slope = NULL;
        args.g = g;
        args.ldg = C;
        worker->net->kernels.affine.backward(&args);
        nettap_take(worker, piece.rows, (View){g, C});
    }
    arena_rewind(worker->scratch, mark);
}

void netgrad_deliver(const Pass *pass, const GradRows *rows)
{
    const OpPlan *plan = pass->plan, *value = pass->input;
    if (plan->is_last && nettap_is_at(pass->worker->net, value))
        tap(pass, rows);
    if (plan->is_last)
        value->run->finish(pass->worker, &pass->states, value, rows, plan->pending);
    else
        netgrad_collect(pass->worker, &pass->states, value, rows, plan->pending);
}

void netgrad_deliver_span(const Pass *pass, const GradRows *rows)
{
    const OpPlan *plan = pass->plan;
    for (int done = 0; done < rows->rows.P;) {
        const ChunkPiece piece = nettile_piece(plan, pass->worker->net->call.n, plan->in_pixels,
                                               rows->rows.first + done, rows->rows.P - done);
        GradRows part = part_of(rows, done, piece.P);
        part.p0 = piece.p0;
        if (piece.p0 == 0)
            netgrad_begin(&pass->states);
        netgrad_deliver(pass, &part);
        if (piece.is_end)
            netgrad_end(pass->worker, &pass->states, piece.chunk);
        done += piece.P;
    }
}
