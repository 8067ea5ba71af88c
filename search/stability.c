/* search/stability: choices repeated: on resampled seeds, and along w. */
#include "search/stability.h"

#include "base/rng.h"
#include "base/sys.h"

#include <math.h>
#include <string.h>

/* NaN where none of the seeds is in. */
static double mean_of(const StabilityNetwork *network, const int *seeds, int n_draws)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < n_draws; i++) {
        const double value = network->values[seeds != NULL ? seeds[i] : i];
        if (isnan(value))
            continue;
        sum += value;
        n++;
    }
    return n > 0 ? sum / n : (double)NAN;
}

/* Networks come by MACs: one is dominated by those before it, or by better ones of its own MACs. */
static void choose_front(const StabilityField *f, const int *seeds, int n_draws, bool *is_chosen)
{
    double best = (double)-INFINITY;
    for (size_t i = 0; i < f->n;) {
        const size_t first = i;
        double best_here = (double)-INFINITY;
        for (; i < f->n && f->networks[i].macs == f->networks[first].macs; i++)
            best_here = fmax(best_here, mean_of(&f->networks[i], seeds, n_draws));
        for (size_t k = first; k < i; k++)
            is_chosen[k] =
                best_here > best && mean_of(&f->networks[k], seeds, n_draws) == best_here;
        best = fmax(best, best_here);
    }
}

void stability_choose(const StabilityField *field, const int *seeds, int n_draws, bool *is_chosen)
{
    size_t winner = field->n;
    double best = 0;
    if (field->objective.form == OBJECTIVE_PARETO) {
        choose_front(field, seeds, n_draws, is_chosen);
        return;
    }
    for (size_t i = 0; i < field->n; i++) {
        const StabilityNetwork *network = &field->networks[i];
        const double score =
            objective_score(&field->objective, mean_of(network, seeds, n_draws), network->macs);
        is_chosen[i] = false;
        if (isnan(score) || (winner < field->n && score <= best))
            continue;
        winner = i;
        best = score;
    }
    if (winner < field->n)
        is_chosen[winner] = true;
}

ErrCode stability_resample(const StabilityField *field, int n_samples, double *shares, Err *err)
{
    int *seeds = mem_calloc((size_t)field->n_seeds, sizeof *seeds);
    bool *is_chosen = mem_calloc(field->n, sizeof *is_chosen);
    if (seeds == NULL || is_chosen == NULL) {
        (void)err_memory(err, (size_t)field->n_seeds * sizeof *seeds + field->n);
        goto fail;
    }
    memset(shares, 0, field->n * sizeof *shares);
    for (int sample = 0; sample < n_samples; sample++) {
        Rng rng = rng_start(0, RNG_BOOTSTRAP, 0, (uint64_t)sample);
        for (int i = 0; i < field->n_seeds; i++)
            seeds[i] = (int)rng_below(&rng, (uint32_t)field->n_seeds);
        stability_choose(field, seeds, field->n_seeds, is_chosen);
        for (size_t i = 0; i < field->n; i++)
            shares[i] += is_chosen[i];
    }
    for (size_t i = 0; i < field->n; i++)
        shares[i] /= n_samples;
fail:
    mem_free(seeds);
    mem_free(is_chosen);
    return err->code;
}

/* intercept + w * slope; false: it has none. */
static bool line_of(const StabilityField *f, size_t i, double *intercept, double *slope)
{
    const double mean = mean_of(&f->networks[i], NULL, f->n_seeds);
    if (!(mean > 0))
        return false;
    objective_line(&f->objective, mean, f->networks[i].macs, intercept, slope);
    return true;
}

/* The network that wins for w below all: of the least slope, then the greatest intercept. */
static size_t first_winner(const StabilityField *f)
{
    size_t first = f->n;
    double a, b, least = 0, greatest = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (!line_of(f, i, &a, &b) ||
            (first < f->n && (b > least || (b == least && a <= greatest))))
            continue;
        first = i;
        least = b;
        greatest = a;
    }
    return first;
}

/* The network that overtakes `from` next as w grows, and where; n if none does. */
static size_t next_winner(const StabilityField *f, size_t from, double *w)
{
    size_t next = f->n;
    double a, b, intercept, slope, steepest = 0;
    if (!line_of(f, from, &intercept, &slope))
        return next;
    for (size_t i = 0; i < f->n; i++) {
        if (!line_of(f, i, &a, &b) || b <= slope)
            continue;
        const double at = (intercept - a) / (b - slope);
        if (next < f->n && (at > *w || (at == *w && b <= steepest)))
            continue;
        next = i;
        *w = at;
        steepest = b;
    }
    return next;
}

void stability_over_w(const StabilityField *field, StabilityRange *ranges, size_t *n_ranges)
{
    double low = (double)-INFINITY, high = 0;
    *n_ranges = 0;
    if (!objective_has_w(field->objective.form))
        return;
    for (size_t network = first_winner(field); network < field->n;) {
        const size_t next = next_winner(field, network, &high);
        const bool is_last = next == field->n || high >= 0;
        ranges[(*n_ranges)++] = (StabilityRange){low, is_last ? 0 : high, network};
        if (is_last)
            break;
        low = high;
        network = next;
    }
}
