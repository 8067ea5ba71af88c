/* results/timelaw.c: relative errors are least where each equation is divided by its seconds. */
#include "results/timelaw.h"

#include "results/lsq.h"

#include <math.h>

/* The quantile of a normal deviate that TIMELAW_CONFIDENCE has on either side. */
#define NORMAL_95 1.6448536269514722

/*
 * What every trial does beside its steps: it maps its images and makes its network; every epoch
 * writes a checkpoint and the best weights to disk. Of networks below a million MACs, whose trials
 * of a few seconds it matters for, on the machine of docs/performance.md; not measured anew.
 */
#define START_S 0.05
#define EPOCH_END_S 0.01

ErrCode timelaw_fit(TimeLaw *law, const TimeSample *samples, int n, Err *err)
{
    enum { CONSTANTS = 2 };
    Arena arena = {0};
    Lsq lsq;
    double beta[CONSTANTS];
    const int n_rows = n > CONSTANTS ? n : CONSTANTS; /* rows of zeros change nothing */
    double *x = arena_zalloc(&arena, (size_t)n_rows * CONSTANTS, sizeof *x);
    double *ones = arena_zalloc(&arena, (size_t)n_rows, sizeof *ones);
    TRY(arena_ok(&arena, err));
    TRY(lsq_plan(&lsq, n_rows, CONSTANTS, &arena, err));
    for (int i = 0; i < n; i++) {
        x[i * CONSTANTS] = samples[i].macs / samples[i].seconds;
        x[i * CONSTANTS + 1] = samples[i].acts / samples[i].seconds;
        ones[i] = 1.0;
    }
    const double squares = lsq_positive(&lsq, x, ones, beta);
    const double left = n > CONSTANTS ? squares / (n - CONSTANTS) : 0.0;
    *law = (TimeLaw){beta[0], beta[1], sqrt(left + TIMELAW_UNSEEN * TIMELAW_UNSEEN)};
fail:
    arena_release(&arena);
    return err->code;
}

/* Of all epochs, without the test split. */
static double training_passes(const TimeWork *work)
{
    return (double)work->epochs *
           (TIMELAW_STEP_OVER_FORWARD * (double)work->n_train + (double)work->n_val);
}

double timelaw_passes(const TimeWork *work)
{
    return training_passes(work) + 2 * (double)work->n_test;
}

double timelaw_trial(double image_s, const TimeWork *work)
{
    return image_s * (training_passes(work) + (double)work->n_test) + START_S +
           (double)work->epochs * EPOCH_END_S;
}

double timelaw_image(const TimeLaw *law, double macs, double acts)
{
    return law->per_mac * macs + law->per_act * acts;
}

double timelaw_low(double spread)
{
    return exp(-NORMAL_95 * spread);
}

double timelaw_high(double spread)
{
    return exp(NORMAL_95 * spread);
}
