/* results/survival.c: one pass over sorted times. */
#include "results/survival.h"

#include "results/lsq.h"
#include "results/stats.h"

#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_time(const void *left, const void *right)
{
    const double a = ((const SurvivalTime *)left)->time, b = ((const SurvivalTime *)right)->time;
    return (a > b) - (a < b);
}

/* Where the times that equal times[begin] end; *n_events of them. */
static int end_of_ties(const SurvivalTime *times, int begin, int n, int *n_events)
{
    int end = begin;
    *n_events = 0;
    for (; end < n && times[end].time == times[begin].time; end++)
        *n_events += times[end].is_event;
    return end;
}

double survival_median(SurvivalTime *times, int n)
{
    const double rounding = 1e-12; /* a product of shares that is one half */
    double left = 1.0;
    if (n > 1)
        qsort(times, (size_t)n, sizeof *times, by_time);
    for (int begin = 0, end = 0, n_events = 0; begin < n; begin = end) {
        end = end_of_ties(times, begin, n, &n_events);
        left *= 1.0 - (double)n_events / (n - begin);
        if (n_events > 0 && left <= 0.5 + rounding)
            return times[begin].time;
    }
    return (double)NAN;
}

/* --- log-rank --- */

typedef struct LogRank {
    int n_groups;
    double *at_risk;  /* [n_groups] */
    double *excess;   /* [n_groups] events less those expected */
    double *variance; /* [n_groups][n_groups] of the excess */
    double *solution; /* [n_groups] */
    Lsq lsq;
} LogRank;

static ErrCode plan(LogRank *l, int n_groups, Arena *arena, Err *err)
{
    const size_t k = (size_t)n_groups;
    *l = (LogRank){.n_groups = n_groups,
                   .at_risk = arena_alloc(arena, k, sizeof(double)),
                   .excess = arena_alloc(arena, k, sizeof(double)),
                   .variance = arena_alloc(arena, k * k, sizeof(double)),
                   .solution = arena_alloc(arena, k, sizeof(double))};
    TRY(arena_ok(arena, err));
    TRY(lsq_plan(&l->lsq, n_groups, n_groups, arena, err));
fail:
    return err->code;
}

/* n_events at one time, of n at risk. */
static void add_time(LogRank *l, int n_events, int n)
{
    const double d = n_events;
    const double factor = n > 1 ? d * (n - d) / (n - 1) : 0.0;
    for (int a = 0; a < l->n_groups; a++) {
        const double share = l->at_risk[a] / n;
        double *row = l->variance + (size_t)a * (size_t)l->n_groups;
        l->excess[a] -= d * share;
        row[a] += factor * share;
        for (int b = 0; b < l->n_groups; b++)
            row[b] -= factor * share * l->at_risk[b] / n;
    }
}

/* Of sorted times; *df is the rank of the variance, which a group without a share lowers. */
static double chi_square(LogRank *l, const SurvivalTime *times, int n, int *df)
{
    const size_t k = (size_t)l->n_groups;
    double sum = 0.0;
    memset(l->at_risk, 0, k * sizeof(double));
    memset(l->excess, 0, k * sizeof(double));
    memset(l->variance, 0, k * k * sizeof(double));
    for (int i = 0; i < n; i++)
        l->at_risk[times[i].group] += 1.0;
    for (int begin = 0, end = 0, n_events = 0; begin < n; begin = end) {
        end = end_of_ties(times, begin, n, &n_events);
        if (n_events > 0)
            add_time(l, n_events, n - begin);
        for (int i = begin; i < end; i++) {
            l->excess[times[i].group] += times[i].is_event;
            l->at_risk[times[i].group] -= 1.0;
        }
    }
    lsq_factor(&l->lsq, l->variance, NULL);
    (void)lsq_solve(&l->lsq, l->excess, l->solution);
    for (size_t a = 0; a < k; a++)
        sum += l->excess[a] * l->solution[a];
    *df = l->lsq.rank;
    return sum;
}

/* --- shuffles --- */

typedef struct Unit {
    int64_t block;
    int unit, group;
    int at; /* while they are gathered: the time it is of */
} Unit;

/* What is dealt: units by block, and whose the times are. */
typedef struct Deck {
    Unit *units; /* [n_units] */
    int n_units;
    int *unit_of; /* [n] of each time */
} Deck;

static int by_unit(const void *left, const void *right)
{
    const Unit *a = left, *b = right;
    if (a->block != b->block)
        return a->block < b->block ? -1 : 1;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

static ErrCode gather_units(Deck *deck, const SurvivalTime *times, int n, Arena *arena, Err *err)
{
    *deck = (Deck){.units = arena_alloc(arena, (size_t)n, sizeof(Unit)),
                   .unit_of = arena_alloc(arena, (size_t)n, sizeof(int))};
    TRY(arena_ok(arena, err));
    for (int i = 0; i < n; i++)
        deck->units[i] = (Unit){times[i].block, times[i].unit, times[i].group, i};
    if (n > 1)
        qsort(deck->units, (size_t)n, sizeof(Unit), by_unit);
    for (int i = 0; i < n; i++) {
        const Unit unit = deck->units[i];
        if (deck->n_units == 0 || by_unit(&deck->units[deck->n_units - 1], &unit) != 0)
            deck->units[deck->n_units++] = unit;
        deck->unit_of[unit.at] = deck->n_units - 1;
    }
fail:
    return err->code;
}

/* Deals the groups of each block's units out among them. */
static void shuffle(const Deck *deck, SurvivalTime *times, int n, Rng *rng)
{
    Unit *units = deck->units;
    for (int begin = 0, end = 0; begin < deck->n_units; begin = end) {
        while (end < deck->n_units && units[end].block == units[begin].block)
            end++;
        for (int i = end - 1; i > begin; i--) {
            Unit *other = &units[begin + (int)rng_below(rng, (uint32_t)(i - begin + 1))];
            const int group = units[i].group;
            units[i].group = other->group;
            other->group = group;
        }
    }
    for (int i = 0; i < n; i++)
        times[i].group = units[deck->unit_of[i]].group;
}

ErrCode survival_logrank(SurvivalTime *times, int n, int n_groups, Arena *arena, SurvivalTest *out,
                         Err *err)
{
    const double rounding = 1e-9; /* of equal chi-squares, summed in another order */
    LogRank l;
    Deck deck;
    assert(n_groups > 0);
    *out = (SurvivalTest){.p = (double)NAN, .p_shuffled = (double)NAN};
    SurvivalTime *shuffled = arena_alloc(arena, (size_t)n, sizeof *shuffled);
    TRY(plan(&l, n_groups, arena, err));
    if (n > 1)
        qsort(times, (size_t)n, sizeof *times, by_time);
    out->chi2 = chi_square(&l, times, n, &out->df);
    if (out->df == 0)
        return ERR_NONE;
    out->p = stats_chi2_tail(out->chi2, out->df);
    memcpy(shuffled, times, (size_t)n * sizeof *shuffled);
    TRY(gather_units(&deck, times, n, arena, err));
    Rng rng = rng_start(0, RNG_BOOTSTRAP, 0, 0);
    int n_above = 1;
    for (int draw = 0; draw < SURVIVAL_DRAWS; draw++) {
        int df = 0;
        shuffle(&deck, shuffled, n, &rng);
        n_above += chi_square(&l, shuffled, n, &df) >= out->chi2 * (1.0 - rounding);
    }
    out->p_shuffled = (double)n_above / (SURVIVAL_DRAWS + 1);
fail:
    return err->code;
}
