/* nn/convmatrix.c: each is one call of pw. */
#include "nn/convmatrix.h"

void convmatrix_forward(const Worker *worker, const OpPlan *plan, View x, const PwWindows *windows,
                        int K, long row, int P)
{
    const PwForwardArgs args = {
        .x = x.x,
        .ldx = x.ld,
        .w = netstate_weight(worker, plan, TENSOR_W),
        .ldw = plan->Cout,
        .y = plan->z + row * plan->Cout,
        .ldy = plan->Cout,
        .M = P,
        .K = K,
        .N = plan->Cout,
        .windows = windows,
    };
    worker->net->kernels.pw.forward(&args);
}

void convmatrix_weights(const Pass *pass, View x, const PwWindows *windows, const float *dz,
                        const long *dz_rows, int K, int P)
{
    const OpPlan *plan = pass->plan;
    const PwWeightsArgs args = {
        .x = x.x,
        .ldx = x.ld,
        .dy = dz,
        .lddy = plan->Cout,
        .dw = netstate_gradient(pass->worker->net, plan, TENSOR_W, pass->slot),
        .lddw = plan->Cout,
        .M = P,
        .K = K,
        .N = plan->Cout,
        .windows = windows,
        .dy_rows = dz_rows,
    };
    pass->worker->net->kernels.pw.backward_weights(&args);
}

void convmatrix_data(const Pass *pass, View dz, int K, float *dx, int P)
{
    const OpPlan *plan = pass->plan;
    const PwForwardArgs args = {.x = dz.x,
                                .ldx = dz.ld,
                                .w = plan->wt,
                                .ldw = plan->Cin,
                                .y = dx,
                                .ldy = plan->Cin,
                                .M = P,
                                .K = K,
                                .N = plan->Cin};
    pass->worker->net->kernels.pw.forward(&args);
}
