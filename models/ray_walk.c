/* models/ray_walk: interval ends by doubling, then bisection. */
#include "models/ray_walk.h"

#include "base/fmath.h"

#define RAY_MAX_DOUBLINGS 1.0e6 /* of nominal cost; the limits end every ray long before */
#define RAY_MAX_T 1.0e300       /* of rays so flat that rounding hides their growth */
#define RAY_T_STEP 1.0e-12      /* intervals narrower than this are no networks but rounding of t */
#define RAY_FIRST_STEP                                                                             \
    0.015625 /* of the search for an interval's end; doubled until it is passed */

/* Doublings of nominal cost a unit of t: upwards, or of a ladder that only leads down downwards. */
static double growth_of(const Ray *ray)
{
    const double up = fm_log(scaling_nominal_cost(scaling_at(ray, 1.0))) / fm_log(2.0);
    return up > 0.0 ? up : -fm_log(scaling_nominal_cost(scaling_at(ray, -1.0))) / fm_log(2.0);
}

RayWalk ray_walk(const Matching *matching, const Ray *ray, DepthRule rule)
{
    const double growth = growth_of(ray);
    const bool is_flat = !(growth > RAY_MAX_DOUBLINGS / RAY_MAX_T);
    const double most = is_flat ? RAY_MAX_T : RAY_MAX_DOUBLINGS / growth;
    return (RayWalk){.matching = matching,
                     .ray = ray,
                     .rule = rule,
                     .unit = most / RAY_MAX_DOUBLINGS,
                     .most = most};
}

/* All that differs between two networks of a ray; *spec is a copy of any of them. */
static void set_integers(Spec *spec, const RayWalk *walk, double t)
{
    scaling_set_integers(spec, walk->matching->baseline, scaling_at(walk->ray, t), walk->rule);
}

void ray_walk_network(Spec *spec, const RayWalk *walk, double t)
{
    *spec = *walk->matching->baseline;
    set_integers(spec, walk, t);
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

bool ray_walk_enter(RayWalk *walk)
{
    ray_walk_network(&walk->spec, walk, walk->low);
    if (walk->low >= walk->most || !scaling_fits(&walk->spec))
        return false;
    Spec other = walk->spec;
    double inside, outside = walk->low;
    double step = RAY_FIRST_STEP;
    do {
        inside = outside;
        outside += step;
        step *= 2.0;
        set_integers(&other, walk, outside);
    } while (is_same(&other, &walk->spec) && outside < walk->most);
    while (outside - inside > RAY_T_STEP) {
        const double middle = inside + (outside - inside) / 2.0;
        if (!(inside < middle && middle < outside))
            break; /* neighbours: from t = 8192 on they are further apart than RAY_T_STEP */
        set_integers(&other, walk, middle);
        if (is_same(&other, &walk->spec))
            inside = middle;
        else
            outside = middle;
    }
    walk->last = inside;
    walk->high = outside;
    return true;
}

double ray_walk_next(const RayWalk *walk)
{
    return walk->low < 0.0 && walk->high > 0.0 ? 0.0 : walk->high;
}

bool ray_walk_is_first(const RayWalk *walk)
{
    Spec least;
    ray_walk_network(&least, walk, -walk->most);
    return is_same(&least, &walk->spec);
}
