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

void denselayer_own(const Worker *worker, const OpPlan *plan, int tensor, const float *x, int K,
                    const float *dy, int N)
{
    const Net *net = worker->net;
    const PwWeightsArgs weights = {.x = x,
                                   .ldx = lanes_pad(K),
                                   .dy = dy,
                                   .lddy = lanes_pad(N),
                                   .dw = netstate_gradient(net, plan, tensor, 0),
                                   .lddw = lanes_pad(N),
                                   .M = net->call.n,
                                   .K = K,
                                   .N = lanes_pad(N)};
    const HeadBiasGradArgs bias = {.dy = dy,
                                   .lddy = lanes_pad(N),
                                   .db = netstate_gradient(net, plan, tensor + 1, 0),
                                   .M = net->call.n,
                                   .N = lanes_pad(N)};
    weightshare_matrix(worker, &weights);
    weightshare_bias(worker, &bias);
}
