/* results/verdict_shape.h: what the verdicts on shapes (O2s, O4) share; private to results/. */
#ifndef RESULTS_VERDICT_SHAPE_H
#define RESULTS_VERDICT_SHAPE_H

#include "results/profiles.h"
#include "results/verdict_common.h"
#include "results/verdict_field.h"

/*
 * The profiles that decide: those of parts `profile`, or where there are none those of grids.
 * Errors: ERR_MEMORY.
 */
ErrCode verdict_shape_profiles(const StoreResults *results, Arena *arena, Profile **out, size_t *n,
                               Err *err) ERR_CHECKED;

/*
 * Each fills *out from those of verdict_shape_profiles: O2s, and O4 where a part has two budgets.
 * The field knows which networks are ripe. Errors: ERR_MEMORY.
 */
ErrCode verdict_o2s(const StoreResults *results, const Profile *profiles, size_t n,
                    VerdictField *field, Arena *arena, Verdict *out, bool *is_there,
                    Err *err) ERR_CHECKED;
ErrCode verdict_o4(const StoreResults *results, const Profile *profiles, size_t n,
                   VerdictField *field, Arena *arena, Verdict *out, bool *is_there,
                   Err *err) ERR_CHECKED;

/* An effect of a profile's fit, in points, as verdicts have it. */
StatsInterval verdict_shape_interval(const Profile *profile, const ShapeEffect *effect);

/*
 * What the networks of profiles[n] leave a row: its ripeness, what diverged, what is unfinished and
 * where trials were trained.
 * Of one that is unripe or unfinished the outcome is taken back, and where the shape nearest an
 * optimum has lost a seed to divergence, or a corner all of them: a diverged shape wins nothing.
 */
void verdict_shape_weigh(const Profile *profiles, int n, VerdictField *field, Arena *arena,
                         VerdictContrast *row);

/* Whether a point of `compare` is what a profile chose, trained once more. */
bool verdict_shape_is_chosen(const StorePoint *point);

/* The most rows that verdict_shape_again fills: the points of parts `compare` at the budget. */
size_t verdict_shape_most_again(const StoreResults *results, const Profile *profile);

/*
 * Where a `compare` has trained a profile's optimum once more: fills rows, one for each other
 * strategy there, that are shown beside the fit and decide nothing, and appends the sentence about
 * the best corner, which says if it is unripe. No remedy is asked of the field for these networks.
 * Returns how many rows there are.
 */
size_t verdict_shape_again(const StoreResults *results, const Profile *profile, VerdictField *field,
                           Arena *arena, VerdictContrast *rows, Text *text);

/* Appends the sentences that name a profile's diverged shapes; none where nothing diverged. */
void verdict_shape_losses(const Profile *profile, Text *text);

/* Several rows: CONFIRMED if all that decide are, and so REFUTED; all must decide. */
VerdictOutcome verdict_shape_joint(const VerdictContrast *rows, size_t n);

/*
 * Takes outcome, why, ripeness, n and effect from the rows, the effect that of the row whose
 * interval reaches lowest, or highest; and noise from the profile.
 */
void verdict_shape_take(Verdict *out, const Profile *profile, bool is_lowest);

/* Appends what to do where networks are unripe that the rows so far are of. */
void verdict_shape_remedy(Verdict *out, VerdictField *field, Text *text, Arena *arena);

#endif
