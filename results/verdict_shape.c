/* results/verdict_shape.c: rows of budgets, and one outcome out of them. */
#include "results/verdict_shape.h"

#include "results/verdict_decide.h"

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

/* --- what diverged --- */

static double distance(const Shares *a, const Shares *b)
{
    return hypot(hypot(a->x[0] - b->x[0], a->x[1] - b->x[1]), a->x[2] - b->x[2]);
}

static const ProfileShape *nearest(const Profile *profile, const Shares *at)
{
    const ProfileShape *best = &profile->shapes[0];
    for (int i = 1; i < profile->n_shapes; i++)
        if (distance(&profile->shapes[i].shares, at) < distance(&best->shares, at))
            best = &profile->shapes[i];
    return best;
}

static bool has_lost_optimum(const Profile *profile)
{
    return profile->why_not == NULL && profile->top1.has_optimum &&
           nearest(profile, &profile->top1.optimum)->n_diverged > 0;
}

static bool has_lost_corner(const Profile *profile)
{
    bool is_lost = false;
    for (int k = 0; k < 3 && profile->n_shapes > 0; k++) {
        Shares corner = {{0}};
        corner.x[k] = 1.0;
        const ProfileShape *shape = nearest(profile, &corner);
        is_lost |= shape->n == 0 && shape->n_diverged > 0;
    }
    return is_lost;
}

void verdict_shape_losses(const Profile *profile, Text *text)
{
    int n = 0;
    for (int i = 0; i < profile->n_shapes; i++) {
        const ProfileShape *shape = &profile->shapes[i];
        const double *x = shape->shares.x;
        if (shape->n_diverged == 0)
            continue;
        if (n++ == 0)
            text_printf(text, " Diverged at %.3g x:", profile->budget);
        text_printf(text, "%s depth %.2f, width %.2f, resolution %.2f (%d of %zu seeds)",
                    n > 1 ? ";" : "", x[0], x[1], x[2], shape->n_diverged, shape->source->n_seeds);
    }
    if (n == 0)
        return;
    text_append(text, has_lost_corner(profile)    ? "; a corner has nothing left, so nothing wins."
                      : has_lost_optimum(profile) ? "; the one nearest the optimum, which so wins "
                                                    "nothing, is among them."
                                                  : "; the rest goes on.");
}

/* --- rows --- */

/* The trials that a shape's mean is of. */
static void count_trials(const ProfileShape *shape, VerdictOrigin *origin)
{
    for (size_t s = 0; s < shape->source->n_seeds; s++) {
        const StoreSeed *seed = &shape->source->seeds[s];
        if (seed->status == STORE_TRIAL_DONE && !isnan(seed->test_top1))
            verdict_count_origin(origin, seed);
    }
}

/* What one profile's networks leave a row, but for its outcome. */
static void weigh_profile(const Profile *profile, VerdictField *field, Arena *arena,
                          VerdictContrast *row, bool is_first)
{
    VerdictTerm *terms = arena_alloc(arena, (size_t)profile->n_shapes + 1, sizeof *terms);
    for (int i = 0; terms != NULL && i < profile->n_shapes; i++) {
        terms[i] = (VerdictTerm){profile->shapes[i].source, 1.0 / profile->n_shapes};
        row->n_diverged += profile->shapes[i].n_diverged;
        row->n_unfinished += profile->shapes[i].n_unfinished;
        count_trials(&profile->shapes[i], &row->origin);
    }
    if (terms != NULL) {
        const VerdictContrast all =
            verdict_field_contrast(field, terms, profile->n_shapes, row->name, row->unit);
        row->ripeness =
            is_first ? all.ripeness : verdict_joint_ripeness(row->ripeness, all.ripeness);
    }
    if (has_lost_optimum(profile) || has_lost_corner(profile))
        row->bars_positive = row->bars_negative = true;
}

void verdict_shape_weigh(const Profile *profiles, int n, VerdictField *field, Arena *arena,
                         VerdictContrast *row)
{
    for (int i = 0; i < n; i++)
        weigh_profile(&profiles[i], field, arena, row, i == 0);
    if (row->ripeness == VERDICT_UNRIPE || row->n_unfinished > 0 || row->bars_positive)
        row->outcome = VERDICT_INCONCLUSIVE;
}

/* The first of the reasons that keep from an outcome, or what led to it. */
static const char *why(const Verdict *v)
{
    bool is_unfinished = false, is_unripe = false, is_barred = false, is_silent = false;
    for (size_t i = 0; i < v->n_contrasts; i++) {
        is_unfinished |= v->contrasts[i].n_unfinished > 0;
        is_unripe |= v->contrasts[i].ripeness == VERDICT_UNRIPE;
        is_barred |= v->contrasts[i].bars_positive;
        is_silent |= !v->contrasts[i].decides;
    }
    if (v->outcome != VERDICT_INCONCLUSIVE)
        return "every budget agrees";
    if (is_unfinished)
        return "unfinished";
    if (is_unripe)
        return "unripe";
    if (is_barred)
        return "diverged";
    return is_silent ? "no optimum" : "noise";
}

void verdict_shape_take(Verdict *out, const Profile *profile, bool is_lowest)
{
    const VerdictContrast *taken = NULL;
    out->n = out->n_contrasts > 0 ? out->contrasts[0].interval.n : 0;
    for (size_t i = 0; i < out->n_contrasts; i++) {
        const VerdictContrast *row = &out->contrasts[i];
        out->n = row->interval.n < out->n ? row->interval.n : out->n;
        out->ripeness =
            i == 0 ? row->ripeness : verdict_joint_ripeness(out->ripeness, row->ripeness);
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

void verdict_shape_remedy(Verdict *out, VerdictField *field, Text *text, Arena *arena)
{
    const char *remedy = verdict_field_remedy(field, &out->epochs_to_try, arena);
    text_append(text, remedy != NULL ? remedy : "");
}
