/* results/ripeness.c: windows of a mean curve. */
#include "results/ripeness.h"

#include <assert.h>
#include <math.h>

static const double percent = 100.0;

/* The mean of the `width` epochs that end before `end`. */
static double window(const double *curve, int end, int width)
{
    double sum = 0.0;
    for (int e = end - width; e < end; e++)
        sum += curve[e];
    return sum / width;
}

static double window_of_all(const double *const *curves, int n_seeds, int end, int width)
{
    double sum = 0.0;
    for (int s = 0; s < n_seeds; s++)
        sum += window(curves[s], end, width);
    return sum / n_seeds;
}

/* The binomial error of one accuracy of n images, points. */
static double binomial_error(double top1, double n)
{
    const double p = fmin(fmax(top1 / percent, 0.0), 1.0);
    return percent * sqrt(p * (1.0 - p) / n);
}

/* How many seeds have not left chance. */
static int count_guessing(const double *const *curves, int n_seeds, const RipenessRun *run,
                          int width)
{
    const double chance = percent / run->classes;
    const double limit = chance + RIPENESS_ERRORS * binomial_error(chance, (double)run->n_val);
    int n = 0;
    for (int s = 0; s < n_seeds; s++)
        n += !(window(curves[s], run->n_epochs, width) > limit);
    return n;
}

Ripeness ripeness_judge(const double *const *curves, int n_seeds, const RipenessRun *run)
{
    const double one_sided = 1.64; /* of a normal variable, 5 % */
    const int width = run->n_epochs / 8 > 2 ? run->n_epochs / 8 : 2;
    Ripeness out = {.last = (double)NAN, .before = (double)NAN, .error = (double)NAN};
    if (run->n_epochs < RIPENESS_LEAST_EPOCHS) {
        out.state = RIPENESS_SHORT;
        return out;
    }
    if (n_seeds == 0)
        return out;
    assert(run->n_val > 0 && run->classes > 0);
    const double n = (double)run->n_val * n_seeds * width;
    out.last = window_of_all(curves, n_seeds, run->n_epochs, width);
    out.before = window_of_all(curves, n_seeds, run->n_epochs * 3 / 4, width);
    out.error = hypot(binomial_error(out.last, n), binomial_error(out.before, n));
    const int n_guessing = count_guessing(curves, n_seeds, run, width);
    const double learned = out.last - percent / run->classes;
    if (n_guessing > 0)
        out.state = n_guessing == n_seeds ? RIPENESS_GUESSES : RIPENESS_SPLIT;
    else
        out.state = out.last - out.before + one_sided * out.error < 0.25 * learned ? RIPENESS_RIPE
                                                                                   : RIPENESS_RISES;
    return out;
}

bool ripeness_is_unripe(const Ripeness *ripeness)
{
    return ripeness->state != RIPENESS_UNKNOWN && ripeness->state != RIPENESS_RIPE;
}

int ripeness_epochs_to_try(const Ripeness *ripeness, int n_epochs)
{
    if (!ripeness_is_unripe(ripeness))
        return n_epochs;
    const bool guesses = ripeness->state == RIPENESS_GUESSES || ripeness->state == RIPENESS_SPLIT;
    const int more = guesses ? 4 * n_epochs : 2 * n_epochs;
    return more > RIPENESS_LEAST_EPOCHS ? more : RIPENESS_LEAST_EPOCHS;
}
