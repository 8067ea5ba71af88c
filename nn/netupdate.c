/* nn/netupdate.c: operations are shared out before a step, floats after it. */
#include "nn/netupdate.h"

#include "nn/netnorm.h"

/* --- before --- */

void netupdate_prepare(Worker *worker)
{
    const Net *net = worker->net;
    for (int i = worker->thread; i < net->network.n_ops; i += worker->n_threads) {
        const OpPlan *plan = &net->plans[i];
        if (net->call.mode != MODE_EVAL && plan->run->prepare != NULL)
            plan->run->prepare(worker, plan);
        else if (net->call.mode == MODE_EVAL && netstate_is_normed(plan))
            netnorm_fold_running(worker, plan);
    }
}

/* --- after --- */

/* Floats [first, end) of an array, in whole lanes. */
typedef struct FloatRange {
    size_t first, end;
} FloatRange;

static FloatRange share(const Worker *worker, size_t first, size_t end)
{
    const size_t lanes = (end - first) / LANES, n = (size_t)worker->n_threads;
    const size_t t = (size_t)worker->thread;
    return (FloatRange){first + lanes * t / n * LANES, first + lanes * (t + 1) / n * LANES};
}

static void update_tensor(const Worker *worker, int index, FloatRange range)
{
    const Net *net = worker->net;
    const StepSettings *settings = net->call.settings;
    const size_t at = range.first;
    const OptUpdateArgs args = {
        .slots = {net->slots + at, (long)net->n_slotted, net->tensor_slots[index]},
        .w = net->weights + at,
        .velocity = net->momentum + at,
        .mean_square = net->mean_square == NULL ? NULL : net->mean_square + at,
        .n = (long)(range.end - range.first),
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

static void average(const Worker *worker, FloatRange range)
{
    const Net *net = worker->net;
    const OptEmaArgs args = {.w = net->weights + range.first,
                             .ema = net->ema + range.first,
                             .n = (long)(range.end - range.first),
                             .decay = (float)net->call.settings->ema};
    if (args.n > 0)
        net->kernels.opt.ema(&args);
}

/* The floats of the range, tensor by tensor. */
static void update(const Worker *worker, FloatRange mine)
{
    const Net *net = worker->net;
    for (int i = 0; i < net->n_tensors; i++) {
        const Place place = net->places[i];
        if (!net->tensors[i].trainable)
            continue;
        FloatRange range = {place.offset, place.offset + place.n_floats};
        range.first = range.first > mine.first ? range.first : mine.first;
        range.end = range.end < mine.end ? range.end : mine.end;
        if (range.first < range.end)
            update_tensor(worker, i, range);
    }
}

/* Floats with slots cost more than those without: each kind is shared out by itself. */
void netupdate_optimise(Worker *worker)
{
    const Net *net = worker->net;
    const size_t n_single = net->n_trainable - net->n_slotted;
    const FloatRange single = share(worker, 0, n_single);
    const FloatRange slotted = share(worker, n_single, net->n_trainable);
    update(worker, single);
    update(worker, slotted);
    if (net->call.settings->ema <= 0.0)
        return;
    average(worker, single); /* what this thread has updated */
    average(worker, slotted);
    average(worker, share(worker, net->n_trainable, net->n_floats));
}
