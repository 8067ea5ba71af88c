/* Images are made in groups: all threads fill one buffer, then one thread writes it. */
#include "data/imagebuild.h"

#include "data/resize.h"

#include "base/arena.h"
#include "base/sys.h"

#include <omp.h>
#include <string.h>

enum {
    GROUP_BYTES = 16 << 20, /* of pixels made before they are written (at least one image) */
    PADDING = 8,
};

/* Buffers of one thread: a source image and what resizing needs. They only grow. */
typedef struct Maker {
    uint8_t *source;
    size_t source_bytes;
    Arena scratch;
    Err err;
    size_t failed_at; /* record whose making failed, n_records if none */
} Maker;

/* How a stored image becomes a record. */
typedef struct Fit {
    bool keeps_size;
    double center_crop;
} Fit;

static size_t record_bytes(const ImageRecord *record)
{
    return (size_t)record->height * record->width * DATA_CHANNELS;
}

ErrCode image_table_init(ImageTable *table, const Dataset *data, const Split *split,
                         const ImageSetSettings *settings, Err *err)
{
    *table = (ImageTable){0};
    table->n_train = split->count[PART_TRAIN];
    table->n_val = split->count[PART_VAL];
    for (int part = 0; part < N_PARTS; part++)
        table->n_records += split->count[part];
    table->records = mem_calloc(table->n_records, sizeof *table->records);
    if (table->records == NULL)
        return err_memory(err, table->n_records * sizeof *table->records);
    uint64_t offset = 0;
    ImageRecord *record = table->records;
    for (int part = 0; part < N_PARTS; part++) {
        const DataSplit source = data_part_split(data, (DataPart)part);
        for (uint32_t i = 0; i < split->count[part]; i++, record++) {
            DataSize size = {settings->resolution, settings->resolution};
            record->index = split->index[part][i];
            if (part == PART_TRAIN && settings->keep_train_source && !dataset_is_rendered(data))
                TRY(dataset_image_size(data, source, record->index, &size, err));
            record->label = (uint32_t)dataset_label(data, source, record->index);
            record->height = (uint32_t)size.height;
            record->width = (uint32_t)size.width;
            record->offset = offset;
            offset += record_bytes(record);
        }
    }
    return ERR_NONE;
fail:
    image_table_release(table);
    return err->code;
}

static ErrCode grow(void **block, size_t *n_bytes, size_t wanted, Err *err)
{
    if (*n_bytes >= wanted)
        return ERR_NONE;
    mem_free(*block);
    *n_bytes = 0;
    *block = mem_alloc(wanted);
    if (!*block)
        return err_memory(err, wanted);
    *n_bytes = wanted;
    return ERR_NONE;
}

/* One stored image: decoded, then its centre square resized. */
static ErrCode make_stored(Maker *maker, const Dataset *data, DataSplit split,
                           const ImageRecord *record, const Fit *fit, uint8_t *rgb)
{
    const DataSize out = {(int)record->height, (int)record->width};
    DataSize in;
    size_t offset = 0;
    void *source = maker->source;
    Err *err = &maker->err;
    TRY(dataset_image_size(data, split, record->index, &in, err));
    if (fit->keeps_size)
        return dataset_image_read(data, split, record->index, in, rgb, err);
    const ErrCode code = grow(&source, &maker->source_bytes,
                              (size_t)in.height * (size_t)in.width * DATA_CHANNELS, err);
    maker->source = source;
    TRY(code);
    TRY(dataset_image_read(data, split, record->index, in, maker->source, err));
    const int side = resize_centre_square(in, fit->center_crop, &offset);
    const DataSize square = {side, side};
    const size_t scratch_bytes = resize_scratch_bytes(square, out);
    if (maker->scratch.size < scratch_bytes) {
        arena_release(&maker->scratch);
        TRY(arena_reserve(&maker->scratch, scratch_bytes, err));
    }
    resize_rgb(rgb, out, maker->source + offset, (size_t)in.width * DATA_CHANNELS, square,
               maker->scratch.base);
    return ERR_NONE;
fail:
    return err->code;
}

/* Records [begin, end) into the buffer, on all threads; thread t takes every T-th. */
static void make_group(const ImageTable *table, const Dataset *data,
                       const ImageSetSettings *settings, size_t begin, size_t end, Maker *makers,
                       uint8_t *buffer)
{
    const bool is_rendered = dataset_is_rendered(data);
#pragma omp parallel num_threads(settings->threads)
    {
        Maker *maker = &makers[omp_get_thread_num()];
        const size_t step = (size_t)omp_get_num_threads();
        for (size_t i = begin + (size_t)omp_get_thread_num(); i < end; i += step) {
            const ImageRecord *record = &table->records[i];
            uint8_t *rgb = buffer + (record->offset - table->records[begin].offset);
            const DataPart part = i < table->n_train                  ? PART_TRAIN
                                  : i < table->n_train + table->n_val ? PART_VAL
                                                                      : PART_TEST;
            const DataSplit split = data_part_split(data, part);
            if (is_rendered) {
                dataset_render(data, split, record->index, settings->resolution, rgb);
                continue;
            }
            const Fit fit = {settings->keep_train_source && i < table->n_train,
                             settings->center_crop};
            if (make_stored(maker, data, split, record, &fit, rgb) != ERR_NONE) {
                maker->failed_at = i;
                break;
            }
        }
    }
}

/* The error of the first record that failed, if any. */
static ErrCode first_failure(const Maker *makers, int n, Err *err)
{
    const Maker *first = NULL;
    for (int t = 0; t < n; t++) {
        if (makers[t].err.code != ERR_NONE &&
            (first == NULL || makers[t].failed_at < first->failed_at))
            first = &makers[t];
    }
    if (first != NULL)
        *err = first->err;
    return err->code;
}

/* One past the last record of the group that begins at `begin`. */
static size_t group_end(const ImageTable *table, size_t begin, size_t *n_bytes)
{
    size_t end = begin;
    *n_bytes = 0;
    while (end < table->n_records &&
           (end == begin || *n_bytes + record_bytes(&table->records[end]) <= GROUP_BYTES))
        *n_bytes += record_bytes(&table->records[end++]);
    return end;
}

ErrCode image_table_write(const ImageTable *table, const Dataset *data,
                          const ImageSetSettings *settings, FileWriter *writer, Hash128 *hash,
                          Err *err)
{
    static const uint8_t zeros[PADDING] = {0};
    const int n_threads = settings->threads;
    void *buffer = NULL;
    size_t buffer_bytes = 0, n_bytes = 0;
    Hasher *hasher = hash_create();
    Maker *makers = mem_calloc((size_t)n_threads, sizeof *makers);
    if (hasher == NULL || makers == NULL) {
        err_memory(err, (size_t)n_threads * sizeof *makers);
        goto fail;
    }
    for (size_t begin = 0, end; begin < table->n_records; begin = end) {
        end = group_end(table, begin, &n_bytes);
        TRY(grow(&buffer, &buffer_bytes, n_bytes, err));
        make_group(table, data, settings, begin, end, makers, buffer);
        TRY(first_failure(makers, n_threads, err));
        hash_update(hasher, buffer, n_bytes);
        TRY(file_writer_put(writer, buffer, n_bytes, err));
        if (settings->progress != NULL &&
            !settings->progress(settings->progress_user, (uint32_t)end,
                                (uint32_t)table->n_records)) {
            err_set(err, ERR_INTERRUPTED,
                    "interrupted after %zu of %zu images: give the same "
                    "command to go on",
                    end, table->n_records);
            goto fail;
        }
    }
    n_bytes = (size_t)(-file_writer_bytes(writer) % PADDING);
    hash_update(hasher, zeros, n_bytes);
    TRY(file_writer_put(writer, zeros, n_bytes, err));
    *hash = hash_digest(hasher);
fail:
    for (int t = 0; makers != NULL && t < n_threads; t++) {
        mem_free(makers[t].source);
        arena_release(&makers[t].scratch);
    }
    mem_free(makers);
    mem_free(buffer);
    hash_destroy(&hasher);
    return err->code;
}

void image_table_release(ImageTable *table)
{
    mem_free(table->records);
    *table = (ImageTable){0};
}
