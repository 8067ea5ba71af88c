/*
 * models/match_ray: rays matched to a counted cost.
 *
 * Costs rise along a ray, so the walk begins where nothing can match yet and ends where nothing can
 * any more. Only where neighbouring stages of a residual network round to one width does cost fall,
 * because a projection falls away; the walk's ends leave room for that. Pixels of equal network are
 * found by bisection, as cost never falls with them.
 */
#include "models/match_internal.h"
#include "models/ray_walk.h"
#include "models/resolve.h"

#include <math.h>
#include <string.h>

#define RAY_PIXELS_MOVED 0.10 /* how far pixels may be moved off the ray */
#define RAY_PIXELS_SLACK                                                                           \
    1.0e-9           /* 10 % of 40 pixels are 4 whole ones, whatever the floating product says */
#define RAY_OFF 0.15 /* a built multiplier further off makes the point off-ray */
/* More than a projection that falls away can take of a network's cost, as a factor. */
#define RAY_PROJECTION_SLACK 2.0
#define RAY_END_DOUBLINGS                                                                          \
    4.0 /* how far into an endless interval its nominal point is looked for                        \
         */
enum {
    RAY_NOMINAL_SAMPLES = 32
}; /* of an interval, for the nominal point nearest to what was built */

/* --- where the walk begins and ends --- */

/* Cost with pixels moved by `moved`, the furthest that a candidate may be. */
static double cost_moved(const Spec *spec, double moved)
{
    const double pixels = floor(spec->resolution * (1.0 + moved) + RAY_PIXELS_SLACK);
    return (double)resolve_macs(spec, pixels < 1.0 ? 1 : (int)pixels);
}

/*
 * What cost may fall by along the ray, as a factor. A ladder's single multipliers may fall while
 * its nominal cost rises, and integers then follow in steps.
 */
static double slack_of(const Ray *ray, const Spec *baseline)
{
    if (ray->n_knots > 0)
        return RAY_PROJECTION_SLACK;
    for (int s = 0; s < baseline->n_stages; s++)
        if (baseline->stages[s].op == BLOCK_BASIC || baseline->stages[s].op == BLOCK_BOTTLENECK)
            return RAY_PROJECTION_SLACK;
    return 1.0;
}

/* Whether neither this network nor one before it can match, or cost more than the target. */
static bool is_below(const Spec *spec, const RayWalk *walk)
{
    const Matching *matching = walk->matching;
    const double slack = slack_of(walk->ray, matching->baseline);
    const double least = matching->macs * (1.0 - matching->tolerance);
    return cost_moved(spec, RAY_PIXELS_MOVED) * slack < least &&
           (double)resolve_macs(spec, 0) * slack <= matching->macs;
}

/* The baseline, or a smaller network if it or one before it could match. */
static double start_of(const RayWalk *walk)
{
    Spec spec;
    double t = 0.0;
    ray_walk_network(&spec, walk, t);
    while (t > -walk->most && !is_below(&spec, walk)) {
        t = t * 2.0 - 1.0;
        ray_walk_network(&spec, walk, t);
    }
    return t;
}

/* Whether no network from here on can be cheap enough. */
static bool is_past(const RayWalk *walk)
{
    const Matching *matching = walk->matching;
    return cost_moved(&walk->spec, -RAY_PIXELS_MOVED) >
           matching->macs * (1.0 + matching->tolerance) * slack_of(walk->ray, matching->baseline);
}

/* --- candidates --- */

typedef struct RayChoice {
    bool has_any;
    Spec spec; /* pixels as built */
    int64_t macs;
    double moved; /* |pixels over the ray's - 1| */
    RayWalk walk; /* at its network on the ray */
} RayChoice;

/* Of two candidates of a ray: whether the one with these numbers comes before the choice so far. */
typedef bool Order(const RayChoice *choice, const Matching *matching, double moved, int64_t macs,
                   int pixels);

/* Pixels moved least, then nearest in cost, then more pixels. */
static bool is_less_moved(const RayChoice *choice, const Matching *matching, double moved,
                          int64_t macs, int pixels)
{
    if (moved != choice->moved)
        return moved < choice->moved;
    const double distance = match_distance(matching, macs);
    const double best = match_distance(matching, choice->macs);
    return distance != best ? distance < best : pixels > choice->spec.resolution;
}

/* Nearest in cost, then pixels moved least, then more pixels. */
static bool is_nearer(const RayChoice *choice, const Matching *matching, double moved, int64_t macs,
                      int pixels)
{
    const double distance = match_distance(matching, macs);
    const double best = match_distance(matching, choice->macs);
    if (distance != best)
        return distance < best;
    return moved != choice->moved ? moved < choice->moved : pixels > choice->spec.resolution;
}

static void choose(RayChoice *choice, Order *comes_before, const RayWalk *walk, int pixels)
{
    const int64_t macs = resolve_macs(&walk->spec, pixels);
    const int own = walk->spec.resolution;
    const double moved = fabs((double)(pixels - own)) / own;
    if (choice->has_any && !comes_before(choice, walk->matching, moved, macs, pixels))
        return;
    *choice = (RayChoice){
        .has_any = true, .spec = walk->spec, .macs = macs, .moved = moved, .walk = *walk};
    choice->spec.resolution = pixels;
}

static bool is_not_cheaper(const Matching *matching, int64_t macs)
{
    return (double)macs / matching->macs - 1.0 >= -matching->tolerance;
}

static bool is_dearer(const Matching *matching, int64_t macs)
{
    return (double)macs / matching->macs - 1.0 > matching->tolerance;
}

static bool is_enough(const Matching *matching, int64_t macs)
{
    return (double)macs >= matching->macs;
}

/* The first number of pixels in (low, high) whose cost is reached, else `high`. */
static int first_pixels(const Spec *spec, const Matching *matching,
                        bool (*is_reached)(const Matching *, int64_t), int low, int high)
{
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (is_reached(matching, resolve_macs(spec, middle)))
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* Pixels within 10 % of the walk's network, those of a specification at all. */
typedef struct PixelRange {
    int least, most;
} PixelRange;

static PixelRange range_of(int own)
{
    const int moved = (int)floor(own * RAY_PIXELS_MOVED + RAY_PIXELS_SLACK);
    return (PixelRange){own - moved < 1 ? 1 : own - moved,
                        own + moved > SPEC_MAX_PIXELS ? SPEC_MAX_PIXELS : own + moved};
}

/* Of the pixels within 10 % whose cost is within tolerance, which lie side by side, the nearest. */
static void choose_least_moved(RayChoice *choice, const RayWalk *walk)
{
    const Matching *matching = walk->matching;
    const Spec *spec = &walk->spec;
    const PixelRange range = range_of(spec->resolution);
    const int64_t own = resolve_macs(spec, 0);
    int pixels = spec->resolution;
    if (!is_not_cheaper(matching, own)) {
        if (!is_not_cheaper(matching, resolve_macs(spec, range.most)))
            return;
        pixels = first_pixels(spec, matching, is_not_cheaper, pixels, range.most);
    } else if (is_dearer(matching, own)) {
        pixels = first_pixels(spec, matching, is_dearer, range.least - 1, pixels) - 1;
    }
    if (pixels >= range.least &&
        match_distance(matching, resolve_macs(spec, pixels)) <= matching->tolerance)
        choose(choice, is_less_moved, walk, pixels);
}

/* Of the pixels within 10 %, those of nearest cost, whatever the tolerance. */
static void choose_nearest(RayChoice *choice, const RayWalk *walk)
{
    const PixelRange range = range_of(walk->spec.resolution);
    const int above =
        first_pixels(&walk->spec, walk->matching, is_enough, range.least - 1, range.most + 1);
    if (above <= range.most)
        choose(choice, is_nearer, walk, above);
    if (above > range.least)
        choose(choice, is_nearer, walk, above - 1);
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

/* t of the point of the network's interval that is nearest to what was built. */
static double nominal_t(const RayWalk *walk, Scale built)
{
    const double reach = RAY_END_DOUBLINGS * walk->unit;
    const bool has_baseline = walk->low <= 0.0 && walk->high > 0.0;
    double low = walk->low, high = walk->high;
    if (low < -reach && low < high - reach && ray_walk_is_first(walk))
        low = high - reach;
    if (high >= walk->most)
        high = low + reach;
    double best = has_baseline ? 0.0 : low;
    for (int i = 0; i <= RAY_NOMINAL_SAMPLES; i++) {
        const double t = low + (high - low) * i / RAY_NOMINAL_SAMPLES;
        if (off_by(built, scaling_at(walk->ray, t)) < off_by(built, scaling_at(walk->ray, best)))
            best = t;
    }
    return best;
}

/* --- rays --- */

/*
 * The network of the ray, nothing moved, whose cost is nearest. Equal costs: below the target more
 * pixels, above it the first.
 */
static RayChoice nearest_on_ray(const Matching *matching, const Ray *ray, DepthRule rule)
{
    RayWalk walk = ray_walk(matching, ray, rule);
    RayChoice choice = {0};
    const double limit = matching->macs * slack_of(ray, matching->baseline);
    bool is_above = false;
    walk.low = start_of(&walk);
    for (bool more = true; more && ray_walk_enter(&walk); walk.low = ray_walk_next(&walk)) {
        const int64_t macs = resolve_macs(&walk.spec, 0);
        if (!is_above || match_distance(matching, macs) < match_distance(matching, choice.macs))
            choose(&choice, is_nearer, &walk, walk.spec.resolution);
        is_above = is_above || (double)macs > matching->macs;
        more = (double)macs <= limit;
    }
    return choice;
}

/* Of all networks of the ray, pixels moved, the best by either rule. */
static RayChoice search_ray(const Matching *matching, const Ray *ray,
                            void (*choose_pixels)(RayChoice *, const RayWalk *))
{
    RayWalk walk = ray_walk(matching, ray, DEPTH_ROUND);
    RayChoice choice = {0};
    walk.low = start_of(&walk);
    for (bool more = true; more && ray_walk_enter(&walk); walk.low = ray_walk_next(&walk)) {
        choose_pixels(&choice, &walk);
        more = !is_past(&walk);
    }
    return choice;
}

static ErrCode no_network(const Matching *matching, const Ray *ray, Err *err)
{
    return err_set(err, ERR_USAGE, "strategy '%s' has no network near %.4g multiply-adds for '%s'",
                   ray->strategy->name, matching->macs, matching->baseline->name);
}

static ErrCode finish_choice(MatchPoint *point, const Matching *matching, const RayChoice *choice,
                             Err *err)
{
    MatchCandidate candidate = {.spec = choice->spec, .macs = choice->macs};
    const Scale built = scaling_built(matching->baseline, &choice->spec);
    point->nominal = scaling_at(choice->walk.ray, nominal_t(&choice->walk, built));
    point->pixels_moved = (double)choice->spec.resolution / choice->walk.spec.resolution - 1.0;
    candidate.scale = point->nominal;
    candidate.scale.resolution = built.resolution;
    return match_finish(point, matching, &candidate, err);
}

/*
 * Widths as a grid point has them, from the ray's point of nearest cost. If they do not match
 * either, the point is the nearest network of all that were tried.
 */
static ErrCode match_ray_by_width(MatchPoint *point, const Matching *matching, const Ray *ray,
                                  Err *err)
{
    MatchCandidate candidate;
    bool has_width;
    const RayChoice on_ray = nearest_on_ray(matching, ray, DEPTH_ROUND);
    if (!on_ray.has_any)
        return no_network(matching, ray, err);
    const Scale built = scaling_built(matching->baseline, &on_ray.spec);
    const double t = nominal_t(&on_ray.walk, built);
    point->nominal = scaling_at(ray, t);
    const Scale inside = scaling_at(ray, t < on_ray.walk.high ? t : on_ray.walk.last);
    TRY(match_widths(&candidate, &point->width_trim, &has_width, matching, inside, err));
    if (has_width && match_distance(matching, candidate.macs) <= matching->tolerance) {
        point->status = MATCH_FAIR;
    } else {
        const RayChoice moved = search_ray(matching, ray, choose_nearest);
        point->status = MATCH_UNFAIR;
        if (!has_width ||
            match_distance(matching, moved.macs) < match_distance(matching, candidate.macs)) {
            point->width_trim = 0.0;
            return finish_choice(point, matching, &moved, err);
        }
    }
    point->pixels_moved = candidate.scale.resolution / point->nominal.resolution - 1.0;
    return match_finish(point, matching, &candidate, err);
fail:
    return err->code;
}

ErrCode match_ray(MatchPoint *point, const Matching *matching, const Ray *ray, Err *err)
{
    MatchPoint made = {.status = MATCH_FAIR};
    const RayChoice choice = search_ray(matching, ray, choose_least_moved);
    if (choice.has_any)
        TRY(finish_choice(&made, matching, &choice, err));
    else
        TRY(match_ray_by_width(&made, matching, ray, err));
    if (made.status == MATCH_FAIR && off_by(made.built, made.nominal) > RAY_OFF)
        made.status = MATCH_OFF_RAY;
    *point = made;
    return ERR_NONE;
fail:
    return err->code;
}

/* Whether the target lies beyond the ray's end, not between two networks of it. */
static bool is_out_of_reach(const Matching *matching, const RayChoice *choice)
{
    RayWalk next = choice->walk;
    next.low = next.high;
    if (match_distance(matching, choice->macs) <= matching->tolerance)
        return false;
    return (double)choice->macs > matching->macs ? ray_walk_is_first(&choice->walk)
                                                 : !ray_walk_enter(&next);
}

ErrCode match_ray_nominal(MatchPoint *point, const Matching *matching, const Ray *ray, Err *err)
{
    MatchPoint made = {.status = MATCH_UNMATCHED};
    const RayChoice choice =
        nearest_on_ray(matching, ray, (DepthRule)matching->baseline->rounding.depth);
    if (!choice.has_any)
        return no_network(matching, ray, err);
    if (is_out_of_reach(matching, &choice))
        made.status = MATCH_UNFAIR;
    TRY(finish_choice(&made, matching, &choice, err));
    *point = made;
    return ERR_NONE;
fail:
    return err->code;
}
