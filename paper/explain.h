/*
 * Why a family member looks as it does: its multipliers, the phi that each dimension implies, what
 * rounding did to each stage, where the cost came from, and why published numbers differ.
 *
 * A specification that says `scaled_from` is explained against that baseline; any other against
 * itself.
 */
#ifndef PAPER_EXPLAIN_H
#define PAPER_EXPLAIN_H

#include "paper/published.h"

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "models/scaling.h"
#include "models/spec.h"
#include "models/waste.h"

#include <stdbool.h>
#include <stdint.h>

/* Stem, one stage, or head. */
typedef struct ExplainPart {
    char name[OP_NAME_MAX]; /* "stem", "stages.3", "head" */
    int base_channels, channels;
    double exact_channels; /* base_channels times the width it is scaled by */
    int base_layers, layers;
    double exact_layers;
} ExplainPart;

/* A residual block, and how often training leaves its branch out. */
typedef struct ExplainDrop {
    int stage, block; /* from 0, as in the names of its operations */
    int index;        /* its place among all blocks of the network, from 0 */
    double rate;      /* drop_connect * index / blocks: 1 - the survival that is executed */
} ExplainDrop;

enum { EXPLAIN_MAX_PARTS = SPEC_MAX_STAGES + 2 };

/* What one dimension alone does to the counted cost, the others at 1. */
typedef struct ExplainCost {
    double nominal; /* d, w^2, r^2 */
    double counted; /* macs over the baseline's */
} ExplainCost;

typedef struct Explanation {
    Spec baseline, spec;
    Scale nominal, built;
    Scale phi; /* implied by each dimension: log d / log alpha, ...; NaN where the constant is 1 */
    Scale constants; /* alpha, beta, gamma in the places of depth, width, resolution */
    int n_parts;
    ExplainPart parts[EXPLAIN_MAX_PARTS];
    ExplainCost depth, width, resolution, all;
    int64_t params, macs, baseline_macs;
    Waste waste;                   /* of the network's own pixels */
    const PublishedRow *published; /* table 2's row for this network, or NULL */
    double deviation;              /* counted macs over the published, minus 1; NaN without one */
    bool is_alone;                 /* scaled_from names what is not to be found: baseline = spec */
    int n_blocks;
    int n_drops;        /* residual blocks; 0 also if drop_connect is 0 */
    ExplainDrop *drops; /* owned */
} Explanation;

/* The paper's constants: alpha 1.2, beta 1.1, gamma 1.15. */
extern const Scale explain_paper_constants;

/*
 * A baseline that is not to be found is no error: what can be said without it is said. Release the
 * explanation. Errors: ERR_USAGE (baseline of another shape; constants below 1), ERR_MEMORY.
 */
ErrCode explain_network(Explanation *explanation, const Spec *spec, Scale constants,
                        Err *err) ERR_CHECKED;

void explain_release(Explanation *explanation);

/* Appends it for people. */
void explain_text(const Explanation *explanation, Text *out);

/* One map. */
void explain_json(const Explanation *explanation, JsonWriter *writer);

#endif
