/* harness/plan_words.h: what a plan says as JSON and as text; private to plan*.c. */
#ifndef HARNESS_PLAN_WORDS_H
#define HARNESS_PLAN_WORDS_H

#include "harness/plan_types.h"

#include "base/text.h"

#include <stddef.h>

/* The line at *at, without its end, or NULL behind the last; moves *at to the next. */
const char *plan_words_line(const char **at, size_t *length);

/* A line for each thing that is probably not meant, or makes verdicts unripe. */
void plan_words_warnings(const Plan *plan, Text *out);

/* The study's objective, where a part is ranked by it: all are but searches and retrains. */
void plan_words_objective(const Plan *plan, Text *out);

#endif
