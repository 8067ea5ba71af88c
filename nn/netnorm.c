/*
 * nn/netnorm.c: the statistics are taken while rows are in the cache, chunk by chunk.
 */
#include "nn/netnorm.h"

#include "nn/nettile.h"
#include "nn/netview.h"

#include <string.h>

/* The last tensors of an operation that has batch norm, from the end. */
typedef enum NormTensor {
    TENSOR_GAMMA = 4,
    TENSOR_BETA = 3,
    TENSOR_MEAN = 2,
    TENSOR_VAR = 1
} NormTensor;

static int norm_tensor(const OpPlan *plan, NormTensor tensor)
{
    return plan->n_tensors - (int)tensor;
}

/* --- planning --- */

void netnorm_carve(OpPlan *plan, Arena *arena)
{
    const size_t C = (size_t)plan->Cout;
    float **const vectors[] = {&plan->A,  &plan->D,  &plan->mean, &plan->rstd,
                               &plan->gA, &plan->gB, &plan->gD};
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
        *vectors[i] = arena_zalloc(arena, C, sizeof(float));
}

size_t netnorm_sums_floats(const OpPlan *plan, int n_chunks)
{
    return (size_t)n_chunks * AFFINE_SUMS * (size_t)plan->Cout;
}

void netnorm_set_identity(OpPlan *plan)
{
    for (int c = 0; c < plan->Cout; c++)
        plan->A[c] = plan->gA[c] = 1.0f;
}

float *netnorm_carve_state(const OpPlan *plan, Arena *arena)
{
    return arena_floats(arena, (size_t)AFFINE_SUMS * PIXEL_CHAINS * (size_t)plan->Cout);
}

/* --- forward --- */

/* One statistic alone cannot move. */
static bool is_frozen(const Net *net, const OpPlan *plan)
{
    const NetTensor *tensors = &net->tensors[plan->tensor];
    return tensors[norm_tensor(plan, TENSOR_MEAN)].rate == 0.0f ||
           tensors[norm_tensor(plan, TENSOR_VAR)].rate == 0.0f;
}

bool netnorm_is_running(const Worker *worker, const OpPlan *plan)
{
    const NetMode mode = worker->net->call.mode;
    return plan->op->batch_norm &&
           (mode == MODE_EVAL || mode == MODE_CLASS || is_frozen(worker->net, plan));
}

static bool wants_stats(const Worker *worker, const OpPlan *plan)
{
    return plan->op->batch_norm && !netnorm_is_running(worker, plan);
}

void netnorm_begin(const Worker *worker, const OpPlan *plan, float *state)
{
    if (wants_stats(worker, plan))
        memset(state, 0, (size_t)AFFINE_SUMS * PIXEL_CHAINS * (size_t)plan->Cout * sizeof *state);
}

bool netnorm_stats(const Worker *worker, const OpPlan *plan, float *state, Rows rows, int p0,
                   AffineStatsArgs *args)
{
    if (!wants_stats(worker, plan))
        return false;
    *args = (AffineStatsArgs){
        .z = plan->z + rows.first * plan->Cout + rows.c0,
        .ldz = plan->Cout,
        .pivot = netstate_weight(worker, plan, norm_tensor(plan, TENSOR_MEAN)) + rows.c0,
        .state = state + rows.c0,
        .ldstate = plan->Cout,
        .P = rows.P,
        .C = rows.C,
        .p0 = p0,
    };
    return true;
}

void netnorm_take(const Worker *worker, const OpPlan *plan, float *state, Rows rows, int p0)
{
    AffineStatsArgs args;
    if (netnorm_stats(worker, plan, state, rows, p0, &args))
        worker->net->kernels.affine.stats(&args);
}

void netnorm_end(const Worker *worker, const OpPlan *plan, const float *state, int chunk)
{
    if (!wants_stats(worker, plan))
        return;
    const AffineFoldArgs args = {
        .state = state,
        .ldstate = plan->Cout,
        .partial = plan->partials + (long)chunk * AFFINE_SUMS * plan->Cout,
        .ldpartial = plan->Cout,
        .C = plan->Cout,
    };
    worker->net->kernels.affine.fold(&args);
}

void netnorm_take_rows(const Worker *worker, const OpPlan *plan, float *state, long row, int P)
{
    for (int done = 0; done < P;) {
        const ChunkPiece piece =
            nettile_piece(plan, worker->net->call.n, plan->out_pixels, row + done, P - done);
        if (piece.p0 == 0)
            netnorm_begin(worker, plan, state);
        netnorm_take(worker, plan, state, (Rows){row + done, piece.P, 0, plan->Cout}, piece.p0);
        if (piece.is_end)
            netnorm_end(worker, plan, state, piece.chunk);
        done += piece.P;
    }
}

/* Channels of this thread's share, in whole lanes. */
static TeamRange own_channels(const Worker *worker, int C)
{
    const TeamRange lanes = team_range(C / LANES, worker->thread, worker->n_threads);
    return (TeamRange){lanes.first * LANES, lanes.end * LANES};
}

void netnorm_finish_forward(const Worker *worker, const OpPlan *plan)
{
    Net *net = worker->net;
    if (!wants_stats(worker, plan))
        return;
    const TeamRange range = own_channels(worker, plan->Cout);
    const int c = range.first;
    if (c == range.end)
        return;
    float *mean = net->weights + netstate_offset(net, plan, norm_tensor(plan, TENSOR_MEAN)) + c;
    float *var = net->weights + netstate_offset(net, plan, norm_tensor(plan, TENSOR_VAR)) + c;
    if (net->call.mode == MODE_GRADIENTS) {
        const size_t n_bytes = (size_t)(range.end - c) * sizeof *mean;
        mean = memcpy(net->keep_mean + c, mean, n_bytes);
        var = memcpy(net->keep_var + c, var, n_bytes);
    }
    const AffineFinalizeForwardArgs args = {
        .partials = plan->partials + c,
        .chunk_stride = (long)AFFINE_SUMS * plan->Cout,
        .ldpartial = plan->Cout,
        .n_chunks = netstate_chunks(plan, net->call.n),
        .C = range.end - c,
        .M = (long)net->call.n * plan->out_pixels,
        .eps = net->network.bn_epsilon,
        .momentum = 1.0 - net->network.bn_momentum,
        .gamma = netstate_weight(worker, plan, norm_tensor(plan, TENSOR_GAMMA)) + c,
        .beta = netstate_weight(worker, plan, norm_tensor(plan, TENSOR_BETA)) + c,
        .pivot = mean,
        .running_mean = mean,
        .running_var = var,
        .mean = plan->mean + c,
        .rstd = plan->rstd + c,
        .A = plan->A + c,
        .D = plan->D + c,
    };
    affine_finalize_forward(&args);
}

void netnorm_fold_running(const Worker *worker, const OpPlan *plan)
{
    const AffineRunningArgs args = {
        .gamma = netstate_weight(worker, plan, norm_tensor(plan, TENSOR_GAMMA)),
        .beta = netstate_weight(worker, plan, norm_tensor(plan, TENSOR_BETA)),
        .running_mean = netstate_weight(worker, plan, norm_tensor(plan, TENSOR_MEAN)),
        .running_var = netstate_weight(worker, plan, norm_tensor(plan, TENSOR_VAR)),
        .eps = worker->net->network.bn_epsilon,
        .mean = plan->mean,
        .rstd = plan->rstd,
        .A = plan->A,
        .D = plan->D,
        .C = plan->Cout,
    };
    affine_fold_running(&args);
}

View netnorm_view(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                  float *slope, long ldslope)
{
    const AffineForwardArgs args = {
        .z = value->z + rows.first * value->Cout + rows.c0,
        .ldz = value->Cout,
        .A = value->A + rows.c0,
        .D = value->D + rows.c0,
        .h = h,
        .ldh = ldh,
        .slope = slope,
        .ldslope = ldslope,
        .P = rows.P,
        .C = rows.C,
        .act = netview_act(value->op->act),
    };
    worker->net->kernels.affine.forward(&args);
    return (View){h, ldh};
}

PanelLoadArgs netnorm_load(const OpPlan *value, long row, int P)
{
    return (PanelLoadArgs){
        .z = value->z + row * value->Cout,
        .ldz = value->Cout,
        .A = value->A,
        .D = value->D,
        .ldh = value->Cout,
        .ldslope = value->Cout,
        .ldq = value->Cout,
        .ldstate = value->Cout,
        .P = P,
        .C = value->Cout,
        .act = netview_act(value->op->act),
    };
}

/* --- backward --- */

/* Of running statistics nothing depends on z: dz = A g. */
static void use_constant_map(const OpPlan *plan, TeamRange range)
{
    const size_t n_bytes = (size_t)(range.end - range.first) * sizeof(float);
    memcpy(plan->gA + range.first, plan->A + range.first, n_bytes);
    memset(plan->gB + range.first, 0, n_bytes);
    memset(plan->gD + range.first, 0, n_bytes);
}

void netnorm_finish_backward(const Worker *worker, const OpPlan *plan, int n_chunks)
{
    const Net *net = worker->net;
    const TeamRange range = own_channels(worker, plan->Cout);
    const int c = range.first;
    if (c == range.end)
        return;
    const AffineFinalizeBackwardArgs args = {
        .partials = plan->grad_partials + c,
        .chunk_stride = (long)AFFINE_SUMS * plan->Cout,
        .ldpartial = plan->Cout,
        .n_chunks = n_chunks,
        .C = range.end - c,
        .M = (long)net->call.n * plan->out_pixels,
        .gamma = netstate_weight(worker, plan, norm_tensor(plan, TENSOR_GAMMA)) + c,
        .mean = plan->mean + c,
        .rstd = plan->rstd + c,
        .dgamma = netstate_gradient(net, plan, norm_tensor(plan, TENSOR_GAMMA), 0) + c,
        .dbeta = netstate_gradient(net, plan, norm_tensor(plan, TENSOR_BETA), 0) + c,
        .A = plan->gA + c,
        .B = plan->gB + c,
        .D = plan->gD + c,
    };
    affine_finalize_backward(&args);
    if (netnorm_is_running(worker, plan))
        use_constant_map(plan, range);
}
