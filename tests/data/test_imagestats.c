/* imagestats: against a plain double computation, and the same for any number of threads. */
#include "tests/data/datafixture.h"

#include "data/imagestats.h"

#include <math.h>
#include <string.h>

/* Sums are exact; a double rounds the quotient, the float once more: 2^-24 relative. */
static void test_mean_and_deviation(void **state)
{
    (void)state;
    fixture_cifar(30, 20, 10);
    Dataset *data = fixture_open_cifar();
    ImageSet *set = fixture_images(data, 20, 10, 5, 16, 1);
    const DataStats stats = imagestats_compute(set, PART_TRAIN, 1);
    for (int c = 0; c < DATA_CHANNELS; c++) {
        long double sum = 0, square = 0, n = 0;
        for (uint32_t i = 0; i < 20; i++) {
            const ImageView view = imageset_view(set, PART_TRAIN, i);
            for (int p = 0; p < 16 * 16; p++) {
                const long double v = view.rgb[p * DATA_CHANNELS + c] / 255.0L;
                sum += v, square += v * v, n += 1;
            }
        }
        const double mean = (double)(sum / n);
        const double std = (double)sqrtl(square / n - sum / n * (sum / n));
        assert_true(fabs((double)stats.mean[c] - mean) <= 0x1p-23 * mean);
        assert_true(fabs((double)stats.std[c] - std) <= 0x1p-23 * std);
        for (int v = 0; v < 256; v++)
            assert_true(fabs((double)stats.value[c][v] - (v / 255.0 - mean) / std) <= 0x1p-20);
    }
    imageset_close(&set);
    dataset_close(&data);
}

static void test_same_for_any_threads(void **state)
{
    (void)state;
    Dataset *data = fixture_open_polytex();
    ImageSet *set = fixture_images(data, 50, 10, 5, 16, 1);
    const DataStats one = imagestats_compute(set, PART_TRAIN, 1);
    static const int threads[] = {2, 3, 7};
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        const DataStats many = imagestats_compute(set, PART_TRAIN, threads[i]);
        assert_memory_equal(&one, &many, sizeof one);
    }
    imageset_close(&set);
    dataset_close(&data);
}

/* An image of one colour has no deviation; values stay finite and the mean maps to zero. */
static void test_constant_images(void **state)
{
    (void)state;
    static uint8_t record[CIFAR_RECORD_BYTES];
    memset(record + 1, 128, sizeof record - 1);
    fixture_write("flat/data_batch_1.bin", record, sizeof record);
    fixture_write("flat/test_batch.bin", record, sizeof record);
    Err err = {0};
    Dataset *data;
    const DatasetSettings settings = {.name = "cifar-10", .path = fixture_path("flat")};
    assert_ok(dataset_open(&data, &settings, &err), &err);
    ImageSet *set = fixture_images(data, 1, 0, 1, 8, 1);
    const DataStats stats = imagestats_compute(set, PART_TRAIN, 1);
    for (int c = 0; c < DATA_CHANNELS; c++) {
        assert_true(stats.std[c] == 1.0f / 255.0f);
        assert_true(fabsf(stats.value[c][128]) <= 0x1p-20f);
        assert_true(isfinite(stats.value[c][0]) && isfinite(stats.value[c][255]));
    }
    imageset_close(&set);
    dataset_close(&data);
}

/* Given numbers are kept, and normalise every value of a pixel: to half a unit of the float. */
static void test_given(void **state)
{
    (void)state;
    const float mean[DATA_CHANNELS] = {0.5F, 0.25F, 0.0F},
                std[DATA_CHANNELS] = {0.5F, 0.125F, 1.0F};
    const DataStats stats = imagestats_given(mean, std);
    assert_memory_equal(stats.mean, mean, sizeof mean);
    assert_memory_equal(stats.std, std, sizeof std);
    for (int c = 0; c < DATA_CHANNELS; c++)
        for (int v = 0; v < 256; v++) {
            const double wanted = (v / 255.0 - (double)mean[c]) / (double)std[c];
            assert_true(fabs((double)stats.value[c][v] - wanted) <= 0x1p-24 * fabs(wanted));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_and_deviation),
        cmocka_unit_test(test_same_for_any_threads),
        cmocka_unit_test(test_constant_images),
        cmocka_unit_test(test_given),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
