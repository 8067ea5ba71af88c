/* results/sizeheldout.c: a weighted sum of the others' best sizes, and its distance from the one
 * found. */
#include "results/sizeheldout.h"

#include "results/sizetable.h"
#include "results/stats.h"

#include <math.h>

/* Computes that differ by less are one: no law goes from one to the other. */
#define SAME_COMPUTE 1e-6

static bool is_fitted(const SizePoint *point, const SizePoint *held_out)
{
    return !isnan(point->best.images) && point->compute < held_out->compute * (1.0 - SAME_COMPUTE);
}

static const SizePoint *largest(const SizePoint *points, int n)
{
    const SizePoint *most = points;
    for (int i = 1; i < n; i++)
        if (points[i].compute > most->compute)
            most = &points[i];
    return most;
}

/* What the others' straight line in ln C says at the one held out; false: there is none. */
static bool predict(SizeHeldOut *out, const SizePoint *points, int n, const SizePoint *held_out)
{
    double mean = 0.0, spread = 0.0, images = 0.0, variance = 0.0, squares = 0.0, df = 0.0;
    for (int i = 0; i < n; i++)
        if (is_fitted(&points[i], held_out)) {
            mean += log(points[i].compute);
            out->n_fitted++;
        }
    mean /= out->n_fitted;
    for (int i = 0; i < n; i++)
        if (is_fitted(&points[i], held_out)) {
            const double x = log(points[i].compute) - mean;
            spread += x * x;
            squares += points[i].squares;
            df += points[i].df;
        }
    if (out->n_fitted < 2 || !(spread > SAME_COMPUTE * SAME_COMPUTE))
        return false;
    const double at = log(held_out->compute) - mean;
    for (int i = 0; i < n; i++)
        if (is_fitted(&points[i], held_out)) {
            const double x = log(points[i].compute) - mean;
            const double weight = 1.0 / out->n_fitted + at * x / spread;
            images += weight * log(points[i].best.images);
            variance += weight * weight * points[i].error * points[i].error;
        }
    out->predicted.images = exp(images);
    out->predicted.macs = held_out->compute / SIZETABLE_FLOPS_A_MAC / out->predicted.images;
    out->predicted.factor = (double)NAN;
    if (df > 0.0)
        out->predicted.factor = exp(stats_t_quantile(0.5 + 0.5 * SIZESURFACE_CONFIDENCE, df) *
                                    sqrt(squares / df * variance));
    return true;
}

void sizeheldout_test(SizeHeldOut *out, const SizePoint *points, int n)
{
    *out = (SizeHeldOut){.is_tested = false};
    if (n < 3)
        return;
    const SizePoint *held_out = largest(points, n);
    if (isnan(held_out->best.images) || !predict(out, points, n, held_out))
        return;
    out->is_tested = true;
    out->compute = held_out->compute;
    out->found = held_out->best;
    const double half = hypot(log(out->predicted.factor), log(out->found.factor));
    out->is_judged = !isnan(half);
    out->agrees = out->is_judged && fabs(log(out->predicted.images / out->found.images)) <= half;
}

static void put_size(const SizeOptimum *size, Text *out)
{
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES];
    text_printf(out, "%s MACs", text_human(a, size->macs));
    if (!isnan(size->factor))
        text_printf(out, " (%s to %s)", text_human(b, size->macs / size->factor),
                    text_human(c, size->macs * size->factor));
}

void sizeheldout_text(const SizeHeldOut *test, Text *out)
{
    text_printf(out, "the law of the %d smaller ones says ", test->n_fitted);
    put_size(&test->predicted, out);
    text_append(out, ", its own sizes say ");
    put_size(&test->found, out);
    text_append(out, !test->is_judged ? "; there is no interval to judge by"
                     : test->agrees   ? "; they agree"
                                      : "; they disagree beyond their 90 % intervals");
}
