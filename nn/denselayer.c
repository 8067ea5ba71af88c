/* nn/denselayer.c: calls of kernels. */
#include "nn/denselayer.h"

#include "nn/weightshare.h"

void denselayer_transpose(const Worker *worker, const OpPlan *plan, int tensor, int K, int N,
                          float *wt)
{
    const PwTransposeArgs args = {.w = netstate_weight(worker, plan, tensor),
                                  .ldw = lanes_pad(N),
                                  .wt = wt,
                                  .ldwt = lanes_pad(K),
                                  .K = K,
                                  .N = N};
    weightshare_transpose(worker, &args);
}

void denselayer_measure_own(const Net *net, const OpPlan *plan, int tensor, Arena *arena)
{
    weightshare_carve(net, plan, tensor, arena);
    weightshare_carve(net, plan, tensor + 1, arena);
}

/* Rows of dw are inputs. */
static void own_weights(const Worker *worker, const OpPlan *plan, int tensor, View x, View dy)
{
    const Net *net = worker->net;
    float *scratch = weightshare_carve(net, plan, tensor, worker->scratch);
    WeightPart part = weightshare_begin(worker, plan, tensor, scratch);
    while (weightshare_next(worker, &part)) {
        const TeamRange columns = part.share.columns;
        const PwWeightsArgs args = {.x = x.x + part.rows.first,
                                    .ldx = x.ld,
                                    .dy = dy.x + columns.first,
                                    .lddy = dy.ld,
                                    .dw = part.dw,
                                    .lddw = part.ld,
                                    .M = net->call.n,
                                    .K = part.rows.end - part.rows.first,
                                    .N = columns.end - columns.first};
        net->kernels.pw.backward_weights(&args);
        weightshare_update(worker, &part);
    }
}

static void own_bias(const Worker *worker, const OpPlan *plan, int tensor, View dy)
{
    const Net *net = worker->net;
    float *scratch = weightshare_carve(net, plan, tensor, worker->scratch);
    WeightPart part = weightshare_begin(worker, plan, tensor, scratch);
    while (weightshare_next(worker, &part)) {
        const TeamRange columns = part.share.columns;
        const HeadBiasGradArgs args = {.dy = dy.x + columns.first,
                                       .lddy = dy.ld,
                                       .db = part.dw,
                                       .M = net->call.n,
                                       .N = columns.end - columns.first};
        net->kernels.head.bias_grad(&args);
        weightshare_update(worker, &part);
    }
}

void denselayer_own(const Worker *worker, const OpPlan *plan, int tensor, const float *x, int K,
                    const float *dy, int N)
{
    const View gradient = {dy, lanes_pad(N)};
    const ArenaMark mark = arena_mark(worker->scratch);
    own_weights(worker, plan, tensor, (View){x, lanes_pad(K)}, gradient);
    own_bias(worker, plan, tensor + 1, gradient);
    arena_rewind(worker->scratch, mark);
}
