/* harness/plan_claims.h: what each kind of part claims, and by which points; private to plan*.c. */
#ifndef HARNESS_PLAN_CLAIMS_H
#define HARNESS_PLAN_CLAIMS_H

#include "harness/plan_survey.h"

#include "base/err.h"

#include <stdbool.h>

typedef struct PartClaim {
    int n_contrasts;        /* 0: the part makes no claim after all */
    double squares;         /* of a contrast's weights: its variance over that of one result */
    const PlanPoint *first; /* a point it compares */
} PartClaim;

/* Finds what a part compares, and marks its points as used. ERR_MEMORY. */
typedef ErrCode ClaimOf(const PlanSurvey *survey, int part, PartClaim *claim, Err *err);

typedef struct ClaimKind {
    const char *id, *effect; /* the verdict's; what its contrasts are, for people */
    bool is_fit;             /* by a fit over all shapes (results/power.h) */
    ClaimOf *of;
} ClaimKind;

/* NULL: a part of this kind makes no claim of these. */
const ClaimKind *plan_claims_kind(const StudyPart *part);

#endif
