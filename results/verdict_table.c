/*
 * results/verdict_table.c: is a table of trained networks fit to replay searches on?
 *
 * A table is a part `table`: every network of a space with every seed. Its order of networks must
 * not hang on the seed, or a replay measures luck. Agreement is told for all networks and for the
 * top tenth, which a third seed chooses: chosen by the seeds that are compared, it would agree
 * less than it does.
 */
#include "results/verdict_common.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOP_SHARE = 10 /* one of so many */, N_CONTRASTS = 4 };
#define MIN_AGREEMENT 0.9
#define MAX_DIVERGED 0.01

static const char claim[] =
    "The order of the table's networks does not hang on the seed, so searches can be replayed on "
    "it.";
static const char rule[] =
    "Spearman's correlation of validation top-1 between two seeds over all networks of the part "
    "'table', the mean over all pairs of seeds. CONFIRMED from 0.9 on if at most 1 % of the trials "
    "diverged; else REFUTED: train longer. INCONCLUSIVE while trials are missing, or with one "
    "seed. Intervals are of one pair, over networks.";

/* The networks of a table with their accuracies; NaN: not there (yet). */
typedef struct Cells {
    const StorePointResult **networks; /* [n] the first point of each */
    int n, n_seeds;
    int64_t *seeds;     /* [n_seeds] */
    double *val, *test; /* [n_seeds, n] */
    int n_done, n_diverged;
    VerdictOrigin origin; /* of those done */
} Cells;

static int find_seed(const Cells *cells, int64_t seed)
{
    int s = 0;
    while (s < cells->n_seeds && cells->seeds[s] != seed)
        s++;
    return s;
}

/* Distinct networks and all their seeds, in the plan's order. */
static void find_networks(const StoreResults *results, Cells *cells, Arena *arena)
{
    size_t n_trials = 0;
    for (size_t i = 0; i < results->n_points; i++)
        n_trials += results->points[i].n_seeds;
    cells->networks = arena_zalloc(arena, results->n_points + 1, sizeof(*cells->networks));
    cells->seeds = arena_zalloc(arena, n_trials + 1, sizeof(*cells->seeds));
    for (size_t i = 0; i < results->n_points && !arena->failed; i++) {
        const StorePointResult *p = &results->points[i];
        bool is_known = strcmp(p->point.part, "table") != 0 || p->point.trial_digest == NULL;
        for (int k = 0; k < cells->n && !is_known; k++)
            is_known = strcmp(cells->networks[k]->point.trial_digest, p->point.trial_digest) == 0;
        if (is_known)
            continue;
        cells->networks[cells->n++] = p;
        for (size_t s = 0; s < p->n_seeds; s++)
            if (find_seed(cells, p->seeds[s].seed) == cells->n_seeds)
                cells->seeds[cells->n_seeds++] = p->seeds[s].seed;
    }
}

static void take_cells(const StoreResults *results, Cells *cells, Arena *arena)
{
    find_networks(results, cells, arena);
    const size_t n = (size_t)cells->n * (size_t)cells->n_seeds;
    cells->val = arena_zalloc(arena, n + 1, sizeof(double));
    cells->test = arena_zalloc(arena, n + 1, sizeof(double));
    if (arena->failed)
        return;
    for (size_t i = 0; i < n; i++)
        cells->val[i] = cells->test[i] = (double)NAN;
    for (int i = 0; i < cells->n; i++)
        for (size_t k = 0; k < cells->networks[i]->n_seeds; k++) {
            const StoreSeed *seed = &cells->networks[i]->seeds[k];
            const int at = find_seed(cells, seed->seed) * cells->n + i;
            cells->n_done += seed->status == STORE_TRIAL_DONE;
            cells->n_diverged += seed->status == STORE_TRIAL_DIVERGED;
            if (seed->status != STORE_TRIAL_DONE)
                continue;
            verdict_count_origin(&cells->origin, seed);
            cells->val[at] = seed->val_top1;
            cells->test[at] = seed->test_top1;
        }
}

/* --- agreement --- */

/* is_top[n] = whether a network is in the top tenth, rounded up; of equals the earlier. */
static void choose_top(const double *values, int n, bool *is_top)
{
    int n_values = 0;
    for (int i = 0; i < n; i++)
        n_values += !isnan(values[i]);
    for (int i = 0; i < n; i++) {
        int n_before = 0;
        for (int k = 0; k < n; k++)
            n_before += values[k] > values[i] || (k < i && values[k] == values[i]);
        is_top[i] = !isnan(values[i]) && n_before < (n_values + TOP_SHARE - 1) / TOP_SHARE;
    }
}

/* Where the comparisons of two seeds are gathered. */
typedef struct Agreement {
    double sum;
    int n;          /* comparisons */
    int n_networks; /* of the one with the fewest */
    double *a, *b;  /* [networks] room for one comparison */
} Agreement;

/* Adds that of two seeds over the networks that both have and `is_in` (NULL: all) names. */
static void compare_seeds(Agreement *agreement, const double *a, const double *b, const bool *is_in,
                          int n)
{
    int n_both = 0;
    for (int i = 0; i < n; i++)
        if ((is_in == NULL || is_in[i]) && !isnan(a[i]) && !isnan(b[i])) {
            agreement->a[n_both] = a[i];
            agreement->b[n_both++] = b[i];
        }
    const double rho = stats_spearman(agreement->a, agreement->b, n_both);
    if (isnan(rho))
        return;
    agreement->sum += rho;
    agreement->n_networks =
        agreement->n++ == 0 || n_both < agreement->n_networks ? n_both : agreement->n_networks;
}

/* All pairs of seeds; in the top tenth of each third seed where is_top. */
static StatsInterval agree(const Cells *cells, const double *values, bool is_top, Arena *arena)
{
    const int n = cells->n;
    bool *top = arena_zalloc(arena, (size_t)n + 1, sizeof(*top));
    Agreement agreement = {.a = arena_zalloc(arena, (size_t)n + 1, sizeof(double)),
                           .b = arena_zalloc(arena, (size_t)n + 1, sizeof(double))};
    for (int third = 0; third < (is_top ? cells->n_seeds : 1) && !arena->failed; third++) {
        if (is_top)
            choose_top(values + (size_t)third * (size_t)n, n, top);
        for (int a = 0; a < cells->n_seeds; a++)
            for (int b = a + 1; b < cells->n_seeds; b++)
                if (!is_top || (a != third && b != third))
                    compare_seeds(&agreement, values + (size_t)a * (size_t)n,
                                  values + (size_t)b * (size_t)n, is_top ? top : NULL, n);
    }
    return stats_correlation(agreement.n ? agreement.sum / agreement.n : (double)NAN,
                             agreement.n_networks, VERDICT_CONFIDENCE);
}

/* --- the verdict --- */

static void fill_contrasts(const Cells *cells, VerdictContrast *contrasts, Arena *arena)
{
    static const char *const names[N_CONTRASTS] = {
        "two seeds, all networks, validation", "two seeds, all networks, test",
        "two seeds, top tenth by a third, validation", "two seeds, top tenth by a third, test"};
    for (int i = 0; i < N_CONTRASTS; i++)
        contrasts[i] = (VerdictContrast){
            .name = names[i],
            .unit = "rank correlation",
            .interval = agree(cells, i % 2 ? cells->test : cells->val, i >= 2, arena),
            .decides = i == 0,
            .origin = cells->origin,
            .n_diverged = cells->n_diverged};
}

static VerdictOutcome judge(const Cells *cells, double agreement)
{
    const int n_cells = cells->n * cells->n_seeds;
    if (cells->n_done + cells->n_diverged < n_cells || isnan(agreement))
        return VERDICT_INCONCLUSIVE;
    return agreement >= MIN_AGREEMENT && cells->n_diverged <= MAX_DIVERGED * n_cells
               ? VERDICT_CONFIRMED
               : VERDICT_REFUTED;
}

static const char *summarise(const StoreResults *results, const Cells *cells, const Verdict *v,
                             Arena *arena)
{
    const int n_cells = cells->n * cells->n_seeds;
    const StatsInterval *all = &v->contrasts[0].interval, *top = &v->contrasts[2].interval;
    Text text = {0};
    if (isnan(all->mean)) {
        text_printf(&text, "%d of %d trials are there: no two seeds to compare yet.", cells->n_done,
                    n_cells);
        return verdict_summary(&text, results, arena);
    }
    text_printf(&text,
                "%d networks, %d seeds, %d of %d trials, %d diverged. Rank correlation of two "
                "seeds: %.3f over %d networks",
                cells->n, cells->n_seeds, cells->n_done + cells->n_diverged, n_cells,
                cells->n_diverged, all->mean, all->n);
    if (!isnan(top->mean))
        text_printf(&text, ", %.2f among the top tenth", top->mean);
    text_append(&text, ".");
    return verdict_summary(&text, results, arena);
}

ErrCode verdict_table(const StoreResults *results, Arena *arena, Verdict *out, bool *is_there,
                      Err *err)
{
    Cells cells = {0};
    VerdictContrast *contrasts = arena_zalloc(arena, N_CONTRASTS, sizeof(*contrasts));
    take_cells(results, &cells, arena);
    TRY(arena_ok(arena, err));
    *is_there = cells.n > 0;
    if (!*is_there)
        return ERR_NONE;
    fill_contrasts(&cells, contrasts, arena);
    contrasts[0].outcome = judge(&cells, contrasts[0].interval.mean);
    *out = (Verdict){.id = "T",
                     .claim = claim,
                     .rule = rule,
                     .outcome = contrasts[0].outcome,
                     .is_demo = results->study.is_demo,
                     .contrasts = contrasts,
                     .n_contrasts = N_CONTRASTS,
                     .n = cells.n_seeds};
    out->summary = summarise(results, &cells, out, arena);
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}
