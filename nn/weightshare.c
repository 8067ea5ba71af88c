/* nn/weightshare.c: a share is a matrix of its own inside the whole one, and so is a part of it. */
#include "nn/weightshare.h"

#include "nn/netlap.h"
#include "nn/nettile.h"
#include "nn/netupdate.h"

#include <string.h>

void weightshare_transpose(const Worker *worker, const PwTransposeArgs *whole)
{
    const MatrixShare share =
        netshare_matrix(whole->K, whole->N, worker->thread, worker->n_threads);
    PwTransposeArgs part = *whole;
    part.w += share.rows.first * whole->ldw + share.columns.first;
    part.wt += share.columns.first * whole->ldwt + share.rows.first;
    part.K = share.rows.end - share.rows.first;
    part.N = share.columns.end - share.columns.first;
    if (!netshare_is_empty(&share))
        worker->net->kernels.pw.transpose(&part);
}

/* --- parts --- */

/* Most rows of a part: as many as the cache takes, of which the products take whole tiles. */
static int part_rows(TensorShape shape)
{
    const long floats = (long)shape.taps * shape.N * TILE_OWNED_ROWS;
    const int most = floats <= TILE_KEPT_FLOATS ? TILE_OWNED_ROWS : TILE_OWNED_ROWS / 2;
    return most < shape.K ? most : shape.K;
}

float *weightshare_carve(const Net *net, const OpPlan *plan, int k, Arena *arena)
{
    const TensorShape shape = nettensor_shape(net, plan->tensor + k);
    if (net->settings.gradients)
        return NULL;
    return arena_floats(arena, (size_t)shape.taps * (size_t)part_rows(shape) * (size_t)shape.N);
}

WeightPart weightshare_begin(const Worker *worker, const OpPlan *plan, int k, float *scratch)
{
    WeightPart part = {.plan = plan, .tensor = plan->tensor + k, .scratch = scratch};
    part.shape = nettensor_shape(worker->net, part.tensor);
    part.share = netshare_matrix(part.shape.K, part.shape.N, worker->thread, worker->n_threads);
    part.rows = (TeamRange){part.share.rows.first, part.share.rows.first};
    return part;
}

static void clear(const WeightPart *part)
{
    const size_t n = (size_t)(part->share.columns.end - part->share.columns.first);
    for (int tap = 0; tap < part->shape.taps; tap++)
        for (int row = 0; row < part->rows.end - part->rows.first; row++)
            memset(part->dw + tap * part->tap + row * part->ld, 0, n * sizeof *part->dw);
}

bool weightshare_next(const Worker *worker, WeightPart *part)
{
    const Net *net = worker->net;
    const TeamRange columns = part->share.columns;
    const int left = part->share.rows.end - part->rows.end, most = part_rows(part->shape);
    if (left <= 0 || columns.first >= columns.end)
        return false;
    part->rows.first = part->rows.end;
    part->rows.end += left < most ? left : most;
    if (net->settings.gradients) {
        part->ld = part->shape.N;
        part->tap = (long)part->shape.K * part->ld;
        part->dw = net->places[part->tensor].gradient + part->rows.first * part->ld + columns.first;
    } else {
        part->ld = columns.end - columns.first;
        part->tap = (part->rows.end - part->rows.first) * part->ld;
        part->dw = part->scratch;
    }
    clear(part);
    return true;
}

/* Rows of all columns follow each other. */
void weightshare_update(const Worker *worker, const WeightPart *part)
{
    const NetPass pass = part->plan->run->is_classifier ? NET_FORWARD_END : NET_BACKWARD_END;
    const TeamRange columns = part->share.columns;
    const int R = part->rows.end - part->rows.first, C = columns.end - columns.first;
    const int together = C == part->shape.N ? R : 1;
    if (worker->net->call.mode != MODE_TRAIN)
        return;
    netlap(worker, pass, part->plan->runner);
    for (int tap = 0; tap < part->shape.taps; tap++)
        for (int row = 0; row < R; row += together) {
            const size_t at =
                (size_t)tap * (size_t)part->shape.K + (size_t)(part->rows.first + row);
            const OptSlots gradient = {part->dw + tap * part->tap + row * part->ld, 0, 1};
            netupdate_floats(worker, part->tensor,
                             at * (size_t)part->shape.N + (size_t)columns.first,
                             (size_t)together * (size_t)C, gradient);
        }
    netlap(worker, NET_OPTIMISE, -1);
}
