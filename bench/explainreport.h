/*
 * bench/explainreport.h: an explained step for people and for programs.
 */
#ifndef BENCH_EXPLAINREPORT_H
#define BENCH_EXPLAINREPORT_H

#include "bench/stepexplain.h"

#include "base/json.h"
#include "base/text.h"

/* Tables of phases, of stages and of kernels, below the machine's roofs. */
void explainreport_put_text(const StepExplain *explain, Text *out);

/* A map: machine, phases (with their kernels), stages, operations, kernels. */
void explainreport_put_json(const StepExplain *explain, const char *key, JsonWriter *json);

#endif
