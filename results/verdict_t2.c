/*
 * results/verdict_t2.c: is the order of networks on the source their order on the target?
 *
 * Spearman's correlation over the networks that were carried. A training that came out well on a
 * seed hands that on to the fine-tuning of the same seed, so means over the same seeds would agree
 * where networks are all alike: each seed's accuracies on the target are held against the means of
 * the other seeds on the source, and the correlations are meaned. Networks are what is sampled: the
 * interval is Fisher's z over them.
 */
#include "results/transfers.h"
#include "results/verdict_common.h"
#include "results/verdict_decide.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

enum { LEAST_NETWORKS = 5, LEAST_SEEDS = 2 };

static const char claim[] =
    "The order of networks on the data they were found on is their order on "
    "the data they are carried to.";
static const char rule[] =
    "At each data set Spearman's correlation, over networks, of test top-1 there at a seed with "
    "mean "
    "test top-1 on the study's data of the other seeds, mean over seeds, with the 90 % interval of "
    "Fisher's z. At least 5 networks and 2 seeds that all of them have. CONFIRMED if it lies above "
    "0 "
    "at each data set; REFUTED if below 0 at one, after Bonferroni; unripe networks decide "
    "nothing; "
    "else INCONCLUSIVE.";

static double top1_at(const StorePointResult *p, int64_t seed)
{
    for (size_t s = 0; s < p->n_seeds; s++)
        if (p->seeds[s].seed == seed && p->seeds[s].status == STORE_TRIAL_DONE)
            return p->seeds[s].test_top1;
    return (double)NAN;
}

/* The seeds that every network has on both sides, into seeds[]; returns how many. */
static int common_seeds(const Transfer *t, int64_t *seeds)
{
    int n = 0;
    for (size_t s = 0; t->n > 0 && s < t->items[0].judged->n_seeds; s++) {
        const int64_t seed = t->items[0].judged->seeds[s].seed;
        bool is_common = true;
        for (size_t i = 0; i < t->n && is_common; i++)
            is_common =
                !isnan(top1_at(t->items[i].judged, seed)) && !isnan(top1_at(t->items[i].own, seed));
        if (is_common)
            seeds[n++] = seed;
    }
    return n;
}

/* The mean correlation over seeds; NaN where it cannot be had. */
static double correlate(const Transfer *t, const int64_t *seeds, int n_seeds, double *x, double *y)
{
    double sum = 0.0;
    int n = 0;
    for (int s = 0; s < n_seeds && n_seeds >= LEAST_SEEDS; s++) {
        for (size_t i = 0; i < t->n; i++) {
            x[i] = 0.0;
            y[i] = top1_at(t->items[i].judged, seeds[s]);
            for (int k = 0; k < n_seeds; k++)
                x[i] += k == s ? 0.0 : top1_at(t->items[i].own, seeds[k]);
        }
        const double rho = stats_spearman(x, y, (int)t->n);
        sum += isnan(rho) ? 0.0 : rho; /* all alike at a seed: no order to be seen there */
        n += !isnan(rho);
    }
    return n > 0 ? sum / n_seeds : (double)NAN;
}

/* Of all networks on one side: what is to come, what diverged, whether all is ripe. */
static VerdictContrast look_at(VerdictField *field, const Transfer *t, bool is_own, Arena *arena)
{
    VerdictTerm *terms = arena_zalloc(arena, t->n + 1, sizeof(*terms));
    for (size_t i = 0; i < t->n && terms != NULL; i++)
        terms[i] = (VerdictTerm){is_own ? t->items[i].own : t->items[i].judged, 1.0};
    return verdict_field_contrast(field, terms, terms != NULL ? (int)t->n : 0, "", "");
}

static VerdictContrast judge(Transfer *t, VerdictField *own, size_t n_sets, Arena *arena)
{
    const size_t room = t->n > 0 ? t->items[0].judged->n_seeds : 0;
    int64_t *seeds = arena_zalloc(arena, room + 1, sizeof(*seeds));
    double *x = arena_zalloc(arena, t->n + 1, sizeof(*x));
    double *y = arena_zalloc(arena, t->n + 1, sizeof(*y));
    VerdictContrast c = {.name = arena_printf(arena, "%s (%s)", t->name, t->way),
                         .unit = "rank correlation",
                         .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE),
                         .floor = (double)NAN};
    if (arena->failed)
        return c;
    const VerdictContrast here = look_at(&t->field, t, false, arena);
    const VerdictContrast there = look_at(own, t, true, arena);
    const int n_seeds = common_seeds(t, seeds);
    const double rho = correlate(t, seeds, n_seeds, x, y);
    const double corrected = 1.0 - (1.0 - VERDICT_CONFIDENCE) / (double)n_sets;
    c.ripeness = verdict_joint_ripeness(here.ripeness, there.ripeness);
    c.n_unfinished = here.n_unfinished + there.n_unfinished;
    c.n_diverged = here.n_diverged + there.n_diverged;
    c.origin = here.origin;
    c.interval = stats_correlation(rho, (int)t->n, VERDICT_CONFIDENCE);
    c.decides = t->n >= LEAST_NETWORKS && n_seeds >= LEAST_SEEDS && !isnan(rho);
    if (t->n < LEAST_NETWORKS)
        c.note = arena_printf(arena, "%zu networks: %d decide", t->n, LEAST_NETWORKS);
    else if (!c.decides)
        c.note = n_seeds < LEAST_SEEDS ? "fewer than two seeds that all networks have"
                                       : "all networks are alike";
    if (!c.decides || c.ripeness == VERDICT_UNRIPE || c.n_unfinished > 0)
        return c;
    if (c.interval.low > 0.0)
        c.outcome = VERDICT_CONFIRMED;
    else if (stats_correlation(rho, (int)t->n, corrected).high < 0.0)
        c.outcome = VERDICT_REFUTED;
    return c;
}

/* Why there is no outcome: of what does not decide, or decides neither way. */
static const char *why_not(const VerdictContrast *contrasts, size_t n)
{
    bool is_unripe = false, is_unfinished = false, is_left_out = n == 0;
    for (size_t i = 0; i < n; i++) {
        is_unripe |= contrasts[i].decides && contrasts[i].ripeness == VERDICT_UNRIPE;
        is_unfinished |= contrasts[i].n_unfinished > 0;
        is_left_out |= !contrasts[i].decides;
    }
    return is_unfinished ? "unfinished"
           : is_unripe   ? "unripe"
           : is_left_out ? "nothing to compare"
                         : "noise";
}

static void decide(Verdict *out, const VerdictContrast *contrasts, size_t n)
{
    size_t n_for = 0, n_against = 0;
    for (size_t i = 0; i < n; i++) {
        const VerdictContrast *c = &contrasts[i];
        n_for += c->outcome == VERDICT_CONFIRMED;
        n_against += c->outcome == VERDICT_REFUTED;
        out->ripeness = i == 0 ? c->ripeness : verdict_joint_ripeness(out->ripeness, c->ripeness);
        if (!isnan(c->interval.mean) && (!out->has_effect || c->interval.mean < out->effect.mean)) {
            out->effect = c->interval;
            out->has_effect = c->interval.n > 0;
            out->n = c->interval.n;
        }
    }
    out->outcome = n_against > 0         ? VERDICT_REFUTED
                   : n > 0 && n_for == n ? VERDICT_CONFIRMED
                                         : VERDICT_INCONCLUSIVE;
    out->why = out->outcome == VERDICT_REFUTED     ? "a contrast contradicts"
               : out->outcome == VERDICT_CONFIRMED ? "every contrast agrees"
                                                   : why_not(contrasts, n);
}

static const char *summarise(Transfer *transfers, size_t n, VerdictField *own, Verdict *v,
                             Arena *arena)
{
    Text text = {0};
    for (size_t i = 0; i < n; i++) {
        const VerdictContrast *c = &v->contrasts[i];
        text_printf(&text, "%s%s: ", i > 0 ? " " : "", c->name != NULL ? c->name : "");
        if (c->note != NULL)
            text_printf(&text, "%s.", c->note);
        else if (isnan(c->interval.low))
            text_append(&text, "not yet known.");
        else
            text_printf(&text,
                        "rank correlation %.2f over %d networks (90 %% interval %.2f to "
                        "%.2f).",
                        c->interval.mean, c->interval.n, c->interval.low, c->interval.high);
    }
    for (size_t i = 0; i <= n; i++) {
        int epochs = 0;
        const char *remedy =
            verdict_field_remedy(i < n ? &transfers[i].field : own, &epochs, arena);
        text_append(&text, remedy != NULL ? remedy : "");
        v->epochs_to_try = epochs > v->epochs_to_try ? epochs : v->epochs_to_try;
    }
    return verdict_summary(&text, own->results, arena);
}

ErrCode verdict_t2(Transfer *transfers, size_t n, VerdictField *own, Arena *arena, Verdict *out,
                   bool *is_there, Err *err)
{
    VerdictContrast *contrasts = arena_zalloc(arena, n + 1, sizeof(*contrasts));
    TRY(arena_ok(arena, err));
    *is_there = n > 0;
    *out = (Verdict){.id = "T2",
                     .claim = claim,
                     .rule = rule,
                     .is_demo = own->results->study.is_demo,
                     .effect_name = "rank correlation of source and target, the least",
                     .effect_unit = "of a rank correlation",
                     .contrasts = contrasts,
                     .n_contrasts = n};
    for (size_t i = 0; i < n; i++)
        contrasts[i] = judge(&transfers[i], own, n, arena);
    decide(out, contrasts, n);
    out->summary = summarise(transfers, n, own, out, arena);
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}
