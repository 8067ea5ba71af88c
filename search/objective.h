/*
 * The objective: what an accuracy at counted MACs F is worth, with a target T. Judges costs and
 * accuracies, never trains.
 *
 * | form | score | from |
 * |---|---|---|
 * | soft | ACC * (F/T)^w | MnasNet (arXiv 1807.11626), EfficientNet: w -0.07 |
 * | hard | ACC up to T, ACC * (F/T)^-1 above | MnasNet (alpha 0, beta -1) |
 * | band | ACC near T, not eligible elsewhere | - |
 * | hard-soft | ACC * min(1, (F/T)^w) | TuNAS (arXiv 2008.06120) "mnas_hard": w -0.10 |
 * | abs | ACC + w * abs(F/T - 1), ACC as a share | TuNAS "abs", its default: w -0.10 |
 * | pareto | none: the front of accuracy against MACs | - |
 *
 * In soft T only rescales every score by the same factor: it can never change a ranking; w alone
 * picks the size. pareto has no score: every network is without one (NaN), and who ranks by scores
 * lists the front instead; a search under it sees accuracies (search/history.h). Powers come from
 * base/fmath: same ranking on every machine.
 */
#ifndef SEARCH_OBJECTIVE_H
#define SEARCH_OBJECTIVE_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* The numbers of the first three stand in the names of stored logs. */
typedef enum ObjectiveForm {
    OBJECTIVE_SOFT,
    OBJECTIVE_HARD,
    OBJECTIVE_BAND,
    OBJECTIVE_HARD_SOFT,
    OBJECTIVE_ABS,
    OBJECTIVE_PARETO
} ObjectiveForm;

typedef struct Objective {
    ObjectiveForm form;
    double w;           /* soft, hard-soft: exponent; abs: weight; objective_default_w */
    double target_macs; /* T */
    double tolerance;   /* band: relative, inclusive */
    bool is_capped;     /* band: [(1 - tolerance) T, T], as searches have it; else as far above T */
} Objective;

/* "soft", "hard", "band", "hard-soft", "abs", "pareto", NULL: for YAML_ENUM. */
extern const char *const objective_form_names[];

/* Whether scores depend on w. */
bool objective_has_w(ObjectiveForm form);

/* The w of the form's source: hard-soft and abs -0.10, else -0.07. */
double objective_default_w(ObjectiveForm form);

/*
 * Score of an accuracy in percent; scores are percent, too. NaN: not eligible (band outside, NaN
 * accuracy, pareto).
 */
double objective_score(const Objective *objective, double accuracy, double macs);

/*
 * What orders networks for every w <= 0 at once: score, or its logarithm, as intercept + w * slope.
 * Only where objective_has_w, and accuracy above 0.
 */
void objective_line(const Objective *objective, double accuracy, double macs, double *intercept,
                    double *slope);

/* Appends the formula, for people: "soft: ACC x (MACs/T)^-0.07". */
void objective_describe(const Objective *objective, Text *out);

/* Appends a line that says what a soft objective's T and w come to; nothing for other forms. */
void objective_explain(const Objective *objective, Text *out);

#endif
