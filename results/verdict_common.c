/* results/verdict_common.c: pairing seeds, and the words that all verdicts use. */
#include "results/verdict_common.h"

#include "results/varied.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const StoreSeed *find_seed(const StorePointResult *point, int64_t seed)
{
    for (size_t i = 0; i < point->n_seeds; i++)
        if (point->seeds[i].seed == seed)
            return &point->seeds[i];
    return NULL;
}

/*
 * The worst that happened to a seed at some points: done, diverged, or unfinished (STORE_FAILED).
 */
static StoreStatus joint_status(const StorePointResult *const *points, int n_points, int64_t seed)
{
    StoreStatus joint = STORE_TRIAL_DONE;
    for (int p = 0; p < n_points; p++) {
        const StoreSeed *s = find_seed(points[p], seed);
        if (s != NULL && s->status == STORE_TRIAL_DIVERGED)
            return STORE_TRIAL_DIVERGED;
        if (s == NULL || s->status != STORE_TRIAL_DONE || isnan(s->test_top1))
            joint = STORE_FAILED;
    }
    return joint;
}

/* Rows of zeros; NULL without memory. */
static double **zeros(int n_rows, size_t n_columns, Arena *arena)
{
    double **rows = arena_zalloc(arena, (size_t)n_rows, sizeof(*rows));
    for (int i = 0; rows != NULL && i < n_rows; i++)
        rows[i] = arena_zalloc(arena, n_columns, sizeof(**rows));
    return arena->failed ? NULL : rows;
}

SeedMatrix verdict_seeds(const StorePointResult *const *points, int n_points, Arena *arena)
{
    SeedMatrix m = {0};
    if (n_points == 0 || points[0]->n_seeds == 0)
        return m;
    const size_t n_seeds = points[0]->n_seeds;
    m.values = zeros(n_points, n_seeds, arena);
    m.val = zeros(n_points, n_seeds, arena);
    m.seeds = arena_zalloc(arena, n_seeds, sizeof(*m.seeds));
    if (m.values == NULL || m.val == NULL || m.seeds == NULL)
        return (SeedMatrix){0};
    for (size_t s = 0; s < n_seeds; s++) {
        const int64_t seed = points[0]->seeds[s].seed;
        const StoreStatus status = joint_status(points, n_points, seed);
        m.n_diverged += status == STORE_TRIAL_DIVERGED;
        m.n_unfinished += status == STORE_FAILED;
        if (status != STORE_TRIAL_DONE)
            continue;
        for (int p = 0; p < n_points; p++) {
            const StoreSeed *done = find_seed(points[p], seed);
            m.values[p][m.n] = done->test_top1;
            m.val[p][m.n] = done->val_top1;
            verdict_count_origin(&m.origin, done);
        }
        m.seeds[m.n++] = seed;
    }
    return m;
}

const char *verdict_interval_text(const StatsInterval *interval, const char *unit, Arena *arena)
{
    if (interval->n == 0)
        return "no complete seed yet";
    if (isnan(interval->low))
        return arena_printf(arena, "%+.2f %s (n = %d: no interval)", interval->mean, unit,
                            interval->n);
    return arena_printf(arena, "%+.2f %s (%.0f %% interval %.2f to %.2f, n = %d)", interval->mean,
                        unit, 100.0 * interval->confidence, interval->low, interval->high,
                        interval->n);
}

const char *verdict_effect_text(const Verdict *v, Arena *arena)
{
    const char *unit = v->effect_unit != NULL ? v->effect_unit : "points";
    return v->has_effect ? verdict_interval_text(&v->effect, unit, arena) : NULL;
}

const char *verdict_seeds_text(int n, int seeds_needed, Arena *arena)
{
    if (n == 0)
        return "";
    if (n == 1)
        return " One seed shows no spread: run at least 3 seeds, then more as the spread asks for.";
    if (n >= STATS_MIN_N && seeds_needed > 0 && seeds_needed <= n)
        return "";
    if (seeds_needed == 0)
        return arena_printf(arena, "%s", n < STATS_MIN_N ? " At least 3 seeds are needed." : "");
    return arena_printf(arena,
                        " %sAt the spread these %d seeds show, %d would tell an effect of %g point "
                        "from none in four studies of five.",
                        n < STATS_MIN_N ? "Fewer than 3 seeds decide nothing. " : "", n,
                        seeds_needed, VERDICT_EFFECT_POINTS);
}

const char *verdict_more_seeds_text(const Verdict *verdict, Arena *arena)
{
    if (verdict->outcome != VERDICT_INCONCLUSIVE || verdict->ripeness == VERDICT_UNRIPE ||
        verdict->n == 0)
        return "";
    if (verdict->n == 1)
        return " One seed shows no noise: run at least 2, better 3.";
    if (verdict->seeds_needed <= verdict->n)
        return "";
    const char *text = arena_printf(arena,
                                    " At this noise %d seeds would tell an effect of %g point from "
                                    "none in four studies of five.",
                                    verdict->seeds_needed, VERDICT_EFFECT_POINTS);
    return text != NULL ? text : "";
}

const char *verdict_take_text(Text *text, Arena *arena)
{
    const char *copy = arena_text(arena, text_string(text));
    arena->failed |= text->failed;
    text_release(text);
    return copy;
}

const char *verdict_scope_text(const StoreResults *results, Arena *arena)
{
    const YamlStrings varied = varied_sources(results);
    Text text = {0};
    text_printf(&text, "An observation about %s on %s with this recipe and test set, not a cause.",
                results->study.baseline, results->study.data_name);
    for (size_t i = 0; i < varied.n && !varied_is_usual(&varied); i++)
        text_printf(&text, "%s%s%s", i ? ", " : " Seeds varied ", varied.v[i],
                    i + 1 == varied.n ? "." : "");
    return verdict_take_text(&text, arena);
}

const char *verdict_judges_text(const StoreResults *results, const char *kind)
{
    for (size_t i = 0; i < results->n_points; i++)
        if (store_is_part(&results->points[i].point, kind) && results->points[i].n_seeds > 0 &&
            !results->points[i].is_judged)
            return " Judged on the seeds that chose: the study keeps none apart (judge_seeds).";
    return "";
}

void verdict_count_origin(VerdictOrigin *origin, const StoreSeed *seed)
{
    origin->n_trials++;
    origin->n_imported += seed->is_imported;
}

bool verdict_is_mixed(const VerdictOrigin *origin)
{
    return origin->n_imported > 0 && origin->n_imported < origin->n_trials;
}

/* "compound minus depth at 2 x the baseline's MACs (2 of 4 imported)" and so on, at most a few. */
static void list_mixed(const Verdict *v, Text *text)
{
    enum { NAMED = 3 };
    int n = 0;
    for (size_t i = 0; i < v->n_contrasts; i++) {
        const VerdictContrast *c = &v->contrasts[i];
        if (!verdict_is_mixed(&c->origin) || n++ >= NAMED)
            continue;
        text_printf(text, "%s%s (%d of %d imported)", n > 1 ? ", " : "", c->name,
                    c->origin.n_imported, c->origin.n_trials);
    }
    if (n > NAMED)
        text_printf(text, " and %d more", n - NAMED);
}

void verdict_say_origin(Verdict *out, Arena *arena)
{
    VerdictOrigin all = {0};
    Text text = {0};
    if (out->summary == NULL) /* no memory, which the arena remembers */
        return;
    for (size_t i = 0; i < out->n_contrasts; i++) {
        const VerdictOrigin *origin = &out->contrasts[i].origin;
        out->is_mixed |= verdict_is_mixed(origin);
        all.n_trials += origin->n_trials;
        all.n_imported += origin->n_imported;
    }
    text_append(&text, out->summary);
    if (out->is_mixed) {
        text_append(&text, " Some trials were trained here and some elsewhere (import), and a "
                           "difference may be one of the two places, in ");
        list_mixed(out, &text);
        text_append_char(&text, '.');
    } else if (all.n_imported > 0 && all.n_imported == all.n_trials) {
        text_append(&text, " All its trials were trained elsewhere (import).");
    }
    out->summary = verdict_take_text(&text, arena);
}

const char *verdict_basis_text(const Verdict *verdict, Arena *arena)
{
    const double family_level = 0.05;
    Text text = {0};
    if (verdict->basis == NULL)
        return NULL;
    text_printf(&text, "%s. Seeds vary", verdict->basis);
    for (const char *const *v = verdict->varied; v != NULL && *v != NULL; v++)
        text_printf(&text, "%s %s", v == verdict->varied ? "" : " and", *v);
    text_append(&text, ".");
    if (verdict->has_p && verdict->outcome != VERDICT_INCONCLUSIVE)
        text_printf(&text, " p %.2g; %s Holm's correction over %d verdict%s (%.2g).", verdict->p,
                    verdict->p_holm <= family_level ? "survives" : "does not survive",
                    verdict->n_family, text_plural((size_t)verdict->n_family), verdict->p_holm);
    return verdict_take_text(&text, arena);
}

const char *verdict_summary(Text *text, const StoreResults *results, Arena *arena)
{
    const char *scope = verdict_scope_text(results, arena);
    text_printf(text, " %s", scope != NULL ? scope : "");
    return verdict_take_text(text, arena);
}

const Verdict *verdict_find(const Verdict *verdicts, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(verdicts[i].id, id) == 0)
            return &verdicts[i];
    return NULL;
}

const char *verdict_outcome_name(VerdictOutcome outcome)
{
    static const char *const names[] = {"INCONCLUSIVE", "CONFIRMED", "REFUTED"};
    return names[outcome];
}

bool verdict_has_network(const StorePointResult *const *points, int n,
                         const StorePointResult *point)
{
    for (int i = 0; i < n; i++)
        if (strcmp(points[i]->point.trial_digest, point->point.trial_digest) == 0)
            return true;
    return false;
}
