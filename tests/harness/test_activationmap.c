/* harness/activationmap: PyTorch's maps, exactness, the same bits in any batch and team. */
#include "harness/activationmap.h"

#include "base/sys.h"
#include "golden.h"
#include "tests/data/datafixture.h"
#include "tests/models/models_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 2, SIDE = 32, MAP = 4, LABEL = 3, CLASSES = 10 };

static Net *open_net(const char *name, double width, int batch, int threads, CpuLevel level)
{
    Err err = {0};
    Net *net = NULL;
    Network network = zoo_network(name, width, 1, SIDE);
    const NetSettings settings = {
        .batch = batch, .threads = threads, .level = level, .training = true, .class_maps = true};
    assert_ok(net_create(&net, &network, &settings, &err), &err);
    net_init_weights(net, 3);
    golden_write_statistics(net);
    network_release(&network);
    return net;
}

/* A network of the golden fixtures at its start. */
static Net *open_golden(const Golden *golden, int threads)
{
    const NetSettings settings = {.batch = N,
                                  .threads = threads,
                                  .level = cpu_best_level(),
                                  .training = true,
                                  .class_maps = true};
    Net *net = nettest_net(&golden->network, &settings, 0);
    golden_write(golden, net);
    return net;
}

/* Images of the fixtures, which are of SIDE; golden_close it. */
static Golden open_images(const float **images)
{
    const int32_t *labels;
    Golden golden = golden_open("efficientnet-b0-cifar-w025");
    golden_batch(&golden, 0, images, &labels);
    return golden;
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
    Err err = {0};
    ActivationMaps maps;
    const float *images;
    Golden golden = open_images(&images);
    Net *net = open_golden(&golden, 1);
    assert_ok(activationmap_open(&maps, net, ACTIVATIONMAP_EXACT, &err), &err);
    assert_int_equal(maps.side, MAP);
    activationmap_run(&maps, net, images, N, LABEL);
    for (int i = 0; i < N * MAP * MAP; i++)
        assert_true(fabs((double)maps.maps[i] - torch_maps[i]) <= TORCH_TOLERANCE);
    activationmap_release(&maps);
    net_destroy(&net);
    golden_close(&golden);
}

/*
 * Grad-CAM of a layer as the fixture has it, in double, before what is below 0 is cut, which brings
 * no two numbers further apart. Ours may be off by four times what PyTorch's float32 is, as in
 * tests/nn/test_nn_golden.c, and by the rounding of its largest value.
 */
static void check_layer(const TensorFile *file, const char *key, Net *net, const float *images)
{
    Err err = {0};
    ActivationMaps maps;
    int op = 0;
    assert_ok(activationmap_layer(net, strchr(key, '.') + 1, &op, &err), &err);
    assert_ok(activationmap_open(&maps, net, op, &err), &err);
    const int n = N * maps.side * maps.side;
    float *exact = golden_tensor(file, "map.%s", key, (size_t)n);
    const double deviation = golden_scalar(file, "deviation.%s", key);
    double largest = 0.0;
    for (int i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)exact[i]));
    activationmap_run(&maps, net, images, N, LABEL);
    const double allowed = GOLDEN_DEVIATION * deviation + 0x1p-24 * largest;
    for (int i = 0; i < n; i++) {
        const double off = fabs((double)maps.maps[i] - fmax(0.0, (double)exact[i]));
        if (!(off <= allowed))
            fail_msg("%s, value %d: %.3g off, %.3g allowed", key, i, off, allowed);
    }
    mem_free(exact);
    activationmap_release(&maps);
}

/* Property: Grad-CAM is PyTorch's at every layer of the fixture: blocks with and without
 * expansion, residual, gated, pooled; stem and head; a classifier with a hidden layer. */
static void gradcams_are_those_of_torch(void **state)
{
    (void)state;
    TensorFile *file = golden_fixture("gradcam");
    int n_checked = 0;
    for (size_t i = 0; i < safetensors_count(file); i++) {
        static const char prefix[] = "map.";
        char stem[GOLDEN_TEXT];
        const float *images;
        const int32_t *labels;
        const char *name = safetensors_tensor(file, i)->name;
        if (strncmp(name, prefix, strlen(prefix)) != 0)
            continue;
        name += strlen(prefix);
        (void)snprintf(stem, sizeof stem, "%.*s", (int)strcspn(name, "."), name);
        Golden golden = golden_open(stem);
        Net *net = open_golden(&golden, 2);
        golden_write_statistics(net);
        golden_batch(&golden, 0, &images, &labels);
        check_layer(file, name, net, images);
        net_destroy(&net);
        golden_close(&golden);
        n_checked++;
    }
    assert_true(n_checked >= 37);
    safetensors_close(&file);
}

/*
 * Property: on the last maps, for every class, Grad-CAM is what CAM has above 0, over the number of
 * pixels. A mean of pixels equal gradients w / pixels is off by at most pixels + 1 roundings of it,
 * and so each map by that share of the sum of its terms' sizes.
 */
static void gradcam_of_the_last_maps_is_cam(void **state)
{
    (void)state;
    Err err = {0};
    ActivationMaps exact, estimate;
    const float *images;
    int op = 0;
    Golden golden = open_images(&images);
    Net *net = open_net("proxy-b0", 1, N, 1, cpu_best_level());
    assert_ok(activationmap_open(&exact, net, ACTIVATIONMAP_EXACT, &err), &err);
    assert_ok(activationmap_layer(net, "head", &op, &err), &err);
    assert_ok(activationmap_open(&estimate, net, op, &err), &err);
    const int pixels = exact.side * exact.side;
    int n_above = 0;
    for (int i = 0; i < CLASSES * N * pixels; i++) {
        const int at = i % (N * pixels);
        if (at == 0) {
            activationmap_run(&exact, net, images, N, i / (N * pixels));
            activationmap_run(&estimate, net, images, N, i / (N * pixels));
        }
        const float *w = exact.weights + (long)exact.labels[at / pixels] * exact.channels;
        double size = 0.0;
        for (int c = 0; c < exact.channels; c++)
            size += fabs((double)w[c] * (double)exact.features[(long)at * exact.channels + c]);
        const double cut = fmax(0.0, (double)exact.maps[at]) / pixels;
        assert_true(fabs((double)estimate.maps[at] - cut) <=
                    (pixels + 1) * 0x1p-24 * size / pixels);
        n_above += cut > 0.0;
    }
    assert_true(n_above > 0 && n_above < CLASSES * N * pixels);
    activationmap_release(&exact);
    activationmap_release(&estimate);
    net_destroy(&net);
    golden_close(&golden);
}

/*
 * Property: the logit is the map's mean and the bias (0 in a fresh net). The network's own mean and
 * product round each of up to 64 + 64 terms by 2^-24 of the sum of their sizes.
 */
static void maps_add_up_to_the_logit(void **state)
{
    (void)state;
    Err err = {0};
    ActivationMaps maps;
    const float *images;
    Golden golden = open_images(&images);
    Net *net = open_net("proxy-b0", 1, N, 1, cpu_best_level());
    assert_ok(activationmap_open(&maps, net, ACTIVATIONMAP_EXACT, &err), &err);
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
    golden_close(&golden);
}

static void check_bits(Net *net, Net *single, int op, const float *images)
{
    Err err = {0};
    ActivationMaps whole, one;
    float logits[N * CLASSES];
    assert_ok(activationmap_open(&whole, net, op, &err), &err);
    assert_ok(activationmap_open(&one, single, op, &err), &err);
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
}

/*
 * Property: batch, how full it is, threads and instruction set change no bit of CAM or Grad-CAM,
 * and logits are net_forward's.
 */
static void the_same_bits_everywhere(void **state)
{
    (void)state;
    static const char *const networks[] = {"resnet-20-cifar", "proxy-b0"};
    static const char *const layers[] = {"stem", "stages.1.0", "stages.2"};
    const float *images;
    Golden golden = open_images(&images);
    for (size_t k = 0; k < ARRAY_LEN(networks); k++) {
        Net *net = open_net(networks[k], 0.5, N + 3, 3, cpu_best_level()),
            *single = open_net(networks[k], 0.5, 1, 1, CPU_GENERIC);
        check_bits(net, single, ACTIVATIONMAP_EXACT, images);
        for (size_t l = 0; l < ARRAY_LEN(layers); l++) {
            Err err = {0};
            int op = 0;
            assert_ok(activationmap_layer(net, layers[l], &op, &err), &err);
            check_bits(net, single, op, images);
        }
        net_destroy(&net);
        net_destroy(&single);
    }
    golden_close(&golden);
}

/*
 * Property: maps change no weight and no statistic, so what a network says after them it said
 * before.
 */
static void maps_leave_the_network_alone(void **state)
{
    (void)state;
    Err err = {0};
    ActivationMaps maps;
    const float *images;
    int op = 0;
    size_t n = 0;
    Golden golden = open_images(&images);
    Net *net = open_net("proxy-b0", 0.5, N, 1, cpu_best_level());
    float *before = nettest_read_all(net, NET_WEIGHTS, &n);
    assert_ok(activationmap_layer(net, "stages.1", &op, &err), &err);
    assert_ok(activationmap_open(&maps, net, op, &err), &err);
    activationmap_run(&maps, net, images, N, LABEL);
    float *after = nettest_read_all(net, NET_WEIGHTS, &n);
    assert_memory_equal(before, after, n * sizeof *before);
    mem_free(before);
    mem_free(after);
    activationmap_release(&maps);
    net_destroy(&net);
    golden_close(&golden);
}

/* Property: a classifier that is not linear has no such map, and that is said. */
static void a_hidden_layer_is_refused(void **state)
{
    (void)state;
    Err err = {0};
    ActivationMaps maps;
    Net *net = open_net("mobilenet-v3-small", 0.25, 1, 1, cpu_best_level());
    assert_error(activationmap_open(&maps, net, ACTIVATIONMAP_EXACT, &err), ERR_USAGE, &err,
                 "has a hidden layer", "give a layer for an estimate");
    activationmap_release(&maps);
    net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(maps_are_those_of_torch),
                                       cmocka_unit_test(gradcams_are_those_of_torch),
                                       cmocka_unit_test(gradcam_of_the_last_maps_is_cam),
                                       cmocka_unit_test(maps_add_up_to_the_logit),
                                       cmocka_unit_test(the_same_bits_everywhere),
                                       cmocka_unit_test(maps_leave_the_network_alone),
                                       cmocka_unit_test(a_hidden_layer_is_refused)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
