/*
 * harness/plan_design.h: the design that sees the smallest effect in the hours there are.
 *
 * Tried are the networks as the study has them and, where sizes lie between the ends that claims
 * compare, the ends alone; profiles of 7, 10 and 15 shapes; with the study's epochs, raised until
 * comparisons may be ripe; and as many seeds as fit. Epochs are taken away, down to what may still
 * be ripe, only where else not even two seeds fit: noise is taken to be the same, and then shorter
 * would always look better. Each design is a plan of its own, made from the study with some more
 * `--set`.
 */
#ifndef HARNESS_PLAN_DESIGN_H
#define HARNESS_PLAN_DESIGN_H

#include "harness/plan.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PLAN_DESIGNS_MAX = 5,
    PLAN_DESIGN_SEEDS = 50, /* at most */
    PLAN_DESIGN_SETS = 4 * STUDY_MAX_PARTS
};

/* What the study is made from, and what it may take. */
typedef struct PlanWish {
    const char *study;       /* file or name, as study_load has it */
    const char *const *sets; /* [n_sets] */
    size_t n_sets;
    const char *data_root;
    double seconds; /* of the wall's clock, with the plan's n_jobs */
} PlanWish;

typedef struct PlanDesign {
    const char *sets[PLAN_DESIGN_SETS]; /* [n_sets] "PATH=VALUE", the changes */
    size_t n_sets;
    size_t n_networks;
    int n_seeds; /* 2 with `fits` false: fewer decide nothing */
    int64_t epochs;
    bool fits;
    PlanRange seconds;  /* of all trials, 90 % */
    double predicted_s; /* between them */
    double detectable;  /* points, of the claim that sees least */
    const char *claim;  /* which that is */
} PlanDesign;

typedef struct PlanDesigns {
    PlanDesign items[PLAN_DESIGNS_MAX]; /* those that fit first, the smallest effect first */
    size_t n;
    Arena texts; /* private */
} PlanDesigns;

/*
 * `plan` is the study's own, after plan_predict; its times and its noise hold for all designs.
 * ERR_USAGE: no part makes a claim; errors of study_load and plan_create. Release it in any case.
 */
ErrCode plan_design_find(PlanDesigns *out, const Plan *plan, const PlanWish *wish,
                         Err *err) ERR_CHECKED;

/* The member "designs" of a document. */
void plan_design_json(const PlanDesigns *designs, JsonWriter *json);

/* For people: the designs, and the options that make the first. */
void plan_design_text(const PlanDesigns *designs, const Plan *plan, const PlanWish *wish,
                      Text *out);

void plan_design_release(PlanDesigns *designs);

#endif
