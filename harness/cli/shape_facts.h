/* harness/cli/shape_facts.h: what a fit of shapes says, as JSON and as lines: of tables and
 * studies. */
#ifndef HARNESS_CLI_SHAPE_FACTS_H
#define HARNESS_CLI_SHAPE_FACTS_H

#include "base/json.h"
#include "base/text.h"
#include "results/shapefit.h"

/* Keys "shares", "region" and "gain", the last null without an optimum. */
void shape_facts_optimum(JsonWriter *json, const ShapeFit *fit, const ShapeEffect *gain);

/* Keys "unit", "terms", "trend_p", "exchange". */
void shape_facts_fit(JsonWriter *json, const ShapeFit *fit, const char *unit);

/* A list "rules" of those that are measured: rule, shares, below_optimum. */
void shape_facts_rules(JsonWriter *json, const ShapeFit *fit, const ShapeRule *rules, int n);

/* Optimum with its region, gain in `unit`, and what may be exchanged. */
void shape_facts_put_optimum(const ShapeFit *fit, const ShapeEffect *gain, const char *unit,
                             Text *out);

/* "fit: Scheffe's quadratic; lack of fit p = ..., shape matters p = ...". */
void shape_facts_put_fit(const ShapeFit *fit, Text *out);

/* A table of rules: shares, how far below the optimum. */
void shape_facts_put_rules(const ShapeRule *rules, int n, Text *out);

/* Three cells of a table. */
void shape_facts_put_shares(TextTable *table, const Shares *shares);

#endif
