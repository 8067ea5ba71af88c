/* results/verdict_duel.c: eligible points, ties that matter, the single dimensions. */
#include "results/verdict_duel.h"

#include <math.h>
#include <string.h>

static bool is_compound(const StorePoint *point)
{
    return strncmp(point->series, "compound", strlen("compound")) == 0;
}

static bool is_at(const StorePointResult *p, int64_t target_macs)
{
    return store_is_part(&p->point, "compare") && p->point.target_macs == target_macs;
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
        if (is_at(p, compound->point.target_macs) && verdict_duel_is_single(&p->point) &&
            verdict_duel_is_eligible(p) && p->point.network != NULL &&
            compound->point.network != NULL &&
            strcmp(p->point.network, compound->point.network) == 0)
            return p;
    }
    return NULL;
}

/* Why a compound point compares no balance, or NULL. */
static const char *flat_note(const StoreResults *results, const DuelCompound *strategy,
                             const StorePointResult *compound, const char *alone, Arena *arena)
{
    const char *series = strategy->series;
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

static bool has_single(const Duel *duel, const StorePointResult *point)
{
    for (int i = 0; i < duel->n_singles; i++)
        if (strcmp(duel->singles[i]->point.trial_digest, point->point.trial_digest) == 0)
            return true;
    return false;
}

/* The first point of a dimension at a target, or NULL. */
static const StorePointResult *find_series(const StoreResults *results, int64_t target_macs,
                                           const char *series)
{
    for (size_t i = 0; i < results->n_points; i++)
        if (is_at(&results->points[i], target_macs) &&
            strcmp(results->points[i].point.series, series) == 0)
            return &results->points[i];
    return NULL;
}

static void find_singles(const StoreResults *results, int64_t target_macs, Duel *duel)
{
    static const char *const dimensions[DUEL_SINGLES] = {"width", "depth", "resolution"};
    duel->is_whole = true;
    for (int d = 0; d < DUEL_SINGLES; d++) {
        const StorePointResult *p = find_series(results, target_macs, dimensions[d]);
        if (p == NULL)
            duel->is_whole = false;
        else if (!verdict_duel_is_eligible(p) || p->point.trial_digest == NULL)
            duel->n_left_out++;
        else if (!has_single(duel, p))
            duel->singles[duel->n_singles++] = p;
    }
}

bool verdict_duel_is_single(const StorePoint *point)
{
    return strcmp(point->series, "width") == 0 || strcmp(point->series, "depth") == 0 ||
           strcmp(point->series, "resolution") == 0;
}

bool verdict_duel_is_eligible(const StorePointResult *p)
{
    return (strcmp(p->point.status, "fair") == 0 || strcmp(p->point.status, "tied") == 0) &&
           strcmp(p->point.match, "counted") == 0;
}

int verdict_duel_targets(const StoreResults *results, int64_t *targets)
{
    int n = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        int at = n;
        if (!store_is_part(p, "compare") || strcmp(p->match, "none") == 0)
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

/* Whether multipliers are powers of the constants with one exponent: a point of their ray. */
static bool is_on_ray(const double constants[3], const double multipliers[3])
{
    const double tolerance = 1e-9; /* of logarithms of numbers read back from their decimals */
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3;
        const double a = log(constants[i]) * log(multipliers[j]);
        const double b = log(constants[j]) * log(multipliers[i]);
        if (!(fabs(a - b) <= tolerance * (fabs(a) + fabs(b)) + tolerance * tolerance))
            return false;
    }
    return true;
}

/*
 * The newest fact of a grid's winner whose constants have made the compound point, or NULL: it did
 * not wait for one. A study may have several grids, each with a fact "PART/winner".
 */
static const StoreFact *find_winner(const StoreResults *results, const StorePoint *compound)
{
    const StoreFact *winner = NULL;
    for (size_t i = 0; i < results->n_facts; i++) {
        const StoreFact *fact = &results->facts[i];
        const char *kind = strrchr(fact->name, '/');
        if (kind != NULL && strcmp(kind, "/winner") == 0 &&
            is_on_ray(fact->value, compound->nominal))
            winner = fact;
    }
    return winner;
}

/*
 * The dimension that the winner's grid point scales alone, or NULL. The fact's third constant is
 * what matching built; the grid asked for the point's own multipliers.
 */
static const char *winner_alone(const StoreResults *results, const StoreFact *winner)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        if (store_is_part(p, "grid") && p->network != NULL && winner->network != NULL &&
            strcmp(p->network, winner->network) == 0 && p->nominal[0] == winner->value[0] &&
            p->nominal[1] == winner->value[1])
            return only_dimension(p);
    }
    return NULL;
}

int verdict_duel_compounds(const StoreResults *results, DuelCompound *compounds)
{
    int n = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        int at = 0;
        if (!store_is_part(p, "compare") || !is_compound(p))
            continue;
        while (at < n && strcmp(compounds[at].series, p->series) != 0)
            at++;
        if (at < n)
            continue;
        compounds[n++].series = p->series;
        const StoreFact *winner =
            strcmp(p->series, "compound") == 0 ? find_winner(results, p) : NULL;
        if (winner == NULL)
            continue;
        compounds[at].is_winner = true;
        compounds[at].alone = winner_alone(results, winner);
    }
    if (n == 0)
        compounds[n++].series = "compound";
    return n;
}

Duel verdict_duel_find(const StoreResults *results, const DuelCompound *strategy,
                       int64_t target_macs, Arena *arena)
{
    Duel duel = {.ratio = (double)target_macs / (double)results->revision.baseline_macs};
    duel.compound = find_series(results, target_macs, strategy->series);
    find_singles(results, target_macs, &duel);
    if (duel.compound == NULL) {
        duel.note = "no compound point at this target";
        return duel;
    }
    duel.alone = strategy->alone != NULL ? strategy->alone : only_dimension(&duel.compound->point);
    const char *flat = flat_note(results, strategy, duel.compound, duel.alone, arena);
    duel.is_flat = flat != NULL;
    duel.is_comparable = verdict_duel_is_eligible(duel.compound) && flat == NULL;
    if (!verdict_duel_is_eligible(duel.compound))
        duel.note =
            arena_printf(arena, "the compound point is %s%s%s", duel.compound->point.status,
                         duel.compound->point.reason != NULL ? ": " : "",
                         duel.compound->point.reason != NULL ? duel.compound->point.reason : "");
    else if (flat != NULL)
        duel.note = flat;
    else if (duel.n_singles == 0)
        duel.note =
            arena_printf(arena, "none of %d single dimensions is fair here", duel.n_left_out);
    return duel;
}
