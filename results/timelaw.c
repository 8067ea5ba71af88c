/* results/timelaw.c: relative errors are least where each equation is divided by its seconds. */
#include "results/timelaw.h"

#include "results/lsq.h"

#include <math.h>

/* The quantile of a normal deviate that TIMELAW_CONFIDENCE has on either side. */
#define NORMAL_95 1.6448536269514722

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

double timelaw_passes(int64_t epochs, int64_t n_train, int64_t n_val, int64_t n_test)
{
    return (double)epochs * (TIMELAW_STEP_OVER_FORWARD * (double)n_train + (double)n_val) +
           2 * (double)n_test;
}

double timelaw_seconds(const TimeLaw *law, double macs, double acts, double passes)
{
    return passes * (law->per_mac * macs + law->per_act * acts);
}

double timelaw_low(const TimeLaw *law)
{
    return exp(-NORMAL_95 * law->spread);
}

double timelaw_high(const TimeLaw *law)
{
    return exp(NORMAL_95 * law->spread);
}
