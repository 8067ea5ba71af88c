/* results/verdict_rules.c: shares of runs, networks chosen by other seeds, bounds over a grid. */
#include "results/verdict_rules.h"

#include <assert.h>
#include <math.h>

VerdictOutcome verdict_share(double n_won, int n, int n_least, StatsInterval *share)
{
    *share = stats_share(n_won, n, VERDICT_CONFIDENCE);
    if (n < n_least)
        return VERDICT_INCONCLUSIVE;
    if (share->mean >= VERDICT_SHARE && share->low > 0.5)
        return VERDICT_CONFIRMED;
    if (share->mean <= 1.0 - VERDICT_SHARE && share->high < 0.5)
        return VERDICT_REFUTED;
    return VERDICT_INCONCLUSIVE;
}

VerdictOutcome verdict_loss(double low, double high)
{
    if (high <= VERDICT_LOSS_POINTS)
        return VERDICT_CONFIRMED;
    return low > VERDICT_LOSS_POINTS ? VERDICT_REFUTED : VERDICT_INCONCLUSIVE;
}

const char *verdict_share_name(VerdictOutcome outcome)
{
    static const char *const names[] = {
        [VERDICT_INCONCLUSIVE] = "TIE", [VERDICT_CONFIRMED] = "BEATS", [VERDICT_REFUTED] = "LOSES"};
    return names[outcome];
}

/* The network with the largest validation over all seeds but one; of equals the first. */
static int choose_without(const double *const *val, int k, int n, int seed)
{
    int best = 0;
    double most = -(double)INFINITY;
    for (int i = 0; i < k; i++) {
        double sum = 0.0;
        for (int s = 0; s < n; s++)
            sum += s == seed ? 0.0 : val[i][s];
        if (sum > most) {
            most = sum;
            best = i;
        }
    }
    return best;
}

static void lead_of_chosen(const double *const *val, const double *const *test, int k,
                           const double *given, int n, double *differences)
{
    for (int s = 0; s < n; s++)
        differences[s] = test[choose_without(val, k, n, s)][s] - given[s];
}

VerdictOutcome verdict_chosen(const double *const *val, const double *const *test, int k,
                              const double *given, int n, double *differences,
                              StatsInterval *interval)
{
    lead_of_chosen(val, test, k, given, n, differences);
    *interval = stats_interval(differences, n, VERDICT_CHOSEN_CONFIDENCE);
    if (interval->low > 0.0)
        return VERDICT_CONFIRMED;
    return interval->high < 0.0 ? VERDICT_REFUTED : VERDICT_INCONCLUSIVE;
}

bool verdict_reaches_higher(const StatsInterval *a, const StatsInterval *b)
{
    const bool has_ends = !isnan(a->high) && !isnan(b->high);
    return has_ends ? a->high > b->high : a->mean > b->mean;
}

VerdictOutcome verdict_borrowed(const double *const *val, const double *const *test, int k,
                                int borrowed, int n, double margin, double *differences,
                                StatsInterval *lead, int *n_beyond)
{
    const double refute_confidence = 1.0 - 0.5 * (1.0 - VERDICT_CHOSEN_CONFIDENCE);
    *lead = stats_interval(NULL, 0, VERDICT_CONFIDENCE);
    *n_beyond = 0;
    for (int i = 0; i < k; i++) {
        if (i == borrowed)
            continue;
        const StatsInterval one = stats_paired(test[i], test[borrowed], n, VERDICT_CONFIDENCE);
        *n_beyond += !(one.high <= margin);
        if (lead->n == 0 || verdict_reaches_higher(&one, lead))
            *lead = one;
    }
    if (n < STATS_MIN_N)
        return VERDICT_INCONCLUSIVE;
    if (*n_beyond == 0)
        return VERDICT_CONFIRMED;
    lead_of_chosen(val, test, k, test[borrowed], n, differences);
    if (stats_interval(differences, n, refute_confidence).low > margin)
        return VERDICT_REFUTED;
    return VERDICT_INCONCLUSIVE;
}
