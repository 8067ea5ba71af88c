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
 * Widths beta * 1.005^k in order, each with the whole pixels, at least the baseline's, of nearest
 * cost (equal cost: more pixels); the first within tolerance, else the nearest in cost (`trim` is
 * its own). *has_any: whether one is within the SPEC_MAX_ limits. Errors: ERR_MEMORY (of the memo).
 */
ErrCode match_widths(MatchCandidate *candidate, double *trim, bool *has_any,
                     const Matching *matching, Scale nominal, Err *err) ERR_CHECKED;

/*
 * Fills what follows from the network: built, macs, ratio, digest, name. point->nominal and status
 * are set already. Errors: ERR_MEMORY.
 */
ErrCode match_finish(MatchPoint *point, const Matching *matching, const MatchCandidate *candidate,
                     Err *err) ERR_CHECKED;

#endif
