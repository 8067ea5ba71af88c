/*
 * results/verdict_o5.c: does fast scaling match compound's accuracy in less time?
 *
 * Two halves at each target of `compare`. Accuracy: fast minus compound, equivalent within a point
 * by two one-sided tests, by the block model. Time: the ratio of their step times, measured in turn
 * (results/steptime.h); without it the verdict says what is missing. A target without one of the
 * two keeps the verdict from being CONFIRMED.
 */
#include "results/steptime.h"
#include "results/verdict_common.h"
#include "results/verdict_decide.h"
#include "results/verdict_duel.h"
#include "results/verdict_field.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] = "Fast scaling matches compound's accuracy in less time.";
static const char rule[] =
    "At each target, accuracy: test top-1 of fast minus that of compound lies within 1 point by "
    "its 90 % interval (two one-sided tests), by the block model over all networks of the study; "
    "time: the ratio of their step times, measured in turn and together, never that of trials "
    "which ran side by side, lies below 1 by its 90 % interval. CONFIRMED if both hold at each "
    "target of the comparison; REFUTED if at one fast is more than 1 point worse, or slower, "
    "one-sided 95 % after Bonferroni over all of these; unripe networks decide nothing; else "
    "INCONCLUSIVE.";

static const double level = 0.5 * (1.0 - VERDICT_CONFIDENCE);

/* The two halves at one target. */
typedef struct Race {
    const StorePointResult *fast, *compound;
    const char *untimed;       /* why there is no ratio of their times, or NULL */
    double p_slower, p_faster; /* one-sided, that the ratio is not above (below) 1 */
} Race;

static const StorePointResult *find_fast(const StoreResults *results, int64_t target)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (store_is_part(&p->point, "compare") && p->point.target_macs == target &&
            strcmp(p->point.series, "fast") == 0 && verdict_duel_is_eligible(p) &&
            p->point.trial_digest != NULL)
            return p;
    }
    return NULL;
}

/* The first compound with balance at a target, as O2 takes it, or NULL. */
static const StorePointResult *find_compound(const StoreResults *results, int64_t target,
                                             const DuelCompound *compounds, int n, Arena *arena)
{
    for (int i = 0; i < n; i++) {
        const Duel duel = verdict_duel_find(results, &compounds[i], target, arena);
        if (duel.is_comparable && duel.compound->point.trial_digest != NULL)
            return duel.compound;
    }
    return NULL;
}

/* The ratio of step times as a contrast that is shown: the verdict's rule is this file's own. */
static VerdictContrast judge_time(const StoreResults *results, Race *race, double ratio,
                                  Arena *arena)
{
    StepTime fast = {0}, compound = {0};
    VerdictContrast c = {
        .name = arena_printf(arena, "step time of fast over %s at %.3g x the baseline's MACs",
                             race->compound->point.series, ratio),
        .unit = "x",
        .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE)};
    race->p_slower = race->p_faster = 1.0;
    if (!steptime_find(results, race->fast->point.network, &fast) ||
        !steptime_find(results, race->compound->point.network, &compound)) {
        race->untimed = "time not measured";
        c.note = "not measured: " STEPTIME_REMEDY;
    } else if (!steptime_is_together(&fast, &compound)) {
        race->untimed = STEPTIME_MIXED;
        c.note = STEPTIME_MIXED ": " STEPTIME_REMEDY;
    }
    if (race->untimed != NULL)
        return c;
    const double df = fmin(fast.n_rounds, compound.n_rounds) - 1.0;
    const double error = hypot(fast.error, compound.error), log_ratio = log(fast.ms / compound.ms);
    const double half = stats_t_quantile(1.0 - level, df) * error;
    race->p_slower = error > 0.0 ? stats_t_cdf(-log_ratio / error, df) : !(log_ratio > 0.0);
    race->p_faster = error > 0.0 ? stats_t_cdf(log_ratio / error, df) : !(log_ratio < 0.0);
    c.interval = (StatsInterval){.mean = exp(log_ratio),
                                 .sd = error * sqrt(df + 1.0),
                                 .low = exp(log_ratio - half),
                                 .high = exp(log_ratio + half),
                                 .df = df,
                                 .confidence = VERDICT_CONFIDENCE,
                                 .n = (int)(df + 1.0)};
    return c;
}

static VerdictContrast judge_accuracy(VerdictField *field, const Race *race, double ratio,
                                      Arena *arena)
{
    const char *name = arena_printf(arena, "fast minus %s at %.3g x the baseline's MACs",
                                    race->compound->point.series, ratio);
    const VerdictTerm terms[] = {{race->fast, 1.0}, {race->compound, -1.0}};
    return verdict_field_contrast(field, terms, (int)ARRAY_LEN(terms), name, "points");
}

/* The row of a target without a race. */
static VerdictContrast silent_row(const Race *race, double ratio, Arena *arena)
{
    return (VerdictContrast){
        .name = arena_printf(arena, "fast minus compound at %.3g x the baseline's MACs", ratio),
        .unit = "points",
        .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE),
        .note = race->fast != NULL       ? "no fair compound here"
                : race->compound != NULL ? "no fair point of fast here"
                                         : "no fair point of either here"};
}

/* The one-sided p that the contrast does not lie beyond `bound` on that side; 1 without one. */
static double beyond(const VerdictContrast *c, double bound, int sign)
{
    const StatsInterval *i = &c->interval;
    const double error = i->sd / sqrt(i->n);
    if (!c->has_p || !verdict_can_take_side(c, sign))
        return 1.0;
    return error > 0.0 ? stats_t_cdf(-sign * (i->mean - bound) / error, i->df)
                       : !(sign * (i->mean - bound) > 0.0);
}

/*
 * Outcomes of the accuracies, and of *out. Rows are accuracy, time, accuracy, time, ... and
 * n_silent of targets without a race.
 */
static void decide(Verdict *out, VerdictContrast *rows, const Race *races, int n, int n_silent)
{
    const bool is_whole = n > 0 && n_silent == 0;
    const char *untimed = NULL;
    bool is_close = true;
    double p_for = 0.0, p_against = 1.0;
    verdict_decide(out, rows, (size_t)n * 2 + (size_t)n_silent,
                   (VerdictClaim){.sign = 1, .is_whole = is_whole});
    if (out->outcome != VERDICT_INCONCLUSIVE)
        out->why = is_whole ? "noise" : "incomplete"; /* it spoke of 0, and not of the margin */
    out->outcome = VERDICT_INCONCLUSIVE;
    for (int i = 0; i < n; i++) {
        VerdictContrast *c = &rows[i * 2];
        const double close =
            fmax(beyond(c, -VERDICT_EFFECT_POINTS, 1), beyond(c, VERDICT_EFFECT_POINTS, -1));
        const double worse = beyond(c, -VERDICT_EFFECT_POINTS, -1);
        const double against = 2.0 * n * fmin(worse, races[i].p_slower);
        c->outcome = close <= level             ? VERDICT_CONFIRMED
                     : 2.0 * n * worse <= level ? VERDICT_REFUTED
                                                : VERDICT_INCONCLUSIVE;
        if (races[i].untimed == NULL) { /* by its rounds, which verdict_decide knows nothing of */
            rows[i * 2 + 1].decides = true;
            rows[i * 2 + 1].outcome = races[i].p_faster <= level             ? VERDICT_CONFIRMED
                                      : 2.0 * n * races[i].p_slower <= level ? VERDICT_REFUTED
                                                                             : VERDICT_INCONCLUSIVE;
        }
        untimed = untimed == NULL ? races[i].untimed : untimed;
        is_close &= close <= level;
        p_for = fmax(p_for, fmax(close, races[i].p_faster));
        p_against = fmin(p_against, fmin(1.0, against));
    }
    out->p = fmin(is_whole ? p_for : 1.0, p_against);
    if (n > 0 && p_against <= level) {
        out->outcome = VERDICT_REFUTED;
        out->why = "a contrast contradicts";
    } else if (is_whole && p_for <= level) {
        out->outcome = VERDICT_CONFIRMED;
        out->why = "every contrast agrees";
    } else if (is_close && untimed != NULL) {
        out->why = untimed;
    }
}

static const char *summarise(VerdictField *field, Verdict *v, const Race *races, int n,
                             int n_silent, Arena *arena)
{
    Text text = {0};
    const char *untimed = NULL;
    const char *remedy = verdict_field_remedy(field, &v->epochs_to_try, arena);
    const char *interval = verdict_interval_text(&v->effect, "points", arena);
    for (int i = 0; i < n; i++)
        untimed = untimed == NULL ? races[i].untimed : untimed;
    if (v->has_effect)
        text_printf(&text, "Fast minus compound, where it is worst: %s.",
                    interval != NULL ? interval : "");
    else
        text_append(&text, "No target has both fast and compound.");
    if (n > 0 && n_silent > 0)
        text_printf(&text, " %d further target%s nothing (see below).", n_silent,
                    n_silent == 1 ? " decides" : "s decide");
    if (untimed != NULL)
        text_printf(&text,
                    " The ratio of their step times is missing (%s; times of trials that ran side "
                    "by side are none): " STEPTIME_REMEDY ".",
                    untimed);
    text_append(&text, remedy != NULL ? remedy : "");
    text_append(&text, verdict_more_seeds_text(v, arena));
    text_append(&text, verdict_judges_text(field->results, "compare"));
    return verdict_summary(&text, field->results, arena);
}

ErrCode verdict_o5(VerdictField *field, Arena *arena, Verdict *out, Err *err)
{
    const StoreResults *results = field->results;
    int64_t *targets = arena_zalloc(arena, results->n_points + 1, sizeof(*targets));
    DuelCompound *compounds = arena_zalloc(arena, results->n_points + 1, sizeof(*compounds));
    Race *races = arena_zalloc(arena, results->n_points + 1, sizeof(*races));
    VerdictContrast *rows = arena_zalloc(arena, 2 * results->n_points + 2, sizeof(*rows));
    VerdictContrast *silent = arena_zalloc(arena, results->n_points + 1, sizeof(*silent));
    int n = 0, n_silent = 0;
    if (arena->failed)
        return arena_ok(arena, err);
    const int n_targets = verdict_duel_targets(results, targets);
    const int n_compounds = verdict_duel_compounds(results, compounds);
    for (int i = 0; i < n_targets; i++) {
        const double ratio = (double)targets[i] / (double)results->revision.baseline_macs;
        Race *race = &races[n];
        race->fast = find_fast(results, targets[i]);
        race->compound = find_compound(results, targets[i], compounds, n_compounds, arena);
        if (race->fast == NULL || race->compound == NULL) {
            silent[n_silent++] = silent_row(race, ratio, arena);
            continue;
        }
        rows[n * 2] = judge_accuracy(field, race, ratio, arena);
        rows[n * 2 + 1] = judge_time(results, race, ratio, arena);
        n++;
    }
    memcpy(&rows[n * 2], silent, (size_t)n_silent * sizeof(*rows));
    *out = (Verdict){.id = "O5",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .effect_name = "fast minus compound, where it is worst"};
    decide(out, rows, races, n, n_silent);
    verdict_field_sign(field, out, arena);
    out->summary = summarise(field, out, races, n, n_silent, arena);
    return arena_ok(arena, err);
}
