/*
 * models/match: grid points, nominal points, aliases and ties.
 *
 * Cost rises with pixels (never falls), so the whole pixels of nearest cost are found by bisection
 * over resolve_macs, the walk over the very operations that are executed.
 */
#include "models/match_internal.h"
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
    return (Matching){baseline, factor * (double)resolve_macs(baseline, 0), tolerance};
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

bool match_nearest_pixels(MatchCandidate *candidate, const Matching *matching, double depth,
                          double width, int least_pixels)
{
    const Spec *baseline = matching->baseline;
    const Scale scale = {depth, width, 1.0};
    candidate->spec = *baseline;
    scaling_set_integers(&candidate->spec, baseline, scale, DEPTH_ROUND);
    if (!scaling_fits(&candidate->spec))
        return false;
    const int pixels = nearest_pixels(&candidate->spec, matching, least_pixels);
    candidate->spec.resolution = pixels;
    candidate->scale = (Scale){depth, width, (double)pixels / baseline->resolution};
    candidate->macs = resolve_macs(&candidate->spec, pixels);
    return true;
}

/* --- widths --- */

/* k-th of 0, -1, 1, -2, 2, ... */
static int alternating(int i)
{
    return i % 2 ? -(i + 1) / 2 : i / 2;
}

bool match_widths(MatchCandidate *candidate, double *trim, const Matching *matching, Scale nominal)
{
    bool has_any = false;
    for (int i = 0; i <= 2 * MATCH_WIDTH_STEPS; i++) {
        const double factor = fm_pow(MATCH_WIDTH_STEP, alternating(i));
        MatchCandidate tried;
        if (!match_nearest_pixels(&tried, matching, nominal.depth, nominal.width * factor,
                                  matching->baseline->resolution))
            continue;
        const double distance = match_distance(matching, tried.macs);
        if (has_any && distance >= match_distance(matching, candidate->macs))
            continue;
        *candidate = tried;
        *trim = factor - 1.0;
        has_any = true;
        if (distance <= matching->tolerance)
            break;
    }
    return has_any;
}

/* --- points --- */

ErrCode match_finish(MatchPoint *point, const Matching *matching, const MatchCandidate *candidate,
                     Err *err)
{
    Network network;
    point->spec = candidate->spec;
    scaling_set_origin(&point->spec, matching->baseline, candidate->scale);
    TRY(resolve_network(&network, &point->spec, err));
    memcpy(point->digest, network.digest, sizeof point->digest);
    network_release(&network);
    point->built = scaling_built(matching->baseline, &point->spec);
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
    TRY(scaling_check(nominal, err));
    if (!match_widths(&candidate, &made.width_trim, matching, nominal))
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
    candidate.macs = resolve_macs(&candidate.spec, 0);
    TRY(match_finish(&made, matching, &candidate, err));
    *point = made;
    return ERR_NONE;
fail:
    return err->code;
}
