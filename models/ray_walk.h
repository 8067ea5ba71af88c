/*
 * The integer networks of a ray, one after another in the order of its parameter t.
 *
 * Channels, layers and pixels of a ray never fall with t, so each integer network owns one interval
 * of t, and walking from interval to interval misses none, however narrow (a ladder on which one
 * multiplier falls for a while may come back to a network, which is then met twice). One network
 * may own a single point instead: a baseline whose channels are no multiples of the divisor lies at
 * t = 0 alone, so every walk that passes zero stops there. Nothing here chooses: models/match_ray.c
 * does.
 *
 * Every search over t ends, whatever the ray: doubling stops at the end of the ray, bisection where
 * no double lies between its ends.
 */
#ifndef MODELS_RAY_WALK_H
#define MODELS_RAY_WALK_H

#include "models/match.h"

#include <stdbool.h>

/* Read all, write `low` to move on. Owns nothing: copy freely. */
typedef struct RayWalk {
    const Matching *matching; /* borrowed */
    const Ray *ray;           /* borrowed */
    DepthRule rule;
    double unit;      /* t in which the nominal cost about doubles */
    double most;      /* |t| of a network stays below it; beyond, a ray is endless */
    double low, high; /* interval [low, high) of t of the current network */
    double last;      /* the largest t known to lie in that interval */
    Spec spec;        /* that network; its resolution is set */
} RayWalk;

/* At t = 0, nothing entered yet. */
RayWalk ray_walk(const Matching *matching, const Ray *ray, DepthRule rule);

/* The network at t, whether within the limits or not. */
void ray_walk_network(Spec *spec, const RayWalk *walk, double t);

/*
 * Makes the network at walk->low current and finds the end of its interval; false beyond the
 * SPEC_MAX_ limits and beyond the end of the ray.
 */
bool ray_walk_enter(RayWalk *walk);

/* Where the next network begins: the interval's end, or the baseline at 0 within the interval. */
double ray_walk_next(const RayWalk *walk);

/* Whether the current network is the ray's first: none lies below it. */
bool ray_walk_is_first(const RayWalk *walk);

#endif
