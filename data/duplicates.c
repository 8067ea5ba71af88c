/* One 64-bit hash of size and pixels a record; train sorted, test looked up in it. */
#include "data/duplicates.h"

#include "base/hash.h"
#include "base/sys.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD_EVERY = 256 }; /* records of one thread between two words of progress */

typedef struct Print {
    uint64_t hash;
    uint32_t index;
} Print;

typedef struct Reader {
    uint8_t *rgb;
    size_t n_bytes;
    Err err;
    size_t failed_at;
} Reader;

static int compare_prints(const void *a, const void *b)
{
    const Print *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static ErrCode read_print(Reader *reader, const Dataset *data, DataSplit split, Print *print)
{
    Err *err = &reader->err;
    DataSize size;
    TRY(dataset_image_size(data, split, print->index, &size, err));
    const size_t n_bytes = (size_t)size.height * (size_t)size.width * DATA_CHANNELS;
    if (reader->n_bytes < n_bytes) {
        mem_free(reader->rgb);
        reader->rgb = mem_alloc(n_bytes);
        reader->n_bytes = reader->rgb != NULL ? n_bytes : 0;
        if (reader->rgb == NULL)
            return err_memory(err, n_bytes);
    }
    TRY(dataset_image_read(data, split, print->index, size, reader->rgb, err));
    print->hash =
        hash_64(reader->rgb, n_bytes) ^ ((uint64_t)size.height << 32 | (uint32_t)size.width);
    return ERR_NONE;
fail:
    return err->code;
}

/* Who is told how far the reading is. */
typedef struct Listener {
    DataProgress progress; /* or NULL */
    void *user;
    bool is_stopped;
} Listener;

/*
 * True if the thread is to go on with record i. Thread 0 tells and asks, the others see the answer.
 */
static bool goes_on(Listener *listener, const Dataset *data, DataSplit split, size_t i)
{
    bool is_stopped;
    if (omp_get_thread_num() == 0 && listener->progress != NULL &&
        i / (size_t)omp_get_num_threads() % TOLD_EVERY == 0) {
        const uint32_t n_train = dataset_count(data, DATA_TRAIN);
        const uint32_t done = (uint32_t)i + (split == DATA_TEST ? n_train : 0);
        if (!listener->progress(listener->user, done, n_train + dataset_count(data, DATA_TEST))) {
#pragma omp atomic write
            listener->is_stopped = true;
        }
    }
#pragma omp atomic read
    is_stopped = listener->is_stopped;
    return !is_stopped;
}

/* prints[n] of one split; thread t takes every T-th record. */
static ErrCode read_prints(Print **prints, const Dataset *data, DataSplit split, int threads,
                           Listener *listener, Err *err)
{
    const size_t n = dataset_count(data, split);
    Reader *readers = mem_calloc((size_t)threads, sizeof *readers);
    *prints = mem_calloc(n + 1, sizeof **prints);
    if (readers == NULL || !*prints) {
        mem_free(readers);
        return err_memory(err, n * sizeof **prints);
    }
#pragma omp parallel num_threads(threads)
    {
        Reader *reader = &readers[omp_get_thread_num()];
        const size_t step = (size_t)omp_get_num_threads();
        for (size_t i = (size_t)omp_get_thread_num(); i < n && goes_on(listener, data, split, i);
             i += step) {
            (*prints)[i].index = (uint32_t)i;
            if (read_print(reader, data, split, &(*prints)[i]) != ERR_NONE) {
                reader->failed_at = i;
                break;
            }
        }
    }
    const Reader *first = NULL;
    for (int t = 0; t < threads; t++) {
        mem_free(readers[t].rgb);
        if (readers[t].err.code != ERR_NONE &&
            (first == NULL || readers[t].failed_at < first->failed_at))
            first = &readers[t];
    }
    if (first != NULL)
        *err = first->err;
    else if (listener->is_stopped)
        err_set(err, ERR_INTERRUPTED, "interrupted while looking for duplicates");
    mem_free(readers);
    return err->code;
}

/* The first of the sorted prints with that hash, or NULL. */
static const Print *look_up(const Print *prints, size_t n, uint64_t hash)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (prints[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && prints[low].hash == hash ? &prints[low] : NULL;
}

ErrCode duplicates_find(Duplicates *duplicates, const Dataset *data, int threads,
                        DataProgress progress, void *user, Err *err)
{
    Listener listener = {progress, user, false};
    const size_t n_train = dataset_count(data, DATA_TRAIN), n_test = dataset_count(data, DATA_TEST);
    Print *train = NULL, *test = NULL;
    size_t capacity = 0;
    *duplicates = (Duplicates){0};
    if (dataset_is_rendered(data))
        return ERR_NONE;
    TRY(read_prints(&train, data, DATA_TRAIN, threads, &listener, err));
    TRY(read_prints(&test, data, DATA_TEST, threads, &listener, err));
    qsort(train, n_train, sizeof *train, compare_prints);
    for (size_t i = 1; i < n_train; i++)
        duplicates->n_within_train += train[i].hash == train[i - 1].hash;
    for (size_t i = 0; i < n_test; i++) {
        const Print *found = look_up(train, n_train, test[i].hash);
        if (found == NULL)
            continue;
        TRY(mem_grow(&duplicates->pairs, &capacity, duplicates->n_pairs + 1,
                     sizeof *duplicates->pairs, err));
        duplicates->pairs[duplicates->n_pairs++] = (DuplicatePair){(uint32_t)i, found->index};
    }
fail:
    mem_free(train);
    mem_free(test);
    return err->code;
}

void duplicates_release(Duplicates *duplicates)
{
    mem_free(duplicates->pairs);
    *duplicates = (Duplicates){0};
}
