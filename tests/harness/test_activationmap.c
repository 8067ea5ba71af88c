/* harness/activationmap: PyTorch's maps, exactness, the same bits in any batch and team. */
#include "harness/activationmap.h"

#include "base/sys.h"
#include "tests/data/datafixture.h"
#include "tests/models/models_test.h"
#include "weights/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 2, SIDE = 32, MAP = 4, LABEL = 3, CLASSES = 10, PATH_BYTES = 512, NAME_BYTES = 128 };

/* The pixels of tests/golden/make_golden.py, of its first N images. */
static void make_images(float images[N * SIDE * SIDE * 3])
{
    for (uint32_t i = 0; i < N * SIDE * SIDE * 3; i++) {
        const uint32_t s = 1664525u * (i + 1u) + 1013904223u;
        uint32_t h = (s ^ s >> 16) * 0x45d9f3bu;
        h ^= h >> 16;
        const uint32_t x = i / 3 % SIDE, y = i / 3 / SIDE % SIDE, label = i / 3 / SIDE / SIDE;
        const double pattern = 0.5 * ((double)((y + x * label) % 7) / 3.0 - 1.0);
        images[i] = (float)(((double)(h & 255u) - 127.5) / 64.0 + pattern);
    }
}

static Net *open_net(const char *name, double width, int batch, int threads, CpuLevel level)
{
    Err err = {0};
    Net *net = NULL;
    Network network = zoo_network(name, width, 1, SIDE);
    const NetSettings settings = {.batch = batch, .threads = threads, .level = level};
    assert_ok(net_create(&net, &network, &settings, &err), &err);
    net_init_weights(net, 3);
    network_release(&network);
    return net;
}

/* The fixture's weights before its first step. */
static void load_golden(Net *net)
{
    Err err = {0};
    TensorFile *file = NULL;
    char path[PATH_BYTES];
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    (void)snprintf(path, sizeof path, "%s/tests/golden/efficientnet-b0-cifar-w025.safetensors",
                   source == NULL ? "." : source);
    assert_ok(safetensors_open(&file, NULL, path, &err), &err);
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *tensor = net_tensor(net, i);
        char name[NAME_BYTES];
        (void)snprintf(name, sizeof name, "init.%s", tensor->name);
        const TensorInfo *info = safetensors_find(file, name);
        float *data = mem_calloc(tensor->n_elements, sizeof *data);
        assert_non_null(info);
        assert_non_null(data);
        assert_ok(safetensors_floats(file, info, false, data, tensor->n_elements, &err), &err);
        net_write(net, i, NET_WEIGHTS, data);
        mem_free(data);
    }
    safetensors_close(&file);
}

/*
 * torch.einsum("c,nchw->nhw", net.classifier.weight[3], head) in double with the weights and images
 * of the fixture, net.eval(), head what the head convolution returns; float32's own error there is
 * at most 2.4e-9. Ours may be four times that, as in tests/nn/test_nn_golden.c.
 */
static const double torch_maps[N * MAP * MAP] = {
    1.119645831e-03,  2.182139956e-03,  1.017738262e-03,  -2.234342902e-05, -1.268553482e-03,
    -9.918284748e-04, 8.979846989e-04,  -1.440109843e-03, 7.345878314e-04,  1.650837417e-03,
    4.962031400e-03,  9.387377857e-04,  -3.599079293e-03, 9.669437897e-05,  -2.218304370e-03,
    -8.843298321e-04, -1.530419164e-03, -1.413230157e-03, -2.215798377e-03, -1.849849907e-03,
    -2.144356356e-03, 3.320104396e-03,  -9.183169772e-04, -2.010358692e-03, 1.508492368e-03,
    -5.151501590e-04, -2.040702195e-03, -2.939939008e-04, 2.027428249e-05,  -1.812920263e-03,
    1.120118514e-03,  7.345543542e-04};
static const double TORCH_TOLERANCE = 4 * 2.4e-9;

static void maps_are_those_of_torch(void **state)
{
    (void)state;
    static float images[N * SIDE * SIDE * 3];
    Err err = {0};
    ActivationMaps maps;
    Net *net = open_net("efficientnet-b0-cifar", 0.25, N, 1, cpu_best_level());
    make_images(images);
    load_golden(net);
    assert_ok(activationmap_open(&maps, net, &err), &err);
    assert_int_equal(maps.side, MAP);
    activationmap_run(&maps, net, images, N, LABEL);
    for (int i = 0; i < N * MAP * MAP; i++)
        assert_true(fabs((double)maps.maps[i] - torch_maps[i]) <= TORCH_TOLERANCE);
    activationmap_release(&maps);
    net_destroy(&net);
}

/*
 * Property: the logit is the map's mean and the bias (0 in a fresh net). The network's own mean and
 * product round each of up to 64 + 64 terms by 2^-24 of the sum of their sizes.
 */
static void maps_add_up_to_the_logit(void **state)
{
    (void)state;
    static float images[N * SIDE * SIDE * 3];
    Err err = {0};
    ActivationMaps maps;
    Net *net = open_net("proxy-b0", 1, N, 1, cpu_best_level());
    make_images(images);
    assert_ok(activationmap_open(&maps, net, &err), &err);
    activationmap_run(&maps, net, images, N, ACTIVATIONMAP_AUTO);
    const int pixels = maps.side * maps.side;
    const int channels = net_network(net)->ops[net_network(net)->n_ops - 1].in_channels;
    for (int i = 0; i < N; i++) {
        const float *w = maps.weights + (long)maps.labels[i] * channels;
        double sum = 0.0, size = 0.0;
        for (int p = 0; p < pixels; p++) {
            sum += (double)maps.maps[i * pixels + p] / pixels;
            for (int c = 0; c < channels; c++)
                size += fabs((double)w[c] *
                             (double)maps.features[((long)i * pixels + p) * channels + c]) /
                        pixels;
        }
        const float *logits = maps.logits + (long)i * CLASSES;
        for (int c = 0; c < CLASSES; c++)
            assert_true(logits[c] <= logits[maps.labels[i]]);
        assert_true(fabs(sum - (double)logits[maps.labels[i]]) <=
                    (pixels + channels) * 0x1p-24 * size);
    }
    activationmap_release(&maps);
    net_destroy(&net);
}

/* Property: batch, threads and instruction set change no bit, and logits are net_forward's. */
static void the_same_bits_everywhere(void **state)
{
    (void)state;
    static float images[N * SIDE * SIDE * 3];
    Err err = {0};
    ActivationMaps whole, one;
    float logits[N * CLASSES];
    Net *net = open_net("resnet-20-cifar", 0.5, N, 2, cpu_best_level()),
        *single = open_net("resnet-20-cifar", 0.5, 1, 1, CPU_GENERIC);
    make_images(images);
    assert_ok(activationmap_open(&whole, net, &err), &err);
    assert_ok(activationmap_open(&one, single, &err), &err);
    activationmap_run(&whole, net, images, N, LABEL);
    net_forward(net, NET_WEIGHTS, images, N, logits);
    assert_memory_equal(whole.logits, logits, sizeof logits);
    const size_t pixels = (size_t)one.side * (size_t)one.side;
    for (size_t i = 0; i < N; i++) {
        activationmap_run(&one, single, images + i * SIDE * SIDE * 3, 1, LABEL);
        assert_memory_equal(one.maps, whole.maps + i * pixels, pixels * sizeof(float));
    }
    activationmap_release(&whole);
    activationmap_release(&one);
    net_destroy(&net);
    net_destroy(&single);
}

/* Property: a classifier that is not linear has no such map, and that is said. */
static void a_hidden_layer_is_refused(void **state)
{
    (void)state;
    Err err = {0};
    ActivationMaps maps;
    Net *net = open_net("mobilenet-v3-small", 0.25, 1, 1, cpu_best_level());
    assert_error(activationmap_open(&maps, net, &err), ERR_USAGE, &err, "has a hidden layer", NULL);
    activationmap_release(&maps);
    net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_are_those_of_torch), cmocka_unit_test(maps_add_up_to_the_logit),
        cmocka_unit_test(the_same_bits_everywhere), cmocka_unit_test(a_hidden_layer_is_refused)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
