/* results/verdict_shape.c: rows of budgets, and one outcome out of them. */
#include "results/verdict_shape.h"

#include <math.h>

ErrCode verdict_shape_profiles(const StoreResults *results, Arena *arena, Profile **out, size_t *n,
                               Err *err)
{
    size_t n_all = 0, n_own = 0;
    TRY(profiles_find(results, arena, out, &n_all, err));
    *n = n_all;
    for (size_t i = 0; i < n_all; i++) {
        const Profile *p = &(*out)[i];
        if (p->n_shapes > 0 && store_is_part(p->shapes[0].point, "profile"))
            (*out)[n_own++] = *p;
    }
    if (n_own > 0)
        *n = n_own;
fail:
    return err->code;
}

StatsInterval verdict_shape_interval(const Profile *profile, const ShapeEffect *effect)
{
    return (StatsInterval){.mean = effect->effect,
                           .sd = profile->sd,
                           .low = effect->low,
                           .high = effect->high,
                           .df = profile->top1.blocks.df,
                           .confidence = SHAPEFIT_CONFIDENCE,
                           .n = profile->n_low};
}

VerdictOutcome verdict_shape_joint(const VerdictContrast *rows, size_t n)
{
    size_t n_confirmed = 0, n_refuted = 0;
    for (size_t i = 0; i < n; i++) {
        n_confirmed += rows[i].decides && rows[i].outcome == VERDICT_CONFIRMED;
        n_refuted += rows[i].decides && rows[i].outcome == VERDICT_REFUTED;
    }
    if (n > 0 && n_confirmed == n)
        return VERDICT_CONFIRMED;
    return n > 0 && n_refuted == n ? VERDICT_REFUTED : VERDICT_INCONCLUSIVE;
}

void verdict_shape_weigh(const Profile *profile, VerdictField *field, Arena *arena,
                         VerdictContrast *row)
{
    VerdictTerm *terms = arena_alloc(arena, (size_t)profile->n_shapes + 1, sizeof *terms);
    for (int i = 0; terms != NULL && i < profile->n_shapes; i++) {
        terms[i] = (VerdictTerm){profile->shapes[i].source, 1.0 / profile->n_shapes};
        row->n_diverged += profile->shapes[i].n_diverged;
        row->n_unfinished += profile->shapes[i].n_unfinished;
    }
    if (terms != NULL) {
        const VerdictContrast all =
            verdict_field_contrast(field, terms, profile->n_shapes, row->name, row->unit);
        if (row->ripeness != VERDICT_UNRIPE)
            row->ripeness = all.ripeness;
    }
    if (row->ripeness == VERDICT_UNRIPE || row->n_unfinished > 0)
        row->outcome = VERDICT_INCONCLUSIVE;
}

/* The first of the reasons that keep from an outcome, or what led to it. */
static const char *why(const Verdict *v)
{
    bool is_unfinished = false, is_unripe = false, is_silent = false;
    for (size_t i = 0; i < v->n_contrasts; i++) {
        is_unfinished |= v->contrasts[i].n_unfinished > 0;
        is_unripe |= v->contrasts[i].ripeness == VERDICT_UNRIPE;
        is_silent |= !v->contrasts[i].decides;
    }
    if (v->outcome != VERDICT_INCONCLUSIVE)
        return "every budget agrees";
    if (is_unfinished)
        return "unfinished";
    if (is_unripe)
        return "unripe";
    return is_silent ? "no optimum" : "noise";
}

void verdict_shape_take(Verdict *out, const Profile *profile, bool is_lowest)
{
    const VerdictContrast *taken = NULL;
    out->n = out->n_contrasts > 0 ? out->contrasts[0].interval.n : 0;
    out->ripeness = VERDICT_RIPE;
    for (size_t i = 0; i < out->n_contrasts; i++) {
        const VerdictContrast *row = &out->contrasts[i];
        out->n = row->interval.n < out->n ? row->interval.n : out->n;
        if (row->ripeness == VERDICT_UNRIPE)
            out->ripeness = VERDICT_UNRIPE;
        else if (row->ripeness == VERDICT_RIPENESS_UNKNOWN && out->ripeness == VERDICT_RIPE)
            out->ripeness = VERDICT_RIPENESS_UNKNOWN;
        if (row->decides &&
            (taken == NULL || (is_lowest ? row->interval.low < taken->interval.low
                                         : row->interval.high > taken->interval.high)))
            taken = row;
    }
    out->outcome = verdict_shape_joint(out->contrasts, out->n_contrasts);
    out->why = why(out);
    out->has_effect = taken != NULL;
    out->effect = taken != NULL ? taken->interval : stats_interval(NULL, 0, SHAPEFIT_CONFIDENCE);
    if (profile->why_not != NULL)
        return;
    out->has_noise = true;
    out->noise = (VerdictNoise){.sd = profile->sd,
                                .df = profile->top1.blocks.df,
                                .n_networks = profile->top1.blocks.n_networks,
                                .n_seeds = profile->n_seeds};
}
