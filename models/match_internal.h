/* What models/match.c (grid points) and models/match_ray.c (rays) share. Not for other modules. */
#ifndef MODELS_MATCH_INTERNAL_H
#define MODELS_MATCH_INTERNAL_H

#include "models/match.h"

/* A network of known cost; the spec's resolution is set. */
typedef struct MatchCandidate {
    Spec spec;
    Scale scale; /* depth, width as scaled by; resolution: built pixels over the baseline's */
    int64_t macs;
} MatchCandidate;

/* |macs / target - 1|. */
double match_distance(const Matching *matching, int64_t macs);

/*
 * The baseline's channels by `width` and layers by `depth` (nearest), with the whole pixels, at
 * least `least_pixels`, of nearest cost; equal cost: more pixels. False if such a network is beyond
 * the SPEC_MAX_ limits.
 */
bool match_nearest_pixels(MatchCandidate *candidate, const Matching *matching, double depth,
                          double width, int least_pixels);

/*
 * Widths beta * 1.005^k in order; the first within tolerance, else the nearest in cost (`trim` is
 * its own). False if there is none at all within the limits.
 */
bool match_widths(MatchCandidate *candidate, double *trim, const Matching *matching, Scale nominal);

/*
 * Fills what follows from the network: built, macs, ratio, digest, name. point->nominal and status
 * are set already. Errors: ERR_MEMORY.
 */
ErrCode match_finish(MatchPoint *point, const Matching *matching, const MatchCandidate *candidate,
                     Err *err) ERR_CHECKED;

#endif
