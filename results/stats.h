/*
 * results/stats.h: the statistics behind verdicts: means, deviations, quantiles, Student's t and
 * its intervals, Fisher's F.
 *
 * Double throughout, from the definitions; no tables, no fits. Nothing here feeds a weight, a batch
 * or a choice: winners are picked by means alone. Levels are two-sided: confidence 0.90 leaves 5 %
 * on either side.
 */
#ifndef RESULTS_STATS_H
#define RESULTS_STATS_H

#include <stdbool.h>

enum {
    STATS_MIN_N = 3,          /* fewer values have no interval here */
    STATS_BAR_N = 5,          /* below it, seeds are drawn as dots without bars */
    STATS_MAX_SEEDS = 100000, /* stats_seeds_needed gives up here */
};

/* An interval for a mean or a difference of means. */
typedef struct StatsInterval {
    double mean;       /* of the values (or the difference) */
    double sd;         /* of the values (or the paired differences); NaN: n < 2 */
    double low, high;  /* NaN when there are fewer than STATS_MIN_N values */
    double df;         /* degrees of freedom */
    double confidence; /* two-sided, e.g. 0.90 */
    int n;             /* values */
} StatsInterval;

/* NaN for n = 0. */
double stats_mean(const double *x, int n);

/* Sample standard deviation (n - 1); NaN for n < 2. */
double stats_sd(const double *x, int n);

/* P(T <= t) for Student's t with df > 0 degrees of freedom, by the incomplete beta function. */
double stats_t_cdf(double t, double df);

/* The t with stats_t_cdf(t, df) = p, 0 < p < 1, to about 1e-12 relative. */
double stats_t_quantile(double p, double df);

/*
 * P(F >= f) for Fisher's F with df1 and df2 > 0 degrees of freedom, exact in its tail; NaN for NaN.
 */
double stats_f_tail(double f, double df1, double df2);

/* P(X >= x) for chi-square with df >= 1 degrees of freedom; NaN for NaN. */
double stats_chi2_tail(double x, int df);

/*
 * The p-quantile of a sample, 0 <= p <= 1, n >= 1: linear between order statistics, the k-th (from
 * 0) at p = k/(n - 1). Sorts x, which holds no NaN.
 */
double stats_sample_quantile(double *x, int n, double p);

/* t interval of the mean of x. */
StatsInterval stats_interval(const double *x, int n, double confidence);

/* Paired t interval of mean(a - b); a[i] and b[i] belong together (same seed). */
StatsInterval stats_paired(const double *a, const double *b, int n, double confidence);

/*
 * The interval of Clopper and Pearson for a share of which k of n were seen, 0 <= k <= n: exact for
 * whole k, and where ties count half, so that k has halves, the same formula. mean: k / n; sd, df:
 * NaN. NaN ends for n = 0.
 */
StatsInterval stats_share(double k, int n, double confidence);

/*
 * Spearman's rank correlation; equal values share their mean rank. NaN for n < 3, or where all of x
 * or all of y are equal.
 */
double stats_spearman(const double *x, const double *y, int n);

/*
 * The interval of a rank correlation over n pairs, by Fisher's z with the variance 1.06 / (n - 3)
 * (Fieller, Hartley and Pearson, 1957). mean: rho; sd, df: NaN. No interval for n < 4.
 */
StatsInterval stats_correlation(double rho, int n, double confidence);

/*
 * How many pairs a paired t interval needs to exclude zero with probability `power` when the true
 * effect is `effect` and differences deviate by sd: the least n >= STATS_MIN_N with
 * (t(1 - (1-confidence)/2, n-1) + t(power, n-1)) sd / sqrt(n) <= |effect|. 0 if sd is NaN, the
 * effect 0 or NaN, or the answer beyond STATS_MAX_SEEDS.
 */
int stats_seeds_needed(double sd, double effect, double confidence, double power);

#endif
