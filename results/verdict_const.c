/*
 * results/verdict_const.c: do the constants depend on the baseline?
 *
 * A study may have grids of several baselines. The same multipliers asked of two baselines build
 * two networks; of one baseline they build one, so that is how grids of different baselines are
 * told. Each grid's constants are the multipliers of its best fair point by mean validation over
 * all seeds. In the other grid, whose trials had no part in that choice, they are held against
 * every point of it. Only points that both grids have with all their common seeds take part.
 */
#include "results/verdict_common.h"
#include "results/verdict_rules.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] = "Scaling constants found for one baseline serve another as well.";
static const char rule[] =
    "Each grid's constants, its best by mean validation top-1, are looked up in the other grid. "
    "CONFIRMED if in both no other point leads them by more than 0.5 points of test top-1, by the "
    "upper end of the 90 % paired t interval of each; REFUTED if in one of them the point that the "
    "other seeds' validation chooses leads by more than 0.5 points by the lower end of the 97.5 % "
    "interval; else, or with fewer than 3 seeds, INCONCLUSIVE.";

/* Points of two grids with the same multipliers and different networks. */
typedef struct Twins {
    const StorePointResult **points[2]; /* [n] of either grid */
    int n;
} Twins;

static bool has_diverged(const StorePointResult *p)
{
    for (size_t s = 0; s < p->n_seeds; s++)
        if (p->seeds[s].status == STORE_TRIAL_DIVERGED)
            return true;
    return false;
}

static bool is_of_grid(const StorePointResult *p, const char *part)
{
    return strcmp(p->point.part, part) == 0 && strcmp(p->point.match, "counted") == 0 &&
           strcmp(p->point.status, "fair") == 0 && p->point.network != NULL && !has_diverged(p);
}

static const StorePointResult *find_twin(const StoreResults *results, const char *part,
                                         const StorePoint *like)
{
    const double tolerance = 1e-9; /* of multipliers written as decimals */
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (is_of_grid(p, part) && fabs(p->point.nominal[0] - like->nominal[0]) <= tolerance &&
            fabs(p->point.nominal[1] - like->nominal[1]) <= tolerance &&
            fabs(p->point.nominal[2] - like->nominal[2]) <= tolerance)
            return p;
    }
    return NULL;
}

/* Whether a network stands among the first n already: aliases are one candidate. */
static bool is_taken(const Twins *twins, int side, const StorePointResult *p)
{
    for (int i = 0; i < twins->n; i++)
        if (strcmp(twins->points[side][i]->point.network, p->point.network) == 0)
            return true;
    return false;
}

static void pair_points(const StoreResults *results, const char *const parts[2], Twins *twins)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        const StorePointResult *twin =
            is_of_grid(p, parts[0]) ? find_twin(results, parts[1], &p->point) : NULL;
        if (twin == NULL || strcmp(twin->point.network, p->point.network) == 0 ||
            is_taken(twins, 0, p) || is_taken(twins, 1, twin))
            continue;
        twins->points[0][twins->n] = p;
        twins->points[1][twins->n++] = twin;
    }
}

/* The point with the largest mean validation; of equals the first. */
static int best_point(const SeedMatrix *m, int n_points)
{
    int best = 0;
    for (int p = 1; p < n_points; p++)
        if (stats_mean(m->val[p], m->n) > stats_mean(m->val[best], m->n))
            best = p;
    return best;
}

/* The other grid's constants in this one. */
static VerdictContrast judge(const Twins *twins, const SeedMatrix seeds[2], int side, Arena *arena)
{
    const SeedMatrix *m = &seeds[side];
    const int borrowed = best_point(&seeds[1 - side], twins->n);
    const StorePoint *p = &twins->points[side][borrowed]->point;
    VerdictContrast c = {.unit = "points", .n_diverged = m->n_diverged, .origin = m->origin};
    double *differences = arena_zalloc(arena, (size_t)m->n, sizeof(*differences));
    int n_beyond = 0;
    if (arena->failed)
        return c;
    c.outcome =
        verdict_borrowed((const double *const *)m->val, (const double *const *)m->values, twins->n,
                         borrowed, m->n, VERDICT_LOSS_POINTS, differences, &c.interval, &n_beyond);
    c.decides = m->n > 0;
    c.name =
        arena_printf(arena,
                     "%s, constants of %s (%.3g %.3g %.3g): %d of %d other points may lead by "
                     "more than %g; the largest lead",
                     p->part, twins->points[1 - side][borrowed]->point.part, p->nominal[0],
                     p->nominal[1], p->nominal[2], n_beyond, twins->n - 1, VERDICT_LOSS_POINTS);
    c.seeds_needed =
        stats_seeds_needed(c.interval.sd, VERDICT_LOSS_POINTS, VERDICT_CONFIDENCE, VERDICT_POWER);
    return c;
}

/* --- words --- */

static const char *summarise(const StoreResults *results, const Verdict *v, Arena *arena)
{
    Text text = {0};
    const VerdictContrast *a = &v->contrasts[0], *b = &v->contrasts[1];
    if (v->n == 0)
        text_append(&text, "No seed has ended at all points that both grids have.");
    else if (v->outcome == VERDICT_CONFIRMED)
        text_printf(&text, "No point leads the borrowed constants by more than %g points.",
                    VERDICT_LOSS_POINTS);
    else if (v->outcome == VERDICT_REFUTED)
        text_printf(&text, "Borrowed constants lose more than %g points.", VERDICT_LOSS_POINTS);
    else
        text_printf(&text, "Whether borrowed constants lose more than %g points is open",
                    VERDICT_LOSS_POINTS);
    if (v->outcome == VERDICT_INCONCLUSIVE && v->n >= STATS_MIN_N)
        text_printf(&text, ": the largest lead may be %.2f and %.2f.", a->interval.high,
                    b->interval.high);
    else if (v->outcome == VERDICT_INCONCLUSIVE && v->n > 0)
        text_printf(&text, ": %d seed%s no interval, %d have.", v->n, v->n == 1 ? " has" : "s have",
                    STATS_MIN_N);
    if (v->outcome == VERDICT_INCONCLUSIVE && v->n > 0 && v->seeds_needed > v->n)
        text_printf(&text,
                    " At the spread these %d seeds show, %d would bound one lead so tightly.", v->n,
                    v->seeds_needed);
    return verdict_summary(&text, results, arena);
}

/* Both ways: confirmed if both are, refuted if one is. */
static void judge_both(const StoreResults *results, const Twins *twins, VerdictContrast *rows,
                       Arena *arena, Verdict *out)
{
    const SeedMatrix seeds[2] = {verdict_seeds(twins->points[0], twins->n, arena),
                                 verdict_seeds(twins->points[1], twins->n, arena)};
    if (arena->failed)
        return;
    *out = (Verdict){.id = "N-const",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .contrasts = rows,
                     .n_contrasts = 2,
                     .n = seeds[0].n < seeds[1].n ? seeds[0].n : seeds[1].n};
    for (int side = 0; side < 2; side++) {
        rows[side] = judge(twins, seeds, side, arena);
        if (rows[side].seeds_needed > out->seeds_needed)
            out->seeds_needed = rows[side].seeds_needed;
    }
    const VerdictContrast *worse =
        &rows[verdict_reaches_higher(&rows[1].interval, &rows[0].interval)];
    if (rows[0].outcome == VERDICT_REFUTED || rows[1].outcome == VERDICT_REFUTED)
        out->outcome = VERDICT_REFUTED;
    else if (rows[0].outcome == VERDICT_CONFIRMED && rows[1].outcome == VERDICT_CONFIRMED)
        out->outcome = VERDICT_CONFIRMED;
    out->effect = worse->interval;
    out->effect_name = "largest lead over borrowed constants";
    out->has_effect = worse->interval.n > 0;
    out->summary = summarise(results, out, arena);
}

/* The next part that is a grid, after `after` (NULL: the first); NULL: there is none. */
static const char *next_grid(const StoreResults *results, const char *after)
{
    bool is_past = after == NULL;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        if (after != NULL && strcmp(p->part, after) == 0)
            is_past = true;
        else if (is_past && store_is_part(p, "grid"))
            return p->part;
    }
    return NULL;
}

ErrCode verdict_const(const StoreResults *results, Arena *arena, Verdict *out, bool *is_there,
                      Err *err)
{
    enum { MIN_POINTS = 2 };
    VerdictContrast *rows = arena_zalloc(arena, 2, sizeof(*rows));
    Twins twins = {0};
    *is_there = false;
    for (int side = 0; side < 2; side++)
        twins.points[side] = arena_zalloc(arena, results->n_points + 1, sizeof(*twins.points[0]));
    if (arena->failed)
        return arena_ok(arena, err);
    for (const char *a = next_grid(results, NULL); a != NULL && !*is_there;
         a = next_grid(results, a))
        for (const char *b = next_grid(results, a); b != NULL && !*is_there;
             b = next_grid(results, b)) {
            twins.n = 0;
            pair_points(results, (const char *const[]){a, b}, &twins);
            *is_there = twins.n >= MIN_POINTS;
        }
    if (*is_there)
        judge_both(results, &twins, rows, arena, out);
    return arena_ok(arena, err);
}
