/* harness/latencybench.c: times infer_run, round after round. */
#include "harness/latencybench.h"

#include "base/clock.h"
#include "base/rng.h"
#include "base/sys.h"
#include "weights/weights.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { SEED = 1, N_CHANNELS = 3 };

static const double TAIL = 0.05; /* on either side of the ratio's interval */

/* One network of the measurement; all owned. */
typedef struct Subject {
    Infer *infer;
    float *images, *logits;
    int64_t *times; /* [runs] ns, in the order of the rounds */
} Subject;

static ErrCode open_subject(Subject *subject, const Network *network,
                            const LatencybenchSettings *settings, Err *err)
{
    const InferSettings infer_settings = {
        .batch = settings->batch, .threads = settings->threads, .level = settings->level};
    const size_t n_floats = (size_t)settings->batch * (size_t)network->resolution *
                            (size_t)network->resolution * N_CHANNELS;
    TRY(infer_plan(&subject->infer, network, &infer_settings, err));
    TRY(weights_draw(subject->infer, SEED, err));
    subject->images = mem_calloc(n_floats, sizeof(float));
    subject->logits = mem_calloc((size_t)settings->batch * (size_t)network->classes, sizeof(float));
    subject->times = mem_calloc((size_t)settings->runs, sizeof *subject->times);
    if (subject->images == NULL || subject->logits == NULL || subject->times == NULL)
        return err_memory(err, n_floats * sizeof(float));
    Rng rng = rng_start(SEED, RNG_AUGMENT, 0, 0);
    for (size_t i = 0; i < n_floats; i++)
        subject->images[i] = 2 * rng_float(&rng) - 1;
fail:
    return err->code;
}

static void close_subject(Subject *subject)
{
    infer_destroy(&subject->infer);
    mem_free(subject->images);
    mem_free(subject->logits);
    mem_free(subject->times);
}

static void time_rounds(Subject *subjects, size_t n, const LatencybenchSettings *settings)
{
    for (int64_t round = -LATENCYBENCH_WARMUP; round < settings->runs; round++)
        for (size_t i = 0; i < n; i++) {
            const Subject *s = &subjects[i];
            const int64_t begin = clock_now_ns();
            infer_run(s->infer, s->images, settings->batch, s->logits);
            if (round >= 0)
                s->times[round] = clock_now_ns() - begin;
        }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The largest k with P(Binomial(n, 1/2) < k) <= TAIL; at least 1 for n >= LATENCYBENCH_MIN_RUNS. */
static int64_t rank_of_bound(int64_t n)
{
    const double log_all = (double)n * log(2.0);
    double below = 0.0, log_ways = 0.0; /* of drawing k out of n */
    for (int64_t k = 0;; k++) {
        below += exp(log_ways - log_all);
        if (below > TAIL)
            return k;
        log_ways += log((double)(n - k)) - log((double)(k + 1));
    }
}

LatencybenchRatio latencybench_ratio(double *ratios, int64_t n)
{
    assert(n >= LATENCYBENCH_MIN_RUNS);
    qsort(ratios, (size_t)n, sizeof *ratios, ascending);
    const int64_t k = rank_of_bound(n);
    return (LatencybenchRatio){.ratio = 0.5 * (ratios[(n - 1) / 2] + ratios[n / 2]),
                               .low = ratios[k - 1],
                               .high = ratios[n - k]};
}

static ErrCode compare(const Subject *a, const Subject *b, int64_t runs, LatencybenchRatio *out,
                       Err *err)
{
    double *ratios = mem_calloc((size_t)runs, sizeof *ratios);
    if (ratios == NULL)
        return err_memory(err, (size_t)runs * sizeof *ratios);
    for (int64_t i = 0; i < runs; i++)
        ratios[i] = (double)a->times[i] / (double)b->times[i];
    *out = latencybench_ratio(ratios, runs);
    mem_free(ratios);
    return ERR_NONE;
}

/* Sorts the times: rounds are no longer beside one another. */
static LatencybenchReport summarise(const Subject *subject, int64_t runs)
{
    const double median = clock_median_ns(subject->times, (size_t)runs);
    return (LatencybenchReport){.ms = median * 1e-6,
                                .ms_min = (double)subject->times[0] * 1e-6,
                                .ms_max = (double)subject->times[runs - 1] * 1e-6,
                                .memory = infer_memory(subject->infer)};
}

ErrCode latencybench_run(const Network *networks, size_t n, const LatencybenchSettings *settings,
                         LatencybenchReport *reports, LatencybenchRatio *ratio, Err *err)
{
    assert(n >= 1 && settings->runs >= LATENCYBENCH_MIN_RUNS);
    Subject *subjects = mem_calloc(n, sizeof *subjects);
    if (subjects == NULL)
        return err_memory(err, n * sizeof *subjects);
    for (size_t i = 0; i < n; i++)
        TRY(open_subject(&subjects[i], &networks[i], settings, err));
    time_rounds(subjects, n, settings);
    if (ratio != NULL)
        TRY(compare(&subjects[0], &subjects[n - 1], settings->runs, ratio, err));
    for (size_t i = 0; i < n; i++)
        reports[i] = summarise(&subjects[i], settings->runs);
fail:
    for (size_t i = 0; i < n; i++)
        close_subject(&subjects[i]);
    mem_free(subjects);
    return err->code;
}
