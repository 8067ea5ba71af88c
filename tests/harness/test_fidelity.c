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

#include <math.h>
#include <string.h>

enum { SIDE = 20, PIXELS = SIDE * SIDE, VALUES = PIXELS * 3, CLASSES = 10, N = 2 };

static Network small_network(void)
{
    return nettest_zoo("proxy-b0", 0.5, CLASSES, SIDE);
}

static Net *open_net(int batch, int threads)
{
    Network network = small_network();
    const NetSettings settings = {.batch = batch,
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

static void measure(Net *net, int op, const float *image, uint64_t index, FidelityAreas *areas)
{
    Err err = {0};
    Fidelity *fidelity = NULL;
    assert_ok(fidelity_create(&fidelity, net, op, &err), &err);
    assert_ok(fidelity_measure(fidelity, image, index, areas, &err), &err);
    fidelity_destroy(&fidelity);
}

/* --- the definition, written once more --- */

static double probability(Net *net, const float *image, int label)
{
    float logits[CLASSES];
    net_forward(net, NET_WEIGHTS, image, 1, logits);
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

/* The blur by its formula in two dimensions. */
static void blur(const float *image, float *blurred)
{
    const double deviation = SIDE / 16.0;
    const int reach = (int)ceil(3 * deviation);
    for (int i = 0; i < VALUES; i++) {
        const int y = i / 3 / SIDE, x = i / 3 % SIDE;
        double sum = 0.0, total = 0.0;
        for (int v = y - reach; v <= y + reach; v++)
            for (int u = x - reach; u <= x + reach; u++) {
                if (v < 0 || v >= SIDE || u < 0 || u >= SIDE)
                    continue;
                const double square = (v - y) * (v - y) + (u - x) * (u - x);
                const double w = exp(-square / (2 * deviation * deviation));
                sum += w * (double)image[(v * SIDE + u) * 3 + i % 3];
                total += w;
            }
        blurred[i] = (float)(sum / total);
    }
}

/* The area of an order, from `begin` to `end`. */
static double naive_area(Net *net, const int *places, const float *begin, const float *end,
                         int label)
{
    static float image[VALUES];
    double curve[FIDELITY_STEPS + 1], sum = 0.0;
    for (int s = 0; s <= FIDELITY_STEPS; s++) {
        for (int i = 0; i < VALUES; i++)
            image[i] = places[i / 3] < PIXELS * s / FIDELITY_STEPS ? end[i] : begin[i];
        curve[s] = probability(net, image, label);
    }
    for (int s = 0; s < FIDELITY_STEPS; s++)
        sum += (curve[s] + curve[s + 1]) / 2.0;
    return sum / FIDELITY_STEPS;
}

/* Most that the probability moves for one unit that all pixels move, up and down in turns. */
static double steepness(Net *net, const float *image, int label)
{
    static const float step = 0x1p-8f;
    static float moved[VALUES];
    double most = 0.0;
    for (int period = 1; period <= VALUES; period *= 2) {
        for (int i = 0; i < VALUES; i++)
            moved[i] = image[i] + (i / period % 2 == 0 ? step : -step);
        const double off = fabs(probability(net, moved, label) - probability(net, image, label));
        most = fmax(most, off / (double)step);
    }
    return most;
}

/*
 * Property: areas are those of the definition. Deletion sees the same numbers: the same bits. The
 * blurred picture's may differ by the rounding of its two passes and by what fm_expf's weights are
 * off, together at most 4 x 2^-23 of the largest value; that moves the probability by no more than
 * ten times what the steepest of twelve patterns of so much does.
 */
static void areas_are_those_of_the_definition(void **state)
{
    (void)state;
    static float blurred[VALUES], zeros[VALUES];
    static int places[PIXELS];
    Err err = {0};
    ActivationMaps maps;
    FidelityAreas areas;
    TestBatch batch = open_images();
    Net *net = open_net(5, 1);
    const float *image = batch.images;
    assert_ok(activationmap_open(&maps, net, ACTIVATIONMAP_EXACT, &err), &err);
    activationmap_run(&maps, net, image, 1, ACTIVATIONMAP_AUTO);
    const int label = maps.labels[0];
    for (int p = 0; p < PIXELS; p++)
        places[p] = place_of(maps.maps, maps.side, p);
    measure(net, ACTIVATIONMAP_EXACT, image, 0, &areas);
    assert_int_equal(areas.label, label);
    assert_true(areas.probability == probability(net, image, label));
    const double deletion = naive_area(net, places, image, zeros, label);
    assert_true(areas.of_map[FIDELITY_DELETION] == deletion);
    blur(image, blurred);
    double largest = 0.0;
    for (int i = 0; i < VALUES; i++)
        largest = fmax(largest, fabs((double)image[i]));
    const double insertion = naive_area(net, places, blurred, image, label);
    const double allowed = 10 * 4 * 0x1p-23 * largest * steepness(net, blurred, label);
    assert_true(fabs(areas.of_map[FIDELITY_INSERTION] - insertion) <= allowed);
    assert_true(allowed < 1e-3 * fabs(insertion - areas.probability));
    assert_true(areas.of_map[FIDELITY_DIFFERENCE] ==
                areas.of_map[FIDELITY_INSERTION] - areas.of_map[FIDELITY_DELETION]);
    activationmap_release(&maps);
    net_destroy(&net);
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
    Net *net = open_net(7, 2);
    measure(net, ACTIVATIONMAP_EXACT, zeros, 0, &areas);
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
    Net *wide = open_net(FIDELITY_STEPS + 1, 3), *narrow = open_net(4, 1);
    for (size_t l = 0; l < ARRAY_LEN(layers); l++) {
        Err err = {0};
        FidelityAreas a, b, other;
        int op = ACTIVATIONMAP_EXACT;
        if (layers[l] != NULL)
            assert_ok(activationmap_layer(wide, layers[l], &op, &err), &err);
        const float *image = batch.images + l * VALUES;
        measure(wide, op, image, 4, &a);
        measure(narrow, op, image, 4, &b);
        measure(narrow, op, image, 5, &other);
        assert_memory_equal(a.of_map, b.of_map, sizeof a.of_map);
        assert_memory_equal(a.of_random, b.of_random, sizeof a.of_random);
        assert_memory_equal(a.of_map, other.of_map, sizeof a.of_map);
        assert_true(a.of_random[FIDELITY_DELETION] != other.of_random[FIDELITY_DELETION]);
    }
    net_destroy(&wide);
    net_destroy(&narrow);
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

/* Property: what is no number is said, not averaged. */
static void no_numbers_are_refused(void **state)
{
    (void)state;
    static float image[VALUES];
    Err err = {0};
    Fidelity *fidelity = NULL;
    FidelityAreas areas;
    Net *net = open_net(2, 1);
    image[7] = NAN;
    assert_ok(fidelity_create(&fidelity, net, ACTIVATIONMAP_EXACT, &err), &err);
    assert_error(fidelity_measure(fidelity, image, 0, &areas, &err), ERR_DATA, &err, "is no number",
                 NULL);
    fidelity_destroy(&fidelity);
    net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(areas_are_those_of_the_definition),
                                       cmocka_unit_test(a_picture_of_the_mean_has_flat_curves),
                                       cmocka_unit_test(the_same_bits_in_any_batch),
                                       cmocka_unit_test(gains_are_paired),
                                       cmocka_unit_test(no_numbers_are_refused)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
