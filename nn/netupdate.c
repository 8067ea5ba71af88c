/* nn/netupdate.c: tensors are shared out in pieces that lie together. */
#include "nn/netupdate.h"

#include "nn/netnorm.h"
#include "nn/nettensor.h"
#include "nn/weightbuffers.h"

/* --- before --- */

static void fold_running(const Worker *worker)
{
    const Net *net = worker->net;
    for (int i = worker->thread; i < net->network.n_ops; i += worker->n_threads)
        if (netstate_is_normed(&net->plans[i]))
            netnorm_fold_running(worker, &net->plans[i]);
}

void netupdate_prepare(const Worker *worker)
{
    const Net *net = worker->net;
    if (net->call.mode == MODE_EVAL)
        fold_running(worker);
    else
        netupdate_transpose(worker, &net->plans[net->network.n_ops - 1]);
}

void netupdate_transpose(const Worker *worker, const OpPlan *phase)
{
    const Net *net = worker->net;
    const OpPlan *const ops[] = {phase, netstate_input(net, phase)};
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        if (ops[i] != NULL && ops[i]->run->transpose != NULL &&
            weightbuffers_reader(net, ops[i]) == phase)
            ops[i]->run->transpose(worker, ops[i]);
}

/* --- after --- */

/* n floats of a tensor, `first` of it before them. */
static void update_floats(const Worker *worker, int index, size_t first, size_t n)
{
    const Net *net = worker->net;
    const StepSettings *settings = net->call.settings;
    const Place *place = &net->places[index];
    const size_t at = place->offset + first;
    const OptUpdateArgs args = {
        .slots = {place->gradient + first, (long)place->n_floats, place->n_slots},
        .w = net->weights + at,
        .velocity = net->momentum + at,
        .mean_square = net->mean_square == NULL ? NULL : net->mean_square + at,
        .n = (long)n,
        .settings = {.lr = (float)settings->lr,
                     .momentum = (float)settings->momentum,
                     .rho = (float)settings->decay,
                     .eps = (float)settings->epsilon,
                     .weight_decay =
                         net->tensors[index].decayed ? (float)settings->weight_decay : 0.0f},
    };
    const OptKernels *opt = &net->kernels.opt;
    switch (net->settings.optimizer) {
    case NET_SGD:
        opt->sgd_nesterov(&args);
        break;
    case NET_RMSPROP:
        opt->rmsprop_tf(&args);
        break;
    case NET_RMSPROP_TORCH:
        opt->rmsprop_torch(&args);
        break;
    }
}

static void average_floats(const Worker *worker, int index, size_t first, size_t n)
{
    const Net *net = worker->net;
    const size_t at = net->places[index].offset + first;
    const OptEmaArgs args = {.w = net->weights + at,
                             .ema = net->ema + at,
                             .n = (long)n,
                             .decay = (float)net->call.settings->ema};
    net->kernels.opt.ema(&args);
}

static void update_tensor(const Worker *worker, int index)
{
    const Net *net = worker->net;
    const TensorShare share = nettensor_share(worker, index);
    if (share.length == 0)
        return;
    for (size_t i = 0; i < share.n_pieces; i++) {
        const size_t first = share.first + i * share.stride;
        if (net->tensors[index].trainable)
            update_floats(worker, index, first, share.length);
        if (net->call.settings->ema > 0.0)
            average_floats(worker, index, first, share.length);
    }
}

static void update_operation(const Worker *worker, const OpPlan *plan)
{
    for (int k = 0; k < plan->n_tensors; k++)
        update_tensor(worker, plan->tensor + k);
}

void netupdate_optimise(const Worker *worker, const OpPlan *phase)
{
    const OpPlan *input = netstate_input(worker->net, phase);
    update_operation(worker, phase);
    if (netstate_is_gated(input))
        update_operation(worker, input);
}
