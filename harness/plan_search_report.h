/* harness/plan_search_report.h: what the searches of a plan come to, before anything is trained. */
#ifndef HARNESS_PLAN_SEARCH_REPORT_H
#define HARNESS_PLAN_SEARCH_REPORT_H

#include "harness/plan_types.h"

#include "base/json.h"
#include "base/text.h"

/*
 * Counted training MACs of a search: what all its searchers may spend, and what they spend if each
 * stops one training short, or has asked for all that there is.
 */
PlanRange plan_search_macs(const Plan *plan, int part);

/* The member "searches" of the document of `plan --json`. */
void plan_search_json(const Plan *plan, JsonWriter *json);

/* The same for people: space, budget, how many trainings that is, by searcher. */
void plan_search_text(const Plan *plan, Text *out);

/* A line for each search whose virtual workers are too few to keep plan->n_jobs busy. */
void plan_search_warnings(const Plan *plan, Text *out);

#endif
