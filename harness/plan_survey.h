/* harness/plan_survey.h: which points are trained, and which of them alike; private to plan*.c. */
#ifndef HARNESS_PLAN_SURVEY_H
#define HARNESS_PLAN_SURVEY_H

#include "harness/plan_types.h"

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct PlanSurvey {
    const Plan *plan;
    bool *is_first; /* [n_points]: trained, and of its network the first that is */
    bool *used;     /* [n_points]: for whoever looks on; all false at first */
    bool *seen;     /* [n_networks]: scratch */
} PlanSurvey;

/*
 * A point that waits may end in any network: it is the first of one of its own. ERR_MEMORY; close
 * it in any case.
 */
ErrCode plan_survey_open(PlanSurvey *survey, const Plan *plan, Err *err) ERR_CHECKED;
void plan_survey_close(PlanSurvey *survey);

/* Whether a point's network is, or will be, trained for it. */
bool plan_survey_is_trained(const PlanPoint *point);

/* Epochs of its trials. */
int64_t plan_survey_epochs(const Plan *plan, const PlanPoint *point);

/* How many networks of all parts are trained as the point's is: with its epochs and seeds. */
int plan_survey_alike(const PlanSurvey *survey, const PlanPoint *point);

#endif
