#include "base/rng.h"
#include "base/sys.h"
#include "models/resolve.h"
#include "models/zoo.h"
#include "nettest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

void nettest_ok(ErrCode code, const Err *err)
{
    if (code != ERR_NONE)
        fail_msg("%s", err->msg);
}

Network nettest_zoo(const char *name, double width, int classes, int resolution)
{
    Err err = {0};
    Spec spec;
    Network network = {0};
    ResolveOptions options = resolve_options();
    options.width = width;
    if (classes > 0)
        options.classes = classes;
    if (resolution > 0)
        options.resolution = resolution;
    nettest_ok(zoo_load(&spec, name, &err), &err);
    nettest_ok(resolve_with(&network, &spec, &options, &err), &err);
    return network;
}

TestBatch nettest_batch(const Network *network, int n, uint64_t seed)
{
    const size_t side = (size_t)network->resolution, image = side * side * 3;
    TestBatch batch = {.n = n};
    batch.images = mem_calloc((size_t)n * image, sizeof *batch.images);
    batch.labels = mem_calloc((size_t)n, sizeof *batch.labels);
    assert_non_null(batch.images);
    assert_non_null(batch.labels);
    for (int i = 0; i < n; i++) {
        Rng rng = rng_start(seed, RNG_RENDER, 0, (uint64_t)i);
        batch.labels[i] = i % network->classes;
        for (size_t j = 0; j < image; j++) {
            const bool is_lit =
                (int)(j / 3 % side + j / 3 / side) % network->classes == batch.labels[i];
            batch.images[(size_t)i * image + j] =
                rng_uniform(&rng, -1.0f, 1.0f) + (is_lit ? 1.0f : 0.0f);
        }
    }
    return batch;
}

void nettest_release_batch(TestBatch *batch)
{
    mem_free(batch->images);
    mem_free(batch->labels);
}

Net *nettest_net(const Network *network, const NetSettings *settings, uint64_t seed)
{
    Err err = {0};
    Net *net = NULL;
    nettest_ok(net_create(&net, network, settings, &err), &err);
    net_init_weights(net, seed);
    return net;
}

NetSettings nettest_training(int batch, int threads, NetOptimizer optimizer)
{
    return (NetSettings){.batch = batch,
                         .threads = threads,
                         .level = cpu_best_level(),
                         .training = true,
                         .optimizer = optimizer,
                         .averages = true};
}

NetSettings nettest_with_gradients(int batch, int threads, NetOptimizer optimizer)
{
    NetSettings settings = nettest_training(batch, threads, optimizer);
    settings.gradients = true;
    return settings;
}

StepSettings nettest_step(double lr)
{
    return (StepSettings){.lr = lr, .momentum = 0.9, .decay = 0.9, .epsilon = 1e-3};
}

float *nettest_read_all(const Net *net, NetValues values, size_t *n)
{
    *n = 0;
    for (int i = 0; i < net_n_tensors(net); i++)
        *n += net_has(net, i, values) ? net_tensor(net, i)->n_elements : 0;
    float *all = mem_calloc(*n + 1, sizeof *all), *at = all;
    assert_non_null(all);
    for (int i = 0; i < net_n_tensors(net); i++) {
        if (!net_has(net, i, values))
            continue;
        net_read(net, i, values, at);
        at += net_tensor(net, i)->n_elements;
    }
    return all;
}

void nettest_same_bits(const Net *a, const Net *b)
{
    static const NetValues kinds[] = {NET_WEIGHTS, NET_EMA, NET_MOMENTUM, NET_MEAN_SQUARE};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        size_t n_a, n_b;
        float *of_a = nettest_read_all(a, kinds[k], &n_a),
              *of_b = nettest_read_all(b, kinds[k], &n_b);
        assert_int_equal(n_a, n_b);
        if (memcmp(of_a, of_b, n_a * sizeof *of_a) != 0) /* a sweep asks a thousand times */
            assert_memory_equal(of_a, of_b, n_a * sizeof *of_a);
        mem_free(of_a);
        mem_free(of_b);
    }
}

const char *nettest_path(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "nettest-%ld-%s", (long)getpid(), name);
    return path;
}

void nettest_perturb(Net *net)
{
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *tensor = net_tensor(net, i);
        if (tensor->n_dims != 1)
            continue;
        Rng rng = rng_start(11, RNG_SEARCH, 0, (uint64_t)i);
        float *data = mem_calloc(tensor->n_elements, sizeof *data);
        net_read(net, i, NET_WEIGHTS, data);
        for (size_t e = 0; e < tensor->n_elements; e++)
            data[e] += rng_uniform(&rng, -0.3f, 0.3f);
        net_write(net, i, NET_WEIGHTS, data);
        mem_free(data);
    }
}
