/* results/verdict_decide.c: from contrasts to an outcome, and what kept from one. */
#include "results/verdict_decide.h"

#include <math.h>

enum { MIN_SEEDS = 2 }; /* of a contrast that decides */

/* One-sided, that which decides. */
static const double level = 0.5 * (1.0 - VERDICT_CONFIDENCE);

double verdict_side_p(const VerdictContrast *contrast, int sign)
{
    if (!contrast->has_p)
        return 1.0;
    const double tail = 0.5 * contrast->p;
    return sign * contrast->interval.mean > 0.0 ? tail : 1.0 - tail;
}

bool verdict_can_take_side(const VerdictContrast *contrast, int sign)
{
    return contrast->ripeness != VERDICT_UNRIPE && contrast->n_unfinished == 0 &&
           contrast->interval.n >= MIN_SEEDS &&
           !(sign > 0 ? contrast->bars_positive : contrast->bars_negative);
}

/* The first of the reasons that keep from an outcome. */
static const char *why_not(const Verdict *v, int sign, bool is_whole)
{
    bool is_unfinished = false, is_unripe = false, is_short = false, is_barred = false;
    size_t n = 0;
    for (size_t i = 0; i < v->n_contrasts; i++) {
        const VerdictContrast *c = &v->contrasts[i];
        if (!c->decides)
            continue;
        n++;
        is_unfinished |= c->n_unfinished > 0;
        is_unripe |= c->ripeness == VERDICT_UNRIPE;
        is_short |= c->interval.n < MIN_SEEDS || !c->has_p;
        is_barred |=
            (sign > 0 ? c->bars_positive : c->bars_negative) && verdict_side_p(c, sign) <= level;
    }
    if (n == 0)
        return "nothing to compare";
    if (is_unfinished)
        return "unfinished";
    if (is_unripe)
        return "unripe";
    if (is_short)
        return "one seed";
    if (is_barred)
        return "diverged";
    return is_whole ? "noise" : "incomplete";
}

VerdictRipeness verdict_joint_ripeness(VerdictRipeness a, VerdictRipeness b)
{
    if (a == VERDICT_UNRIPE || b == VERDICT_UNRIPE)
        return VERDICT_UNRIPE;
    return a == VERDICT_RIPE && b == VERDICT_RIPE ? VERDICT_RIPE : VERDICT_RIPENESS_UNKNOWN;
}

/* Takes one deciding contrast into account; `first`: it is the first. */
static void take(Verdict *out, const VerdictContrast *c, int sign, bool is_first)
{
    out->ripeness = is_first ? c->ripeness : verdict_joint_ripeness(out->ripeness, c->ripeness);
    out->n = is_first || c->interval.n < out->n ? c->interval.n : out->n;
    if (c->interval.n > 0 &&
        (!out->has_effect || sign * c->interval.mean < sign * out->effect.mean)) {
        out->effect = c->interval;
        out->effect_unit = c->unit;
        out->has_effect = true;
    }
}

void verdict_decide(Verdict *out, VerdictContrast *contrasts, size_t n, VerdictClaim claim)
{
    size_t n_deciding = 0, n_for = 0, n_against = 0;
    double p_for = 0.0, p_against = 1.0;
    out->contrasts = contrasts;
    out->n_contrasts = n;
    for (size_t i = 0; i < n; i++) {
        contrasts[i].outcome = VERDICT_INCONCLUSIVE;
        n_deciding += contrasts[i].decides;
    }
    for (size_t i = 0, k = 0; i < n; i++) {
        VerdictContrast *c = &contrasts[i];
        if (!c->decides)
            continue;
        const double here_for = verdict_side_p(c, claim.sign);
        const double here_against = fmin(1.0, (double)n_deciding * verdict_side_p(c, -claim.sign));
        if (verdict_can_take_side(c, claim.sign) && here_for <= level)
            c->outcome = VERDICT_CONFIRMED;
        else if (verdict_can_take_side(c, -claim.sign) && here_against <= level)
            c->outcome = VERDICT_REFUTED;
        n_for += c->outcome == VERDICT_CONFIRMED;
        n_against += c->outcome == VERDICT_REFUTED;
        p_for = fmax(p_for, here_for);
        p_against = fmin(p_against, here_against);
        out->has_p |= c->has_p;
        take(out, c, claim.sign, k++ == 0);
    }
    out->p = fmin(claim.is_whole ? p_for : 1.0, p_against);
    if (n_against > 0) {
        out->outcome = VERDICT_REFUTED;
        out->why = "a contrast contradicts";
    } else if (n_deciding > 0 && n_for == n_deciding && claim.is_whole) {
        out->outcome = VERDICT_CONFIRMED;
        out->why = "every contrast agrees";
    } else {
        out->why = why_not(out, claim.sign, claim.is_whole);
    }
}
