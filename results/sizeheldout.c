/* results/sizeheldout.c: a weighted sum of the others' best sizes, and its distance from the one
 * found. */
#include "results/sizeheldout.h"

#include "results/sizetable.h"

#include <math.h>

/* Computes that differ by less are one: no law goes from one to the other. */
#define SAME_COMPUTE 1e-6

static bool has_minimum(const SizePoint *point)
{
    return !isnan(point->best.images) && point->best.is_inside;
}

static bool is_smaller(const SizePoint *point, const SizePoint *held_out)
{
    return point->compute < held_out->compute * (1.0 - SAME_COMPUTE);
}

static bool is_fitted(const SizePoint *point, const SizePoint *held_out)
{
    return has_minimum(point) && is_smaller(point, held_out);
}

static const SizePoint *largest(const SizePoint *points, int n)
{
    const SizePoint *most = points;
    for (int i = 1; i < n; i++)
        if (points[i].compute > most->compute)
            most = &points[i];
    return most;
}

/*
 * What the others' straight line in ln C says at the one held out, and the error of it in units of
 * the residuals' deviation; false: there is none.
 */
static bool predict(SizeHeldOut *out, const SizePoint *points, int n, const SizePoint *held_out,
                    double *error)
{
    double mean = 0.0, spread = 0.0, images = 0.0, variance = 0.0;
    for (int i = 0; i < n; i++) {
        out->n_smaller += is_smaller(&points[i], held_out);
        if (is_fitted(&points[i], held_out)) {
            mean += log(points[i].compute);
            out->n_fitted++;
        }
    }
    mean /= out->n_fitted;
    for (int i = 0; i < n; i++)
        if (is_fitted(&points[i], held_out)) {
            const double x = log(points[i].compute) - mean;
            spread += x * x;
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
    *error = sqrt(variance);
    return true;
}

void sizeheldout_test(SizeHeldOut *out, const SizePoint *points, int n, double unit)
{
    double error = 0.0;
    *out = (SizeHeldOut){.is_tested = false};
    if (n < 3)
        return;
    const SizePoint *held_out = largest(points, n);
    if (!predict(out, points, n, held_out, &error))
        return;
    out->is_tested = true;
    out->compute = held_out->compute;
    out->predicted.factor = exp(unit * error);
    out->is_found = has_minimum(held_out);
    if (!out->is_found)
        return;
    out->found = held_out->best;
    out->ratio = out->found.macs / out->predicted.macs;
    out->factor = exp(unit * hypot(error, held_out->error));
    out->is_judged = isfinite(out->factor);
    out->is_compatible = out->is_judged && fabs(log(out->ratio)) <= log(out->factor);
}

static void put_size(const SizeOptimum *size, Text *out)
{
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES];
    text_printf(out, "%s MACs", text_human(a, size->macs));
    if (isfinite(size->factor))
        text_printf(out, " (%s to %s)", text_human(b, size->macs / size->factor),
                    text_human(c, size->macs * size->factor));
}

void sizeheldout_text(const SizeHeldOut *test, Text *out)
{
    text_append(out, "the law of ");
    if (test->n_fitted < test->n_smaller)
        text_printf(out, "%d of ", test->n_fitted);
    text_printf(out, "the %d smaller ones says ", test->n_smaller);
    put_size(&test->predicted, out);
    if (!test->is_found) {
        text_append(out, "; its own sizes have no minimum among them");
        return;
    }
    text_append(out, ", its own sizes say ");
    put_size(&test->found, out);
    text_printf(out, "; found over foretold %.3g", test->ratio);
    if (test->is_judged)
        text_printf(out, " (%.3g to %.3g): %s", test->ratio / test->factor,
                    test->ratio * test->factor,
                    test->is_compatible ? "no contradiction" : "the law misses it");
    else
        text_append(out, ": there is no interval to judge by");
}
