#include "tests/data/datafixture.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/sys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[FIXTURE_PATH_BYTES];

int fixture_setup(void **state)
{
    Err err = {0};
    (void)state;
    snprintf(folder, sizeof folder, "test-data-%ld", (long)getpid());
    assert_ok(dir_remove_tree(NULL, folder, &err), &err);
    assert_ok(file_make_dirs(folder, &err), &err);
    unsetenv("ISOFLOP_DATA");
    setenv("ISOFLOP_CACHE", fixture_path("cache"), 1);
    return 0;
}

int fixture_teardown(void **state)
{
    Err err = {0};
    (void)state;
    return dir_remove_tree(NULL, folder, &err) == ERR_NONE ? 0 : -1;
}

const char *fixture_folder(void)
{
    return folder;
}

const char *fixture_path(const char *name)
{
    static char paths[4][2 * FIXTURE_PATH_BYTES];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void assert_ok(ErrCode code, const Err *err)
{
    if (code != ERR_NONE)
        fail_msg("%s at %s:%d: %s", err_name(code), err->file, err->line, err->msg);
}

void assert_error(ErrCode code, ErrCode wanted, const Err *err, const char *text, const char *also)
{
    if (code == ERR_NONE)
        fail_msg("expected an error of kind %s", err_name(wanted));
    if (code != wanted || err->code != wanted)
        fail_msg("expected %s, got %s: %s", err_name(wanted), err_name(code), err->msg);
    if (text != NULL && strstr(err->msg, text) == NULL)
        fail_msg("'%s' is not in: %s", text, err->msg);
    if (also != NULL && strstr(err->msg, also) == NULL)
        fail_msg("'%s' is not in: %s", also, err->msg);
}

void fixture_write(const char *name, const void *data, size_t n_bytes)
{
    Err err = {0};
    const char *path = fixture_path(name);
    char *parent = file_folder(path);
    assert_non_null(parent);
    assert_ok(file_make_dirs(parent, &err), &err);
    mem_free(parent);
    /* Not file_write: thousands of damaged copies need no fsync. */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, n_bytes, file), n_bytes);
    assert_int_equal(fclose(file), 0);
}

/* Rows from the bottom, each of whole words; blue first. */
void fixture_bmp(const char *name, int width, int height, const uint8_t *rgb)
{
    enum { HEADER = 54, MAX_SIDE = 64 };
    static uint8_t file[HEADER + MAX_SIDE * MAX_SIDE * 3];
    const int stride = (3 * width + 3) / 4 * 4;
    memset(file, 0, sizeof file);
    memcpy(file, (uint8_t[HEADER]){'B', 'M', [10] = HEADER, [14] = 40, [26] = 1, [28] = 24},
           HEADER);
    file[18] = (uint8_t)width;
    file[22] = (uint8_t)height;
    for (int y = 0; y < height; y++)
        for (int i = 0; i < 3 * width; i++)
            file[HEADER + (height - 1 - y) * stride + i / 3 * 3 + 2 - i % 3] =
                rgb[y * width * 3 + i];
    fixture_write(name, file, (size_t)(HEADER + stride * height));
}

void fixture_cifar_file(const char *name, uint32_t first, uint32_t n)
{
    uint8_t *bytes = mem_alloc((size_t)n * CIFAR_RECORD_BYTES);
    assert_non_null(bytes);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *record = bytes + (size_t)i * CIFAR_RECORD_BYTES;
        Rng rng = rng_start(99, RNG_RENDER, 0, first + i);
        record[0] = (uint8_t)((first + i) % 10);
        for (size_t k = 1; k < CIFAR_RECORD_BYTES; k++)
            record[k] = (uint8_t)rng_u32(&rng);
    }
    fixture_write(name, bytes, (size_t)n * CIFAR_RECORD_BYTES);
    mem_free(bytes);
}

void fixture_cifar(uint32_t n1, uint32_t n2, uint32_t nt)
{
    fixture_cifar_file("cifar/data_batch_1.bin", 0, n1);
    fixture_cifar_file("cifar/data_batch_2.bin", n1, n2);
    fixture_cifar_file("cifar/test_batch.bin", n1 + n2, nt);
}

Dataset *fixture_open_cifar(void)
{
    Err err = {0};
    Dataset *data;
    const DatasetSettings settings = {.name = "cifar-10", .path = fixture_path("cifar")};
    assert_ok(dataset_open(&data, &settings, &err), &err);
    return data;
}

Dataset *fixture_open_polytex(void)
{
    Err err = {0};
    Dataset *data;
    const DatasetSettings settings = {.name = "polytex"};
    assert_ok(dataset_open(&data, &settings, &err), &err);
    return data;
}

ImageSet *fixture_images(const Dataset *data, int64_t n_train, int64_t n_val, int64_t n_test,
                         int resolution, int threads)
{
    Err err = {0};
    Split split;
    ImageSet *set;
    ImageSetReport report;
    const SplitSizes sizes = {{n_train, n_val, n_test}};
    const ImageSetSettings settings = {.resolution = resolution, .threads = threads};
    assert_ok(split_init(&split, data, &sizes, &err), &err);
    assert_ok(imageset_open(&set, data, &split, &settings, &report, &err), &err);
    split_release(&split);
    return set;
}
