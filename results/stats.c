/*
 * results/stats.c: Student's t and Fisher's F by the regularised incomplete beta function.
 *
 * The continued fraction is that of Abramowitz and Stegun 26.5.8, evaluated by Lentz's method; the
 * quantile is found by bisection of the distribution function, which needs no start value and
 * cannot diverge.
 */
#include "results/stats.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

double stats_mean(const double *x, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += x[i];
    return n > 0 ? sum / n : (double)NAN;
}

double stats_sd(const double *x, int n)
{
    const double mean = stats_mean(x, n);
    double squares = 0.0;
    for (int i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return n > 1 ? sqrt(squares / (n - 1)) : (double)NAN;
}

/* The continued fraction of the incomplete beta function, for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300; /* keeps Lentz's denominators from zero */
    const int max_terms = 100000;
    double c = 1.0;
    double d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double fraction = d;
    for (int m = 1; m <= max_terms; m++) {
        const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 + even * d;
        c = 1.0 + even / c;
        d = 1.0 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 + odd * d;
        c = 1.0 + odd / c;
        d = 1.0 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        fraction *= d * c;
        if (fabs(d * c - 1.0) < DBL_EPSILON)
            break;
    }
    return fraction;
}

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* I_x(a, b); y = 1 - x is given apart, for it may be much smaller than x's rounding. */
static double incomplete_beta(double a, double b, double x, double y)
{
    if (x <= 0.0)
        return 0.0;
    if (y <= 0.0)
        return 1.0;
    const double front =
        exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log(y));
    if (x < (a + 1.0) / (a + b + 2.0))
        return front * beta_fraction(a, b, x) / a;
    return 1.0 - front * beta_fraction(b, a, y) / b;
}

double stats_t_cdf(double t, double df)
{
    assert(df > 0.0);
    if (isnan(t))
        return (double)NAN;
    const double square = t * t;
    if (isinf(square))
        return t > 0.0 ? 1.0 : 0.0;
    const double tail =
        0.5 * incomplete_beta(0.5 * df, 0.5, df / (df + square), square / (df + square));
    return t > 0.0 ? 1.0 - tail : tail;
}

double stats_t_quantile(double p, double df)
{
    assert(p > 0.0 && p < 1.0 && df > 0.0);
    const int max_doublings = 1000;
    const int max_halvings = 200;
    if (p == 0.5)
        return 0.0;
    const double tail = p < 0.5 ? p : 1.0 - p; /* look for -t with that lower tail */
    double low = -1.0;
    for (int i = 0; i < max_doublings && stats_t_cdf(low, df) > tail; i++)
        low *= 2.0;
    double high = 0.0;
    for (int i = 0; i < max_halvings; i++) {
        const double middle = 0.5 * (low + high);
        if (middle == low || middle == high)
            break;
        if (stats_t_cdf(middle, df) < tail)
            low = middle;
        else
            high = middle;
    }
    const double t = 0.5 * (low + high);
    return p < 0.5 ? t : -t;
}

double stats_f_tail(double f, double df1, double df2)
{
    assert(df1 > 0.0 && df2 > 0.0);
    if (isnan(f))
        return (double)NAN;
    if (f <= 0.0)
        return 1.0;
    const double share = df1 * f / df2;
    if (isinf(share))
        return 0.0;
    return incomplete_beta(0.5 * df2, 0.5 * df1, 1.0 / (1.0 + share), share / (1.0 + share));
}

/* By its finite sum of Poisson's terms; half ones and erfc where df is odd. */
double stats_chi2_tail(double x, int df)
{
    assert(df >= 1);
    if (isnan(x))
        return (double)NAN;
    if (x <= 0.0 || isinf(x))
        return x <= 0.0;
    const double half = 0.5 * x;
    double sum = df % 2 ? erfc(sqrt(half)) : 0.0;
    for (int k = df % 2; k < df; k += 2) /* k = 1, 3, ... or 0, 2, ...: powers k/2 of half */
        sum += exp(0.5 * k * log(half) - half - log_gamma(0.5 * k + 1.0));
    return fmin(sum, 1.0);
}

static int compare_values(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double stats_sample_quantile(double *x, int n, double p)
{
    assert(n >= 1 && p >= 0.0 && p <= 1.0);
    qsort(x, (size_t)n, sizeof *x, compare_values);
    const double place = p * (n - 1);
    const int below = (int)place;
    return below + 1 < n ? x[below] + (place - below) * (x[below + 1] - x[below]) : x[n - 1];
}

/* mean -+ t * error, if n allows an interval. */
static StatsInterval interval_of(double mean, double sd, double error, double df, int n,
                                 double confidence)
{
    StatsInterval out = {.mean = mean,
                         .sd = sd,
                         .low = (double)NAN,
                         .high = (double)NAN,
                         .df = df,
                         .confidence = confidence,
                         .n = n};
    if (n >= STATS_MIN_N) {
        const double half =
            error > 0.0 ? stats_t_quantile(1.0 - 0.5 * (1.0 - confidence), df) * error : 0.0;
        out.low = mean - half;
        out.high = mean + half;
    }
    return out;
}

StatsInterval stats_interval(const double *x, int n, double confidence)
{
    const double sd = stats_sd(x, n);
    return interval_of(stats_mean(x, n), sd, sd / sqrt(n), n - 1, n, confidence);
}

StatsInterval stats_paired(const double *a, const double *b, int n, double confidence)
{
    double mean = 0.0;
    for (int i = 0; i < n; i++)
        mean += a[i] - b[i];
    mean = n > 0 ? mean / n : (double)NAN;
    double squares = 0.0;
    for (int i = 0; i < n; i++)
        squares += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
    const double sd = n > 1 ? sqrt(squares / (n - 1)) : (double)NAN;
    return interval_of(mean, sd, sd / sqrt(n), n - 1, n, confidence);
}

/* The x with I_x(a, b) = p, by bisection. */
static double beta_quantile(double p, double a, double b)
{
    const int n_halvings = 60; /* beyond a double's bits */
    double low = 0.0, high = 1.0;
    for (int i = 0; i < n_halvings; i++) {
        const double middle = 0.5 * (low + high);
        if (incomplete_beta(a, b, middle, 1.0 - middle) < p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

StatsInterval stats_share(double k, int n, double confidence)
{
    assert(k >= 0.0 && k <= n);
    const double tail = 0.5 * (1.0 - confidence);
    StatsInterval out = {.mean = n > 0 ? k / n : (double)NAN,
                         .sd = (double)NAN,
                         .low = n > 0 ? 0.0 : (double)NAN,
                         .high = n > 0 ? 1.0 : (double)NAN,
                         .df = (double)NAN,
                         .confidence = confidence,
                         .n = n};
    if (n > 0 && k > 0.0)
        out.low = beta_quantile(tail, k, n - k + 1.0);
    if (n > 0 && k < n)
        out.high = beta_quantile(1.0 - tail, k + 1.0, n - k);
    return out;
}

/* The values below x[i], and half of those equal to it: its rank but for a constant. */
static double rank_of(const double *x, int i, int n)
{
    double rank = 0.0;
    for (int k = 0; k < n; k++)
        rank += x[k] < x[i] ? 1.0 : x[k] == x[i] ? 0.5 : 0.0;
    return rank;
}

double stats_spearman(const double *x, const double *y, int n)
{
    double xx = 0.0, xy = 0.0, yy = 0.0;
    for (int i = 0; i < n; i++) {
        const double a = rank_of(x, i, n) - 0.5 * n;
        const double b = rank_of(y, i, n) - 0.5 * n;
        xx += a * a;
        xy += a * b;
        yy += b * b;
    }
    return n >= STATS_MIN_N && xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : (double)NAN;
}

/* The z, at least 0, that a standard normal number is below with probability p >= 1/2. */
static double normal_quantile(double p)
{
    const int n_halvings = 60; /* beyond a double's bits */
    double low = 0.0, high = 40.0;
    for (int i = 0; i < n_halvings; i++) {
        const double middle = 0.5 * (low + high);
        if (0.5 * erfc(middle / sqrt(2.0)) > 1.0 - p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

StatsInterval stats_correlation(double rho, int n, double confidence)
{
    StatsInterval out = {.mean = rho,
                         .sd = (double)NAN,
                         .low = (double)NAN,
                         .high = (double)NAN,
                         .df = (double)NAN,
                         .confidence = confidence,
                         .n = n};
    if (n > STATS_MIN_N) {
        const double half = normal_quantile(0.5 + 0.5 * confidence) * sqrt(1.06 / (n - 3));
        out.low = tanh(atanh(rho) - half);
        out.high = tanh(atanh(rho) + half);
    }
    return out;
}

int stats_seeds_needed(double sd, double effect, double confidence, double power)
{
    const double size = fabs(effect);
    if (!(sd >= 0.0) || !(size > 0.0) || isinf(sd))
        return 0;
    /* The left side falls with n, so the least n is found by bisection. */
    int low = STATS_MIN_N - 1;
    int high = STATS_MAX_SEEDS + 1;
    while (high - low > 1) {
        const int n = low + (high - low) / 2;
        const double t = stats_t_quantile(1.0 - 0.5 * (1.0 - confidence), n - 1) +
                         stats_t_quantile(power, n - 1);
        if (t * sd / sqrt(n) <= size)
            high = n;
        else
            low = n;
    }
    return high > STATS_MAX_SEEDS ? 0 : high;
}
