/* imageset: what the file holds, sharing, damage, faults, thread identity, where it lies. */
#include "tests/data/datafixture.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "data/imageset.h"
#include "data/resize.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_TRAIN = 9, N_VAL = 4, N_TEST = 5, SIDE = 12 };

static ErrCode try_open(ImageSet **set, const Dataset *data, int threads, ImageSetReport *report,
                        Err *err)
{
    Split split;
    const SplitSizes sizes = {{N_TRAIN, N_VAL, N_TEST}};
    const ImageSetSettings settings = {.resolution = SIDE, .threads = threads};
    *err = (Err){0};
    *set = NULL;
    TRY(split_init(&split, data, &sizes, err));
    TRY(imageset_open(set, data, &split, &settings, report, err));
fail:
    split_release(&split);
    return err->code;
}

static void remove_cache(void)
{
    Err err = {0};
    assert_ok(dir_remove_tree(NULL, fixture_path("cache"), &err), &err);
}

/* Every image is the source's, resized; labels and indices are the split's. */
static void test_holds_the_resized_images(void **state)
{
    (void)state;
    Err err = {0};
    ImageSet *set;
    ImageSetReport report;
    Split split;
    const SplitSizes sizes = {{N_TRAIN, N_VAL, N_TEST}};
    const DataSize native = {32, 32}, out = {SIDE, SIDE};
    uint8_t source[32 * 32 * 3], wanted[SIDE * SIDE * 3];
    void *scratch = aligned_alloc(64, (resize_scratch_bytes(native, out) + 63) / 64 * 64);
    fixture_cifar(10, 10, 10);
    Dataset *data = fixture_open_cifar();
    assert_ok(split_init(&split, data, &sizes, &err), &err);
    assert_ok(try_open(&set, data, 2, &report, &err), &err);
    assert_true(report.was_built);
    assert_int_equal(report.n_images, N_TRAIN + N_VAL + N_TEST);
    assert_int_equal(imageset_n_classes(set), 10);
    for (int part = 0; part < N_PARTS; part++) {
        assert_int_equal(imageset_count(set, (DataPart)part), split.count[part]);
        for (uint32_t i = 0; i < split.count[part]; i++) {
            const DataSplit pool = data_part_split(data, (DataPart)part);
            const ImageView view = imageset_view(set, (DataPart)part, i);
            assert_int_equal(view.index, split.index[part][i]);
            assert_int_equal(view.label, dataset_label(data, pool, view.index));
            assert_ok(dataset_image_read(data, pool, view.index, native, source, &err), &err);
            resize_rgb(wanted, out, source, 32 * 3, native, scratch);
            assert_memory_equal(view.rgb, wanted, sizeof wanted);
        }
    }
    free(scratch);
    split_release(&split);
    imageset_close(&set);
    dataset_close(&data);
}

/* For random resized crops train keeps the source's very pixels; the other parts are resized. */
static void test_keeps_the_source_of_train(void **state)
{
    (void)state;
    Err err = {0};
    ImageSet *set;
    ImageSetReport report;
    Split split;
    uint8_t source[32 * 32 * 3];
    const SplitSizes sizes = {{N_TRAIN, N_VAL, N_TEST}};
    const ImageSetSettings settings = {.resolution = SIDE, .keep_train_source = true, .threads = 2};
    fixture_cifar(10, 10, 10);
    Dataset *data = fixture_open_cifar();
    assert_ok(split_init(&split, data, &sizes, &err), &err);
    assert_ok(imageset_open(&set, data, &split, &settings, &report, &err), &err);
    for (uint32_t i = 0; i < N_TRAIN; i++) {
        const ImageView view = imageset_view(set, PART_TRAIN, i);
        assert_true(view.height == 32 && view.width == 32);
        assert_ok(
            dataset_image_read(data, DATA_TRAIN, view.index, (DataSize){32, 32}, source, &err),
            &err);
        assert_memory_equal(view.rgb, source, sizeof source);
    }
    assert_int_equal(imageset_max_size(set, PART_TRAIN).width, 32);
    assert_int_equal(imageset_max_size(set, PART_VAL).width, SIDE);
    imageset_close(&set);
    split_release(&split);
    dataset_close(&data);
}

/*
 * A share of 0.5 of 32 pixels is the central 16, untouched at 16 px; it has a file of its own. With
 * 1, or 0, nothing is cut.
 */
static void test_keeps_the_central_square(void **state)
{
    (void)state;
    Err err = {0};
    ImageSet *set, *whole;
    ImageSetReport report, whole_report;
    Split split;
    uint8_t source[32 * 32 * 3];
    const SplitSizes sizes = {{N_TRAIN, N_VAL, N_TEST}};
    const ImageSetSettings settings = {.resolution = 16, .center_crop = 0.5, .threads = 2};
    ImageSetSettings one = settings, none = settings;
    one.center_crop = 1.0;
    none.center_crop = 0.0;
    fixture_cifar(10, 10, 10);
    Dataset *data = fixture_open_cifar();
    assert_ok(split_init(&split, data, &sizes, &err), &err);
    assert_ok(imageset_open(&set, data, &split, &settings, &report, &err), &err);
    for (int part = 0; part < N_PARTS; part++) {
        const ImageView view = imageset_view(set, (DataPart)part, 1);
        const DataSplit pool = data_part_split(data, (DataPart)part);
        assert_ok(dataset_image_read(data, pool, view.index, (DataSize){32, 32}, source, &err),
                  &err);
        for (size_t y = 0; y < 16; y++)
            assert_memory_equal(view.rgb + y * 16 * 3, source + ((y + 8) * 32 + 8) * 3, 16 * 3);
    }
    assert_ok(imageset_open(&whole, data, &split, &one, &whole_report, &err), &err);
    assert_string_not_equal(report.path, whole_report.path);
    imageset_close(&set);
    assert_ok(imageset_open(&set, data, &split, &none, &report, &err), &err);
    assert_string_equal(report.path, whole_report.path);
    imageset_close(&set);
    imageset_close(&whole);
    split_release(&split);
    dataset_close(&data);
}

static bool say_stop(void *user, uint32_t done, uint32_t total)
{
    uint32_t *told = user;
    assert_true(done >= 1 && done <= total);
    *told = total;
    return false;
}

/* A listener that has had enough ends the building; no file of that name is left. */
static void test_building_can_be_stopped(void **state)
{
    (void)state;
    Err err = {0};
    ImageSet *set;
    ImageSetReport report;
    Split split;
    uint32_t told = 0;
    const SplitSizes sizes = {{N_TRAIN, N_VAL, N_TEST}};
    const ImageSetSettings settings = {
        .resolution = SIDE, .threads = 2, .progress = say_stop, .progress_user = &told};
    Dataset *data = fixture_open_polytex();
    remove_cache();
    assert_ok(split_init(&split, data, &sizes, &err), &err);
    assert_error(imageset_open(&set, data, &split, &settings, &report, &err), ERR_INTERRUPTED, &err,
                 "interrupted", NULL);
    assert_int_equal(told, N_TRAIN + N_VAL + N_TEST);
    assert_false(file_exists(report.path));
    split_release(&split);
    dataset_close(&data);
}

/* The second opening finds the file of the first; another size does not. */
static void test_is_found_again(void **state)
{
    (void)state;
    Err err;
    ImageSet *a, *b;
    ImageSetReport report;
    Dataset *data = fixture_open_polytex();
    remove_cache();
    assert_ok(try_open(&a, data, 1, &report, &err), &err);
    assert_true(report.was_built);
    assert_ok(try_open(&b, data, 2, &report, &err), &err);
    assert_false(report.was_built || report.was_damaged);
    imageset_close(&b);
    b = fixture_images(data, N_TRAIN, N_VAL, N_TEST, SIDE + 1, 1);
    assert_int_equal(imageset_resolution(b), SIDE + 1);
    imageset_close(&b);
    assert_ok(try_open(&b, data, 1, &report, &err), &err);
    assert_int_equal(imageset_resolution(b), SIDE);
    assert_false(report.was_built || report.was_damaged);
    imageset_close(&b);
    imageset_close(&a);
    dataset_close(&data);
}

/* The file's bytes do not depend on the number of threads, for rendered and for resized sets. */
static void test_same_bytes_for_any_threads(void **state)
{
    (void)state;
    fixture_cifar(20, 20, 20);
    Dataset *sets[2] = {fixture_open_cifar(), fixture_open_polytex()};
    for (int s = 0; s < 2; s++) {
        static const int threads[] = {1, 2, 3, 7};
        char *first = NULL, *bytes;
        size_t n_first = 0, n_bytes;
        for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
            Err err;
            ImageSet *set;
            ImageSetReport report;
            remove_cache();
            assert_ok(try_open(&set, sets[s], threads[t], &report, &err), &err);
            assert_true(report.was_built);
            assert_ok(file_read(report.path, 1 << 24, &bytes, &n_bytes, &err), &err);
            imageset_close(&set);
            if (first == NULL) {
                first = bytes;
                n_first = n_bytes;
                continue;
            }
            assert_int_equal(n_bytes, n_first);
            assert_memory_equal(bytes, first, n_first);
            mem_free(bytes);
        }
        mem_free(first);
        dataset_close(&sets[s]);
    }
}

static void put_bytes(const char *path, const char *bytes, size_t n_bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n_bytes, file), n_bytes);
    assert_int_equal(fclose(file), 0);
}

/* Any flipped bit, any cut and any foreign file of that name is noticed and written anew. */
static void test_damage_is_noticed(void **state)
{
    (void)state;
    Err err;
    ImageSet *set;
    ImageSetReport report;
    char *bytes;
    size_t n_bytes;
    Dataset *data = fixture_open_polytex();
    remove_cache();
    assert_ok(try_open(&set, data, 1, &report, &err), &err);
    imageset_close(&set);
    assert_ok(file_read(report.path, 1 << 24, &bytes, &n_bytes, &err), &err);
    char *path = mem_strdup(report.path);
    for (size_t at = 0; at < n_bytes; at += at + 160 < n_bytes ? 331 : 3) {
        bytes[at] ^= 0x10;
        put_bytes(path, bytes, n_bytes);
        bytes[at] ^= 0x10;
        assert_ok(try_open(&set, data, 1, &report, &err), &err);
        if (!(report.was_damaged && report.was_built))
            fail_msg("a flipped bit at byte %zu of %zu was not noticed", at, n_bytes);
        imageset_close(&set);
    }
    const size_t cuts[] = {0, 1, 8, 135, 136, n_bytes / 16 * 8, n_bytes - 8};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        put_bytes(path, bytes, cuts[i]);
        assert_ok(try_open(&set, data, 1, &report, &err), &err);
        assert_true(report.was_damaged && report.was_built);
        imageset_close(&set);
    }
    mem_free(path);
    mem_free(bytes);
    dataset_close(&data);
}

/*
 * Every file operation may fail at any of its calls: an error that names the file, and no file of
 * the final name; the next try succeeds.
 */
static void test_faults_while_writing(void **state)
{
    (void)state;
    static const struct {
        SysCallKind kind;
        int error;
    } faults[] = {{SYS_WRITE, ENOSPC}, {SYS_FSYNC, EIO}, {SYS_RENAME, EIO}};
    Dataset *data = fixture_open_polytex();
    for (size_t f = 0; f < ARRAY_LEN(faults); f++) {
        long k = 1;
        for (;; k++) {
            Err err;
            ImageSet *set;
            ImageSetReport report;
            remove_cache();
            sysfault_arm(faults[f].kind, k, SYS_FAIL, faults[f].error);
            const ErrCode code = try_open(&set, data, 1, &report, &err);
            const bool fired = sysfault_fired();
            sysfault_clear();
            if (!fired) {
                assert_ok(code, &err);
                imageset_close(&set);
                break;
            }
            assert_error(code, faults[f].error == ENOSPC ? ERR_FULL : ERR_IO, &err, "test-data",
                         NULL);
            assert_null(set);
            /* A failed fsync of the folder comes after the rename: the file is there, and whole. */
            if (file_exists(report.path) && faults[f].kind != SYS_FSYNC)
                fail_msg("kind %zu call %ld left a file", f, k);
        }
        assert_true(k > 1);
    }
    dataset_close(&data);
}

/*
 * Negative control for the check on opening: a torn file under the final name (rename without
 * the writes behind it) is never taken for a good one.
 */
static void test_torn_writes_are_never_used(void **state)
{
    (void)state;
    Err err;
    ImageSet *set;
    ImageSetReport report;
    Dataset *data = fixture_open_polytex();
    remove_cache();
    sysfault_arm(SYS_WRITE, 1, SYS_SKIP, 0);
    const ErrCode code = try_open(&set, data, 1, &report, &err);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_error(code, ERR_IO, &err, "read back", NULL);
    assert_ok(try_open(&set, data, 1, &report, &err), &err);
    assert_true(report.was_built && report.was_damaged);
    imageset_close(&set);
    dataset_close(&data);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    fixture_cifar(10, 10, 10);
    Dataset *data = fixture_open_cifar();
    long k = 1;
    for (bool fired = true; fired; k++) {
        Err err;
        ImageSet *set;
        ImageSetReport report;
        remove_cache();
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = try_open(&set, data, 1, &report, &err);
        fired = sysfault_fired();
        sysfault_clear();
        /* Sweeping old temporaries is optional, so its own allocations may fail unnoticed. */
        if (code != ERR_NONE && code != ERR_MEMORY)
            fail_msg("allocation %ld: %s", k, err.msg);
        if (!fired)
            assert_ok(code, &err);
        imageset_close(&set);
    }
    assert_true(k > 10);
    dataset_close(&data);
}

/* ISOFLOP_CACHE, else XDG_CACHE_HOME/isoflop, else HOME/.cache/isoflop, else the fallback. */
static void test_where_it_lies(void **state)
{
    (void)state;
    char *kept[3];
    static const char *const names[3] = {"ISOFLOP_CACHE", "XDG_CACHE_HOME", "HOME"};
    char here[FIXTURE_PATH_BYTES], home[2 * FIXTURE_PATH_BYTES];
    Dataset *data = fixture_open_polytex();
    for (int i = 0; i < 3; i++)
        kept[i] = getenv(names[i]) != NULL ? mem_strdup(getenv(names[i])) : NULL;
    assert_non_null(getcwd(here, sizeof here));
    snprintf(home, sizeof home, "%s/%s/home", here, fixture_folder());
    for (int i = 0; i < 4; i++) {
        Err err = {0};
        Split split;
        ImageSet *set;
        ImageSetReport report;
        char wanted[4 * FIXTURE_PATH_BYTES];
        const SplitSizes sizes = {{2, 1, 1}};
        const ImageSetSettings settings = {
            .resolution = 8, .threads = 1, .fallback_dir = fixture_path("study")};
        for (int k = 0; k < 3; k++) {
            unsetenv(names[k]);
            if (k >= i)
                setenv(names[k], home, 1);
        }
        static const char *const below[3] = {"", "/isoflop", "/.cache/isoflop"};
        snprintf(wanted, sizeof wanted, "%s%s/polytex-8-", i < 3 ? home : settings.fallback_dir,
                 i < 3 ? below[i] : "");
        assert_ok(split_init(&split, data, &sizes, &err), &err);
        assert_ok(imageset_open(&set, data, &split, &settings, &report, &err), &err);
        if (strncmp(report.path, wanted, strlen(wanted)) != 0)
            fail_msg("'%s' does not begin with '%s'", report.path, wanted);
        imageset_close(&set);
        split_release(&split);
    }
    for (int i = 0; i < 3; i++) {
        if (kept[i] != NULL)
            setenv(names[i], kept[i], 1);
        mem_free(kept[i]);
    }
    dataset_close(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds_the_resized_images),
        cmocka_unit_test(test_keeps_the_source_of_train),
        cmocka_unit_test(test_keeps_the_central_square),
        cmocka_unit_test(test_building_can_be_stopped),
        cmocka_unit_test(test_is_found_again),
        cmocka_unit_test(test_same_bytes_for_any_threads),
        cmocka_unit_test(test_damage_is_noticed),
        cmocka_unit_test(test_faults_while_writing),
        cmocka_unit_test(test_torn_writes_are_never_used),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_where_it_lies),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
