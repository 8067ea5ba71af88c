/* harness/databench: what is measured hangs together, whatever the machine. */
#include "harness/databench.h"

#include "tests/data/datafixture.h"

#include <math.h>

enum { N_TRAIN = 12, N_OTHER = 4, SIDE = 8 };

static Dataset *data;
static ImageSet *set;

static int open_all(void **state)
{
    fixture_setup(state);
    data = fixture_open_polytex();
    set = fixture_images(data, N_TRAIN, N_OTHER, N_OTHER, SIDE, 1);
    return 0;
}

static int close_all(void **state)
{
    imageset_close(&set);
    dataset_close(&data);
    return fixture_teardown(state);
}

/*
 * Property: more batches than an epoch has are timed, with every augmentation's buffers; the rate
 * is the median's, to the rounding of a few products.
 */
static void rates_hang_together(void **state)
{
    (void)state;
    static const unsigned augments[] = {0, AUGMENT_CROP | AUGMENT_FLIP, AUGMENT_MIXUP};
    for (size_t i = 0; i < ARRAY_LEN(augments); i++) {
        Err err = {0};
        DatabenchReport report;
        const DatabenchSettings settings = {.batch = 5, .augment = augments[i]};
        assert_ok(databench_run(set, &settings, &report, &err), &err);
        assert_in_range(report.batches, 10, 1000);
        assert_true(report.ms_min > 0.0 && report.ms_per_batch >= report.ms_min);
        const double images = report.images_per_second * report.ms_per_batch * 1e-3;
        assert_true(fabs(images - settings.batch) <= 1e-12 * settings.batch);
    }
}

/* Property: a subset without even one batch is the user's mistake. */
static void needs_a_batch(void **state)
{
    (void)state;
    Err err = {0};
    DatabenchReport report;
    const DatabenchSettings settings = {.batch = N_TRAIN + 1};
    assert_error(databench_run(set, &settings, &report, &err), ERR_USAGE, &err, "too few", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rates_hang_together),
                                       cmocka_unit_test(needs_a_batch)};
    return cmocka_run_group_tests(tests, open_all, close_all);
}
