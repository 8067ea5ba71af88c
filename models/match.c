/*
 * models/match: grid points, nominal points, aliases and ties.
 *
 * Cost rises with pixels (never falls), so the whole pixels of nearest cost are found by bisection
 * over resolve_macs, the walk over the very operations that are executed.
 */
#include "models/match_internal.h"
#include "models/match_memo.h"
#include "models/resolve.h"

#include "base/fmath.h"

#include <math.h>
#include <string.h>

enum { MATCH_WIDTH_STEPS = 19 }; /* widths beta * 1.005^k for |k| up to this */
#define MATCH_WIDTH_STEP 1.005

static const char *const status_names[] = {"fair", "unfair",    "off-ray",
                                           "tied", "unmatched", "after-grid"};

const char *match_status_name(MatchStatus status)
{
    return status_names[status];
}

Matching match_target(const Spec *baseline, double factor, double tolerance)
{
    return (Matching){baseline, factor * (double)resolve_macs(baseline, 0), tolerance, NULL};
}

double match_distance(const Matching *matching, int64_t macs)
{
    return fabs((double)macs / matching->macs - 1.0);
}

/* --- pixels --- */

/*
 * The largest number of pixels whose cost is at most `macs`, in [low, SPEC_MAX_PIXELS]; cost at
 * `low` is at most `macs`.
 */
static int most_pixels(const Spec *spec, int low, double macs)
{
    int high = low;
    for (int step = 1; high <= SPEC_MAX_PIXELS && (double)resolve_macs(spec, high) <= macs;
         step *= 2) {
        low = high;
        high += step;
    }
    high = high > SPEC_MAX_PIXELS + 1 ? SPEC_MAX_PIXELS + 1 : high;
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if ((double)resolve_macs(spec, middle) <= macs)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/*
 * The whole pixels of nearest cost: the last at or below the target, or the last of the next cost
 * above it.
 */
static int nearest_pixels(const Spec *spec, const Matching *matching, int least)
{
    const double at_least = (double)resolve_macs(spec, least);
    if (at_least >= matching->macs)
        return most_pixels(spec, least, at_least);
    const int below = most_pixels(spec, least, matching->macs);
    if (below == SPEC_MAX_PIXELS)
        return below;
    const int64_t above_macs = resolve_macs(spec, below + 1);
    const bool is_below =
        match_distance(matching, resolve_macs(spec, below)) < match_distance(matching, above_macs);
    return is_below ? below : most_pixels(spec, below + 1, (double)above_macs);
}

/*
 * The baseline's channels by `width` and layers by `depth` (nearest), with the whole pixels of
 * nearest cost. *fits: whether it is within the SPEC_MAX_ limits.
 */
static ErrCode nearest_of_width(MatchCandidate *candidate, bool *fits, const Matching *matching,
                                double depth, double width, Err *err)
{
    const Spec *baseline = matching->baseline;
    const Scale scale = {depth, width, 1.0};
    MemoShape own = {0}, *known = &own;
    candidate->spec = *baseline;
    scaling_set_integers(&candidate->spec, baseline, scale, DEPTH_ROUND);
    *fits = scaling_fits(&candidate->spec);
    if (!*fits)
        return ERR_NONE;
    if (matching->memo != NULL)
        TRY(match_memo_shape(matching->memo, &candidate->spec, &known, err));
    if (known->pixels == 0) {
        known->pixels = nearest_pixels(&candidate->spec, matching, baseline->resolution);
        known->macs = resolve_macs(&candidate->spec, known->pixels);
    }
    candidate->spec.resolution = known->pixels;
    candidate->scale = (Scale){depth, width, (double)known->pixels / baseline->resolution};
    candidate->macs = known->macs;
    return ERR_NONE;
fail:
    return err->code;
}

/* --- widths --- */

/* k-th of 0, -1, 1, -2, 2, ... */
static int alternating(int i)
{
    return i % 2 ? -(i + 1) / 2 : i / 2;
}

static ErrCode search_widths(MatchCandidate *candidate, double *trim, bool *has_any,
                             const Matching *matching, Scale nominal, Err *err)
{
    *has_any = false;
    for (int i = 0; i <= 2 * MATCH_WIDTH_STEPS; i++) {
        const double factor = fm_pow(MATCH_WIDTH_STEP, alternating(i));
        MatchCandidate tried;
        bool fits;
        TRY(nearest_of_width(&tried, &fits, matching, nominal.depth, nominal.width * factor, err));
        if (!fits)
            continue;
        const double distance = match_distance(matching, tried.macs);
        if (*has_any && distance >= match_distance(matching, candidate->macs))
            continue;
        *candidate = tried;
        *trim = factor - 1.0;
        *has_any = true;
        if (distance <= matching->tolerance)
            break;
    }
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode match_widths(MatchCandidate *candidate, double *trim, bool *has_any,
                     const Matching *matching, Scale nominal, Err *err)
{
    MemoWidths *known = NULL;
    if (matching->memo == NULL)
        return search_widths(candidate, trim, has_any, matching, nominal, err);
    TRY(match_memo_widths(matching->memo, nominal.depth, nominal.width, &known, err));
    if (!known->is_known) {
        TRY(search_widths(candidate, trim, has_any, matching, nominal, err));
        *known = (MemoWidths){.is_known = true, .has_any = *has_any};
        if (*has_any) {
            known->width = candidate->scale.width;
            known->trim = *trim;
        }
        return ERR_NONE;
    }
    *has_any = known->has_any;
    if (!known->has_any)
        return ERR_NONE;
    *trim = known->trim;
    return nearest_of_width(candidate, has_any, matching, nominal.depth, known->width, err);
fail:
    return err->code;
}

/* --- points --- */

/* Counted cost, from the memo if there is one. Errors: ERR_MEMORY. */
static ErrCode count_macs(int64_t *macs, const Matching *matching, const Spec *spec, Err *err)
{
    MemoNetwork own = {0}, *known = &own;
    if (matching->memo != NULL)
        TRY(match_memo_network(matching->memo, spec, &known, err));
    if (known->macs == 0)
        known->macs = resolve_macs(spec, 0);
    *macs = known->macs;
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode match_finish(MatchPoint *point, const Matching *matching, const MatchCandidate *candidate,
                     Err *err)
{
    MemoNetwork own = {0}, *known = &own;
    point->spec = candidate->spec;
    scaling_set_origin(&point->spec, matching->baseline, candidate->scale);
    if (matching->memo != NULL)
        TRY(match_memo_network(matching->memo, &point->spec, &known, err));
    if (known->digest[0] == '\0') {
        Network network;
        TRY(resolve_network(&network, &point->spec, err));
        memcpy(known->digest, network.digest, sizeof known->digest);
        known->built = scaling_built(matching->baseline, &point->spec);
        network_release(&network);
    }
    memcpy(point->digest, known->digest, sizeof point->digest);
    point->built = known->built;
    point->macs = candidate->macs;
    point->ratio = (double)candidate->macs / matching->macs;
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode too_large(const Matching *matching, Scale nominal, Err *err)
{
    return err_set(err, ERR_USAGE,
                   "network '%s' scaled by depth %g, width %g is too large to be matched",
                   matching->baseline->name, nominal.depth, nominal.width);
}

ErrCode match_grid_point(MatchPoint *point, const Matching *matching, Scale nominal, Err *err)
{
    MatchCandidate candidate;
    MatchPoint made = {.nominal = nominal};
    bool has_any;
    TRY(scaling_check(nominal, err));
    TRY(match_widths(&candidate, &made.width_trim, &has_any, matching, nominal, err));
    if (!has_any)
        return too_large(matching, nominal, err);
    const bool is_fair = match_distance(matching, candidate.macs) <= matching->tolerance;
    made.status = is_fair ? MATCH_FAIR : MATCH_UNFAIR;
    made.pixels_moved = candidate.scale.resolution / nominal.resolution - 1.0;
    TRY(match_finish(&made, matching, &candidate, err));
    *point = made;
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode match_nominal(MatchPoint *point, const Matching *matching, Scale nominal, Err *err)
{
    MatchCandidate candidate = {.scale = nominal};
    MatchPoint made = {.nominal = nominal, .status = MATCH_UNMATCHED};
    TRY(scaling_apply(&candidate.spec, matching->baseline, nominal, err));
    TRY(count_macs(&candidate.macs, matching, &candidate.spec, err));
    TRY(match_finish(&made, matching, &candidate, err));
    *point = made;
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode match_as_is(MatchPoint *point, const Matching *matching, const Spec *spec, Err *err)
{
    const Scale none = {(double)NAN, (double)NAN, (double)NAN};
    Network network;
    if (resolve_network(&network, spec, err) != ERR_NONE)
        return err->code;
    *point = (MatchPoint){.nominal = none,
                          .built = none,
                          .macs = network.macs,
                          .ratio = (double)network.macs / matching->macs,
                          .status = MATCH_UNMATCHED,
                          .spec = *spec};
    memcpy(point->digest, network.digest, sizeof point->digest);
    network_release(&network);
    return ERR_NONE;
}

ErrCode match_nominal_ratio(double *ratio, const Matching *matching, Scale nominal, Err *err)
{
    Spec spec;
    int64_t macs = 0;
    TRY(scaling_apply(&spec, matching->baseline, nominal, err));
    TRY(count_macs(&macs, matching, &spec, err));
    *ratio = (double)macs / matching->macs;
    return ERR_NONE;
fail:
    return err->code;
}
