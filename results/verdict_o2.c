/*
 * results/verdict_o2.c: does compound scaling beat the best single dimension at matched MACs?
 *
 * At each target of `compare`, the best of width, depth and resolution is picked by mean validation
 * accuracy, and the compound point is compared with it by test accuracy, seed by seed. Points that
 * are unfair, off their ray or tied decide nothing. The verdict is on the mean over the targets
 * that decide, one number a seed: one test, so no correction for several.
 */
#include "results/verdict_common.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] = "At the same cost, balancing width, depth and resolution beats scaling "
                            "the best single dimension.";
static const char rule[] =
    "At each target: the best of width, depth, resolution by mean validation top-1 against "
    "compound, difference of test top-1 by seed; only fair, untied points on their rays count. "
    "Over "
    "the mean of the targets: CONFIRMED if the 90 % paired t interval lies above 0, REFUTED if "
    "below "
    "0; else, or with fewer than 3 seeds, INCONCLUSIVE.";

/* The pair compared at one target. */
typedef struct Duel {
    const StorePointResult *compound, *single;
    double ratio;     /* target over the baseline's MACs */
    const char *note; /* why it does not decide, or NULL */
} Duel;

static bool is_compound(const StorePoint *point)
{
    return strncmp(point->series, "compound", strlen("compound")) == 0;
}

static bool is_single(const StorePoint *point)
{
    return strcmp(point->series, "width") == 0 || strcmp(point->series, "depth") == 0 ||
           strcmp(point->series, "resolution") == 0;
}

static bool is_fair(const StorePointResult *p)
{
    return strcmp(p->point.status, "fair") == 0 && strcmp(p->point.match, "counted") == 0;
}

/* Mean validation accuracy; NaN if a trial diverged or is not done: it cannot be picked. */
static double mean_val(const StorePointResult *p)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->n_seeds; i++)
        sum += p->seeds[i].status == STORE_TRIAL_DONE ? p->seeds[i].val_top1 : (double)NAN;
    return p->n_seeds ? sum / (double)p->n_seeds : (double)NAN;
}

/* The duel at one target, for the first compound strategy of the study. */
static Duel find_duel(const StoreResults *results, int64_t target_macs, Arena *arena)
{
    Duel duel = {.ratio = (double)target_macs / (double)results->revision.baseline_macs};
    double best = (double)NAN;
    int n_left_out = 0, n_waiting = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!verdict_is_part(&p->point, "compare") || p->point.target_macs != target_macs)
            continue;
        if (is_compound(&p->point) && duel.compound == NULL)
            duel.compound = p;
        if (!is_single(&p->point))
            continue;
        n_left_out += !is_fair(p);
        const double val = is_fair(p) ? mean_val(p) : (double)NAN;
        n_waiting += is_fair(p) && isnan(val);
        if (val > best || (isnan(best) && !isnan(val))) {
            best = val;
            duel.single = p;
        }
    }
    if (duel.compound == NULL)
        duel.note = "no compound point at this target";
    else if (!is_fair(duel.compound))
        duel.note =
            arena_printf(arena, "the compound point is %s%s%s", duel.compound->point.status,
                         duel.compound->point.reason != NULL ? ": " : "",
                         duel.compound->point.reason != NULL ? duel.compound->point.reason : "");
    else if (n_waiting > 0)
        duel.note = arena_printf(arena, "%d single dimension%s with trials unfinished or diverged",
                                 n_waiting, n_waiting == 1 ? "" : "s");
    else if (duel.single == NULL)
        duel.note = arena_printf(arena, "none of %d single dimensions is fair here", n_left_out);
    return duel;
}

/* Distinct targets of `compare`, ascending; returns their number. */
static int collect_targets(const StoreResults *results, int64_t *targets)
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

/* compound minus single, by seed, as one contrast. */
static VerdictContrast judge_duel(const Duel *duel, Arena *arena)
{
    VerdictContrast c = {.unit = "points",
                         .note = duel->note,
                         .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE)};
    c.name = arena_printf(arena, "compound against %s at %.3g x the baseline's MACs",
                          duel->single != NULL ? duel->single->point.series : "a single dimension",
                          duel->ratio);
    if (duel->compound == NULL || duel->single == NULL)
        return c;
    const StorePointResult *const pair[] = {duel->compound, duel->single};
    const SeedMatrix m = verdict_seeds(pair, 2, arena);
    if (arena->failed || m.n == 0)
        return c;
    c.interval = stats_paired(m.values[0], m.values[1], m.n, VERDICT_CONFIDENCE);
    c.n_diverged = m.n_diverged;
    c.decides = duel->note == NULL;
    double *d = arena_zalloc(arena, (size_t)m.n, sizeof(*d));
    for (int s = 0; d != NULL && s < m.n; s++)
        d[s] = m.values[0][s] - m.values[1][s];
    if (d != NULL && c.decides)
        c.outcome = verdict_outcome(d, m.n, VERDICT_CONFIDENCE);
    c.seeds_needed =
        stats_seeds_needed(c.interval.sd, VERDICT_EFFECT_POINTS, VERDICT_CONFIDENCE, VERDICT_POWER);
    return c;
}

/* The mean over deciding duels, by seed, and the verdict on it. */
static void judge_all(const Duel *duels, const VerdictContrast *contrasts, int n_duels,
                      Arena *arena, Verdict *out)
{
    const StorePointResult **points = arena_zalloc(arena, (size_t)n_duels * 2 + 1, sizeof(*points));
    int n_deciding = 0;
    out->effect = stats_interval(NULL, 0, VERDICT_CONFIDENCE);
    for (int i = 0; points != NULL && i < n_duels; i++)
        if (contrasts[i].decides) {
            points[n_deciding * 2] = duels[i].compound;
            points[n_deciding * 2 + 1] = duels[i].single;
            n_deciding++;
        }
    const SeedMatrix m =
        n_deciding ? verdict_seeds(points, n_deciding * 2, arena) : (SeedMatrix){0};
    double *d = arena_zalloc(arena, (size_t)m.n, sizeof(*d));
    if (arena->failed || m.n == 0)
        return;
    for (int s = 0; s < m.n; s++) {
        for (int i = 0; i < n_deciding; i++)
            d[s] += m.values[2 * i][s] - m.values[2 * i + 1][s];
        d[s] /= n_deciding;
    }
    out->effect = stats_interval(d, m.n, VERDICT_CONFIDENCE);
    out->has_effect = true;
    out->n = m.n;
    out->outcome = verdict_outcome(d, m.n, VERDICT_CONFIDENCE);
    out->seeds_needed = stats_seeds_needed(out->effect.sd, VERDICT_EFFECT_POINTS,
                                           VERDICT_CONFIDENCE, VERDICT_POWER);
}

static const char *summarise(const StoreResults *results, const Verdict *v, Arena *arena)
{
    int n_deciding = 0, n_silent = 0;
    for (size_t i = 0; i < v->n_contrasts; i++) {
        n_deciding += v->contrasts[i].decides;
        n_silent += !v->contrasts[i].decides;
    }
    const char *head = "The study compares no strategies yet.";
    int n_seeds = v->n;
    if (v->has_effect)
        head =
            arena_printf(arena, "Compound minus the best single dimension: %s, over %d target%s.",
                         verdict_interval_text(&v->effect, "points", arena), n_deciding,
                         n_deciding == 1 ? "" : "s");
    else if (n_silent) {
        n_seeds = v->contrasts[0].interval.n;
        head = arena_printf(
            arena, "%s decides: %s.",
            n_silent == 1 ? "No target" : arena_printf(arena, "None of %d targets", n_silent),
            v->contrasts[0].note != NULL ? v->contrasts[0].note : "no complete seed yet");
    }
    const char *silent = "";
    if (v->has_effect && n_silent)
        silent = arena_printf(arena, " %d further target%s nothing (see below).", n_silent,
                              n_silent == 1 ? " decides" : "s decide");
    const char *seeds = v->outcome == VERDICT_INCONCLUSIVE
                            ? verdict_seeds_text(n_seeds, v->seeds_needed, arena)
                            : "";
    return arena_printf(arena, "%s%s%s %s", head != NULL ? head : "", silent != NULL ? silent : "",
                        seeds != NULL ? seeds : "", verdict_scope_text(results, arena));
}

ErrCode verdict_o2(const StoreResults *results, Arena *arena, Verdict *out, Err *err)
{
    int64_t *targets = arena_zalloc(arena, results->n_points + 1, sizeof(*targets));
    const int n = targets != NULL ? collect_targets(results, targets) : 0;
    Duel *duels = arena_zalloc(arena, (size_t)n, sizeof(*duels));
    VerdictContrast *contrasts = arena_zalloc(arena, (size_t)n, sizeof(*contrasts));
    if (arena->failed)
        return arena_ok(arena, err);
    *out = (Verdict){.id = "O2",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .effect_name = "compound minus the best single dimension",
                     .contrasts = contrasts,
                     .n_contrasts = (size_t)n};
    for (int i = 0; i < n; i++) {
        duels[i] = find_duel(results, targets[i], arena);
        contrasts[i] = judge_duel(&duels[i], arena);
        out->is_nominal |=
            duels[i].compound != NULL && strcmp(duels[i].compound->point.match, "nominal") == 0;
    }
    judge_all(duels, contrasts, n, arena, out);
    for (int i = 0; i < n && !out->has_effect; i++)
        if (contrasts[i].seeds_needed > out->seeds_needed)
            out->seeds_needed = contrasts[i].seeds_needed;
    out->summary = summarise(results, out, arena);
    return arena_ok(arena, err);
}
