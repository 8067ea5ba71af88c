/* harness/fidelity: areas against their definition, pictures whose areas are known, the same bits
 * in any batch. */
#include "harness/fidelity.h"

#include "base/sys.h"
#include "data/overlay.h"
#include "harness/activationmap.h"
#include "harness/recognition.h"
#include "nettest.h"
#include "tests/data/datafixture.h"
#include "tests/models/models_test.h"
#include "weights/weights.h"

#include <math.h>
#include <string.h>

enum { SIDE = 20, PIXELS = SIDE * SIDE, VALUES = PIXELS * 3, CLASSES = 10, N = 2 };

static Network small_network(void)
{
    return nettest_zoo("proxy-b0", 0.5, CLASSES, SIDE);
}

static Net *open_net(int threads)
{
    Network network = small_network();
    const NetSettings settings = {.batch = 1,
                                  .threads = threads,
                                  .level = cpu_best_level(),
                                  .training = true,
                                  .class_maps = true};
    Net *net = nettest_net(&network, &settings, 3);
    network_release(&network);
    return net;
}

static TestBatch open_images(void)
{
    Network network = small_network();
    const TestBatch batch = nettest_batch(&network, N, 1);
    network_release(&network);
    return batch;
}

static void measure(Net *net, int op, int batch, const float *image, uint64_t index,
                    FidelityAreas *areas)
{
    Err err = {0};
    Fidelity *fidelity = NULL;
    assert_ok(fidelity_create(&fidelity, net, op, batch, &err), &err);
    assert_ok(fidelity_measure(fidelity, image, index, areas, &err), &err);
    fidelity_destroy(&fidelity);
}

/* --- the definition, written once more --- */

/* What looks at a picture at a time, with the weights of a Net. */
static Infer *open_infer(const Net *net)
{
    Err err = {0};
    Infer *infer = NULL;
    const InferSettings settings = {.batch = 1, .threads = 1, .level = cpu_best_level()};
    assert_ok(infer_plan(&infer, net_network(net), &settings, &err), &err);
    assert_ok(weights_copy(infer, net, &err), &err);
    return infer;
}

static double probability(Infer *infer, const float *image, int label)
{
    float logits[CLASSES];
    infer_run(infer, image, 1, logits);
    return recognition_probability(logits, CLASSES, label);
}

/* How many pixels come before pixel p: higher ones, and equal ones with a lower index. */
static int place_of(const float *map, int map_side, int p)
{
    const float own = (float)overlay_map_at(map, map_side, p / SIDE, p % SIDE, SIDE);
    int place = 0;
    for (int q = 0; q < PIXELS; q++) {
        const float other = (float)overlay_map_at(map, map_side, q / SIDE, q % SIDE, SIDE);
        place += other > own || (other == own && q < p);
    }
    return place;
}

/* The area of an order, from `begin` to `end`. */
static double naive_area(Infer *infer, const int *places, const float *begin, const float *end,
                         int label)
{
    static float image[VALUES];
    double curve[FIDELITY_STEPS + 1], sum = 0.0;
    for (int s = 0; s <= FIDELITY_STEPS; s++) {
        for (int i = 0; i < VALUES; i++)
            image[i] = places[i / 3] < PIXELS * s / FIDELITY_STEPS ? end[i] : begin[i];
        curve[s] = probability(infer, image, label);
    }
    for (int s = 0; s < FIDELITY_STEPS; s++)
        sum += (curve[s] + curve[s + 1]) / 2.0;
    return sum / FIDELITY_STEPS;
}

/* Property: areas are those of the definition, of the same pictures: the same bits. */
static void areas_are_those_of_the_definition(void **state)
{
    (void)state;
    static float rows[VALUES], blurred[VALUES], zeros[VALUES];
    static int places[PIXELS];
    Err err = {0};
    ActivationMaps maps;
    FidelityAreas areas;
    TestBatch batch = open_images();
    Net *net = open_net(1);
    Infer *infer = open_infer(net);
    const float *image = batch.images;
    assert_ok(activationmap_open(&maps, net, ACTIVATIONMAP_EXACT, &err), &err);
    activationmap_run(&maps, net, image, 1, ACTIVATIONMAP_AUTO);
    const int label = maps.labels[0];
    for (int p = 0; p < PIXELS; p++)
        places[p] = place_of(maps.maps, maps.side, p);
    fidelity_blur(image, SIDE, rows, blurred);
    measure(net, ACTIVATIONMAP_EXACT, 5, image, 0, &areas);
    assert_int_equal(areas.label, label);
    assert_true(areas.probability == probability(infer, image, label));
    const double deletion = naive_area(infer, places, image, zeros, label);
    const double insertion = naive_area(infer, places, blurred, image, label);
    assert_true(areas.of_map[FIDELITY_DELETION] == deletion);
    assert_true(areas.of_map[FIDELITY_INSERTION] == insertion);
    assert_true(areas.of_map[FIDELITY_DIFFERENCE] == insertion - deletion);
    assert_true(insertion != deletion);
    activationmap_release(&maps);
    infer_destroy(&infer);
    net_destroy(&net);
    nettest_release_batch(&batch);
}

/* One value of the blur by its formula in two dimensions. */
static double naive_blur(const float *image, int y, int x, int channel)
{
    const double deviation = SIDE / 16.0;
    const int reach = (int)ceil(3 * deviation);
    double sum = 0.0, total = 0.0;
    for (int v = y - reach; v <= y + reach; v++)
        for (int u = x - reach; u <= x + reach; u++) {
            if (v < 0 || v >= SIDE || u < 0 || u >= SIDE)
                continue;
            const double square = (v - y) * (v - y) + (u - x) * (u - x);
            const double w = exp(-square / (2 * deviation * deviation));
            sum += w * (double)image[(v * SIDE + u) * 3 + channel];
            total += w;
        }
    return sum / total;
}

/*
 * Property: the blur is that of the formula. A weight e^-a of a pass has a <= 4^2 / (2 * 1.25^2) =
 * 5.12, off by three roundings of 2^-24, and is itself off by a unit of 2^-23 at most: by less than
 * e = (5.12 * 1.5 + 1) * 2^-23 of itself. The mean of values up to m by such weights is off by at
 * most 2 e m, and rounded to float by 2^-24 m; two passes do so: less than 36 * 2^-23 m.
 */
static void the_blur_is_that_of_the_formula(void **state)
{
    (void)state;
    static float rows[VALUES], blurred[VALUES];
    TestBatch batch = open_images();
    const float *image = batch.images;
    double largest = 0.0;
    for (int i = 0; i < VALUES; i++)
        largest = fmax(largest, fabs((double)image[i]));
    fidelity_blur(image, SIDE, rows, blurred);
    for (int i = 0; i < VALUES; i++) {
        const double wanted = naive_blur(image, i / 3 / SIDE, i / 3 % SIDE, i % 3);
        assert_true(fabs((double)blurred[i] - wanted) <= 36 * 0x1p-23 * largest);
    }
    nettest_release_batch(&batch);
}

/*
 * Property: a picture that is the mean everywhere is its own deletion and its own blur: every area,
 * also of the random map, is its probability. 32 sums of two halves and a division round to double.
 */
static void a_picture_of_the_mean_has_flat_curves(void **state)
{
    (void)state;
    static const float zeros[VALUES];
    FidelityAreas areas;
    Net *net = open_net(2);
    measure(net, ACTIVATIONMAP_EXACT, 7, zeros, 0, &areas);
    for (int m = FIDELITY_INSERTION; m <= FIDELITY_DELETION; m++) {
        assert_true(fabs(areas.of_map[m] - areas.probability) <= 64 * 0x1p-53);
        assert_true(fabs(areas.of_random[m] - areas.probability) <= 64 * 0x1p-53);
    }
    net_destroy(&net);
}

/* Property: batch and threads change no bit, of CAM or Grad-CAM; the random map is the index's. */
static void the_same_bits_in_any_batch(void **state)
{
    (void)state;
    static const char *const layers[] = {NULL, "stages.1"};
    TestBatch batch = open_images();
    Net *many = open_net(3), *single = open_net(1);
    for (size_t l = 0; l < ARRAY_LEN(layers); l++) {
        Err err = {0};
        FidelityAreas a, b, other;
        int op = ACTIVATIONMAP_EXACT;
        if (layers[l] != NULL)
            assert_ok(activationmap_layer(many, layers[l], &op, &err), &err);
        const float *image = batch.images + l * VALUES;
        measure(many, op, FIDELITY_STEPS + 1, image, 4, &a);
        measure(single, op, 4, image, 4, &b);
        measure(single, op, 4, image, 5, &other);
        assert_memory_equal(a.of_map, b.of_map, sizeof a.of_map);
        assert_memory_equal(a.of_random, b.of_random, sizeof a.of_random);
        assert_memory_equal(a.of_map, other.of_map, sizeof a.of_map);
        assert_true(a.of_random[FIDELITY_DELETION] != other.of_random[FIDELITY_DELETION]);
    }
    net_destroy(&many);
    net_destroy(&single);
    nettest_release_batch(&batch);
}

/* Property: means, and the interval of the differences and not the difference of intervals: with
 * gains 0.1, 0.2, 0.3 the t quantile of 2 degrees of freedom, 2.920, times 0.1 / sqrt(3). */
static void gains_are_paired(void **state)
{
    (void)state;
    Err err = {0};
    FidelityAreas areas[3] = {0};
    FidelitySummary sums;
    for (int i = 0; i < 3; i++) {
        areas[i].of_random[FIDELITY_INSERTION] = 0.5 * (i % 2);
        areas[i].of_map[FIDELITY_INSERTION] = 0.5 * (i % 2) + 0.1 * (i + 1);
    }
    assert_ok(fidelity_summarise(areas, 3, &sums, &err), &err);
    const StatsInterval *gain = &sums.gain[FIDELITY_INSERTION];
    assert_true(fabs(gain->mean - 0.2) <= 1e-15);
    assert_true(fabs(gain->high - gain->mean - 2.920 * 0.1 / sqrt(3.0)) <= 1e-4);
    assert_true(fabs(sums.of_map[FIDELITY_INSERTION].mean - (0.5 / 3 + 0.2)) <= 1e-15);
    assert_true(fabs(sums.of_random[FIDELITY_INSERTION].mean - 0.5 / 3) <= 1e-15);
    assert_true(sums.gain[FIDELITY_DELETION].mean == 0.0);
}

static void refuse(Net *net, const float *image, const char *what)
{
    Err err = {0};
    Fidelity *fidelity = NULL;
    FidelityAreas areas;
    assert_ok(fidelity_create(&fidelity, net, ACTIVATIONMAP_EXACT, 2, &err), &err);
    assert_error(fidelity_measure(fidelity, image, 0, &areas, &err), ERR_DATA, &err, what, NULL);
    fidelity_destroy(&fidelity);
}

/* Property: what is no number is said, not averaged. */
static void no_numbers_are_refused(void **state)
{
    (void)state;
    static float image[VALUES];
    Net *net = open_net(1);
    image[7] = NAN;
    refuse(net, image, "its map has values that are no numbers");
    net_destroy(&net);
}

/* Minus infinity as the weight of a feature that the picture has, for a class that it is not. */
static void forbid_feature(Net *net, const ActivationMaps *maps)
{
    const int pixels = maps->side * maps->side;
    const int other = maps->labels[0] == 0 ? 1 : 0;
    const int index = net_n_tensors(net) - 2; /* the classifier's matrix, before its bias */
    float *w = mem_calloc(net_tensor(net, index)->n_elements, sizeof *w);
    int found = -1;
    for (int c = 0; c < maps->channels && found < 0; c++) {
        double sum = 0.0;
        for (int p = 0; p < pixels; p++)
            sum += (double)maps->features[p * maps->channels + c];
        found = sum > 0.0 ? c : -1;
    }
    assert_true(found >= 0);
    assert_int_equal(net_tensor(net, index)->n_elements, CLASSES * maps->channels);
    net_read(net, index, NET_WEIGHTS, w);
    w[other * maps->channels + found] = -INFINITY;
    net_write(net, index, NET_WEIGHTS, w);
    mem_free(w);
}

/*
 * Property: also where the whole picture is a number, and only a picture on the way is not: one
 * without any pixels left has features of 0, and 0 times infinity is none.
 */
static void no_numbers_on_the_way_are_refused(void **state)
{
    (void)state;
    Err err = {0};
    ActivationMaps maps;
    TestBatch batch = open_images();
    Net *net = open_net(1);
    assert_ok(activationmap_open(&maps, net, ACTIVATIONMAP_EXACT, &err), &err);
    activationmap_run(&maps, net, batch.images, 1, ACTIVATIONMAP_AUTO);
    const int label = maps.labels[0];
    forbid_feature(net, &maps);
    Infer *infer = open_infer(net);
    assert_true(probability(infer, batch.images, label) > 0.0);
    refuse(net, batch.images, "the probability of its class is no number");
    infer_destroy(&infer);
    activationmap_release(&maps);
    net_destroy(&net);
    nettest_release_batch(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(areas_are_those_of_the_definition),
                                       cmocka_unit_test(the_blur_is_that_of_the_formula),
                                       cmocka_unit_test(a_picture_of_the_mean_has_flat_curves),
                                       cmocka_unit_test(the_same_bits_in_any_batch),
                                       cmocka_unit_test(gains_are_paired),
                                       cmocka_unit_test(no_numbers_are_refused),
                                       cmocka_unit_test(no_numbers_on_the_way_are_refused)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
