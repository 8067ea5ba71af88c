/* tests/nn/golden.c: reading the fixtures, and a training by them. */
#include "golden.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { STEPS = 20, BATCHES = 4, SIDE = 32, CLASSES = 10 };

#define LOSS_FLOOR 1e-4

/* The formula of the fixture's pixels. */
static void make_images(TestBatch *batch)
{
    const size_t image = (size_t)SIDE * SIDE * 3;
    batch->n = GOLDEN_BATCH * BATCHES;
    batch->images = mem_calloc((size_t)batch->n * image, sizeof *batch->images);
    batch->labels = mem_calloc((size_t)batch->n, sizeof *batch->labels);
    assert_non_null(batch->images);
    assert_non_null(batch->labels);
    for (uint32_t i = 0; i < (uint32_t)batch->n * image; i++) {
        const uint32_t s = 1664525u * (i + 1u) + 1013904223u;
        uint32_t h = (s ^ s >> 16) * 0x45d9f3bu;
        h ^= h >> 16;
        const uint32_t n = i / (uint32_t)image, x = i / 3 % SIDE, y = i / 3 / SIDE % SIDE;
        const uint32_t label = n % CLASSES;
        const double pattern = 0.5 * ((double)((y + x * label) % 7) / 3.0 - 1.0);
        batch->images[i] = (float)(((double)(h & 255u) - 127.5) / 64.0 + pattern);
        batch->labels[n] = (int32_t)label;
    }
}

static const char *metadata(const TensorFile *file, const char *format, const char *a)
{
    char key[GOLDEN_TEXT];
    snprintf(key, sizeof key, format, a);
    const char *value = safetensors_metadata(file, key);
    if (value == NULL)
        fail_msg("the fixture has no '%s'", key);
    return value;
}

static double number(const TensorFile *file, const char *format, const char *a)
{
    double value = 0.0;
    assert_true(text_to_double(metadata(file, format, a), &value));
    return value;
}

float *golden_tensor(const TensorFile *file, const char *format, const char *a, size_t n)
{
    Err err = {0};
    char name[GOLDEN_TEXT];
    snprintf(name, sizeof name, format, a);
    const TensorInfo *info = safetensors_find(file, name);
    char *fused = strstr(name, ".fused.");
    if (info == NULL &&
        fused != NULL) { /* the peer calls a fused block's k x k convolution expand */
        char peer[GOLDEN_TEXT];
        snprintf(peer, sizeof peer, "%.*s.expand.%s", (int)(fused - name), name,
                 fused + strlen(".fused."));
        info = safetensors_find(file, peer);
    }
    if (info == NULL)
        fail_msg("the fixture has no tensor '%s'", name);
    float *data = mem_calloc(n, sizeof *data);
    assert_non_null(data);
    nettest_ok(safetensors_floats(file, info, false, data, n, &err), &err);
    return data;
}

double golden_scalar(const TensorFile *file, const char *format, const char *a)
{
    float *data = golden_tensor(file, format, a, 1);
    const double value = (double)data[0];
    mem_free(data);
    return value;
}

static const char *source_folder(void)
{
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    return source == NULL ? "." : source;
}

TensorFile *golden_fixture(const char *stem)
{
    Err err = {0};
    TensorFile *file = NULL;
    char path[GOLDEN_TEXT];
    snprintf(path, sizeof path, "%s/tests/golden/%s.safetensors", source_folder(), stem);
    nettest_ok(safetensors_open(&file, NULL, path, &err), &err);
    return file;
}

Golden golden_open(const char *stem)
{
    Golden golden = {.file = golden_fixture(stem)};
    char hex[HASH_HEX64_BYTES];
    const char *name = metadata(golden.file, "network", "");
    char yaml[GOLDEN_TEXT];
    snprintf(yaml, sizeof yaml, "%s/tests/golden/%s.yaml", source_folder(), name);
    golden.network =
        nettest_zoo(file_exists(yaml) ? yaml : name, number(golden.file, "width", ""), 0, 0);
    make_images(&golden.all);
    const size_t n_bytes = (size_t)golden.all.n * SIDE * SIDE * 3 * sizeof(float);
    assert_string_equal(hash_hex64(hash_64(golden.all.images, n_bytes), hex),
                        metadata(golden.file, "images.xxh3_64", ""));
    return golden;
}

void golden_close(Golden *golden)
{
    safetensors_close(&golden->file);
    network_release(&golden->network);
    nettest_release_batch(&golden->all);
}

void golden_write(const Golden *golden, Net *net)
{
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *t = net_tensor(net, i);
        float *data = golden_tensor(golden->file, "init.%s", t->name, t->n_elements);
        net_write(net, i, NET_WEIGHTS, data);
        mem_free(data);
    }
}

void golden_write_statistic(Net *net, int index)
{
    const NetTensor *t = net_tensor(net, index);
    const bool is_mean = text_ends_with(t->name, "running_mean");
    float *data = mem_calloc(t->n_elements, sizeof *data);
    assert_non_null(data);
    for (size_t c = 0; c < t->n_elements; c++)
        data[c] =
            is_mean ? (float)((int)(7 * c % 11) - 5) / 50.0f : 0.5f + (float)(5 * c % 13) / 13.0f;
    net_write(net, index, NET_WEIGHTS, data);
    mem_free(data);
}

void golden_write_statistics(Net *net)
{
    for (int i = 0; i < net_n_tensors(net); i++)
        if (!net_tensor(net, i)->trainable)
            golden_write_statistic(net, i);
}

Net *golden_net(const Golden *golden, NetOptimizer optimizer)
{
    const NetSettings settings = nettest_with_gradients(GOLDEN_BATCH, 2, optimizer);
    Net *net = nettest_net(&golden->network, &settings, 0);
    golden_write(golden, net);
    net_reset_optimizer(net);
    return net;
}

StepSettings golden_step(const TensorFile *file, NetOptimizer optimizer, const char *name)
{
    StepSettings settings = {.lr = number(file, "%s.lr", name),
                             .weight_decay = number(file, "%s.weight_decay", name)};
    const bool is_adam = optimizer == NET_ADAMW;
    settings.momentum = number(file, is_adam ? "%s.beta1" : "%s.momentum", name);
    if (optimizer != NET_SGD) {
        settings.decay = number(file, is_adam ? "%s.beta2" : "%s.alpha", name);
        settings.epsilon = number(file, "%s.eps", name);
    }
    return settings;
}

void golden_batch(const Golden *golden, int step, const float **images, const int32_t **labels)
{
    const size_t first = (size_t)(step % BATCHES) * GOLDEN_BATCH;
    *images = golden->all.images + first * SIDE * SIDE * 3;
    *labels = golden->all.labels + first;
}

void golden_check_losses(const Golden *golden, const TensorFile *file, NetOptimizer optimizer,
                         const char *name, void (*prepare)(Net *net))
{
    Net *net = golden_net(golden, optimizer);
    if (prepare != NULL)
        prepare(net);
    StepSettings settings = golden_step(file, optimizer, name);
    float *exact = golden_tensor(file, "losses.%s", name, STEPS);
    const double allowed =
        GOLDEN_DEVIATION * golden_scalar(file, "deviation.%s", name) + LOSS_FLOOR;
    for (int step = 0; step < STEPS; step++) {
        StepResult result;
        const float *images;
        const int32_t *labels;
        settings.step = (uint64_t)step;
        golden_batch(golden, step, &images, &labels);
        net_train_step(net, images, labels, &settings, &result);
        const double off = fabs(result.loss / GOLDEN_BATCH - (double)exact[step]);
        if (!(off <= allowed))
            fail_msg("%s, step %d: loss %.7f, double %.7f: %.3g off, %.3g allowed", name, step + 1,
                     result.loss / GOLDEN_BATCH, (double)exact[step], off, allowed);
    }
    mem_free(exact);
    net_destroy(&net);
}
