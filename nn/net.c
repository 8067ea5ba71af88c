/*
 * nn/net.c: the life of a Net, and the one parallel region of each call.
 */
#include "nn/net.h"

#include "nn/netlap.h"
#include "nn/netphase.h"
#include "nn/netplan.h"
#include "nn/nettap.h"
#include "nn/nettensor.h"
#include "nn/nettimes.h"
#include "nn/netupdate.h"
#include "nn/tensorlist.h"

#include "base/sys.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <string.h>

/* --- create --- */

static ErrCode copy_network(Net *net, const Network *network, Err *err)
{
    const size_t n = (size_t)network->n_ops;
    net->network = *network;
    net->network.ops = mem_calloc(n, sizeof *network->ops);
    net->plans = mem_calloc(n, sizeof *net->plans);
    if (net->network.ops == NULL || net->plans == NULL)
        return err_memory(err, n * sizeof *net->plans);
    memcpy(net->network.ops, network->ops, n * sizeof *network->ops);
    return ERR_NONE;
}

ErrCode net_create(Net **out, const Network *network, const NetSettings *settings, Err *err)
{
    *out = NULL;
    Net *net = mem_calloc(1, sizeof *net);
    if (net == NULL)
        return err_memory(err, sizeof *net);
    net->settings = *settings;
    if (settings->batch < 1 || settings->threads < 1 || network->n_ops < 1) {
        err_set(err, ERR_USAGE, "cannot run network '%s': batch %d, threads %d, operations %d",
                network->name, settings->batch, settings->threads, network->n_ops);
        goto fail;
    }
    net->kernels = kernels_select(settings->level);
    TRY(copy_network(net, network, err));
    TRY(netplan_build(net, err));
    *out = net;
    return ERR_NONE;
fail:
    net_destroy(&net);
    return err->code;
}

/* --- start of a training --- */

void net_init_weights(Net *net, uint64_t seed)
{
    nettensor_init(net, seed);
    net_reset_optimizer(net);
}

/*
 * Pad lanes keep mean square 0 and weight 0: whatever the optimiser makes of 0/sqrt(0 + eps) is 0.
 */
void net_reset_optimizer(Net *net)
{
    if (!net->settings.training)
        return;
    if (net->ema != NULL)
        memcpy(net->ema, net->weights, net->n_floats * sizeof *net->ema);
    memset(net->momentum, 0, net->n_trainable * sizeof *net->momentum);
    if (net->mean_square == NULL)
        return;
    const float start = net->settings.optimizer == NET_RMSPROP ? 1.0f : 0.0f;
    for (size_t i = 0; i < net->n_trainable; i++)
        net->mean_square[i] = start;
}

void net_set_rate(Net *net, int index, double rate)
{
    NetTensor *tensor = &net->tensors[index];
    tensor->rate = (float)rate;
    net->first_trained = net->network.n_ops;
    for (int i = net->n_tensors - 1; i >= 0; i--)
        if (net->tensors[i].trainable && net->tensors[i].rate > 0.0f)
            net->first_trained = net->tensors[i].op;
}

/* --- run --- */

/* Ends a pass of an operation (-1: of all) with the team's barrier. */
static void end_pass(Worker *worker, NetPass pass, int op)
{
    netlap(worker, pass, op);
    team_wait(&worker->net->team);
    netlap_wait(worker, pass, op);
}

/* Behind a phase that goes back, once all threads have left it. */
static void end_backward(Worker *worker, NetPass pass, const OpPlan *plan)
{
    const OpPlan *next = nettimes_next_backward(worker->net, plan);
    netphase_finish_backward(worker, plan);
    netlap(worker, pass, plan->index);
    if (worker->net->call.mode == MODE_TRAIN)
        netupdate_optimise(worker, plan);
    netlap(worker, NET_OPTIMISE, -1);
    if (next != NULL)
        netupdate_transpose(worker, next);
    netlap(worker, NET_PREPARE, -1);
    end_pass(worker, pass, plan->index);
}

static void forward_pass(Worker *worker)
{
    Net *net = worker->net;
    for (int i = 0; i < net->network.n_ops; i++) {
        const OpPlan *plan = &net->plans[i];
        if (!plan->run->is_phase)
            continue;
        netphase_forward(worker, plan);
        end_pass(worker, NET_FORWARD, i);
        if (net->call.mode == MODE_EVAL)
            continue;
        if (plan->run->is_classifier)
            end_backward(worker, NET_FORWARD_END, plan);
        if (!netstate_is_normed(plan))
            continue;
        netphase_finish_forward(worker, plan);
        end_pass(worker, NET_FORWARD_END, i);
    }
}

static void backward_pass(Worker *worker)
{
    Net *net = worker->net;
    const int last = net->call.tapped == NULL ? net->first_trained : nettap_last_phase(net);
    for (int i = net->network.n_ops - 1; i >= last; i--) {
        const OpPlan *plan = &net->plans[i];
        if (!plan->run->is_phase || plan->run->is_classifier)
            continue;
        if (netphase_begin_backward(worker, plan))
            end_pass(worker, NET_BACKWARD, i);
        netphase_backward(worker, plan);
        end_pass(worker, NET_BACKWARD, i);
        end_backward(worker, NET_BACKWARD_END, plan);
    }
}

static void run_worker(Net *net, int thread, int n_threads)
{
    cpu_set_flush_to_zero();
    Worker worker = {
        .net = net, .thread = thread, .n_threads = n_threads, .scratch = &net->scratch[thread]};
    netlap_enter(&worker);
    netupdate_prepare(&worker);
    end_pass(&worker, NET_PREPARE, -1);
    forward_pass(&worker);
    if (net->call.mode != MODE_EVAL)
        backward_pass(&worker);
}

/* The team may come out smaller than asked for (OMP_THREAD_LIMIT): then fewer do the same work. */
static void run(Net *net, const NetCall *call)
{
    net->call = *call;
    netlap_begin(net->profile);
#pragma omp parallel num_threads(net->settings.threads) default(none) shared(net)
    {
#pragma omp single
        team_init(&net->team, omp_get_num_threads());
        run_worker(net, omp_get_thread_num(), net->team.n_threads);
    }
    netlap_end(net->profile);
}

/* Losses by image index, so that the sum is the same for any team. */
static double sum_losses(const Net *net, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += net->loss[i];
    return sum;
}

static int64_t count_correct(const Net *net, const int32_t *labels, int n)
{
    int64_t count = 0;
    for (int i = 0; i < n; i++)
        count += net->predictions[i] == labels[i];
    return count;
}

static void step(Net *net, NetMode mode, const float *images, const int32_t *labels,
                 const StepSettings *settings, StepResult *result)
{
    assert(net->settings.training);
    assert(!(settings->ema > 0.0) || net->ema != NULL);
    const int n = net->settings.batch;
    const NetCall call = {.mode = mode,
                          .n = n,
                          .images = images,
                          .labels = labels,
                          .weights = net->weights,
                          .settings = settings,
                          .update = netupdate_settings(settings)};
    run(net, &call);
    result->loss = sum_losses(net, n);
    result->n_correct = count_correct(net, labels, n);
    result->n = n;
    result->finite = isfinite(result->loss);
}

void net_train_step(Net *net, const float *images, const int32_t *labels,
                    const StepSettings *settings, StepResult *result)
{
    step(net, MODE_TRAIN, images, labels, settings, result);
}

void net_gradients(Net *net, const float *images, const int32_t *labels,
                   const StepSettings *settings, StepResult *result)
{
    assert(net->settings.gradients);
    step(net, MODE_GRADIENTS, images, labels, settings, result);
}

static NetCall eval_call(const Net *net, NetValues values, const float *images, int n)
{
    assert(n >= 1 && n <= net->settings.batch);
    assert(values == NET_WEIGHTS || (values == NET_EMA && net->ema != NULL));
    return (NetCall){.mode = MODE_EVAL,
                     .n = n,
                     .images = images,
                     .weights = values == NET_EMA ? net->ema : net->weights};
}

void net_forward(Net *net, NetValues values, const float *images, int n, float *logits)
{
    NetCall call = eval_call(net, values, images, n);
    call.logits = logits;
    run(net, &call);
}

void net_forward_maps(Net *net, NetValues values, const float *images, int n, float *logits,
                      float *maps)
{
    NetCall call = eval_call(net, values, images, n);
    call.logits = logits;
    call.maps = maps;
    run(net, &call);
}

ErrCode net_check_class_maps(const Net *net, int op, Err *err)
{
    const char *reason = nettap_check(net, op);
    if (reason != NULL)
        return err_set(err, ERR_USAGE, "cannot look at what '%s' makes of a picture: %s",
                       net->network.ops[op].name, reason);
    return ERR_NONE;
}

void net_class_maps(Net *net, int op, const float *images, const int32_t *labels, int n,
                    float *values, float *gradients)
{
    static const StepSettings quiet = {0};
    assert(net->settings.training && net->settings.class_maps);
    assert(nettap_check(net, op) == NULL);
    assert(n >= 1 && n <= net->settings.batch);
    const NetCall call = {.mode = MODE_CLASS,
                          .n = n,
                          .images = images,
                          .labels = labels,
                          .weights = net->weights,
                          .settings = &quiet,
                          .tapped = &net->plans[op],
                          .tap_values = values,
                          .tap_gradients = gradients};
    run(net, &call);
}

void net_evaluate(Net *net, NetValues values, const float *images, const int32_t *labels, int n,
                  EvalSums *sums, int32_t *predictions)
{
    NetCall call = eval_call(net, values, images, n);
    call.labels = labels;
    run(net, &call);
    sums->loss += sum_losses(net, n);
    sums->n_correct += count_correct(net, labels, n);
    sums->n += n;
    if (predictions != NULL)
        memcpy(predictions, net->predictions, (size_t)n * sizeof *predictions);
}

/* --- inspect --- */

const Network *net_network(const Net *net)
{
    return &net->network;
}

const NetSettings *net_settings(const Net *net)
{
    return &net->settings;
}

NetMemory net_memory(const Net *net)
{
    return net->memory;
}

int net_n_tensors(const Net *net)
{
    return net->n_tensors;
}

const NetTensor *net_tensor(const Net *net, int index)
{
    return &net->tensors[index];
}

size_t net_largest_tensor(const Net *net)
{
    return tensorlist_largest(net->tensors, net->n_tensors);
}

bool net_has(const Net *net, int index, NetValues values)
{
    const bool training = net->settings.training;
    switch (values) {
    case NET_WEIGHTS:
        return true;
    case NET_EMA:
        return net->ema != NULL;
    case NET_MEAN_SQUARE:
        return training && net->tensors[index].trainable && net->settings.optimizer != NET_SGD;
    case NET_GRADIENT:
        return training && net->tensors[index].trainable && net->settings.gradients;
    default:
        return training && net->tensors[index].trainable;
    }
}

static float *values_array(const Net *net, NetValues values)
{
    switch (values) {
    case NET_WEIGHTS:
        return net->weights;
    case NET_EMA:
        return net->ema;
    case NET_MOMENTUM:
        return net->momentum;
    default:
        return net->mean_square;
    }
}

void net_read(const Net *net, int index, NetValues values, float *data)
{
    assert(net_has(net, index, values));
    if (values == NET_GRADIENT)
        nettensor_gradient(net, index, data);
    else
        nettensor_gather(net, index, values_array(net, values), data);
}

void net_write(Net *net, int index, NetValues values, const float *data)
{
    assert(net_has(net, index, values) && values != NET_GRADIENT);
    nettensor_scatter(net, index, data, values_array(net, values));
}

/* --- destroy --- */

void net_destroy(Net **net)
{
    Net *it = *net;
    if (it == NULL)
        return;
    for (int i = 0; it->scratch != NULL && i < it->settings.threads; i++)
        arena_release(&it->scratch[i]);
    netprofile_destroy(&it->profile);
    arena_release(&it->parameter_arena);
    arena_release(&it->fixed_arena);
    arena_release(&it->activation_arena);
    mem_free(it->scratch);
    mem_free(it->places);
    mem_free(it->tensors);
    mem_free(it->plans);
    mem_free(it->network.ops);
    mem_free(it);
    *net = NULL;
}
