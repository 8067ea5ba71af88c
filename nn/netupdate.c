/* nn/netupdate.c: each tensor is shared out by itself. */
#include "nn/netupdate.h"

#include "nn/netnorm.h"
#include "nn/weightbuffers.h"

#include <math.h>

/* --- settings --- */

/* By squaring: multiplications only, so that every machine has the same bits. */
static double power(double base, uint64_t exponent)
{
    double result = 1.0;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1)
            result *= base;
        base *= base;
    }
    return result;
}

/* The corrections are those of the decays as the kernel has them, rounded to float: 1 - 0.999f is
 * off by 5e-5, and only so is the mean of a constant that constant. */
OptSettings netupdate_settings(const StepSettings *settings)
{
    const uint64_t t = settings->step + 1;
    OptSettings update = {.lr = (float)settings->lr,
                          .momentum = (float)settings->momentum,
                          .rho = (float)settings->decay,
                          .eps = (float)settings->epsilon,
                          .weight_decay = (float)settings->weight_decay};
    update.mean_scale = (float)(1.0 / (1.0 - power((double)update.momentum, t)));
    update.root_scale = (float)(1.0 / sqrt(1.0 - power((double)update.rho, t)));
    return update;
}

/* --- before --- */

/* Of all in evaluation, of the frozen ones in training. */
static void fold_running(const Worker *worker)
{
    const Net *net = worker->net;
    for (int i = worker->thread; i < net->network.n_ops; i += worker->n_threads)
        if (netstate_is_normed(&net->plans[i]) && netnorm_is_running(worker, &net->plans[i]))
            netnorm_fold_running(worker, &net->plans[i]);
}

void netupdate_prepare(const Worker *worker)
{
    const Net *net = worker->net;
    fold_running(worker);
    if (net->call.mode != MODE_EVAL)
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

static void optimise(const Worker *worker, int index, size_t at, size_t n, OptSlots gradient)
{
    const Net *net = worker->net;
    OptUpdateArgs args = {
        .slots = gradient,
        .w = net->weights + at,
        .velocity = net->momentum + at,
        .mean_square = net->mean_square == NULL ? NULL : net->mean_square + at,
        .n = (long)n,
        .settings = net->call.update,
    };
    args.settings.lr *= net->tensors[index].rate;
    if (!net->tensors[index].decayed)
        args.settings.weight_decay = 0.0f;
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
    case NET_ADAMW:
        opt->adamw(&args);
        break;
    }
}

static void average(const Worker *worker, size_t at, size_t n)
{
    const Net *net = worker->net;
    const OptEmaArgs args = {.w = net->weights + at,
                             .ema = net->ema + at,
                             .n = (long)n,
                             .decay = (float)net->call.settings->ema};
    net->kernels.opt.ema(&args);
}

void netupdate_floats(const Worker *worker, int index, size_t first, size_t n, OptSlots gradient)
{
    const size_t at = worker->net->places[index].offset + first;
    if (worker->net->tensors[index].rate == 0.0f)
        return;
    if (worker->net->tensors[index].trainable)
        optimise(worker, index, at, n, gradient);
    if (worker->net->call.settings->ema > 0.0)
        average(worker, at, n);
}

void netupdate_optimise(const Worker *worker, const OpPlan *phase)
{
    const Net *net = worker->net;
    for (int i = phase->tensor; i < phase->tensor + phase->n_tensors; i++) {
        const Place *place = &net->places[i];
        const TeamRange lanes =
            team_range((int)(place->n_floats / LANES), worker->thread, worker->n_threads);
        const size_t first = (size_t)lanes.first * LANES;
        const size_t n = (size_t)(lanes.end - lanes.first) * LANES;
        const OptSlots gradient = {place->gradient == NULL ? NULL : place->gradient + first,
                                   (long)place->n_floats, place->n_slots};
        if (n > 0 && !(phase->is_owned && net->tensors[i].decayed))
            netupdate_floats(worker, i, first, n, gradient);
    }
}
