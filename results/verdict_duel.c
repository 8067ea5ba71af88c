/* results/verdict_duel.c: eligible points, ties that matter, the best single dimension. */
#include "results/verdict_duel.h"

#include "results/verdict_common.h"

#include <math.h>
#include <string.h>

static bool is_compound(const StorePoint *point)
{
    return strncmp(point->series, "compound", strlen("compound")) == 0;
}

static bool is_single(const StorePoint *point)
{
    return strcmp(point->series, "width") == 0 || strcmp(point->series, "depth") == 0 ||
           strcmp(point->series, "resolution") == 0;
}

/* Matched within tolerance and on its ray; whether a tie matters is judged by find_tie. */
static bool is_eligible(const StorePointResult *p)
{
    return (strcmp(p->point.status, "fair") == 0 || strcmp(p->point.status, "tied") == 0) &&
           strcmp(p->point.match, "counted") == 0;
}

static bool is_at(const StorePointResult *p, int64_t target_macs)
{
    return verdict_is_part(&p->point, "compare") && p->point.target_macs == target_macs;
}

/* The dimension that is scaled alone, or NULL. */
static const char *only_dimension(const StorePoint *point)
{
    static const char *const names[] = {"depth", "width", "resolution"};
    const double tolerance = 1e-9; /* of multipliers written as decimals */
    const char *name = NULL;
    int n = 0;
    for (int i = 0; i < 3; i++)
        if (fabs(point->nominal[i] - 1.0) > tolerance) {
            name = names[i];
            n++;
        }
    return n == 1 ? name : NULL;
}

/* The single dimension whose network the compound point has built, or NULL. */
static const StorePointResult *find_tie(const StoreResults *results,
                                        const StorePointResult *compound)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (is_at(p, compound->point.target_macs) && is_single(&p->point) && is_eligible(p) &&
            p->point.network != NULL && compound->point.network != NULL &&
            strcmp(p->point.network, compound->point.network) == 0)
            return p;
    }
    return NULL;
}

/* Mean validation accuracy; NaN if a trial diverged or is not done: it cannot be picked. */
static double mean_val(const StorePointResult *p)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->n_seeds; i++)
        sum += p->seeds[i].status == STORE_TRIAL_DONE ? p->seeds[i].val_top1 : (double)NAN;
    return p->n_seeds ? sum / (double)p->n_seeds : (double)NAN;
}

/* Why a compound point compares no balance, or NULL. */
static const char *flat_note(const StoreResults *results, const DuelCompound *strategy,
                             const StorePointResult *compound, Arena *arena)
{
    const char *series = strategy->series;
    const char *alone = only_dimension(&compound->point);
    const StorePointResult *tie = find_tie(results, compound);
    const char *who = strategy->is_winner ? "the grid's winner" : series;
    if (alone != NULL && tie != NULL)
        return arena_printf(arena, "%s scales %s alone, so %s and %s are one network", who, alone,
                            series, tie->point.series);
    if (alone != NULL)
        return arena_printf(arena, "%s scales %s alone, so %s balances nothing", who, alone,
                            series);
    if (tie != NULL)
        return arena_printf(arena, "%s and %s are one network here", series, tie->point.series);
    return NULL;
}

/* The best single dimension at a target by validation; *n_waiting: those that cannot be judged. */
static const StorePointResult *find_single(const StoreResults *results, int64_t target_macs,
                                           int *n_waiting, int *n_left_out)
{
    const StorePointResult *single = NULL;
    double best = (double)NAN;
    *n_waiting = *n_left_out = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!is_at(p, target_macs) || !is_single(&p->point))
            continue;
        *n_left_out += !is_eligible(p);
        const double val = is_eligible(p) ? mean_val(p) : (double)NAN;
        *n_waiting += is_eligible(p) && isnan(val);
        if (val > best || (isnan(best) && !isnan(val))) {
            best = val;
            single = p;
        }
    }
    return single;
}

int verdict_duel_targets(const StoreResults *results, int64_t *targets)
{
    int n = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        int at = n;
        if (!verdict_is_part(p, "compare"))
            continue;
        while (at > 0 && targets[at - 1] > p->target_macs)
            at--;
        if (at > 0 && targets[at - 1] == p->target_macs)
            continue;
        for (int j = n; j > at; j--)
            targets[j] = targets[j - 1];
        targets[at] = p->target_macs;
        n++;
    }
    return n;
}

/* Whether the study's compound without constants took them from its grid. */
static bool has_winner(const StoreResults *results)
{
    for (size_t i = 0; i < results->n_facts; i++)
        if (strcmp(results->facts[i].name, "grid/winner") == 0)
            return true;
    return false;
}

int verdict_duel_compounds(const StoreResults *results, DuelCompound *compounds)
{
    int n = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        int at = 0;
        if (!verdict_is_part(p, "compare") || !is_compound(p))
            continue;
        while (at < n && strcmp(compounds[at].series, p->series) != 0)
            at++;
        if (at == n)
            compounds[n++].series = p->series;
    }
    if (n == 0)
        compounds[n++].series = "compound";
    for (int i = 0; i < n; i++)
        compounds[i].is_winner =
            strcmp(compounds[i].series, "compound") == 0 && has_winner(results);
    return n;
}

Duel verdict_duel_find(const StoreResults *results, const DuelCompound *strategy,
                       int64_t target_macs, Arena *arena)
{
    Duel duel = {.ratio = (double)target_macs / (double)results->revision.baseline_macs};
    int n_left_out = 0, n_waiting = 0;
    for (size_t i = 0; i < results->n_points && duel.compound == NULL; i++)
        if (is_at(&results->points[i], target_macs) &&
            strcmp(results->points[i].point.series, strategy->series) == 0)
            duel.compound = &results->points[i];
    duel.single = find_single(results, target_macs, &n_waiting, &n_left_out);
    if (duel.compound == NULL) {
        duel.note = "no compound point at this target";
        return duel;
    }
    const char *flat = flat_note(results, strategy, duel.compound, arena);
    duel.alone = only_dimension(&duel.compound->point);
    duel.is_flat = flat != NULL;
    duel.is_comparable = is_eligible(duel.compound) && flat == NULL;
    if (!is_eligible(duel.compound))
        duel.note =
            arena_printf(arena, "the compound point is %s%s%s", duel.compound->point.status,
                         duel.compound->point.reason != NULL ? ": " : "",
                         duel.compound->point.reason != NULL ? duel.compound->point.reason : "");
    else if (flat != NULL)
        duel.note = flat;
    else if (n_waiting > 0)
        duel.note = arena_printf(arena, "%d single dimension%s with trials unfinished or diverged",
                                 n_waiting, n_waiting == 1 ? "" : "s");
    else if (duel.single == NULL)
        duel.note = arena_printf(arena, "none of %d single dimensions is fair here", n_left_out);
    return duel;
}
