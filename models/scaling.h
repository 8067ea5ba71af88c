/*
 * Scaling: the rounding rules, the strategies (rays), and a spec times (d, w, r) = a new spec.
 *
 * The rules are those of the official EfficientNet code (reference: tensorflow/tpu
 * efficientnet_model.py, round_filters and round_repeats). A factor of exactly 1 changes nothing.
 * Powers come from base/fmath, so a scaled network is the same on every machine. Nothing here
 * counts cost: see models/match.h for matched scaling.
 */
#ifndef MODELS_SCALING_H
#define MODELS_SCALING_H

#include "models/spec.h"

#include "base/err.h"

#include <stddef.h>

/* Multipliers in the order of a study's [d, w, r]. */
typedef struct Scale {
    double depth, width, resolution;
} Scale;

/* --- rounding --- */

/*
 * n = max(min, (int)(f + divisor/2) / divisor * divisor) with f = channels * width; one divisor
 * more if n < limit * f.
 */
int scaling_round_channels(int channels, double width, const Rounding *rounding);

/* The same of f itself, whole or not. */
int scaling_round_exact(double exact, const Rounding *rounding);

/* DEPTH_CEIL: ceil(layers * depth - 1e-9); DEPTH_ROUND: nearest, half up. At least 1. */
int scaling_round_depth(int layers, double depth, DepthRule rule);

/* Nearest whole pixel, half up, at least 1. */
int scaling_round_pixels(int pixels, double resolution);

/* --- scaling --- */

/* Whether multipliers are positive, finite and small enough for integers. Errors: ERR_USAGE. */
ErrCode scaling_check(Scale scale, Err *err) ERR_CHECKED;

/*
 * *scaled = base scaled by the spec's own rounding rules; its name is the base's with the
 * multipliers appended, and scaled_from is filled. `scaled` may be `base`. Errors: ERR_USAGE
 * (multiplier, or result beyond the SPEC_MAX_ limits). A bottleneck's width rule applies to its
 * hidden channels, of which the output stays a fixed multiple.
 */
ErrCode scaling_apply(Spec *scaled, const Spec *base, Scale scale, Err *err) ERR_CHECKED;

/*
 * Built multipliers: blocks over blocks; geometric mean of the stages' channel ratios; pixels over
 * pixels.
 */
Scale scaling_built(const Spec *base, const Spec *scaled);

/* --- parts of scaling_apply, for searches that try many candidates --- */

/*
 * Writes the scaled channels, layers and pixels into *spec, a copy of *base, by any depth rule;
 * nothing is checked.
 */
void scaling_set_integers(Spec *spec, const Spec *base, Scale scale, DepthRule rule);

/* Whether a scaled spec is within the SPEC_MAX_ limits. */
bool scaling_fits(const Spec *spec);

/*
 * Names *spec after its base and the multipliers ("proxy-b0-d1.2-w1.1-r1.15") and fills
 * scaled_from.
 */
void scaling_set_origin(Spec *spec, const Spec *base, Scale scale);

/* --- strategies --- */

enum { SCALING_CONSTANTS = 3, SCALING_MAX_KNOTS = 16 };

/* Multipliers and constants beyond this cannot give anything within the SPEC_MAX_ limits. */
#define SCALING_MAX_FACTOR 1.0e5

typedef enum StrategyTakes {
    STRATEGY_TAKES_NOTHING,
    STRATEGY_TAKES_CONSTANTS, /* alpha, beta, gamma, each at least 1 */
    STRATEGY_TAKES_SHARES, /* of the added cost: depth's, width's, resolution's; their sum is 1 */
    STRATEGY_TAKES_KNOTS,  /* depth, width, resolution of 1 to SCALING_MAX_KNOTS networks */
} StrategyTakes;

typedef struct Ray Ray;

/*
 * A family of scalings with one parameter t: t = 0 is the baseline, cost rises with t, and the
 * nominal cost d * w^2 * r^2 doubles with each unit (compound: t is phi, and it about doubles). All
 * three multipliers rise (or stay) with t, but for a ladder's, of which one may fall between two
 * knots. With shares a, b, c of the added cost, s times the cost has d = s^a, w = s^(b/2),
 * r = s^(c/2). A ladder is log-linear between its knots and the baseline, and ends at the
 * outermost.
 */
typedef struct Strategy {
    const char *name;
    const char *summary;
    StrategyTakes takes;
    Scale (*at)(const Ray *ray, double t);
    double shares[SCALING_CONSTANTS];         /* of one that takes nothing and has no knots */
    const double (*knots)[SCALING_CONSTANTS]; /* of one that takes nothing, or NULL */
    size_t n_knots;
} Strategy;

typedef struct RayKnot {
    double t;
    Scale scale;
} RayKnot;

/* A strategy with its constants. Copy freely. */
struct Ray {
    const Strategy *strategy;
    double constants[SCALING_CONSTANTS];  /* or shares */
    RayKnot knots[SCALING_MAX_KNOTS + 1]; /* [n_knots] by t, the baseline among them */
    int n_knots;                          /* 0: no ladder */
};

size_t scaling_n_strategies(void);
const Strategy *scaling_strategy(size_t index);
const Strategy *scaling_find(const char *name); /* NULL if unknown */

/*
 * A ray by name; values[n_values] is what the strategy takes, of knots one after the other. Errors:
 * ERR_USAGE (unknown name with the nearest one; wrong number of values; constants below 1, or all
 * of them 1; shares below 0, or whose sum is not 1 within 1e-6; knots of one nominal cost).
 */
ErrCode scaling_ray(Ray *ray, const char *name, const double *values, size_t n_values,
                    Err *err) ERR_CHECKED;

Scale scaling_at(const Ray *ray, double t);

/* (alpha^phi, beta^phi, gamma^phi): equation 3 of the paper. */
Scale scaling_compound(double alpha, double beta, double gamma, double phi);

/* What multipliers cost nominally, over the baseline: d * w^2 * r^2. */
double scaling_nominal_cost(Scale scale);

#endif
