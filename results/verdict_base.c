/*
 * results/verdict_base.c: is the baseline that a search found better than the given one?
 *
 * A part `retrain` has the found networks (series "found 1", "found 2", ...), the best of each
 * rival and the given baseline (series "baseline"), all trained on the same fresh seeds. Found
 * networks compete if their counted MACs are within tolerance of the given one's and no seed
 * diverged.
 */
#include "results/verdict_common.h"
#include "results/verdict_rules.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] = "The baseline that the search found beats the given one at equal "
                            "counted MACs.";
static const char rule[] =
    "On the fresh seeds of a retrain: for each seed the found network that the other seeds' mean "
    "validation top-1 chooses, minus the given baseline, on test top-1. Only networks within the "
    "fairness tolerance of the baseline's counted MACs compete. CONFIRMED if the 95 % t interval "
    "over seeds lies above 0, REFUTED if below; else, or with fewer than 3 seeds, INCONCLUSIVE.";

static const char given_series[] = "baseline", found_series[] = "found ";

/* Who meets in the first part `retrain`. */
typedef struct Field {
    const char *part;
    const StorePointResult *given;   /* NULL: none */
    const StorePointResult **points; /* those that compete, then the given one */
    int n_found, n_competing;        /* found networks; those of them that compete */
} Field;

static bool is_found(const StorePoint *p)
{
    return strncmp(p->series, found_series, strlen(found_series)) == 0;
}

static bool can_compete(const StorePointResult *p, const StorePointResult *given, double tolerance)
{
    const double ratio = (double)p->point.macs / (double)given->point.macs;
    for (size_t s = 0; s < p->n_seeds; s++)
        if (p->seeds[s].status == STORE_TRIAL_DIVERGED)
            return false;
    return p->n_seeds > 0 && fabs(ratio - 1.0) <= tolerance;
}

static const StorePointResult *find_given(const StoreResults *results, const char *part)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (strcmp(p->point.part, part) == 0 && strcmp(p->point.series, given_series) == 0 &&
            p->n_seeds > 0)
            return p;
    }
    return NULL;
}

static Field gather(const StoreResults *results, Arena *arena)
{
    Field field = {.points = arena_zalloc(arena, results->n_points + 1, sizeof(*field.points))};
    for (size_t i = 0; field.points != NULL && i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!store_is_part(&p->point, "retrain"))
            continue;
        if (field.part == NULL) {
            field.part = p->point.part;
            field.given = find_given(results, field.part);
        }
        if (strcmp(p->point.part, field.part) != 0 || !is_found(&p->point))
            continue;
        field.n_found++;
        if (field.given != NULL &&
            can_compete(p, field.given, results->revision.fairness_tolerance))
            field.points[field.n_competing++] = p;
    }
    if (field.points != NULL)
        field.points[field.n_competing] = field.given;
    return field;
}

/* The verdict's own contrast. */
static VerdictContrast judge(const Field *field, Arena *arena)
{
    VerdictContrast c = {.name = "chosen by the other seeds, minus the given baseline",
                         .unit = "points",
                         .interval = stats_interval(NULL, 0, VERDICT_CHOSEN_CONFIDENCE)};
    const int k = field->n_competing;
    if (k == 0)
        return c;
    const SeedMatrix m = verdict_seeds(field->points, k + 1, arena);
    double *differences = arena_zalloc(arena, (size_t)m.n + 1, sizeof(*differences));
    c.n_diverged = m.n_diverged;
    c.origin = m.origin;
    if (differences == NULL || m.n == 0)
        return c;
    c.decides = true;
    c.outcome = verdict_chosen((const double *const *)m.val, (const double *const *)m.values, k,
                               m.values[k], m.n, differences, &c.interval);
    c.seeds_needed = stats_seeds_needed(c.interval.sd, VERDICT_EFFECT_POINTS,
                                        VERDICT_CHOSEN_CONFIDENCE, VERDICT_POWER);
    return c;
}

/* One network of the retrain against the given one: shown. */
static VerdictContrast show(const StorePointResult *p, const Field *field, double tolerance,
                            Arena *arena)
{
    VerdictContrast c = {.unit = "points",
                         .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE),
                         .note = "one of those chosen from"};
    const StorePointResult *const pair[] = {p, field->given};
    c.name = arena_printf(arena, "%s%s%s minus the given baseline", p->point.series,
                          p->point.genes != NULL ? ", " : "",
                          p->point.genes != NULL ? p->point.genes : "");
    if (field->given == NULL)
        return c;
    const SeedMatrix m = verdict_seeds(pair, 2, arena);
    if (m.n > 0)
        c.interval = stats_paired(m.values[0], m.values[1], m.n, VERDICT_CONFIDENCE);
    c.n_diverged = m.n_diverged;
    c.origin = m.origin;
    if (!is_found(&p->point))
        c.note = "a rival's";
    else if (!can_compete(p, field->given, tolerance))
        c.note = arena_printf(arena,
                              "does not compete: it has %.3g x the baseline's MACs, or a "
                              "seed of it diverged",
                              (double)p->point.macs / (double)field->given->point.macs);
    return c;
}

/* --- words --- */

static const char *summarise(const StoreResults *results, const Field *field, const Verdict *v,
                             Arena *arena)
{
    Text text = {0};
    const char *effect = verdict_interval_text(&v->effect, "points", arena);
    const char *seeds = verdict_seeds_text(v->n, v->seeds_needed, arena);
    if (field->given == NULL)
        text_append(&text, "The given baseline has no trial yet.");
    else if (field->n_competing == 0)
        text_printf(&text,
                    "None of %d found networks competes: none has counted MACs within %.3g "
                    "%% of the baseline's and no seed that diverged.",
                    field->n_found, 100.0 * results->revision.fairness_tolerance);
    else
        text_printf(&text, "Found minus given: %s, of %d network%s that %s.",
                    effect != NULL ? effect : "", field->n_competing,
                    text_plural(field->n_competing),
                    field->n_competing == 1 ? "competes" : "compete");
    if (v->outcome == VERDICT_INCONCLUSIVE && field->n_competing > 0 && seeds != NULL)
        text_append(&text, seeds);
    return verdict_summary(&text, results, arena);
}

ErrCode verdict_base(const StoreResults *results, Arena *arena, Verdict *out, bool *is_there,
                     Err *err)
{
    const Field field = gather(results, arena);
    VerdictContrast *rows = arena_zalloc(arena, results->n_points + 1, sizeof(*rows));
    *is_there = field.n_found > 0;
    if (arena->failed || !*is_there)
        return arena_ok(arena, err);
    rows[0] = judge(&field, arena);
    *out = (Verdict){.id = "N-base",
                     .claim = claim,
                     .rule = rule,
                     .outcome = rows[0].outcome,
                     .is_demo = results->study.is_demo,
                     .has_effect = rows[0].decides,
                     .effect = rows[0].interval,
                     .effect_name = "found minus given",
                     .contrasts = rows,
                     .n_contrasts = 1,
                     .n = rows[0].interval.n,
                     .seeds_needed = rows[0].seeds_needed};
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (strcmp(p->point.part, field.part) == 0 && p != field.given && p->n_seeds > 0)
            rows[out->n_contrasts++] = show(p, &field, results->revision.fairness_tolerance, arena);
    }
    out->summary = summarise(results, &field, out, arena);
    return arena_ok(arena, err);
}
