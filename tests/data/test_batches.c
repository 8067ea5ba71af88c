/*
 * batches: order, sizes, independence of threads and of the order in which batches are asked for.
 */
#include "tests/data/datafixture.h"

#include "base/sys.h"
#include "base/sysfault.h"
#include "data/batches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { N_TRAIN = 23, N_VAL = 7, N_TEST = 5, SIDE = 8, BATCH = 6 };
enum { VALUES = SIDE * SIDE * DATA_CHANNELS };

static Dataset *data;
static ImageSet *set;
static DataStats stats;
static float x[BATCH * VALUES], y[BATCH * VALUES];
static int32_t labels[BATCH], other_labels[BATCH];

static int open_all(void **state)
{
    fixture_setup(state);
    data = fixture_open_polytex();
    set = fixture_images(data, N_TRAIN, N_VAL, N_TEST, SIDE, 1);
    stats = imagestats_compute(set, PART_TRAIN, 1);
    return 0;
}

static int close_all(void **state)
{
    imageset_close(&set);
    dataset_close(&data);
    return fixture_teardown(state);
}

static Batches *make(DataPart part, bool shuffle, bool drop_last, unsigned augment)
{
    Err err = {0};
    Batches *batches;
    const BatchSettings settings = {.part = part,
                                    .batch = BATCH,
                                    .shuffle = shuffle,
                                    .drop_last = drop_last,
                                    .augment = augment,
                                    .seed = 11,
                                    .max_threads = 7};
    assert_ok(batches_create(&batches, set, &stats, &settings, &err), &err);
    return batches;
}

/* Training drops the rest, evaluation keeps it. */
static void test_counts(void **state)
{
    (void)state;
    Batches *train = make(PART_TRAIN, true, true, 0), *val = make(PART_VAL, false, false, 0);
    assert_int_equal(batches_count(train), 3);
    assert_int_equal(batches_size(train, 2), BATCH);
    assert_int_equal(batches_count(val), 2);
    assert_int_equal(batches_size(val, 0), BATCH);
    assert_int_equal(batches_size(val, 1), 1);
    batches_destroy(&train);
    batches_destroy(&val);
}

/* File order, normalised values, right labels. */
static void test_file_order(void **state)
{
    (void)state;
    Batches *batches = make(PART_VAL, false, false, 0);
    for (uint32_t b = 0; b < batches_count(batches); b++) {
        batches_fill(batches, b, &(Batch){.x = x, .label = labels}, 2);
        for (int i = 0; i < batches_size(batches, b); i++) {
            const ImageView view = imageset_view(set, PART_VAL, b * BATCH + (uint32_t)i);
            assert_int_equal(labels[i], view.label);
            for (int k = 0; k < VALUES; k++)
                assert_true(x[i * VALUES + k] == stats.value[k % DATA_CHANNELS][view.rgb[k]]);
        }
    }
    batches_destroy(&batches);
}

static bool is_plain(const float *values, ImageView view)
{
    for (int k = 0; k < VALUES; k++)
        if (values[k] != stats.value[k % DATA_CHANNELS][view.rgb[k]])
            return false;
    return true;
}

/* Place in the set of the image at a position of the epoch, found by its pixels (no augmentation).
 */
static uint32_t place_of(Batches *plain, uint32_t position)
{
    static float all[BATCH * VALUES];
    static int32_t unused[BATCH];
    const int i = (int)(position % BATCH);
    batches_fill_image(plain, position / BATCH, i, &(Batch){.x = all, .label = unused}, 0);
    uint32_t place = 0;
    while (place < N_TRAIN && !is_plain(all + i * VALUES, imageset_view(set, PART_TRAIN, place)))
        place++;
    assert_true(place < N_TRAIN);
    return place;
}

/* Each epoch is a permutation; epochs differ; an epoch comes back the same after another. */
static void test_shuffled_epochs(void **state)
{
    (void)state;
    uint32_t first[N_TRAIN];
    Batches *batches = make(PART_TRAIN, true, false, 0);
    for (uint32_t epoch = 0; epoch < 3; epoch++) {
        uint64_t seen = 0;
        int n_same = 0;
        batches_begin_epoch(batches, epoch);
        for (uint32_t i = 0; i < N_TRAIN; i++) {
            const uint32_t place = place_of(batches, i);
            seen |= (uint64_t)1 << place;
            n_same += epoch > 0 && first[i] == place;
            first[i] = epoch == 0 ? place : first[i];
        }
        assert_true(seen == ((uint64_t)1 << N_TRAIN) - 1);
        assert_true(epoch == 0 || n_same < N_TRAIN / 2);
    }
    batches_begin_epoch(batches, 0);
    for (uint32_t i = 0; i < N_TRAIN; i++)
        assert_int_equal(first[i], place_of(batches, i));
    batches_destroy(&batches);
}

/* The same bits for 1, 2, 3 and 7 threads, for images asked one by one, and in any order. */
static void test_same_bits_whoever_fills(void **state)
{
    (void)state;
    const unsigned ops = AUGMENT_FLIP | AUGMENT_CROP | AUGMENT_CUTOUT;
    static const int threads[] = {2, 3, 7};
    Batches *a = make(PART_TRAIN, true, true, ops), *b = make(PART_TRAIN, true, true, ops);
    batches_begin_epoch(a, 4);
    batches_begin_epoch(b, 4);
    batches_fill(b, 2, &(Batch){.x = y, .label = other_labels}, 1);
    for (uint32_t batch = 0; batch < batches_count(a); batch++) {
        batches_fill(a, batch, &(Batch){.x = x, .label = labels}, 1);
        for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
            memset(y, 0xFF, sizeof y);
            batches_fill(b, batch, &(Batch){.x = y, .label = other_labels}, threads[t]);
            assert_memory_equal(x, y, sizeof x);
            assert_memory_equal(labels, other_labels, sizeof labels);
        }
        memset(y, 0xFF, sizeof y);
        for (int i = BATCH - 1; i >= 0; i--)
            batches_fill_image(b, batch, i, &(Batch){.x = y, .label = other_labels}, i % 7);
        assert_memory_equal(x, y, sizeof x);
    }
    batches_destroy(&a);
    batches_destroy(&b);
}

/* What an image becomes depends on its index in the set, not on the batch it is in. */
static void test_augmentation_follows_the_image(void **state)
{
    (void)state;
    Batches *shuffled = make(PART_TRAIN, true, true, AUGMENT_FLIP | AUGMENT_CROP);
    Batches *in_order = make(PART_TRAIN, false, true, AUGMENT_FLIP | AUGMENT_CROP);
    Batches *plain = make(PART_TRAIN, true, true, 0); /* in the order of `shuffled` */
    int n_compared = 0;
    for (uint32_t p = 0; p < 3 * BATCH; p++) {
        for (uint32_t q = 0; q < 3 * BATCH; q++) {
            if (place_of(plain, p) != q)
                continue;
            batches_fill(shuffled, p / BATCH, &(Batch){.x = x, .label = labels}, 1);
            batches_fill(in_order, q / BATCH, &(Batch){.x = y, .label = labels}, 1);
            assert_memory_equal(x + p % BATCH * VALUES, y + q % BATCH * VALUES,
                                VALUES * sizeof(float));
            n_compared++;
        }
    }
    assert_true(n_compared > BATCH);
    batches_destroy(&plain);
    batches_destroy(&shuffled);
    batches_destroy(&in_order);
}

/*
 * A mixed image is share times itself plus the rest of the next one's, both as they are without
 * mixup, to the bit; both labels are there; the last image's next is the first.
 */
static void test_mixup(void **state)
{
    (void)state;
    static float mixed[BATCH * VALUES], share[BATCH];
    int32_t second[BATCH];
    const unsigned ops = AUGMENT_FLIP | AUGMENT_CROP;
    Batches *plain = make(PART_TRAIN, true, false, ops);
    Batches *mixing = make(PART_TRAIN, true, false, ops | AUGMENT_MIXUP);
    batches_begin_epoch(plain, 3);
    batches_begin_epoch(mixing, 3);
    for (uint32_t p = 0; p < N_TRAIN; p++) {
        const uint32_t next = (p + 1) % N_TRAIN;
        const int i = (int)(p % BATCH), j = (int)(next % BATCH);
        batches_fill(plain, p / BATCH, &(Batch){.x = x, .label = labels}, 1);
        batches_fill(plain, next / BATCH, &(Batch){.x = y, .label = other_labels}, 2);
        const int32_t wanted[2] = {labels[i], other_labels[j]};
        const Batch into = {mixed, labels, second, share};
        batches_fill(mixing, p / BATCH, &into, 1 + (int)(p % 7));
        assert_int_equal(labels[i], wanted[0]);
        assert_int_equal(second[i], wanted[1]);
        assert_true(share[i] >= 0.0f && share[i] <= 1.0f);
        for (int k = 0; k < VALUES; k++)
            assert_true(mixed[i * VALUES + k] ==
                        share[i] * x[i * VALUES + k] + (1.0f - share[i]) * y[j * VALUES + k]);
    }
    batches_destroy(&plain);
    batches_destroy(&mixing);
}

/*
 * Shares are Beta(0.2, 0.2): mean 1/2 and variance 1/(4*1.4) = 0.1786, of n = 4600 draws. The mean
 * is off by at most 5*sqrt(0.1786/n) = 0.031; squares of deviations, between 0 and 1/4, have a
 * variance below 1/64, so their mean is off by at most 5*0.125/sqrt(n) = 0.0092.
 */
static void test_shares(void **state)
{
    (void)state;
    static float mixed[BATCH * VALUES], share[BATCH];
    int32_t second[BATCH];
    const Batch into = {mixed, labels, second, share};
    double sum = 0.0, squares = 0.0;
    int n = 0;
    Batches *mixing = make(PART_TRAIN, true, false, AUGMENT_MIXUP);
    for (uint32_t epoch = 0; epoch < 200; epoch++) {
        batches_begin_epoch(mixing, epoch);
        for (uint32_t b = 0; b < batches_count(mixing); b++) {
            batches_fill(mixing, b, &into, 1);
            for (int i = 0; i < batches_size(mixing, b); i++, n++) {
                const double d = (double)share[i] - 0.5;
                sum += d;
                squares += d * d;
            }
        }
    }
    assert_int_equal(n, 4600);
    assert_true(sum / n > -0.031 && sum / n < 0.031);
    assert_true(squares / n > 0.1786 - 0.0092 && squares / n < 0.1786 + 0.0092);
    batches_destroy(&mixing);
}

static void test_too_few_images(void **state)
{
    (void)state;
    Err err = {0};
    Batches *batches;
    const BatchSettings settings = {
        .part = PART_TEST, .batch = BATCH, .drop_last = true, .max_threads = 1};
    assert_error(batches_create(&batches, set, &stats, &settings, &err), ERR_USAGE, &err,
                 "test has 5 images", "6");
    assert_null(batches);
}

static void test_allocations_may_fail(void **state)
{
    (void)state;
    const BatchSettings settings = {.part = PART_TEST, .batch = 1, .max_threads = 1};
    for (long k = 1; k <= 2; k++) {
        Err err = {0};
        Batches *batches;
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = batches_create(&batches, set, &stats, &settings, &err);
        assert_true(sysfault_fired());
        sysfault_clear();
        assert_error(code, ERR_MEMORY, &err, NULL, NULL);
        assert_null(batches);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_file_order),
        cmocka_unit_test(test_shuffled_epochs),
        cmocka_unit_test(test_same_bits_whoever_fills),
        cmocka_unit_test(test_augmentation_follows_the_image),
        cmocka_unit_test(test_mixup),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_too_few_images),
        cmocka_unit_test(test_allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
