/*
 * results/verdict_o2.c: at equal cost, does compound scaling beat every single dimension?
 *
 * At each target of `compare` a compound's point is compared with those of width, depth and
 * resolution (results/verdict_duel.h), each a contrast by the block model. No best of three is
 * picked, so no choice is paid for: the compound has to beat them all. Points that are unfair or
 * off their ray decide nothing, nor does a compound that scales one dimension alone. Where a study
 * has several compounds, the first with balance to compare decides (networks alone tell which, no
 * result does); each of the others has its own lines.
 */
#include "results/verdict_common.h"
#include "results/verdict_decide.h"
#include "results/verdict_duel.h"
#include "results/verdict_field.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char claim[] = "At the same cost, balancing width, depth and resolution beats scaling "
                            "any single dimension.";
static const char rule[] =
    "At each target: test top-1 of compound minus that of width, of depth and of resolution alone, "
    "by the block model over all networks of the study; only fair points on their rays count, and "
    "only a compound that scales more than one dimension and is no single dimension's network. Of "
    "several compounds the first such decides. CONFIRMED if at each target each contrast lies "
    "above 0, one-sided 95 %; REFUTED if one lies below 0, one-sided 95 % after Bonferroni over "
    "all of them; unripe networks decide nothing; else INCONCLUSIVE.";

/* A compound strategy with what it is compared with. */
typedef struct Contender {
    DuelCompound strategy;
    Duel *duels;                /* [n_targets] */
    VerdictContrast *contrasts; /* its part of the verdict's rows */
    size_t n_contrasts;
    Verdict verdict;     /* on it alone */
    bool is_comparable;  /* at some target */
    const char *silence; /* why its first target decides nothing, or NULL */
} Contender;

/* One row for a target that decides nothing. */
static VerdictContrast silent_row(const Contender *c, const Duel *duel, Arena *arena)
{
    return (VerdictContrast){
        .name = arena_printf(arena, "%s against single dimensions at %.3g x the baseline's MACs",
                             c->strategy.series, duel->ratio),
        .unit = "points",
        .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE),
        .note = duel->note};
}

/* The rows of one target. */
static void judge_duel(VerdictField *field, Contender *c, const Duel *duel, Arena *arena)
{
    if (duel->note != NULL)
        c->contrasts[c->n_contrasts++] = silent_row(c, duel, arena);
    for (int i = 0; i < duel->n_singles && duel->note == NULL; i++) {
        const StorePointResult *single = duel->singles[i];
        const char *name = arena_printf(arena, "%s minus %s at %.3g x the baseline's MACs",
                                        c->strategy.series, single->point.series, duel->ratio);
        const VerdictTerm terms[] = {{duel->compound, 1.0}, {single, -1.0}};
        c->contrasts[c->n_contrasts++] =
            verdict_field_contrast(field, terms, (int)ARRAY_LEN(terms), name, "points");
    }
}

/* Fills a contender; its rows are at most n_targets * DUEL_SINGLES. */
static void judge_contender(VerdictField *field, const int64_t *targets, int n_targets,
                            Arena *arena, Contender *c)
{
    VerdictClaim all_above = {.sign = 1, .is_whole = true};
    for (int i = 0; i < n_targets; i++) {
        Duel *duel = &c->duels[i];
        *duel = verdict_duel_find(field->results, &c->strategy, targets[i], arena);
        judge_duel(field, c, duel, arena);
        c->is_comparable |= duel->is_comparable;
        all_above.is_whole &= duel->is_whole && duel->note == NULL;
    }
    if (n_targets > 0)
        c->silence = c->contrasts[0].note;
    c->verdict = (Verdict){.id = "O2", .claim = claim, .rule = rule};
    verdict_decide(&c->verdict, c->contrasts, c->n_contrasts, all_above);
}

/* --- words --- */

/* A text made in the arena, or "" without memory, which the arena remembers. */
static const char *words(const char *text)
{
    return text != NULL ? text : "";
}

static const char *silence(const Contender *c)
{
    return c->silence != NULL ? c->silence : "no complete seed yet";
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
            if (part == NULL && duel->is_flat && duel->compound != NULL)
                part = duel->compound->point.part;
        }
        if (!is_flat || contenders[i].is_comparable)
            return "";
    }
    return words(arena_printf(arena,
                              "; add `{compound: [1.2, 1.1, 1.15]}` to the strategies of part '%s' "
                              "to have balance compared",
                              part != NULL ? part : "compare"));
}

/* Targets and single dimensions that say nothing. */
static void describe_gaps(const Contender *c, int n_targets, Text *text)
{
    int n_silent = 0, n_left_out = 0;
    for (int i = 0; i < n_targets; i++) {
        n_silent += c->duels[i].note != NULL;
        n_left_out += c->duels[i].note == NULL ? c->duels[i].n_left_out : 0;
    }
    if (n_silent > 0)
        text_printf(text, " %d further target%s nothing (see below).", n_silent,
                    n_silent == 1 ? " decides" : "s decide");
    if (n_left_out > 0)
        text_printf(text, " Left out, for it cannot be built at that cost: %d single dimension%s.",
                    n_left_out, text_plural((size_t)n_left_out));
}

/* What the deciding contender shows, or why it shows nothing. Series begin with "compound". */
static void describe_effect(const Contender *c, int n_targets, const char *remedy, Arena *arena,
                            Text *text)
{
    const Verdict *v = &c->verdict;
    if (v->has_effect) {
        text_printf(text, "C%s minus the single dimension that comes closest: %s.",
                    c->strategy.series + 1,
                    words(verdict_interval_text(&v->effect, "points", arena)));
        describe_gaps(c, n_targets, text);
    } else if (n_targets == 0) {
        text_append(text, "The study compares no strategies yet.");
    } else {
        if (n_targets == 1)
            text_append(text, "No target decides: ");
        else
            text_printf(text, "None of %d targets decides: ", n_targets);
        text_printf(text, "%s%s.", silence(c), remedy);
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
        if (c->verdict.has_effect)
            text_printf(text, " By itself %s: %s, %s.", c->strategy.series,
                        words(verdict_interval_text(&c->verdict.effect, "points", arena)),
                        verdict_outcome_name(c->verdict.outcome));
        else
            text_printf(text, " Nothing is said of %s: %s.", c->strategy.series, silence(c));
    }
}

static const char *summarise(VerdictField *field, Verdict *v, const Contender *contenders, int n,
                             const Contender *deciding, int n_targets, Arena *arena)
{
    Text text = {0};
    const char *remedy = words(advice(contenders, n, n_targets, arena));
    describe_effect(deciding, n_targets, remedy, arena, &text);
    if (n_targets > 0)
        describe_others(contenders, n, deciding, arena, &text);
    text_append(&text, verdict_judges_text(field->results, "compare"));
    text_append(&text, words(verdict_field_remedy(field, &v->epochs_to_try, arena)));
    text_append(&text, verdict_more_seeds_text(v, arena));
    return verdict_summary(&text, field->results, arena);
}

/* The first contender with balance to compare, else the first. */
static const Contender *choose_deciding(const Contender *contenders, int n)
{
    for (int i = 0; i < n; i++)
        if (contenders[i].is_comparable)
            return &contenders[i];
    return contenders;
}

/* The rows of contenders but the deciding one are shown only. */
static void silence_others(const Contender *contenders, int n, const Contender *deciding,
                           Arena *arena)
{
    for (int i = 0; i < n; i++)
        for (size_t k = 0; &contenders[i] != deciding && k < contenders[i].n_contrasts; k++) {
            VerdictContrast *c = &contenders[i].contrasts[k];
            if (!c->decides)
                continue;
            c->decides = false;
            c->note = arena_printf(arena, "%s by itself, the verdict is about %s",
                                   verdict_outcome_name(c->outcome), deciding->strategy.series);
        }
}

/* The contenders' rows one behind the other, without gaps. */
static size_t gather_rows(Contender *contenders, int n, VerdictContrast *rows)
{
    size_t n_rows = 0;
    for (int i = 0; i < n; i++) {
        memmove(rows + n_rows, contenders[i].contrasts, contenders[i].n_contrasts * sizeof(*rows));
        contenders[i].contrasts = rows + n_rows;
        n_rows += contenders[i].n_contrasts;
    }
    return n_rows;
}

ErrCode verdict_o2(VerdictField *field, Arena *arena, Verdict *out, Err *err)
{
    const StoreResults *results = field->results;
    int64_t *targets = arena_zalloc(arena, results->n_points + 1, sizeof(*targets));
    DuelCompound *compounds = arena_zalloc(arena, results->n_points + 1, sizeof(*compounds));
    if (arena->failed)
        return arena_ok(arena, err);
    const int n_targets = verdict_duel_targets(results, targets);
    const int n = verdict_duel_compounds(results, compounds);
    const size_t n_rows = (size_t)n_targets * DUEL_SINGLES;
    VerdictContrast *rows = arena_zalloc(arena, (size_t)n * n_rows, sizeof(*rows));
    Contender *contenders = arena_zalloc(arena, (size_t)n, sizeof(*contenders));
    Duel *duels = arena_zalloc(arena, (size_t)n * (size_t)n_targets + 1, sizeof(*duels));
    if (arena->failed)
        return arena_ok(arena, err);
    bool is_nominal = false;
    for (int i = 0; i < n; i++) {
        Contender *c = &contenders[i];
        *c = (Contender){.strategy = compounds[i],
                         .duels = duels + (size_t)i * (size_t)n_targets,
                         .contrasts = rows + (size_t)i * n_rows};
        judge_contender(field, targets, n_targets, arena, c);
        for (int t = 0; t < n_targets; t++)
            is_nominal |= c->duels[t].compound != NULL &&
                          strcmp(c->duels[t].compound->point.match, "nominal") == 0;
    }
    const Contender *deciding = choose_deciding(contenders, n);
    *out = deciding->verdict;
    out->is_demo = results->study.is_demo;
    out->is_nominal = is_nominal;
    out->effect_name = arena_printf(arena, "%s minus the single dimension that comes closest",
                                    deciding->strategy.series);
    out->n_contrasts = gather_rows(contenders, n, rows);
    out->contrasts = rows;
    silence_others(contenders, n, deciding, arena);
    verdict_field_sign(field, out, arena);
    out->summary = summarise(field, out, contenders, n, deciding, n_targets, arena);
    return arena_ok(arena, err);
}
