/*
 * harness/plan_power.h: what effect each claim of a plan could show, before anything is trained.
 *
 * A part makes a claim by what it trains: `curves` O1a, `compare` with a compound and a single
 * dimension O2, `lines` O3, a counted grid or profile of at least seven shapes O2s
 * (docs/verdicts.md). Its *detectable effect* is what all its contrasts must truly be for the claim
 * to be seen in four studies of five (results/power.h). Networks trained alike, with the same seeds
 * and epochs, pool their noise.
 */
#ifndef HARNESS_PLAN_POWER_H
#define HARNESS_PLAN_POWER_H

#include "harness/plan_types.h"

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "results/power.h"

#include <stddef.h>
#include <stdint.h>

#define PLAN_POWER 0.80
#define PLAN_POWER_CONFIDENCE 0.90
#define PLAN_POWER_EFFECT 1.0 /* points, that seeds are counted for */

typedef struct PlanClaim {
    const char *id;     /* "O1a", "O2", "O2s", "O3" */
    const char *effect; /* what its contrasts are, for people */
    int part;           /* of the study */
    PowerDesign design;
    double detectable; /* points; NaN: nothing, for want of seeds or networks */
    int seeds_needed;  /* for PLAN_POWER_EFFECT; 0: more than a thousand */
} PlanClaim;

/* Another design of the same compute. */
typedef enum PlanRemedyKind {
    PLAN_MORE_EPOCHS,    /* train until comparisons are ripe, with fewer seeds */
    PLAN_FEWER_NETWORKS, /* leave out those that no claim compares, for more seeds */
    PLAN_MORE_SEEDS      /* twice the seeds, for half the epochs */
} PlanRemedyKind;

typedef struct PlanRemedy {
    PlanRemedyKind kind;
    int n_networks, n_seeds;
    int64_t epochs;
    double detectable; /* of the claim that sees least; if noise stays what it is */
} PlanRemedy;

enum { PLAN_REMEDIES = 3 };

typedef struct PlanPower {
    PlanClaim claims[STUDY_MAX_PARTS];
    size_t n_claims;
    const PlanClaim *weakest; /* one of claims; NULL: there are none */
    PlanRemedy remedies[PLAN_REMEDIES];
    size_t n_remedies; /* what lowers the weakest's effect most comes first */
} PlanPower;

/* With the plan's noise. *out points into itself: do not copy it. ERR_MEMORY. */
ErrCode plan_power_find(PlanPower *out, const Plan *plan, Err *err) ERR_CHECKED;

/* The member "power" of the document of `plan --json`. */
void plan_power_json(const Plan *plan, const PlanPower *power, JsonWriter *json);

/* The same for people; nothing where there is no claim. */
void plan_power_text(const Plan *plan, const PlanPower *power, Text *out);

#endif
