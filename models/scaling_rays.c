/* models/scaling_rays: the table of strategies, and what each makes of its parameter t. */
#include "models/scaling.h"

#include "base/fmath.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* Shares that were written with some digits still sum to 1. */
#define SUM_TOLERANCE 1.0e-6
/* Knots nearer in log2 of cost have one cost: which of them comes first would be rounding. */
#define SAME_COST 1.0e-9
/* Dollar, Singh and Girshick's recommended share of width (2103.06877, section 5). */
#define FAST_WIDTH 0.8

/* --- rays --- */

/* d = 2^(t a), w = 2^(t b/2), r = 2^(t c/2). */
static Scale shares_at(const Ray *ray, double t)
{
    const double *share = ray->constants;
    return (Scale){fm_pow(2.0, t * share[0]), fm_pow(2.0, t * (share[1] / 2.0)),
                   fm_pow(2.0, t * (share[2] / 2.0))};
}

static Scale compound_at(const Ray *ray, double t)
{
    return scaling_compound(ray->constants[0], ray->constants[1], ray->constants[2], t);
}

/* The knot itself at its t, so that its multipliers are those that were published. */
static double between(double low, double high, double part)
{
    return low * fm_pow(high / low, part);
}

static Scale ladder_at(const Ray *ray, double t)
{
    const RayKnot *last = &ray->knots[ray->n_knots - 1];
    if (t <= ray->knots[0].t)
        return ray->knots[0].scale;
    if (t >= last->t)
        return last->scale;
    int i = 0;
    while (ray->knots[i + 1].t <= t)
        i++;
    const RayKnot *low = &ray->knots[i], *high = low + 1;
    const double part = (t - low->t) / (high->t - low->t);
    return (Scale){between(low->scale.depth, high->scale.depth, part),
                   between(low->scale.width, high->scale.width, part),
                   between(low->scale.resolution, high->scale.resolution, part)};
}

/* --- the table --- */

/* TinyNet-A to E over EfficientNet-B0: Han et al., Model Rubik's Cube (2010.14819), table 1. */
static const double tinynet[][SCALING_CONSTANTS] = {{1.2, 1.0, 0.86},
                                                    {1.1, 0.75, 0.84},
                                                    {0.85, 0.54, 0.825},
                                                    {0.695, 0.54, 0.68},
                                                    {0.6, 0.51, 0.475}};

static const Strategy strategies[] = {
    {.name = "depth", .summary = "more blocks only", .at = shares_at, .shares = {1.0, 0.0, 0.0}},
    {.name = "width", .summary = "more channels only", .at = shares_at, .shares = {0.0, 1.0, 0.0}},
    {.name = "resolution",
     .summary = "more pixels only",
     .at = shares_at,
     .shares = {0.0, 0.0, 1.0}},
    {.name = "compound",
     .summary = "alpha^phi, beta^phi, gamma^phi (Tan and Le)",
     .takes = STRATEGY_TAKES_CONSTANTS,
     .at = compound_at},
    {.name = "dwr",
     .summary = "cost shared evenly by depth, width and resolution",
     .at = shares_at,
     .shares = {1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0}},
    {.name = "fast",
     .summary = "mostly width, alpha = 0.8 (Dollar, Singh and Girshick)",
     .at = shares_at,
     .shares = {(1.0 - FAST_WIDTH) / 2.0, FAST_WIDTH, (1.0 - FAST_WIDTH) / 2.0}},
    /* Bello et al. (2103.07579): from ResNet-RS-50 at 160 px to ResNet-RS-420 at 320 px. */
    {.name = "resnet-rs",
     .summary = "depth and resolution, as from ResNet-RS-50 to 420 (Bello et al.)",
     .at = shares_at,
     .shares = {0.61, 0.0, 0.39}},
    {.name = "tinynet",
     .summary = "downwards as TinyNet-A to E (Han et al.); ends at the baseline",
     .at = ladder_at,
     .knots = tinynet,
     .n_knots = ARRAY_LEN(tinynet)},
    {.name = "shares",
     .summary = "[a, b, c]: shares of the added cost for depth, width, resolution",
     .takes = STRATEGY_TAKES_SHARES,
     .at = shares_at},
    {.name = "ladder",
     .summary = "[[d, w, r], ...]: log-linear between these knots and the baseline",
     .takes = STRATEGY_TAKES_KNOTS,
     .at = ladder_at},
};

size_t scaling_n_strategies(void)
{
    return ARRAY_LEN(strategies);
}

const Strategy *scaling_strategy(size_t index)
{
    return &strategies[index];
}

const Strategy *scaling_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(strategies); i++)
        if (strcmp(strategies[i].name, name) == 0)
            return &strategies[i];
    return NULL;
}

/* --- from words to rays --- */

static ErrCode unknown_strategy(const char *name, Err *err)
{
    const char *names[ARRAY_LEN(strategies)];
    Text known = {0};
    for (size_t i = 0; i < ARRAY_LEN(strategies); i++) {
        names[i] = strategies[i].name;
        text_printf(&known, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = text_nearest(name, names, ARRAY_LEN(names));
    const ErrCode code =
        nearest != NULL
            ? err_set(err, ERR_USAGE, "unknown strategy '%s', did you mean '%s'?", name, nearest)
            : err_set(err, ERR_USAGE, "unknown strategy '%s': known are %s", name,
                      text_string(&known));
    text_release(&known);
    return code;
}

static ErrCode take_constants(Ray *ray, const double *constants, Err *err)
{
    const char *name = ray->strategy->name;
    bool does_scale = false;
    for (int i = 0; i < SCALING_CONSTANTS; i++) {
        if (!(constants[i] >= 1.0 && constants[i] <= SCALING_MAX_FACTOR))
            return err_set(err, ERR_USAGE, "constant '%g' of strategy '%s' is not between 1 and %g",
                           constants[i], name, SCALING_MAX_FACTOR);
        does_scale = does_scale || constants[i] > 1.0;
        ray->constants[i] = constants[i];
    }
    if (!does_scale)
        return err_set(err, ERR_USAGE, "strategy '%s' scales nothing: all its constants are 1",
                       name);
    return ERR_NONE;
}

static ErrCode take_shares(Ray *ray, const double *shares, Err *err)
{
    double sum = 0.0;
    for (int i = 0; i < SCALING_CONSTANTS; i++) {
        if (!(shares[i] >= 0.0))
            return err_set(err, ERR_USAGE, "share '%g' of strategy '%s' is below 0", shares[i],
                           ray->strategy->name);
        sum += shares[i];
        ray->constants[i] = shares[i];
    }
    if (!(fabs(sum - 1.0) <= SUM_TOLERANCE))
        return err_set(err, ERR_USAGE, "shares of strategy '%s' sum to %.9g, not to 1",
                       ray->strategy->name, sum);
    return ERR_NONE;
}

/* Puts a knot in its place. ERR_USAGE if one of its cost is there. */
static ErrCode add_knot(Ray *ray, Scale scale, Err *err)
{
    const double t = fm_log(scaling_nominal_cost(scale)) / fm_log(2.0);
    int at = ray->n_knots;
    for (int i = 0; i < ray->n_knots; i++) {
        const Scale *other = &ray->knots[i].scale;
        if (fabs(ray->knots[i].t - t) < SAME_COST)
            return err_set(err, ERR_USAGE,
                           "knots %g, %g, %g and %g, %g, %g of strategy '%s' have one nominal cost",
                           other->depth, other->width, other->resolution, scale.depth, scale.width,
                           scale.resolution, ray->strategy->name);
    }
    for (; at > 0 && ray->knots[at - 1].t > t; at--)
        ray->knots[at] = ray->knots[at - 1];
    ray->knots[at] = (RayKnot){t, scale};
    ray->n_knots++;
    return ERR_NONE;
}

/* The baseline, at t = 0 exactly, and the others; the baseline may be named among them. */
static ErrCode take_knots(Ray *ray, const double *knots, size_t n, Err *err)
{
    const Scale baseline = {1.0, 1.0, 1.0};
    TRY(add_knot(ray, baseline, err));
    for (size_t i = 0; i < n; i++) {
        const double *knot = &knots[i * SCALING_CONSTANTS];
        const Scale scale = {knot[0], knot[1], knot[2]};
        const bool is_baseline = knot[0] == 1.0 && knot[1] == 1.0 && knot[2] == 1.0;
        TRY(scaling_check(scale, err));
        if (!is_baseline)
            TRY(add_knot(ray, scale, err));
    }
    if (ray->n_knots == 1)
        return err_set(err, ERR_USAGE, "strategy '%s' scales nothing: its one knot is the baseline",
                       ray->strategy->name);
fail:
    return err->code;
}

static ErrCode check_number(const Strategy *strategy, size_t n, Err *err)
{
    if (strategy->takes == STRATEGY_TAKES_KNOTS) {
        if (n == 0 || n % SCALING_CONSTANTS != 0 || n > SCALING_CONSTANTS * SCALING_MAX_KNOTS)
            return err_set(err, ERR_USAGE, "strategy '%s' takes 1 to %d knots of %d multipliers",
                           strategy->name, SCALING_MAX_KNOTS, SCALING_CONSTANTS);
        return ERR_NONE;
    }
    const size_t wanted = strategy->takes == STRATEGY_TAKES_NOTHING ? 0 : SCALING_CONSTANTS;
    if (n != wanted)
        return err_set(err, ERR_USAGE, "strategy '%s' takes %zu %s, not %zu", strategy->name,
                       wanted, strategy->takes == STRATEGY_TAKES_SHARES ? "shares" : "constants",
                       n);
    return ERR_NONE;
}

ErrCode scaling_ray(Ray *ray, const char *name, const double *values, size_t n_values, Err *err)
{
    const Strategy *strategy = scaling_find(name);
    if (strategy == NULL)
        return unknown_strategy(name, err);
    Ray made = {.strategy = strategy};
    TRY(check_number(strategy, n_values, err));
    if (strategy->takes == STRATEGY_TAKES_CONSTANTS)
        TRY(take_constants(&made, values, err));
    else if (strategy->takes == STRATEGY_TAKES_SHARES)
        TRY(take_shares(&made, values, err));
    else if (strategy->takes == STRATEGY_TAKES_KNOTS)
        TRY(take_knots(&made, values, n_values / SCALING_CONSTANTS, err));
    else if (strategy->knots != NULL)
        TRY(take_knots(&made, strategy->knots[0], strategy->n_knots, err));
    else
        memcpy(made.constants, strategy->shares, sizeof made.constants);
    *ray = made;
    return ERR_NONE;
fail:
    return err->code;
}

Scale scaling_at(const Ray *ray, double t)
{
    return ray->strategy->at(ray, t);
}
