/*
 * tests/fuzz/fuzz_idx.c: IDX files, plain and compressed. An input is a byte (odd: the files are
 * .gz), the size of the images' file in two bytes, that file, and the labels' file; both splits are
 * of the same files.
 */
#include "tests/fuzz/fuzz.h"

#include "base/sys.h"
#include "data/dataset.h"

#include <stdio.h>

enum { HEAD_BYTES = 3, NAME_BYTES = 64, MAX_PIXELS = 1 << 18, MAX_READ = 3, COLOURS = 3 };

static void put_files(const uint8_t *images, size_t n_images, const uint8_t *labels,
                      size_t n_labels, bool is_compressed)
{
    static const char *const splits[] = {"train", "t10k"};
    for (size_t i = 0; i < ARRAY_LEN(splits); i++) {
        char name[NAME_BYTES];
        const char *end = is_compressed ? ".gz" : "";
        snprintf(name, sizeof(name), "%s-images-idx3-ubyte%s", splits[i], end);
        (void)fuzz_file(name, images, n_images);
        snprintf(name, sizeof(name), "%s-labels-idx1-ubyte%s", splits[i], end);
        (void)fuzz_file(name, labels, n_labels);
    }
}

static void read_image(const Dataset *data, DataSplit split, uint32_t i)
{
    DataSize size = {0};
    Err err = {0};
    const int label = dataset_label(data, split, i);
    fuzz_require(label >= 0 && label < dataset_n_classes(data), "a label is that of a class");
    if (!fuzz_read(dataset_image_size(data, split, i, &size, &err), &err) ||
        (int64_t)size.height * size.width > MAX_PIXELS)
        return;
    uint8_t *rgb = mem_calloc((size_t)size.height * (size_t)size.width, COLOURS);
    fuzz_require(rgb != NULL, "there is memory");
    (void)fuzz_read(dataset_image_read(data, split, i, size, rgb, &err), &err);
    mem_free(rgb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    Dataset *set = NULL;
    Err err = {0};
    if (n_bytes < HEAD_BYTES)
        return 0;
    const bool is_compressed = data[0] % 2 == 1;
    const size_t wanted = (size_t)data[1] | (size_t)data[2] << 8, n = n_bytes - HEAD_BYTES;
    const size_t n_images = wanted < n ? wanted : n;
    const uint8_t *images = data + HEAD_BYTES;
    put_files(images, n_images, images + n_images, n - n_images, is_compressed);
    const DatasetSettings settings = {.name = "idx", .path = fuzz_folder(), .threads = 1};
    if (fuzz_read(dataset_open(&set, &settings, &err), &err))
        for (DataSplit split = 0; split < DATA_N_SPLITS; split++)
            for (uint32_t i = 0; i < dataset_count(set, split) && i < MAX_READ; i++)
                read_image(set, split, i);
    dataset_close(&set);
    return 0;
}
