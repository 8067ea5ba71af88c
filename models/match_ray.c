/*
 * models/match_ray: rays matched to a counted cost.
 *
 * Channels, layers and pixels of a ray never fall with its parameter t, so each integer network
 * owns one interval of t. The ray is walked from interval to interval, each end found by bisection:
 * no network is missed, however narrow.
 */
#include "models/match_internal.h"
#include "models/resolve.h"

#include <math.h>
#include <string.h>

#define RAY_MAX_T 1.0e6    /* the limits of a specification end every ray long before */
#define RAY_T_STEP 1.0e-12 /* intervals narrower than this are no networks but rounding of t */
#define RAY_FIRST_STEP                                                                             \
    0.015625                  /* of the search for an interval's end; doubled until it is passed */
#define RAY_PIXELS_MOVED 0.10 /* how far pixels may be moved off the ray */
#define RAY_PIXELS_SLACK                                                                           \
    1.0e-9           /* 10 % of 40 pixels are 4 whole ones, whatever the floating product says */
#define RAY_OFF 0.15 /* a built multiplier further off makes the point off-ray */
enum {
    RAY_NOMINAL_SAMPLES = 32
}; /* of an interval, for the nominal point nearest to what was built */

/* Walks the networks of a ray. */
typedef struct RayWalk {
    const Matching *matching;
    const Ray *ray;
    DepthRule rule;
    double low, high; /* interval [low, high) of t of the current network */
    Spec spec;        /* that network */
} RayWalk;

/* --- the walk --- */

static void network_at(Spec *spec, const RayWalk *walk, double t)
{
    *spec = *walk->matching->baseline;
    scaling_set_integers(spec, walk->matching->baseline, scaling_at(walk->ray, t), walk->rule);
}

static bool is_same(const Spec *a, const Spec *b)
{
    bool same = a->resolution == b->resolution && a->stem.channels == b->stem.channels &&
                a->head.channels == b->head.channels;
    for (int s = 0; s < a->n_stages && same; s++)
        same = a->stages[s].channels == b->stages[s].channels &&
               a->stages[s].layers == b->stages[s].layers;
    return same;
}

/*
 * Makes the network at walk->low current and finds the end of its interval; false beyond the
 * limits.
 */
static bool enter(RayWalk *walk)
{
    Spec other;
    network_at(&walk->spec, walk, walk->low);
    if (walk->low >= RAY_MAX_T || !scaling_fits(&walk->spec))
        return false;
    double inside, outside = walk->low;
    double step = RAY_FIRST_STEP;
    do {
        inside = outside;
        outside += step;
        step *= 2.0;
        network_at(&other, walk, outside);
    } while (is_same(&other, &walk->spec) && outside < RAY_MAX_T);
    while (outside - inside > RAY_T_STEP) {
        const double middle = inside + (outside - inside) / 2.0;
        network_at(&other, walk, middle);
        if (is_same(&other, &walk->spec))
            inside = middle;
        else
            outside = middle;
    }
    walk->high = outside;
    return true;
}

/*
 * Cost of the walk's network with its pixels moved by `moved`, the furthest that a candidate may
 * be.
 */
static double cost_moved(const Spec *spec, double moved)
{
    const double pixels = floor(spec->resolution * (1.0 + moved) + RAY_PIXELS_SLACK);
    return (double)resolve_macs(spec, pixels < 1.0 ? 1 : (int)pixels);
}

/*
 * A start below everything that can match: the baseline, or a smaller network if the target is
 * below it.
 */
static double start_of(const RayWalk *walk)
{
    Spec spec;
    double t = 0.0;
    network_at(&spec, walk, t);
    if ((double)resolve_macs(&spec, 0) <= walk->matching->macs)
        return t;
    const double least = walk->matching->macs * (1.0 - walk->matching->tolerance);
    while (t > -RAY_MAX_T && cost_moved(&spec, RAY_PIXELS_MOVED) >= least) {
        t = t * 2.0 - 1.0;
        network_at(&spec, walk, t);
    }
    return t;
}

/* Whether no network from here on can be cheap enough. */
static bool is_past(const RayWalk *walk)
{
    return cost_moved(&walk->spec, -RAY_PIXELS_MOVED) >
           walk->matching->macs * (1.0 + walk->matching->tolerance);
}

/* --- candidates --- */

typedef struct RayChoice {
    bool has_any;
    Spec spec; /* pixels as built */
    int64_t macs;
    double moved;     /* |pixels over the ray's - 1| */
    double low, high; /* of its network on the ray */
    int ray_pixels;
} RayChoice;

/* Pixels moved least, then nearest in cost, then more pixels. */
static bool is_better(const RayChoice *choice, const Matching *matching, double moved, int64_t macs,
                      int pixels)
{
    if (!choice->has_any || moved != choice->moved)
        return !choice->has_any || moved < choice->moved;
    const double distance = match_distance(matching, macs);
    const double best = match_distance(matching, choice->macs);
    if (distance != best)
        return distance < best;
    return pixels > choice->spec.resolution;
}

static void choose(RayChoice *choice, const RayWalk *walk, int pixels, double moved, int64_t macs)
{
    if (!is_better(choice, walk->matching, moved, macs, pixels))
        return;
    *choice = (RayChoice){.has_any = true,
                          .spec = walk->spec,
                          .macs = macs,
                          .moved = moved,
                          .low = walk->low,
                          .high = walk->high,
                          .ray_pixels = walk->spec.resolution};
    choice->spec.resolution = pixels;
}

/* All pixels within 10 % of the walk's network whose cost is within tolerance. */
static void choose_pixels(RayChoice *choice, const RayWalk *walk)
{
    const Matching *matching = walk->matching;
    const int own = walk->spec.resolution;
    if (cost_moved(&walk->spec, RAY_PIXELS_MOVED) < matching->macs * (1.0 - matching->tolerance))
        return;
    const int most = (int)floor(own * RAY_PIXELS_MOVED + RAY_PIXELS_SLACK);
    for (int offset = -most; offset <= most; offset++) {
        const int pixels = own + offset;
        if (pixels < 1 || pixels > SPEC_MAX_PIXELS)
            continue;
        const int64_t macs = resolve_macs(&walk->spec, pixels);
        if (match_distance(matching, macs) <= matching->tolerance)
            choose(choice, walk, pixels, fabs((double)offset) / own, macs);
    }
}

/* --- the nominal point --- */

static double deviation(double built, double nominal)
{
    return fabs(built / nominal - 1.0);
}

/*
 * How far what was built is off a point of the ray: the largest of the three relative deviations.
 */
static double off_by(Scale built, Scale nominal)
{
    const double depth = deviation(built.depth, nominal.depth);
    const double width = deviation(built.width, nominal.width);
    const double resolution = deviation(built.resolution, nominal.resolution);
    const double larger = depth > width ? depth : width;
    return larger > resolution ? larger : resolution;
}

/* The point of the ray in [low, high] nearest to what was built. */
static Scale nominal_of(const Ray *ray, double low, double high, Scale built)
{
    Scale best = scaling_at(ray, low);
    for (int i = 1; i <= RAY_NOMINAL_SAMPLES; i++) {
        const Scale scale = scaling_at(ray, low + (high - low) * i / RAY_NOMINAL_SAMPLES);
        if (off_by(built, scale) < off_by(built, best))
            best = scale;
    }
    return best;
}

/* --- public --- */

/*
 * The network of the ray, nothing moved, whose cost is nearest; equal: more pixels, then further
 * along.
 */
static RayChoice nearest_on_ray(const Matching *matching, const Ray *ray, DepthRule rule)
{
    RayWalk walk = {.matching = matching, .ray = ray, .rule = rule};
    RayChoice choice = {0};
    walk.low = start_of(&walk);
    for (bool more = true; more && enter(&walk); walk.low = walk.high) {
        const int64_t macs = resolve_macs(&walk.spec, 0);
        choose(&choice, &walk, walk.spec.resolution, 0.0, macs);
        more = (double)macs <= matching->macs;
    }
    return choice;
}

static ErrCode no_network(const Matching *matching, const Ray *ray, Err *err)
{
    return err_set(err, ERR_USAGE, "strategy '%s' has no network near %.4g multiply-adds for '%s'",
                   ray->strategy->name, matching->macs, matching->baseline->name);
}

/* Widths as a grid point has them, from the ray's point of nearest cost. */
static ErrCode match_ray_by_width(MatchPoint *point, const Matching *matching, const Ray *ray,
                                  Err *err)
{
    MatchCandidate candidate;
    const RayChoice nearest = nearest_on_ray(matching, ray, DEPTH_ROUND);
    if (!nearest.has_any)
        return no_network(matching, ray, err);
    const Scale built = scaling_built(matching->baseline, &nearest.spec);
    point->nominal = nominal_of(ray, nearest.low, nearest.high, built);
    if (!match_widths(&candidate, &point->width_trim, matching, point->nominal))
        return no_network(matching, ray, err);
    const bool is_fair = match_distance(matching, candidate.macs) <= matching->tolerance;
    point->status = is_fair ? MATCH_FAIR : MATCH_UNFAIR;
    point->pixels_moved = candidate.scale.resolution / point->nominal.resolution - 1.0;
    return match_finish(point, matching, &candidate, err);
}

static ErrCode finish_choice(MatchPoint *point, const Matching *matching, const Ray *ray,
                             const RayChoice *choice, Err *err)
{
    MatchCandidate candidate = {.spec = choice->spec, .macs = choice->macs};
    const Scale built = scaling_built(matching->baseline, &choice->spec);
    point->nominal = nominal_of(ray, choice->low, choice->high, built);
    point->pixels_moved = (double)choice->spec.resolution / choice->ray_pixels - 1.0;
    candidate.scale = point->nominal;
    candidate.scale.resolution = built.resolution;
    return match_finish(point, matching, &candidate, err);
}

ErrCode match_ray(MatchPoint *point, const Matching *matching, const Ray *ray, Err *err)
{
    RayWalk walk = {.matching = matching, .ray = ray, .rule = DEPTH_ROUND};
    RayChoice choice = {0};
    MatchPoint made = {.status = MATCH_FAIR};
    walk.low = start_of(&walk);
    for (; enter(&walk) && !is_past(&walk); walk.low = walk.high)
        choose_pixels(&choice, &walk);
    if (choice.has_any)
        TRY(finish_choice(&made, matching, ray, &choice, err));
    else
        TRY(match_ray_by_width(&made, matching, ray, err));
    if (made.status == MATCH_FAIR && off_by(made.built, made.nominal) > RAY_OFF)
        made.status = MATCH_OFF_RAY;
    *point = made;
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode match_ray_nominal(MatchPoint *point, const Matching *matching, const Ray *ray, Err *err)
{
    MatchPoint made = {.status = MATCH_UNMATCHED};
    const RayChoice choice =
        nearest_on_ray(matching, ray, (DepthRule)matching->baseline->rounding.depth);
    if (!choice.has_any)
        return no_network(matching, ray, err);
    TRY(finish_choice(&made, matching, ray, &choice, err));
    *point = made;
    return ERR_NONE;
fail:
    return err->code;
}
