/*
 * search/strategy_tpe: a tree-structured Parzen estimator over genes.
 *
 * Bergstra, Bardenet, Bengio, Kegl, "Algorithms for Hyper-Parameter Optimization", NIPS 2011; its
 * numbers as in Optuna's TPESampler: the first `random` points are random; the `best` of them, at
 * most a share `gamma`, are the good ones; of `candidates` whole points drawn from the good ones'
 * density l the one with the largest l/g is taken, g being the density of the others. Densities
 * are products over genes of counts with one further observation spread evenly; an ordered value
 * counts half for each next value, a quarter for those after, and so on. A candidate that is known
 * or outside the limits is left out.
 *
 * Counts grow with each result and the good ones are kept sorted, so an ask costs the same whatever
 * the number of known points.
 */
#include "search/strategies.h"

#include "base/fmath.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_RANDOM, OPTION_GAMMA, OPTION_BEST, OPTION_CANDIDATES };
enum { MAX_BEST = 1000, MAX_CANDIDATES = 10000 };

static const StrategyOption options[] = {
    [OPTION_RANDOM] = {"random", 10, 1, MAX_CANDIDATES, true, "random points first"},
    [OPTION_GAMMA] = {"gamma", 0.1, 0.001, 0.999, false, "share of the good points"},
    [OPTION_BEST] = {"best", 25, 1, MAX_BEST, true, "good points at most"},
    [OPTION_CANDIDATES] = {"candidates", 24, 1, MAX_CANDIDATES, true, "of which one is taken"},
};

typedef struct Tpe {
    int32_t n_best;
    int32_t best[MAX_BEST];                /* places, best first; equal values: earlier told */
    int32_t counts[GENESPACE_MAX_CHOICES]; /* of all points with a value */
} Tpe;

static size_t own_bytes(const StrategySettings *settings)
{
    (void)settings;
    return sizeof(Tpe);
}

/* Enters the places sorted by value, if it is among as many as can ever be good. */
static void enter_best(const StrategyView *view, Tpe *tpe, int32_t place)
{
    const HistoryPoint *points = view->history.points;
    const int32_t most = (int32_t)view->settings->options[OPTION_BEST];
    int32_t at = tpe->n_best;
    while (at > 0 && points[place].value > points[tpe->best[at - 1]].value)
        at--;
    if (at == most)
        return;
    tpe->n_best += tpe->n_best < most;
    memmove(&tpe->best[at + 1], &tpe->best[at],
            (size_t)(tpe->n_best - 1 - at) * sizeof tpe->best[0]);
    tpe->best[at] = place;
}

static void count(const StrategyView *view, int32_t place, int32_t *counts)
{
    const GeneSpace *space = view->settings->space;
    const uint8_t *genes = history_genes(&view->history, place);
    for (int g = 0; g < space->n_genes; g++) {
        counts[genes[g]]++;
        counts += space->genes[g].n_values;
    }
}

static void told(const StrategyView *view, int32_t place)
{
    Tpe *tpe = view->own;
    if (isnan(view->history.points[place].value))
        return;
    enter_best(view, tpe, place);
    count(view, place, tpe->counts);
}

/* p[n]: the density of one gene's values. */
static void estimate(const Gene *gene, const int32_t *counts, int32_t n_points, double *p)
{
    const int n = gene->n_values;
    double sum = 0;
    for (int v = 0; v < n; v++) {
        p[v] = counts[v];
        double weight = 1;
        for (int d = 1; gene->kind == GENE_ORDERED && d < n; d++) {
            weight /= 2;
            p[v] += weight * ((v >= d ? counts[v - d] : 0) + (v + d < n ? counts[v + d] : 0));
        }
        sum += p[v];
    }
    for (int v = 0; v < n; v++)
        p[v] = ((sum > 0 ? p[v] * n_points / sum : 0) + 1.0 / n) / (n_points + 1);
}

/* Both densities of all choices, and the logarithm of their ratio. */
typedef struct Densities {
    double good[GENESPACE_MAX_CHOICES], other[GENESPACE_MAX_CHOICES];
    double ratio[GENESPACE_MAX_CHOICES];
} Densities;

static void estimate_all(const StrategyView *view, const Tpe *tpe, Densities *d)
{
    const GeneSpace *space = view->settings->space;
    const int n_choices = genespace_n_choices(space);
    const int32_t n_valued = view->history.head->n_valued;
    const int32_t share = (int32_t)ceil(view->settings->options[OPTION_GAMMA] * n_valued);
    const int32_t n_good = share < tpe->n_best ? share : tpe->n_best;
    int32_t good[GENESPACE_MAX_CHOICES] = {0}, other[GENESPACE_MAX_CHOICES] = {0};
    for (int32_t i = 0; i < n_good; i++)
        count(view, tpe->best[i], good);
    for (int c = 0; c < n_choices; c++)
        other[c] = tpe->counts[c] - good[c];
    for (int g = 0, c = 0; g < space->n_genes; c += space->genes[g++].n_values) {
        estimate(&space->genes[g], good + c, n_good, d->good + c);
        estimate(&space->genes[g], other + c, n_valued - n_good, d->other + c);
    }
    for (int c = 0; c < n_choices; c++)
        d->ratio[c] = fm_log(d->good[c] / d->other[c]);
}

/* genes = a draw from the good ones' density; its value is log l/g. */
static double draw(const GeneSpace *space, const Densities *d, Rng *rng, uint8_t *genes)
{
    double score = 0;
    for (int g = 0, c = 0; g < space->n_genes; c += space->genes[g++].n_values) {
        double left = rng_double(rng);
        int v = 0;
        for (; v < space->genes[g].n_values - 1 && left >= d->good[c + v]; v++)
            left -= d->good[c + v];
        genes[g] = (uint8_t)v;
        score += d->ratio[c + v];
    }
    return score;
}

static StrategyAnswer propose(const StrategyView *view, Rng *rng, uint8_t *genes,
                              char reason[DECIDER_REASON_MAX])
{
    const GeneSpace *space = view->settings->space;
    const HistoryHead *head = view->history.head;
    if (head->n_asked - head->n_free < view->settings->options[OPTION_RANDOM] ||
        head->n_valued == 0)
        return strategy_random(view, rng, genes, reason);
    Densities densities = {0};
    uint8_t candidate[GENESPACE_MAX_GENES];
    double best = (double)-INFINITY;
    estimate_all(view, view->own, &densities);
    for (int i = 0; i < (int)view->settings->options[OPTION_CANDIDATES]; i++) {
        const double score = draw(space, &densities, rng, candidate);
        if (score <= best || !genespace_canonical(space, candidate) ||
            history_find(&view->history, candidate) >= 0)
            continue;
        best = score;
        memcpy(genes, candidate, (size_t)space->n_genes);
    }
    if (isinf(best)) {
        memcpy(genes, candidate, (size_t)space->n_genes);
        return strategy_near(view, rng, genes, reason);
    }
    snprintf(reason, DECIDER_REASON_MAX, "log l/g %.3f", best);
    return STRATEGY_POINT;
}

const SearchStrategy strategy_tpe_row = {
    .name = "tpe",
    .summary = "Parzen estimator: likely among the good, unlikely among the others",
    .options = options,
    .n_options = ARRAY_LEN(options),
    .own_bytes = own_bytes,
    .told = told,
    .propose = propose,
};
