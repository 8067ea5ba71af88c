/* harness/databench.c: times batches_fill, epoch after epoch. */
#include "harness/databench.h"

#include "base/clock.h"
#include "base/sys.h"

enum { SEED = 1, MIN_BATCHES = 10, MAX_BATCHES = 1000 };

static const int64_t wanted_ns = 500000000;

static ErrCode make_buffers(Batch *out, size_t n, size_t side, Err *err)
{
    out->x = mem_calloc(n, side * side * DATA_CHANNELS * sizeof *out->x);
    out->label = mem_calloc(n, sizeof *out->label);
    out->mixed_label = mem_calloc(n, sizeof *out->mixed_label);
    out->share = mem_calloc(n, sizeof *out->share);
    if (out->x == NULL || out->label == NULL || out->mixed_label == NULL || out->share == NULL)
        return err_memory(err, n * (side * side * DATA_CHANNELS + 3) * sizeof(float));
    return ERR_NONE;
}

static void free_buffers(Batch *batch)
{
    mem_free(batch->x);
    mem_free(batch->label);
    mem_free(batch->mixed_label);
    mem_free(batch->share);
}

/* Times batches, the first of which only warms up; how many were timed. */
static int64_t time_batches(Batches *batches, const Batch *into, int64_t times[MAX_BATCHES])
{
    const uint32_t n_epoch = batches_count(batches);
    int64_t total = 0, n = 0;
    for (uint32_t i = 0; n < MIN_BATCHES || (n < MAX_BATCHES && total < wanted_ns); i++) {
        if (i % n_epoch == 0)
            batches_begin_epoch(batches, i / n_epoch);
        const int64_t begin = clock_thread_ns();
        batches_fill(batches, i % n_epoch, into, 1);
        if (i == 0)
            continue;
        times[n] = clock_thread_ns() - begin;
        total += times[n++];
    }
    return n;
}

ErrCode databench_run(const ImageSet *set, const DatabenchSettings *settings,
                      DatabenchReport *report, Err *err)
{
    const DataStats stats = imagestats_compute(set, PART_TRAIN, 1);
    const BatchSettings batch_settings = {.part = PART_TRAIN,
                                          .batch = settings->batch,
                                          .shuffle = true,
                                          .drop_last = true,
                                          .augment = settings->augment,
                                          .seed = SEED,
                                          .max_threads = 1};
    int64_t times[MAX_BATCHES];
    Batch batch = {0};
    Batches *batches = NULL;
    TRY(batches_create(&batches, set, &stats, &batch_settings, err));
    TRY(make_buffers(&batch, (size_t)settings->batch, (size_t)imageset_resolution(set), err));
    const int64_t n = time_batches(batches, &batch, times);
    const double median = clock_median_ns(times, (size_t)n);
    *report = (DatabenchReport){.images_per_second = settings->batch / (median * 1e-9),
                                .ms_per_batch = median * 1e-6,
                                .ms_min = (double)times[0] * 1e-6,
                                .batches = n};
fail:
    batches_destroy(&batches);
    free_buffers(&batch);
    return err->code;
}
