/*
 * Matching: grid points and rays become integer networks of one *counted* cost.
 *
 * Matched, layer counts round to the nearest whatever the spec says. A grid point fixes the layer
 * counts; its widths are tried in the order beta * 1.005^k, k = 0, -1, 1, ..., -19, 19, each with
 * the whole pixels (r >= 1) of nearest cost (equal: more pixels), and the first within tolerance is
 * built. A ray is searched whole: of all its integer networks, pixels moved by up to 10 %, the one
 * within tolerance whose pixels moved least, then nearest in cost, then more pixels; only if there
 * is none, widths as above. `match: nominal` is the paper's own procedure: nothing is moved. An
 * infeasible point is a status, not an error.
 */
#ifndef MODELS_MATCH_H
#define MODELS_MATCH_H

#include "models/match_memo.h"
#include "models/network.h"
#include "models/scaling.h"
#include "models/spec.h"

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum MatchStatus {
    MATCH_FAIR,       /* within tolerance */
    MATCH_UNFAIR,     /* no trim brings it inside; listed, not trained, cannot win */
    MATCH_OFF_RAY,    /* within tolerance, but a built multiplier is more than 15 % off its ray */
    MATCH_TIED,       /* its network is also another strategy's */
    MATCH_UNMATCHED,  /* nominal matching, curves and lines: cost is their x */
    MATCH_AFTER_GRID, /* waits for the grid's winner */
} MatchStatus;

/* What points are matched to. */
typedef struct Matching {
    const Spec *baseline; /* classes and resolution already those of the study; borrowed */
    double macs;          /* the target */
    double tolerance;     /* relative, inclusive: |counted / target - 1| */
    MatchMemo *memo;      /* of this matching alone; NULL: nothing is remembered; borrowed */
} Matching;

typedef struct MatchPoint {
    Scale nominal; /* as asked; of a ray: its point nearest to what was built */
    Scale built;   /* scaling_built; of an unfair point: of the nearest network that was tried */
    double width_trim;   /* built by width beta * (1 + trim); 0 if none */
    double pixels_moved; /* rays: pixels built over the ray's own, minus 1; grid points: over
                            nominal, minus 1 */
    int64_t macs;
    double ratio; /* macs over the target */
    MatchStatus status;
    char digest[NETWORK_DIGEST_MAX]; /* of the resolved network */
    Spec spec;                       /* the network itself, integers written out */
} MatchPoint;

/* "fair", "unfair", "off-ray", "tied", "unmatched", "after-grid". */
const char *match_status_name(MatchStatus status);

/* factor times the counted MACs of the baseline; without a memo. */
Matching match_target(const Spec *baseline, double factor, double tolerance);

/* A grid point, matched. Errors: ERR_USAGE (multipliers), ERR_MEMORY. */
ErrCode match_grid_point(MatchPoint *point, const Matching *matching, Scale nominal,
                         Err *err) ERR_CHECKED;

/*
 * A ray, matched; an unfair one is the nearest network of all that were tried. Errors: ERR_USAGE,
 * ERR_MEMORY.
 */
ErrCode match_ray(MatchPoint *point, const Matching *matching, const Ray *ray,
                  Err *err) ERR_CHECKED;

/*
 * A point as it is, by the spec's own rounding rules: `match: nominal`, curves, lines. Status
 * MATCH_UNMATCHED; ratio is over matching->macs. Errors: ERR_USAGE, ERR_MEMORY.
 */
ErrCode match_nominal(MatchPoint *point, const Matching *matching, Scale nominal,
                      Err *err) ERR_CHECKED;

/*
 * A network that no multipliers describe, unmatched: `nominal` and `built` are NaN; else as
 * match_nominal.
 */
ErrCode match_as_is(MatchPoint *point, const Matching *matching, const Spec *spec,
                    Err *err) ERR_CHECKED;

/* Only match_nominal's ratio. Errors: ERR_USAGE, ERR_MEMORY. */
ErrCode match_nominal_ratio(double *ratio, const Matching *matching, Scale nominal,
                            Err *err) ERR_CHECKED;

/*
 * The point of a ray whose counted cost is nearest to the target by the spec's own rules, nothing
 * moved: what `scale --strategy --macs` writes. Status MATCH_UNMATCHED, or MATCH_UNFAIR if the
 * target lies beyond the ray's end (a depth ray ends with one layer a stage), off its last network
 * by more than the tolerance. Errors: ERR_USAGE, ERR_MEMORY.
 */
ErrCode match_ray_nominal(MatchPoint *point, const Matching *matching, const Ray *ray,
                          Err *err) ERR_CHECKED;

#endif
