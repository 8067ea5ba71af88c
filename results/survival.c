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
    const SurvivalTime *a = left, *b = right;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->seed != b->seed)
        return a->seed < b->seed ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
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

/* Places of the times, by seed. */
static void order_by_seed(const SurvivalTime *times, int n, int *order)
{
    for (int i = 0; i < n; i++) {
        int at = i;
        for (; at > 0 && times[order[at - 1]].seed > times[i].seed; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/* Deals the groups of each seed's trials out among them. */
static void shuffle(SurvivalTime *times, int n, const int *order, Rng *rng)
{
    for (int begin = 0, end = 0; begin < n; begin = end) {
        while (end < n && times[order[end]].seed == times[order[begin]].seed)
            end++;
        for (int i = end - 1; i > begin; i--) {
            SurvivalTime *a = &times[order[i]];
            SurvivalTime *b = &times[order[begin + (int)rng_below(rng, (uint32_t)(i - begin + 1))]];
            const int group = a->group;
            a->group = b->group;
            b->group = group;
        }
    }
}

ErrCode survival_logrank(SurvivalTime *times, int n, int n_groups, Arena *arena, SurvivalTest *out,
                         Err *err)
{
    const double rounding = 1e-9; /* of equal chi-squares, summed in another order */
    LogRank l;
    assert(n_groups > 0);
    *out = (SurvivalTest){.p = (double)NAN, .p_shuffled = (double)NAN};
    SurvivalTime *shuffled = arena_alloc(arena, (size_t)n, sizeof *shuffled);
    int *order = arena_alloc(arena, (size_t)n, sizeof *order);
    TRY(plan(&l, n_groups, arena, err));
    if (n > 1)
        qsort(times, (size_t)n, sizeof *times, by_time);
    out->chi2 = chi_square(&l, times, n, &out->df);
    if (out->df == 0)
        return ERR_NONE;
    out->p = stats_chi2_tail(out->chi2, out->df);
    memcpy(shuffled, times, (size_t)n * sizeof *shuffled);
    order_by_seed(times, n, order);
    Rng rng = rng_start(0, RNG_BOOTSTRAP, 0, 0);
    int n_above = 1;
    for (int draw = 0; draw < SURVIVAL_DRAWS; draw++) {
        int df = 0;
        shuffle(shuffled, n, order, &rng);
        n_above += chi_square(&l, shuffled, n, &df) >= out->chi2 * (1.0 - rounding);
    }
    out->p_shuffled = (double)n_above / (SURVIVAL_DRAWS + 1);
fail:
    return err->code;
}
