/*
 * results/verdict_optimum.c: a profile's optimum trained once more, beside what its fit says.
 *
 * The fit chose the optimum on the seeds that it was fitted to, and on these it looks better than
 * it is. A `compare` with the strategies "optimum" and "corner" trains its network with judge
 * seeds. What it is there above the others of its part is a contrast of the block model. It decides
 * nothing: the rule of O2s is the fit's.
 */
#include "results/verdict_shape.h"

#include <math.h>
#include <string.h>

static const char optimum[] = "optimum", corner[] = "corner", first_profile[] = "profile";

/* Whether a series is `kind` of any profile: "optimum", "optimum profile-2". */
static bool is_series(const char *series, const char *kind)
{
    const size_t n = strlen(kind);
    return text_starts_with(series, kind) && (series[n] == '\0' || series[n] == ' ');
}

/* Whether it is that of a profile; the first has no name behind it. */
static bool is_of(const StorePoint *point, const char *kind, const Profile *profile)
{
    const size_t n = strlen(kind);
    if (!store_is_part(point, "compare") || !is_series(point->series, kind) ||
        point->x != profile->budget)
        return false;
    return point->series[n] == '\0' ? strcmp(profile->part, first_profile) == 0
                                    : strcmp(point->series + n + 1, profile->part) == 0;
}

bool verdict_shape_is_chosen(const StorePoint *point)
{
    return store_is_part(point, "compare") &&
           (is_series(point->series, optimum) || is_series(point->series, corner));
}

/* Whether a point of the optimum's part and budget stands against it. */
static bool is_rival(const StorePoint *point, const StorePoint *best)
{
    return strcmp(point->part, best->part) == 0 && point->x == best->x &&
           point->trial_digest != NULL && !text_starts_with(point->series, "earlier ") &&
           strcmp(point->match, "none") != 0 && !is_series(point->series, optimum);
}

static bool built_shares(const StorePoint *point, Shares *shares)
{
    if (!scheffe_shares(point->built[0], point->built[1], point->built[2], shares))
        return false;
    scheffe_clamp(shares);
    return true;
}

/* The dimension that takes most of what a network adds; of a corner its only one. */
static const char *main_dimension(const Shares *shares)
{
    static const char *const names[] = {"depth", "width", "resolution"};
    int most = 0;
    for (int k = 1; k < 3; k++)
        if (shares->x[k] > shares->x[most])
            most = k;
    return names[most];
}

/* What the fit says of the same difference; of the best corner with its interval. */
static const char *fit_says(const Profile *profile, const Shares *rival, bool is_corner,
                            Arena *arena)
{
    if (profile->why_not != NULL || !profile->top1.has_optimum)
        return "has no optimum by now";
    const ShapeEffect *gain = &profile->gain;
    if (is_corner)
        return arena_printf(arena, "says %+.2f, %.2f to %.2f", gain->effect, gain->low, gain->high);
    return arena_printf(arena, "says %+.2f",
                        profiles_top1(profile, &profile->top1.optimum) -
                            profiles_top1(profile, rival));
}

/* A row: the optimum's network less a rival's. */
static VerdictContrast set_against(const StorePointResult *best, const StorePointResult *rival,
                                   const Profile *profile, VerdictField *field, Arena *arena)
{
    const VerdictTerm terms[] = {{best, 1.0}, {rival, -1.0}};
    const bool is_corner = is_of(&rival->point, corner, profile);
    Shares shares = {{0}};
    (void)built_shares(&rival->point, &shares);
    const char *alone = is_corner ? main_dimension(&shares) : rival->point.series;
    const char *name = arena_printf(
        arena, "%s at %.3g x, trained once more: best shape less %s%s", best->point.part,
        profile->budget, is_corner ? "best single dimension, " : "", alone != NULL ? alone : "");
    if (strcmp(best->point.trial_digest, rival->point.trial_digest) == 0)
        return (VerdictContrast){.name = name,
                                 .unit = "points",
                                 .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE),
                                 .floor = (double)NAN,
                                 .note = "one network"};
    VerdictContrast row = verdict_field_contrast(field, terms, 2, name, "points");
    if (row.decides)
        row.note = arena_printf(arena, "the verdict is the fit's, which %s",
                                fit_says(profile, &shares, is_corner, arena));
    row.decides = false;
    return row;
}

/* "At 2 x, trained once more on seeds that did not choose it, the best shape (built as ...) less
 * width alone: +0.80 points ...; the fit says +0.50, -1.70 to 1.00; its shape was chosen on these
 * test images." The fit is to test top-1, so fresh seeds do not make fresh images of these. */
static void describe(const StorePointResult *best, const StorePointResult *rival,
                     const Profile *profile, const VerdictContrast *row, Arena *arena, Text *text)
{
    Shares at = {{0}}, alone = {{0}};
    (void)built_shares(&best->point, &at);
    (void)built_shares(&rival->point, &alone);
    text_printf(text,
                " At %.3g x, trained once more on %s, the best shape (built as depth %.2f, width "
                "%.2f, resolution %.2f)",
                profile->budget,
                best->is_judged ? "seeds that did not choose it" : "the seeds that chose it",
                at.x[0], at.x[1], at.x[2]);
    if (strcmp(best->point.trial_digest, rival->point.trial_digest) == 0) {
        text_printf(text, " is the network of %s alone.", main_dimension(&alone));
        return;
    }
    const char *interval = verdict_interval_text(&row->interval, "points", arena);
    text_printf(
        text, " less %s alone: %s%s; the fit %s; its shape was chosen on these test images.",
        main_dimension(&alone), interval != NULL ? interval : "",
        row->ripeness == VERDICT_UNRIPE ? ", unripe" : "", fit_says(profile, &alone, true, arena));
}

size_t verdict_shape_most_again(const StoreResults *results, const Profile *profile)
{
    size_t n = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *point = &results->points[i].point;
        n += store_is_part(point, "compare") && point->x == profile->budget;
    }
    return n;
}

size_t verdict_shape_again(const StoreResults *results, const Profile *profile, VerdictField *field,
                           Arena *arena, VerdictContrast *rows, Text *text)
{
    size_t n = 0;
    int unasked = 0;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePointResult *best = &results->points[i];
        if (!is_of(&best->point, optimum, profile) || best->point.trial_digest == NULL)
            continue;
        for (size_t k = 0; k < results->n_points; k++) {
            const StorePointResult *rival = &results->points[k];
            if (!is_rival(&rival->point, &best->point))
                continue;
            rows[n] = set_against(best, rival, profile, field, arena);
            if (is_of(&rival->point, corner, profile))
                describe(best, rival, profile, &rows[n], arena, text);
            n++;
        }
    }
    (void)verdict_field_remedy(field, &unasked, arena); /* these decide nothing: none is asked */
    return n;
}
