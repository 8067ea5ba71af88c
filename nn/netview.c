/*
 * nn/netview.c: what is stored is pointed at, what is not is made by its row.
 */
#include "nn/netview.h"

#include "base/rng.h"

ActFn netview_act(Activation act)
{
    _Static_assert((int)ACT_SIGMOID == (int)ACT_FN_SIGMOID, "kernels and models count alike");
    return (ActFn)act;
}

float netview_survival(const Worker *worker, int sum, int image)
{
    const NetCall *call = &worker->net->call;
    if (sum == NO_OP || call->mode == MODE_EVAL || !call->settings->noise)
        return 1.0f;
    const double survival = worker->net->network.ops[sum].survival;
    if (survival >= 1.0)
        return 1.0f;
    const uint64_t index = (uint64_t)sum << 32 | (uint32_t)image;
    const RngBlock block =
        rng_block(call->settings->seed, RNG_DROP_CONNECT, (uint32_t)call->settings->step, index, 0);
    const bool keeps = survival + (double)rng_float_from_u32(block.v[0]) >= 1.0;
    return keeps ? (float)(1.0 / survival) : 0.0f;
}

View netview_stored(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                    float *slope, long ldslope)
{
    (void)worker, (void)h, (void)ldh, (void)slope, (void)ldslope;
    return (View){value->y + rows.first * value->Cout + rows.c0, value->Cout};
}

View netview_rows(const Worker *worker, const OpPlan *value, Rows rows, float *h, long ldh,
                  float *slope, long ldslope)
{
    const Net *net = worker->net;
    if (value != NULL)
        return value->run->view(worker, value, rows, h, ldh, slope, ldslope);
    const long channels = net->network.ops[0].in_channels;
    return (View){net->call.images + rows.first * channels + rows.c0, channels};
}

void netview_gated(const Worker *worker, const OpPlan *gate, Rows rows, View x, float *y, long ldy)
{
    const long image = rows.first / gate->out_pixels;
    const SeScaleArgs args = {.x = x.x,
                              .ldx = x.ld,
                              .s = gate->s + image * gate->Cout + rows.c0,
                              .y = y,
                              .ldy = ldy,
                              .P = rows.P,
                              .C = rows.C};
    worker->net->kernels.se.scale(&args);
}

void netview_gate(const Worker *worker, const OpPlan *gate, int image, const float *h)
{
    const PoolMeanArgs args = {.x = h,
                               .ldx = gate->Cout,
                               .y = gate->p + (long)image * gate->Cout,
                               .P = gate->out_pixels,
                               .C = gate->Cout};
    worker->net->kernels.pool.mean(&args);
    gate->run->gate(worker, gate, image);
}

View netview_image(const Worker *worker, const OpPlan *plan, int image, float *h)
{
    const OpPlan *input = netstate_input(worker->net, plan);
    const Rows rows = {(long)image * plan->in_pixels, plan->in_pixels, 0, plan->Cin};
    netview_materialise(worker, plan, input, rows);
    if (input == NULL || input->run->output != OUTPUT_GATED)
        return netview_rows(worker, input, rows, h, plan->Cin, NULL, 0);
    const OpPlan *ungated = netstate_input(worker->net, input);
    netview_rows(worker, ungated, rows, h, plan->Cin, NULL, 0);
    netview_gate(worker, input, image, h);
    const View x = {h, plan->Cin};
    netview_gated(worker, input, rows, x, h, plan->Cin);
    return x;
}

void netview_materialise(const Worker *worker, const OpPlan *reader, const OpPlan *value, Rows rows)
{
    if (value != NULL && value->run->materialise != NULL && value->runner == reader->index)
        value->run->materialise(worker, value, rows);
}

void netview_measure(const OpPlan *value, Arena *arena)
{
    if (value != NULL && value->run->measure_materialise != NULL)
        value->run->measure_materialise(value, arena);
}
