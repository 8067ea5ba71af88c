/* harness/stepbench.c: times net_train_step on resident random images. */
#include "harness/stepbench.h"

#include "base/clock.h"
#include "base/rng.h"
#include "base/sys.h"

enum { SEED = 1, N_CHANNELS = 3 };

static const StepSettings step_settings = {
    .lr = 1e-4, .momentum = 0.9, .decay = 0.9, .epsilon = 1e-3, .weight_decay = 1e-5};

static void fill(float *images, size_t n_floats, int32_t *labels, int batch, int classes)
{
    Rng rng = rng_start(SEED, RNG_AUGMENT, 0, 0);
    for (size_t i = 0; i < n_floats; i++)
        images[i] = 2 * rng_float(&rng) - 1;
    for (int i = 0; i < batch; i++)
        labels[i] = i % classes;
}

ErrCode stepbench_run(const Network *network, const StepbenchSettings *settings,
                      StepbenchReport *report, Err *err)
{
    const NetSettings net_settings = {.batch = settings->batch,
                                      .threads = settings->threads,
                                      .level = settings->level,
                                      .training = true,
                                      .optimizer = NET_RMSPROP};
    const size_t n_floats = (size_t)settings->batch * (size_t)network->resolution *
                            (size_t)network->resolution * N_CHANNELS;
    Net *net = NULL;
    float *images = NULL;
    int32_t *labels = NULL;
    int64_t *times = NULL;
    TRY(net_create(&net, network, &net_settings, err));
    images = mem_calloc(n_floats, sizeof *images);
    labels = mem_calloc((size_t)settings->batch, sizeof *labels);
    times = mem_calloc((size_t)settings->steps, sizeof *times);
    if (images == NULL || labels == NULL || times == NULL) {
        (void)err_memory(err, n_floats * sizeof *images);
        goto fail;
    }
    const StepbenchObserver *observer = settings->observer;
    if (observer != NULL)
        TRY(observer->begin(observer->user, net, err));
    fill(images, n_floats, labels, settings->batch, network->classes);
    net_init_weights(net, SEED);
    int64_t (*const now)(void) = settings->is_cpu_time ? clock_thread_ns : clock_now_ns;
    for (int64_t i = -STEPBENCH_WARMUP; i < settings->steps; i++) {
        StepResult result;
        const int64_t begin = now();
        net_train_step(net, images, labels, &step_settings, &result);
        if (i < 0)
            continue;
        times[i] = now() - begin;
        if (observer == NULL)
            continue;
        observer->timed(observer->user, net, i);
        net_train_step(net, images, labels, &step_settings, &result);
        observer->untimed(observer->user, net, i);
    }
    const double median = clock_median_ns(times, (size_t)settings->steps);
    *report = (StepbenchReport){.images_per_second = settings->batch / (median * 1e-9),
                                .ms_per_step = median * 1e-6,
                                .ms_min = (double)times[0] * 1e-6,
                                .steps = settings->steps,
                                .memory = net_memory(net)};
fail:
    net_destroy(&net);
    mem_free(images);
    mem_free(labels);
    mem_free(times);
    return err->code;
}
