/*
 * tests/nn/test_cells.c: networks of cells run: logits of AmoebaNet-B against PyTorch's, the same
 * bits on any number of threads and at every level.
 */
#include "base/sys.h"
#include "base/text.h"
#include "golden.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { IMAGES = 2, CLASSES = 10, SIDE = 64, LEVELS = 1000 };

/* --- AmoebaNet-B --- */

/* FNV-1a of a name, and an integer hash that goes on with it: what the fixture's script does. */
static uint32_t hash_name(const char *name)
{
    uint32_t h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h;
}

/* In [-1, 1): whole numbers over a power of two, so that it is the same in every language. */
static float formula(uint32_t seed, uint32_t i)
{
    uint32_t h = seed ^ (i * 1664525u + 1013904223u);
    h = (h ^ h >> 16) * 0x45d9f3bu;
    h = (h ^ h >> 16) * 0x45d9f3bu;
    h ^= h >> 16;
    return (float)((int)(h & 0xffffu) - 32768) / 32768.0f;
}

static bool ends_with(const char *name, const char *end)
{
    return text_ends_with(name, end);
}

/* Weights of deviation 1 / sqrt(fan in), gammas and variances near 1, betas and means near 0. */
static void fill_tensor(Net *net, int index)
{
    const NetTensor *tensor = net_tensor(net, index);
    const size_t n = tensor->n_elements, fan_in = n / (size_t)tensor->dims[0];
    const uint32_t seed = hash_name(tensor->name);
    const bool is_factor =
        ends_with(tensor->name, ".bn.weight") || ends_with(tensor->name, ".running_var");
    float *data = mem_calloc(n, sizeof *data);
    assert_non_null(data);
    for (size_t e = 0; e < n; e++) {
        const float x = formula(seed, (uint32_t)e);
        if (tensor->n_dims > 1)
            data[e] = x * sqrtf(3.0f / (float)fan_in);
        else
            data[e] = is_factor ? 1.0f + 0.25f * x : 0.25f * x;
    }
    net_write(net, index, NET_WEIGHTS, data);
    mem_free(data);
}

/*
 * The logits in evaluation mode, against those of an independent build of the cells in double
 * (tests/golden/make_cells.py). The path has about 150 convolutions, each a chain of at most 1200
 * products, whose error walks to sqrt(1200) = 35 half-ulps; they add like a random walk, and sums
 * of states multiply what comes in by less than they add to the value: 35 sqrt(150) 2^-24, and four
 * times that for batch norms by variances down to 0.75: 1e-4 of the largest logit.
 */
static void test_amoebanet_logits(void **state)
{
    (void)state;
    TensorFile *file = golden_fixture("amoebanet-b-w0625");
    Network network = nettest_zoo("amoebanet-b", 0.0625, CLASSES, SIDE);
    const NetSettings settings = {.batch = IMAGES, .threads = 2, .level = cpu_best_level()};
    Net *net = nettest_net(&network, &settings, 1);
    const size_t n_pixels = (size_t)IMAGES * SIDE * SIDE * 3;
    float *images = mem_calloc(n_pixels, sizeof *images);
    float *ours = mem_calloc((size_t)IMAGES * CLASSES, sizeof *ours);
    assert_true(images != NULL && ours != NULL);
    for (int i = 0; i < net_n_tensors(net); i++)
        fill_tensor(net, i);
    for (size_t i = 0; i < n_pixels; i++)
        images[i] = formula(hash_name("images"), (uint32_t)i);
    float *exact = golden_tensor(file, "logits%s", "", (size_t)IMAGES * CLASSES);
    net_forward(net, NET_WEIGHTS, images, IMAGES, ours);
    double largest = 0.0, off = 0.0;
    for (int i = 0; i < IMAGES * CLASSES; i++) {
        largest = fmax(largest, fabs((double)exact[i]));
        off = fmax(off, fabs((double)ours[i] - (double)exact[i]));
    }
    assert_true(largest > 0.1); /* else the bound below would say nothing */
    if (!(off <= 1e-4 * largest))
        fail_msg("logits are off by %.3g of %.3g", off, largest);
    mem_free(exact);
    mem_free(ours);
    mem_free(images);
    net_destroy(&net);
    network_release(&network);
    safetensors_close(&file);
}

/* --- bits --- */

static Network golden_network(const char *stem, int resolution)
{
    char path[GOLDEN_TEXT];
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/golden/%s.yaml", source == NULL ? "." : source, stem);
    return nettest_zoo(path, 1.0, 0, resolution);
}

static Net *trained(const Network *network, int threads, CpuLevel level)
{
    NetSettings settings = nettest_training(5, threads, NET_SGD);
    settings.level = level;
    Net *net = nettest_net(network, &settings, 3);
    TestBatch batch = nettest_batch(network, 5, 4);
    const StepSettings step = nettest_step(1e-2);
    StepResult result;
    for (int i = 0; i < 2; i++)
        net_train_step(net, batch.images, batch.labels, &step, &result);
    assert_true(result.finite);
    nettest_release_batch(&batch);
    return net;
}

/* Two steps leave the same bits on 1, 2, 3 and 7 threads, and at every level. */
static void test_bits(void **state)
{
    static const char *const stems[] = {"cells-cifar", "densenet-bc-cifar"};
    static const int threads[] = {2, 3, 7};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(stems); i++) {
        Network network = golden_network(stems[i], 20);
        Net *one = trained(&network, 1, cpu_best_level());
        for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
            Net *other = trained(&network, threads[t], cpu_best_level());
            nettest_same_bits(one, other);
            net_destroy(&other);
        }
        Net *generic = trained(&network, 2, CPU_GENERIC);
        nettest_same_bits(one, generic);
        net_destroy(&generic);
        net_destroy(&one);
        network_release(&network);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amoebanet_logits),
        cmocka_unit_test(test_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
