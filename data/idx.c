/*
 * MNIST and Fashion-MNIST in IDX files, plain or gzip. Grey becomes three equal channels.
 *
 * An IDX file is 0 0 type rank, then rank dimensions as big-endian 32-bit numbers, then the values.
 * Here: unsigned bytes (type 8), rank 3 for images, 1 for labels. Source: LeCun, Cortes, Burges,
 * "The MNIST database of handwritten digits".
 */
#include "data/bytestream.h"
#include "data/source.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    IDX_UNSIGNED_BYTE = 8,
    IDX_RANK_IMAGES = 3,
    IDX_RANK_LABELS = 1,
    IDX_N_CLASSES = 10,
    IDX_MAX_SIDE = 4096,
    IDX_MAX_IMAGES = 1 << 24,
};

static const uint64_t idx_max_bytes = (uint64_t)4 << 30; /* of one file's values */

typedef struct IdxSplit {
    uint8_t *pixels; /* count images of height x width bytes */
    uint8_t *labels;
    int height;
    int width;
} IdxSplit;

typedef struct Idx {
    IdxSplit splits[DATA_N_SPLITS];
    char *folder;
} Idx;

/* The file names' first parts, in the splits' order. */
static const char *const prefixes[DATA_N_SPLITS] = {"train", "t10k"};

/* Names in use: with a hyphen as published, with a dot as some unpackers leave them. */
static const char *const image_forms[] = {"%s-images-idx3-ubyte", "%s-images.idx3-ubyte"};
static const char *const label_forms[] = {"%s-labels-idx1-ubyte", "%s-labels.idx1-ubyte"};

static const uint8_t *image_of(const Idx *idx, DataSplit split, uint32_t index)
{
    const IdxSplit *s = &idx->splits[split];
    return s->pixels + (size_t)index * (size_t)s->height * (size_t)s->width;
}

static ErrCode idx_size(const void *state, DataSplit split, uint32_t index, DataSize *size,
                        Err *err)
{
    (void)index, (void)err;
    const Idx *idx = state;
    *size = (DataSize){idx->splits[split].height, idx->splits[split].width};
    return ERR_NONE;
}

static ErrCode idx_read(const void *state, DataSplit split, uint32_t index, DataSize size,
                        uint8_t *rgb, Err *err)
{
    (void)err;
    const uint8_t *grey = image_of(state, split, index);
    const size_t n = (size_t)size.height * (size_t)size.width;
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < DATA_CHANNELS; c++)
            rgb[i * DATA_CHANNELS + (size_t)c] = grey[i];
    }
    return ERR_NONE;
}

static uint64_t idx_key(const void *state, DataSplit split, uint32_t index)
{
    const Idx *idx = state;
    const IdxSplit *s = &idx->splits[split];
    return hash_64(image_of(idx, split, index), (size_t)s->height * (size_t)s->width);
}

static int idx_label(const void *state, DataSplit split, uint32_t index)
{
    const Idx *idx = state;
    return idx->splits[split].labels[index];
}

static void idx_describe(const void *state, DataSplit split, uint32_t index, char *text, size_t n)
{
    const Idx *idx = state;
    snprintf(text, n, "%s %s image %" PRIu32, idx->folder, prefixes[split], index);
}

static void idx_destroy(void *state)
{
    Idx *idx = state;
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        mem_free(idx->splits[split].pixels);
        mem_free(idx->splits[split].labels);
    }
    mem_free(idx->folder);
    mem_free(idx);
}

static const DatasetOps idx_ops = {
    .size = idx_size,
    .read = idx_read,
    .key = idx_key,
    .label = idx_label,
    .describe = idx_describe,
    .destroy = idx_destroy,
};

/* *path: the first of the forms that exists in the folder, plain before .gz (mem_free it). */
static ErrCode find_file(char **path, const char *folder, const char *const forms[2],
                         const char *prefix, Err *err)
{
    static const char *const endings[] = {"", ".gz"};
    *path = NULL;
    for (int i = 0; i < 4; i++) {
        Text name = {0};
        text_printf(&name, forms[i / 2], prefix);
        text_append(&name, endings[i % 2]);
        char *candidate = text_ok(&name, err) == ERR_NONE ? file_join(folder, name.data) : NULL;
        text_release(&name);
        if (candidate == NULL)
            return err_memory(err, strlen(folder));
        if (file_exists(candidate)) {
            *path = candidate;
            return ERR_NONE;
        }
        mem_free(candidate);
    }
    Text wanted = {0};
    text_printf(&wanted, forms[0], prefix);
    err_set(err, ERR_DATA, "'%s' has no file '%s' or '%s.gz'", folder, text_string(&wanted),
            text_string(&wanted));
    text_release(&wanted);
    return err->code;
}

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Magic and dimensions; *n_values gets their product. */
static ErrCode read_header(ByteStream *stream, const char *path, int rank, uint32_t *dims,
                           uint64_t *n_values, Err *err)
{
    uint8_t bytes[4];
    TRY(bytestream_read(stream, bytes, sizeof bytes, err));
    if (bytes[0] || bytes[1] || bytes[2] != IDX_UNSIGNED_BYTE || bytes[3] != rank)
        return err_set(err, ERR_DATA,
                       "'%s' begins with %02x %02x %02x %02x, an IDX file of this kind with "
                       "00 00 08 %02x",
                       path, bytes[0], bytes[1], bytes[2], bytes[3], (unsigned)rank);
    *n_values = 1;
    for (int i = 0; i < rank; i++) {
        TRY(bytestream_read(stream, bytes, sizeof bytes, err));
        dims[i] = big_endian(bytes);
        if (dims[i] == 0 || dims[i] > (i == 0 ? IDX_MAX_IMAGES : IDX_MAX_SIDE))
            return err_set(err, ERR_DATA, "'%s' declares dimension %d as %" PRIu32 ", not 1 to %d",
                           path, i, dims[i], i == 0 ? IDX_MAX_IMAGES : IDX_MAX_SIDE);
        *n_values *= dims[i]; /* below 2^48 */
    }
    if (*n_values > idx_max_bytes)
        return err_set(err, ERR_DATA,
                       "'%s' declares %" PRIu64 " bytes of values, more than %" PRIu64, path,
                       *n_values, idx_max_bytes);
    return ERR_NONE;
fail:
    return err->code;
}

/* All values of a file. The memory grows with what is really there, not with what is declared. */
static ErrCode read_values(ByteStream *stream, uint64_t n_values, uint8_t **values, Err *err)
{
    enum { PIECE_BYTES = 1 << 20 };
    size_t capacity = 0;
    for (uint64_t n = 0; n < n_values;) {
        const size_t piece = n_values - n < PIECE_BYTES ? (size_t)(n_values - n) : PIECE_BYTES;
        TRY(mem_grow(values, &capacity, (size_t)n + piece, 1, err));
        TRY(bytestream_read(stream, *values + n, piece, err));
        n += piece;
    }
    return bytestream_expect_end(stream, err);
fail:
    return err->code;
}

static ErrCode read_file(const char *path, int rank, uint32_t *dims, uint8_t **values,
                         Hasher *hasher, Err *err)
{
    ByteStream *stream = NULL;
    uint64_t n_values = 0;
    TRY(bytestream_open(&stream, path, err));
    TRY(read_header(stream, path, rank, dims, &n_values, err));
    TRY(read_values(stream, n_values, values, err));
    hash_update(hasher, dims, (size_t)rank * sizeof *dims);
    hash_update(hasher, *values, n_values);
fail:
    bytestream_close(&stream);
    return err->code;
}

static ErrCode check_labels(const IdxSplit *split, const char *path, uint32_t n, Err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        if (split->labels[i] >= IDX_N_CLASSES)
            return err_set(err, ERR_DATA, "'%s' has label %d for image %" PRIu32 ", not 0 to %d",
                           path, split->labels[i], i, IDX_N_CLASSES - 1);
    }
    return ERR_NONE;
}

static ErrCode read_split(DatasetParts *parts, const char *folder, DataSplit which, Hasher *hasher,
                          Err *err)
{
    IdxSplit *split = &((Idx *)parts->state)->splits[which];
    char *images = NULL, *labels = NULL;
    uint32_t dims[IDX_RANK_IMAGES], n_labels = 0;
    TRY(find_file(&images, folder, image_forms, prefixes[which], err));
    TRY(find_file(&labels, folder, label_forms, prefixes[which], err));
    TRY(read_file(images, IDX_RANK_IMAGES, dims, &split->pixels, hasher, err));
    TRY(read_file(labels, IDX_RANK_LABELS, &n_labels, &split->labels, hasher, err));
    if (n_labels != dims[0]) {
        err_set(err, ERR_DATA, "'%s' has %" PRIu32 " images, but '%s' has %" PRIu32 " labels",
                images, dims[0], labels, n_labels);
        goto fail;
    }
    TRY(check_labels(split, labels, n_labels, err));
    split->height = (int)dims[1];
    split->width = (int)dims[2];
    parts->count[which] = dims[0];
fail:
    mem_free(images);
    mem_free(labels);
    return err->code;
}

ErrCode idx_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                 const DatasetSettings *settings, Err *err)
{
    (void)settings;
    static const char fashion[] =
        "t-shirt\ntrouser\npullover\ndress\ncoat\nsandal\nshirt\nsneaker\n"
        "bag\nankle boot\n";
    static const char digits[] = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    const char *names = strcmp(kind->name, "mnist") == 0 ? digits : fashion;
    Hasher *hasher = hash_create();
    Idx *idx = mem_calloc(1, sizeof *idx);
    if (hasher == NULL || idx == NULL) {
        mem_free(idx);
        err_memory(err, sizeof *idx);
        goto fail;
    }
    parts->ops = &idx_ops;
    parts->state = idx;
    idx->folder = mem_strdup(path);
    if (idx->folder == NULL) {
        err_memory(err, strlen(path));
        goto fail;
    }
    hash_update(hasher, kind->name, strlen(kind->name) + 1);
    TRY(read_split(parts, path, DATA_TRAIN, hasher, err));
    TRY(read_split(parts, path, DATA_TEST, hasher, err));
    TRY(source_read_class_names(parts, kind->name, names, strlen(names), IDX_N_CLASSES, err));
    hash_hex(hash_digest(hasher), parts->digest);
fail:
    hash_destroy(&hasher);
    return err->code;
}
