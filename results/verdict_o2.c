/*
 * results/verdict_o2.c: does compound scaling beat the best single dimension at matched MACs?
 *
 * At each target of `compare`, the best of width, depth and resolution is picked by mean validation
 * accuracy, and a compound's point is compared with it by test accuracy, seed by seed
 * (results/verdict_duel.h). Points that are unfair or off their ray decide nothing, nor does a
 * compound that scales one dimension alone. The verdict is on the mean over the targets that
 * decide, one number a seed: one test, so no correction for several. Where a study has several
 * compounds, the first with balance to compare decides (networks alone tell which, no result does);
 * each of the others has its own lines.
 */
#include "results/verdict_common.h"
#include "results/verdict_duel.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] = "At the same cost, balancing width, depth and resolution beats scaling "
                            "the best single dimension.";
static const char rule[] =
    "At each target: the best of width, depth, resolution by mean validation top-1 against "
    "compound, difference of test top-1 by seed; only fair points on their rays count, and only a "
    "compound that scales more than one dimension and is no single dimension's network. Of several "
    "compounds the first such decides. Over the mean of the targets: CONFIRMED if the 90 % paired "
    "t interval lies above 0, REFUTED if below 0; else, or with fewer than 3 seeds, INCONCLUSIVE.";

/* A compound strategy with its pairs. */
typedef struct Contender {
    DuelCompound strategy;
    Duel *duels;                /* [n_targets] */
    VerdictContrast *contrasts; /* [n_targets] */
    VerdictContrast mean;       /* over the targets that decide */
    bool is_comparable;         /* at some target */
} Contender;

/* compound minus single, by seed, as one contrast. */
static VerdictContrast judge_duel(const Duel *duel, const char *series, Arena *arena)
{
    VerdictContrast c = {.unit = "points",
                         .note = duel->note,
                         .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE)};
    c.name = arena_printf(arena, "%s against %s at %.3g x the baseline's MACs", series,
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

/* The mean over deciding duels, by seed, and the outcome on it. */
static VerdictContrast judge_mean(const Contender *contender, int n_targets, Arena *arena)
{
    VerdictContrast c = {.unit = "points", .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE)};
    const StorePointResult **points =
        arena_zalloc(arena, (size_t)n_targets * 2 + 1, sizeof(*points));
    int n = 0;
    for (int i = 0; points != NULL && i < n_targets; i++)
        if (contender->contrasts[i].decides) {
            points[n * 2] = contender->duels[i].compound;
            points[n * 2 + 1] = contender->duels[i].single;
            n++;
        }
    c.name = arena_printf(arena, "%s against the best single dimension, mean of %d target%s",
                          contender->strategy.series, n, text_plural(n));
    const SeedMatrix m = n ? verdict_seeds(points, n * 2, arena) : (SeedMatrix){0};
    double *d = arena_zalloc(arena, (size_t)m.n, sizeof(*d));
    if (arena->failed || m.n == 0)
        return c;
    for (int s = 0; s < m.n; s++) {
        for (int i = 0; i < n; i++)
            d[s] += m.values[2 * i][s] - m.values[2 * i + 1][s];
        d[s] /= n;
    }
    c.interval = stats_interval(d, m.n, VERDICT_CONFIDENCE);
    c.decides = true;
    c.n_diverged = m.n_diverged;
    c.outcome = verdict_outcome(d, m.n, VERDICT_CONFIDENCE);
    c.seeds_needed =
        stats_seeds_needed(c.interval.sd, VERDICT_EFFECT_POINTS, VERDICT_CONFIDENCE, VERDICT_POWER);
    return c;
}

static void judge_contender(const StoreResults *results, const int64_t *targets, int n_targets,
                            Arena *arena, Contender *contender)
{
    for (int i = 0; i < n_targets; i++) {
        Duel *duel = &contender->duels[i];
        *duel = verdict_duel_find(results, &contender->strategy, targets[i], arena);
        contender->contrasts[i] = judge_duel(duel, contender->strategy.series, arena);
        contender->is_comparable |= duel->is_comparable;
    }
    contender->mean = judge_mean(contender, n_targets, arena);
}

/* --- words --- */

/* A text made in the arena, or "" without memory, which the arena remembers. */
static const char *words(const char *text)
{
    return text != NULL ? text : "";
}

static const char *interval_text(const StatsInterval *interval, Arena *arena)
{
    return words(verdict_interval_text(interval, "points", arena));
}

/* Why a compound that decides nothing does not, by its first target. */
static const char *silence(const Contender *c)
{
    return c->contrasts[0].note != NULL ? c->contrasts[0].note : "no complete seed yet";
}

/* What to add where every compound scales one dimension alone, or "". */
static const char *advice(const Contender *contenders, int n, int n_targets, Arena *arena)
{
    const char *part = NULL;
    for (int i = 0; i < n; i++) {
        bool is_flat = false;
        for (int t = 0; t < n_targets; t++) {
            const Duel *duel = &contenders[i].duels[t];
            is_flat |= duel->is_flat && (contenders[i].strategy.is_winner || duel->alone != NULL);
            if (part == NULL && duel->is_flat)
                part = duel->compound->point.part;
        }
        if (!is_flat || contenders[i].is_comparable)
            return "";
    }
    return arena_printf(arena,
                        "; add `{compound: [1.2, 1.1, 1.15]}` to the strategies of part '%s' to "
                        "have balance compared",
                        part != NULL ? part : "compare");
}

/* What the deciding contender shows, or why it shows nothing. Series begin with "compound". */
static void describe_effect(const Contender *c, int n_targets, const char *remedy, Arena *arena,
                            Text *text)
{
    int n_deciding = 0;
    for (int i = 0; i < n_targets; i++)
        n_deciding += c->contrasts[i].decides;
    const int n_silent = n_targets - n_deciding;
    if (c->mean.decides) {
        text_printf(text, "C%s minus the best single dimension: %s, over %d target%s.",
                    c->strategy.series + 1, interval_text(&c->mean.interval, arena), n_deciding,
                    text_plural(n_deciding));
        if (n_silent)
            text_printf(text, " %d further target%s nothing (see below).", n_silent,
                        n_silent == 1 ? " decides" : "s decide");
    } else if (n_targets == 0) {
        text_append(text, "The study compares no strategies yet.");
    } else {
        if (n_targets == 1)
            text_append(text, "No target decides: ");
        else
            text_printf(text, "None of %d targets decides: ", n_targets);
        text_append(text, silence(c));
        text_printf(text, "%s.", remedy);
    }
}

/* A sentence for each compound but the deciding one. */
static void describe_others(const Contender *contenders, int n, const Contender *deciding,
                            Arena *arena, Text *text)
{
    for (int i = 0; i < n; i++) {
        const Contender *c = &contenders[i];
        if (c == deciding)
            continue;
        if (c->mean.decides)
            text_printf(text, " By itself %s: %s, %s.", c->strategy.series,
                        interval_text(&c->mean.interval, arena),
                        verdict_outcome_name(c->mean.outcome));
        else
            text_printf(text, " Nothing is said of %s: %s.", c->strategy.series, silence(c));
    }
}

static const char *summarise(const StoreResults *results, const Verdict *v,
                             const Contender *contenders, int n, const Contender *deciding,
                             int n_targets, Arena *arena)
{
    Text text = {0};
    const char *remedy = words(advice(contenders, n, n_targets, arena));
    const int n_seeds =
        deciding->mean.decides || n_targets == 0 ? v->n : deciding->contrasts[0].interval.n;
    describe_effect(deciding, n_targets, remedy, arena, &text);
    if (n_targets > 0)
        describe_others(contenders, n, deciding, arena, &text);
    if (v->outcome == VERDICT_INCONCLUSIVE && (deciding->is_comparable || n_targets == 0))
        text_append(&text, words(verdict_seeds_text(n_seeds, v->seeds_needed, arena)));
    text_append(&text, verdict_judges_text(results, "compare"));
    return verdict_summary(&text, results, arena);
}

/* The mean of the deciding contender is the verdict. */
static void take_effect(Verdict *out, const Contender *deciding, int n_targets)
{
    out->effect = deciding->mean.interval;
    out->has_effect = deciding->mean.decides;
    out->n = deciding->mean.interval.n;
    out->outcome = deciding->mean.outcome;
    out->seeds_needed = deciding->mean.seeds_needed;
    for (int i = 0; i < n_targets && !out->has_effect && deciding->is_comparable; i++)
        if (deciding->contrasts[i].seeds_needed > out->seeds_needed)
            out->seeds_needed = deciding->contrasts[i].seeds_needed;
}

/* The first contender with balance to compare, else the first. */
static const Contender *choose_deciding(const Contender *contenders, int n)
{
    for (int i = 0; i < n; i++)
        if (contenders[i].is_comparable)
            return &contenders[i];
    return contenders;
}

/* Behind each contender's rows that of its mean: with several of them it tells them apart. */
static void put_means(const Contender *contenders, int n, const Contender *deciding, int n_targets,
                      Arena *arena)
{
    for (int i = 0; i < n; i++) {
        VerdictContrast *mean = &contenders[i].contrasts[n_targets];
        *mean = contenders[i].mean;
        if (!mean->decides)
            mean->note = contenders[i].contrasts[0].note;
        else if (&contenders[i] != deciding)
            mean->note = arena_printf(arena, "a line of its own, the verdict is about %s",
                                      deciding->strategy.series);
    }
}

ErrCode verdict_o2(const StoreResults *results, Arena *arena, Verdict *out, Err *err)
{
    int64_t *targets = arena_zalloc(arena, results->n_points + 1, sizeof(*targets));
    DuelCompound *compounds = arena_zalloc(arena, results->n_points + 1, sizeof(*compounds));
    if (arena->failed)
        return arena_ok(arena, err);
    const int n_targets = verdict_duel_targets(results, targets);
    const int n = verdict_duel_compounds(results, compounds);
    const bool has_means = n > 1;
    const size_t n_rows = (size_t)n_targets + has_means;
    VerdictContrast *rows = arena_zalloc(arena, (size_t)n * n_rows, sizeof(*rows));
    Contender *contenders = arena_zalloc(arena, (size_t)n, sizeof(*contenders));
    Duel *duels = arena_zalloc(arena, (size_t)n * (size_t)n_targets, sizeof(*duels));
    if (arena->failed)
        return arena_ok(arena, err);
    *out = (Verdict){.id = "O2",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = results->study.is_demo,
                     .contrasts = rows,
                     .n_contrasts = (size_t)n * n_rows};
    for (int i = 0; i < n; i++) {
        Contender *c = &contenders[i];
        *c = (Contender){.strategy = compounds[i],
                         .duels = duels + (size_t)i * (size_t)n_targets,
                         .contrasts = rows + (size_t)i * n_rows};
        judge_contender(results, targets, n_targets, arena, c);
        for (int t = 0; t < n_targets; t++)
            out->is_nominal |= c->duels[t].compound != NULL &&
                               strcmp(c->duels[t].compound->point.match, "nominal") == 0;
    }
    const Contender *deciding = choose_deciding(contenders, n);
    if (has_means)
        put_means(contenders, n, deciding, n_targets, arena);
    out->effect_name =
        arena_printf(arena, "%s minus the best single dimension", deciding->strategy.series);
    take_effect(out, deciding, n_targets);
    out->summary = summarise(results, out, contenders, n, deciding, n_targets, arena);
    return arena_ok(arena, err);
}
