/*
 * Golden training: our first gradients and twenty losses against PyTorch's in double, for the same
 * weights and batches. tests/golden/make_golden.py made the fixtures and documents them. The
 * arguments STEM PATTERN choose one fixture and the tests (with '*' and '?') to run on it.
 */
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "nettest.h"
#include "weights/safetensors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { STEPS = 20, BATCH = 32, BATCHES = 4, SIDE = 32, CLASSES = 10, HEAD = 16, TEXT = 256 };

/* ours may deviate from double by this many times PyTorch's own float32 error, plus the floors */
#define DEVIATION_FACTOR 4.0
#define GRADIENT_FLOOR 1e-6
#define LOSS_FLOOR 1e-4

typedef struct Golden {
    TensorFile *file;
    Network network;
    TestBatch all; /* BATCHES x BATCH images */
} Golden;

/* The formula of the fixture's pixels. */
static void make_images(TestBatch *batch)
{
    const size_t image = (size_t)SIDE * SIDE * 3;
    batch->n = BATCH * BATCHES;
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
    char key[TEXT];
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

/* A tensor of the fixture; `format` has one %s for `a`. mem_free. */
static float *tensor(const TensorFile *file, const char *format, const char *a, size_t n)
{
    Err err = {0};
    char name[TEXT];
    snprintf(name, sizeof name, format, a);
    const TensorInfo *info = safetensors_find(file, name);
    char *fused = strstr(name, ".fused.");
    if (info == NULL &&
        fused != NULL) { /* the peer calls a fused block's k x k convolution expand */
        char peer[TEXT];
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

static double scalar(const TensorFile *file, const char *format, const char *a)
{
    float *data = tensor(file, format, a, 1);
    const double value = (double)data[0];
    mem_free(data);
    return value;
}

static const char *source_folder(void)
{
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    return source == NULL ? "." : source;
}

static TensorFile *open_fixture(const char *stem)
{
    Err err = {0};
    TensorFile *file = NULL;
    char path[TEXT];
    snprintf(path, sizeof path, "%s/tests/golden/%s.safetensors", source_folder(), stem);
    nettest_ok(safetensors_open(&file, NULL, path, &err), &err);
    return file;
}

static Golden open_golden(const char *stem)
{
    Golden golden = {.file = open_fixture(stem)};
    char hex[HASH_HEX64_BYTES];
    const char *name = metadata(golden.file, "network", "");
    char yaml[TEXT];
    snprintf(yaml, sizeof yaml, "%s/tests/golden/%s.yaml", source_folder(), name);
    golden.network =
        nettest_zoo(file_exists(yaml) ? yaml : name, number(golden.file, "width", ""), 0, 0);
    make_images(&golden.all);
    const size_t n_bytes = (size_t)golden.all.n * SIDE * SIDE * 3 * sizeof(float);
    assert_string_equal(hash_hex64(hash_64(golden.all.images, n_bytes), hex),
                        metadata(golden.file, "images.xxh3_64", ""));
    return golden;
}

static void close_golden(Golden *golden)
{
    safetensors_close(&golden->file);
    network_release(&golden->network);
    nettest_release_batch(&golden->all);
}

static Net *golden_net(const Golden *golden, NetOptimizer optimizer)
{
    const NetSettings settings = nettest_with_gradients(BATCH, 2, optimizer);
    Net *net = nettest_net(&golden->network, &settings, 0);
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *t = net_tensor(net, i);
        float *data = tensor(golden->file, "init.%s", t->name, t->n_elements);
        net_write(net, i, NET_WEIGHTS, data);
        mem_free(data);
    }
    net_reset_optimizer(net);
    return net;
}

static StepSettings golden_step(const TensorFile *file, NetOptimizer optimizer, const char *name)
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

static void golden_batch(const Golden *golden, int step, const float **images,
                         const int32_t **labels)
{
    const size_t first = (size_t)(step % BATCHES) * BATCH;
    *images = golden->all.images + first * SIDE * SIDE * 3;
    *labels = golden->all.labels + first;
}

/*
 * |ours - double| <= 4 |PyTorch float32 - double| + 1e-6 |all| / sqrt(tensors), for each tensor:
 * the same arithmetic in another order has the same size of error; a project's beta has gradient 0,
 * which only the floor can judge. The stored gradient's own rounding is subtracted from what is
 * allowed.
 */
static void check_gradients(const char *stem)
{
    Golden golden = open_golden(stem);
    Net *net = golden_net(&golden, NET_SGD);
    const StepSettings settings = golden_step(golden.file, NET_SGD, "sgd");
    StepResult result;
    const float *images;
    const int32_t *labels;
    int n_bad = 0;
    golden_batch(&golden, 0, &images, &labels);
    net_gradients(net, images, labels, &settings, &result);
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *t = net_tensor(net, i);
        if (!t->trainable)
            continue;
        float *exact = tensor(golden.file, "grad.%s", t->name, t->n_elements);
        float *ours = mem_calloc(t->n_elements, sizeof *ours);
        assert_non_null(ours);
        net_read(net, i, NET_GRADIENT, ours);
        double square = 0.0;
        for (size_t e = 0; e < t->n_elements; e++)
            square += pow((double)ours[e] - (double)exact[e], 2.0);
        const double off = sqrt(square) + scalar(golden.file, "grad_rounding.%s", t->name);
        const double allowed =
            DEVIATION_FACTOR * scalar(golden.file, "grad_fp32_error.%s", t->name) +
            GRADIENT_FLOOR * scalar(golden.file, "grad_floor", "");
        if (!(off <= allowed)) {
            print_error("%s: %.3g off, %.3g allowed\n", t->name, off, allowed);
            n_bad++;
        }
        mem_free(exact);
        mem_free(ours);
    }
    assert_int_equal(n_bad, 0);
    net_destroy(&net);
    close_golden(&golden);
}

/* Losses of steps 1 to 20, which `file` has under a name: at most 4 times PyTorch float32's largest
 * deviation plus 1e-4. */
static void check_losses(const Golden *golden, const TensorFile *file, NetOptimizer optimizer,
                         const char *name)
{
    Net *net = golden_net(golden, optimizer);
    StepSettings settings = golden_step(file, optimizer, name);
    float *exact = tensor(file, "losses.%s", name, STEPS);
    const double allowed = DEVIATION_FACTOR * scalar(file, "deviation.%s", name) + LOSS_FLOOR;
    for (int step = 0; step < STEPS; step++) {
        StepResult result;
        const float *images;
        const int32_t *labels;
        settings.step = (uint64_t)step;
        golden_batch(golden, step, &images, &labels);
        net_train_step(net, images, labels, &settings, &result);
        const double off = fabs(result.loss / BATCH - (double)exact[step]);
        if (!(off <= allowed))
            fail_msg("%s, step %d: loss %.7f, double %.7f: %.3g off, %.3g allowed", name, step + 1,
                     result.loss / BATCH, (double)exact[step], off, allowed);
    }
    mem_free(exact);
    net_destroy(&net);
}

/* MBConv with SE and swish, without and with ReLU6; basic blocks with ReLU; fused MBConv; average
 * pooling; skips that pool, and other words of stages. */
static const char *const all_stems[] = {"efficientnet-b0-cifar-w025", "mobilenet-v2-cifar-w010",
                                        "resnet-20-cifar-w050",       "fused-mbconv-cifar",
                                        "average-pool-cifar",         "skip-pool-cifar",
                                        "mobilenet-v3-words-cifar"};
static const char *const *stems = all_stems;
static size_t n_stems = ARRAY_LEN(all_stems);

static void test_gradients(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_stems; i++)
        check_gradients(stems[i]);
}

static void check_all_losses(NetOptimizer optimizer, const char *name)
{
    for (size_t i = 0; i < n_stems; i++) {
        Golden golden = open_golden(stems[i]);
        check_losses(&golden, golden.file, optimizer, name);
        close_golden(&golden);
    }
}

static void test_losses_sgd(void **state)
{
    (void)state;
    check_all_losses(NET_SGD, "sgd");
}

static void test_losses_rmsprop(void **state)
{
    (void)state;
    check_all_losses(NET_RMSPROP, "rmsprop");
}

static void test_losses_rmsprop_torch(void **state)
{
    (void)state;
    check_all_losses(NET_RMSPROP_TORCH, "rmsprop-torch");
}

/* The same of the trainings that tests/golden/make_tuning.py added later. */
static void test_losses_adamw(void **state)
{
    (void)state;
    TensorFile *tuning = open_fixture("tuning");
    for (size_t i = 0; i < n_stems; i++) {
        char name[TEXT];
        Golden golden = open_golden(stems[i]);
        snprintf(name, sizeof name, "%s.adamw", stems[i]);
        check_losses(&golden, tuning, NET_ADAMW, name);
        close_golden(&golden);
    }
    safetensors_close(&tuning);
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        stems = (const char *const *)argv + 1;
        n_stems = 1;
        cmocka_set_test_filter(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),      cmocka_unit_test(test_losses_sgd),
        cmocka_unit_test(test_losses_rmsprop), cmocka_unit_test(test_losses_rmsprop_torch),
        cmocka_unit_test(test_losses_adamw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
