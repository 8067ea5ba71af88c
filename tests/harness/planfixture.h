/* tests/harness/planfixture.h: plans of proxy-b0 on a small polytex, for the tests of plans. */
#ifndef TESTS_HARNESS_PLANFIXTURE_H
#define TESTS_HARNESS_PLANFIXTURE_H

#include "harness/plan.h"

#include <stddef.h>

enum { PROXY_MACS = 756528 }; /* of proxy-b0 with ten classes */

typedef struct PlanFixture {
    Study *study;
    Plan *plan;
} PlanFixture;

/* The plan of a study with two seeds and these parts, as YAML; fails the test if there is none. */
PlanFixture planfixture_make(const char *parts);
void planfixture_drop(PlanFixture *f);

/* How many points have the status. */
size_t planfixture_count(const Plan *plan, MatchStatus status);

#endif
