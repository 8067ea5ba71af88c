/*
 * MNIST, Fashion-MNIST and any other set in IDX files, plain or gzip. Grey becomes three equal
 * channels. Of a set that is no row of its own ("idx") the classes are the values of its labels, in
 * ascending order, whatever the first of them is.
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

#define TRANSPOSE_MARK "transposed"

enum {
    IDX_UNSIGNED_BYTE = 8,
    IDX_RANK_IMAGES = 3,
    IDX_RANK_LABELS = 1,
    IDX_N_CLASSES = 10,
    IDX_MAX_SIDE = 4096,
    IDX_MAX_IMAGES = 1 << 24,
    IDX_MAX_LABELS = 256,
    IDX_NAME_BYTES = 64,
    IDX_N_SPLITS = 2, /* DATA_TRAIN and DATA_TEST */
};

static const uint64_t idx_max_bytes = (uint64_t)4 << 30; /* of one file's values */

typedef struct IdxSplit {
    uint8_t *pixels; /* count images of height x width bytes */
    uint8_t *labels;
    int height;
    int width;
} IdxSplit;

typedef struct Idx {
    IdxSplit splits[IDX_N_SPLITS];
    char *folder;
    bool is_transposed; /* rows of the file are columns of the picture */
} Idx;

/* The file names' first parts, in the splits' order; what other sets than MNIST call the second. */
static const char *const prefixes[IDX_N_SPLITS] = {"train", "t10k"};
static const char *const other_prefixes[IDX_N_SPLITS] = {"train", "test"};

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
    const DataSize stored = {idx->splits[split].height, idx->splits[split].width};
    *size = idx->is_transposed ? (DataSize){stored.width, stored.height} : stored;
    return ERR_NONE;
}

static ErrCode idx_read(const void *state, DataSplit split, uint32_t index, DataSize size,
                        uint8_t *rgb, Err *err)
{
    (void)err;
    const bool is_transposed = ((const Idx *)state)->is_transposed;
    const uint8_t *grey = image_of(state, split, index);
    for (int y = 0; y < size.height; y++) {
        for (int x = 0; x < size.width; x++) {
            const int at = is_transposed ? x * size.height + y : y * size.width + x;
            for (int c = 0; c < DATA_CHANNELS; c++)
                *rgb++ = grey[at];
        }
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
    for (int split = 0; split < IDX_N_SPLITS; split++) {
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

/* True for "PREFIX-images-idx3-ubyte" and the like behind any first part, packed or not. */
static bool has_form(const char *name, const char *const forms[2], const char *prefix)
{
    const size_t n = strlen(name);
    const size_t n_plain = text_ends_with(name, ".gz") ? n - strlen(".gz") : n;
    for (int i = 0; i < 2; i++) {
        char wanted[IDX_NAME_BYTES];
        snprintf(wanted, sizeof wanted, forms[i], prefix);
        const size_t n_wanted = strlen(wanted);
        if (n_plain >= n_wanted && strncmp(name + n_plain - n_wanted, wanted, n_wanted) == 0 &&
            (n_plain == n_wanted || name[n_plain - n_wanted - 1] == '-'))
            return true;
    }
    return false;
}

/*
 * *path: the one file of that form under any first part, such as emnist-letters-train-images-...,
 * plain before .gz (mem_free it).
 */
static ErrCode find_any_file(char **path, const char *folder, const char *const forms[2],
                             DataSplit split, Err *err)
{
    FileList list = {0};
    const char *found = NULL;
    *path = NULL;
    TRY(file_list(folder, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        const char *name = list.names[i];
        if (!has_form(name, forms, prefixes[split]) &&
            !has_form(name, forms, other_prefixes[split]))
            continue;
        /* the list is sorted: a packed twin stands behind its plain file */
        if (found != NULL &&
            !(text_starts_with(name, found) && strcmp(name + strlen(found), ".gz") == 0)) {
            err_set(err, ERR_DATA,
                    "'%s' holds more than one set, '%s' and '%s': give each a folder of its own",
                    folder, found, name);
            goto fail;
        }
        found = found != NULL ? found : name;
    }
    if (found == NULL) {
        err_set(err, ERR_DATA, "'%s' has no file '*%s%s' or '*%s%s.gz'", folder, prefixes[split],
                forms[0] + strlen("%s"), prefixes[split], forms[0] + strlen("%s"));
        goto fail;
    }
    *path = file_join(folder, found);
    if (*path == NULL)
        err_memory(err, strlen(found));
fail:
    file_list_release(&list);
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
            return err_set(err, ERR_DATA,
                           "'%s' has label %d for image %" PRIu32
                           ", not 0 to %d (data.name: idx takes the classes from the labels)",
                           path, split->labels[i], i, IDX_N_CLASSES - 1);
    }
    return ERR_NONE;
}

/* Classes in the order of the labels' values, named by them; labels become class numbers. */
static ErrCode classes_from_labels(DatasetParts *parts, Err *err)
{
    Idx *idx = parts->state;
    int class_of[IDX_MAX_LABELS] = {0}, n = 0;
    Text names = {0};
    for (int which = 0; which < IDX_N_SPLITS; which++) {
        for (uint32_t i = 0; i < parts->count[which]; i++)
            class_of[idx->splits[which].labels[i]] = 1;
    }
    for (int value = 0; value < IDX_MAX_LABELS; value++) {
        if (class_of[value] == 0)
            continue;
        class_of[value] = n++;
        text_printf(&names, "%d\n", value);
    }
    for (int which = 0; which < IDX_N_SPLITS; which++) {
        for (uint32_t i = 0; i < parts->count[which]; i++)
            idx->splits[which].labels[i] = (uint8_t)class_of[idx->splits[which].labels[i]];
    }
    TRY(text_ok(&names, err));
    TRY(source_read_class_names(parts, idx->folder, names.data, names.n_bytes, n, err));
    if (n < 2)
        err_set(err, ERR_DATA, "'%s' has one label only, at least 2 are needed", idx->folder);
fail:
    text_release(&names);
    return err->code;
}

static ErrCode read_split(DatasetParts *parts, const char *folder, DataSplit which, bool is_any,
                          Hasher *hasher, Err *err)
{
    IdxSplit *split = &((Idx *)parts->state)->splits[which];
    char *images = NULL, *labels = NULL;
    uint32_t dims[IDX_RANK_IMAGES], n_labels = 0;
    if (is_any) {
        TRY(find_any_file(&images, folder, image_forms, which, err));
        TRY(find_any_file(&labels, folder, label_forms, which, err));
    } else {
        TRY(find_file(&images, folder, image_forms, prefixes[which], err));
        TRY(find_file(&labels, folder, label_forms, prefixes[which], err));
    }
    TRY(read_file(images, IDX_RANK_IMAGES, dims, &split->pixels, hasher, err));
    TRY(read_file(labels, IDX_RANK_LABELS, &n_labels, &split->labels, hasher, err));
    if (n_labels != dims[0]) {
        err_set(err, ERR_DATA, "'%s' has %" PRIu32 " images, but '%s' has %" PRIu32 " labels",
                images, dims[0], labels, n_labels);
        goto fail;
    }
    if (!is_any)
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
    static const char fashion[] =
        "t-shirt\ntrouser\npullover\ndress\ncoat\nsandal\nshirt\nsneaker\n"
        "bag\nankle boot\n";
    static const char digits[] = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    const char *names = strcmp(kind->name, "mnist") == 0 ? digits : fashion;
    const bool is_any = strcmp(kind->name, "idx") == 0;
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
    idx->is_transposed = settings->transpose;
    hash_update(hasher, kind->name, strlen(kind->name) + 1);
    TRY(read_split(parts, path, DATA_TRAIN, is_any, hasher, err));
    TRY(read_split(parts, path, DATA_TEST, is_any, hasher, err));
    if (is_any)
        TRY(classes_from_labels(parts, err));
    else
        TRY(source_read_class_names(parts, kind->name, names, strlen(names), IDX_N_CLASSES, err));
    if (settings->transpose)
        hash_update(hasher, TRANSPOSE_MARK, sizeof TRANSPOSE_MARK);
    hash_hex(hash_digest(hasher), parts->digest);
fail:
    hash_destroy(&hasher);
    return err->code;
}
