/* search/netspace_survey: how many networks a space has, and what they cost. */
#ifndef SEARCH_NETSPACE_SURVEY_H
#define SEARCH_NETSPACE_SURVEY_H

#include "search/netspace.h"

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SURVEY_QUANTILES = 5,    /* smallest, lower quartile, median, upper quartile, largest */
    SURVEY_EXACT = 10000000, /* spaces of fewer genotypes are gone through one by one */
    SURVEY_SAMPLES = 100000  /* genotypes drawn from others */
};

typedef struct NetSpaceSurvey {
    bool is_exact;   /* else estimates from SURVEY_SAMPLES genotypes, drawn uniformly */
    double size;     /* genotypes */
    double distinct; /* different networks */
    double inside;   /* those of them inside the limits */
    int64_t macs[SURVEY_QUANTILES]; /* of the different networks, limits aside */
    int64_t least, most;            /* MACs of those inside the limits; 0: none is */
} NetSpaceSurvey;

/*
 * Networks are different if their digests are. Drawn genotypes count where they are canonical, so
 * that each network counts once: that share times the size is the estimate. The same space gives
 * the same survey. Errors: ERR_MEMORY.
 */
ErrCode netspace_survey(NetSpace *space, NetSpaceSurvey *survey, Err *err) ERR_CHECKED;

/*
 * *genes = the canonical forms inside the limits, netspace_n_genes bytes each, the last gene
 * running fastest; mem_free frees them. Of two forms of one network both are there. Errors:
 * ERR_USAGE (more than `most` of them, or SURVEY_EXACT genotypes to look through), ERR_MEMORY.
 */
ErrCode netspace_enumerate(NetSpace *space, size_t most, uint8_t **genes, size_t *n,
                           Err *err) ERR_CHECKED;

#endif
