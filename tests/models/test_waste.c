/* Pixels that pay for nothing: what is counted, which sizes are aligned, the papers' networks. */
#include "tests/models/models_test.h"

#include "models/waste.h"

#include <float.h>
#include <math.h>

static Spec spec_at(const char *name, int pixels)
{
    Spec spec = zoo_spec(name);
    spec.resolution = pixels;
    return spec;
}

/* The sum over the operations that convolve, from the list itself. */
static double convolutions(const Spec *spec)
{
    Network network = {0};
    Err err = {0};
    double sum = 0;
    if (resolve_network(&network, spec, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (int i = 0; i < network.n_ops; i++)
        if (network.ops[i].kind == OP_CONV || network.ops[i].kind == OP_DEPTHWISE)
            sum += (double)network.ops[i].macs;
    network_release(&network);
    return sum;
}

/*
 * Property: waste is the convolutions' cost over that of aligned pixels, whichever aligned size
 * gives the law. Sums of integers below 2^53 are exact: a dozen products and divisions round, each
 * by half a unit at most.
 */
static void convolutions_alone_are_counted(void **state)
{
    (void)state;
    static const char *const names[] = {"efficientnet-b0", "proxy-b0", "resnet-50",
                                        "resnet-20-cifar", "mobilenet-v3-small"};
    static const int sizes[] = {31, 32, 33, 47, 225, 260};
    for (size_t n = 0; n < ARRAY_LEN(names); n++)
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            const Spec spec = spec_at(names[n], sizes[i]), base = spec_at(names[n], 224);
            const double share = sizes[i] / 224.0;
            const double wanted = convolutions(&spec) / (convolutions(&base) * share * share);
            const Waste waste = waste_count(&spec);
            if (!(fabs(waste.ratio - wanted) <= 8 * DBL_EPSILON * wanted))
                fail_msg("%s at %d px: %.17g, not %.17g", names[n], sizes[i], waste.ratio, wanted);
        }
}

/* Three sizes people meet, known to three or four digits, rounded or cut off. */
static void known_sizes_waste_what_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int pixels;
        double ratio, tolerance;
        int stride, aligned;
    } rows[] = {{"efficientnet-b0", 224, 1.0, 0, 32, 224},
                {"efficientnet-b0", 225, 1.155, 0.001, 32, 224},
                {"efficientnet-b2", 260, 1.12, 0.005, 32, 256},
                {"proxy-b0", 32, 1.0, 0, 8, 32},
                {"proxy-b0", 33, 1.16, 0.005, 8, 32}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Spec spec = spec_at(rows[i].name, rows[i].pixels);
        const Waste waste = waste_count(&spec);
        if (!(fabs(waste.ratio - rows[i].ratio) <= rows[i].tolerance))
            fail_msg("%s at %d px: %.5f", rows[i].name, rows[i].pixels, waste.ratio);
        assert_int_equal(waste.stride, rows[i].stride);
        assert_int_equal(waste.aligned, rows[i].aligned);
        assert_int_equal(waste_is_large(&waste), rows[i].ratio > 1);
    }
}

/* Properties: half way the larger size is nearest; below the strides' product it is that; strides
 * without end have no aligned size. */
static void nearest_size_is_aligned(void **state)
{
    (void)state;
    Spec spec = spec_at("efficientnet-b0", 240);
    assert_int_equal(waste_count(&spec).aligned, 256);
    spec.resolution = 239;
    assert_int_equal(waste_count(&spec).aligned, 224);
    spec.resolution = 3;
    assert_int_equal(waste_count(&spec).aligned, 32);
    for (int s = 1; s < SPEC_MAX_STAGES; s++)
        spec.stages[s] = spec.stages[0];
    spec.n_stages = SPEC_MAX_STAGES;
    for (int s = 0; s < SPEC_MAX_STAGES; s++)
        spec.stages[s].stride = 2;
    const Waste waste = waste_count(&spec);
    assert_int_equal(waste.stride, 0);
    assert_int_equal(waste.aligned, 0);
    assert_true(isnan(waste.ratio));
    assert_false(waste_is_large(&waste));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_alone_are_counted),
        cmocka_unit_test(known_sizes_waste_what_is_known),
        cmocka_unit_test(nearest_size_is_aligned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
