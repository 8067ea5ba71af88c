/*
 * The objective: ACC * (FLOPS/T)^w in three forms. Judges costs and accuracies, never
 * trains.
 *
 * soft: ACC * (macs/T)^w for all. There T only rescales every score by the same factor: it can
 * never change a ranking; w alone picks the size. hard: ACC up to T, ACC * (macs/T)^-1 above
 * (MnasNet's alpha = 0, beta = -1). band: ACC within the tolerance of T, not eligible outside.
 * Powers come from base/fmath: same ranking on every machine.
 */
#ifndef SEARCH_OBJECTIVE_H
#define SEARCH_OBJECTIVE_H

#include "base/err.h"

#include <stddef.h>

typedef enum ObjectiveForm { OBJECTIVE_SOFT, OBJECTIVE_HARD, OBJECTIVE_BAND } ObjectiveForm;

typedef struct Objective {
    ObjectiveForm form;
    double w;           /* soft: exponent; -0.07 is the papers' */
    double target_macs; /* T */
    double tolerance;   /* band: relative, inclusive */
} Objective;

/* "soft", "hard", "band", NULL: for YAML_ENUM. */
extern const char *const objective_form_names[];

/*
 * Score of an accuracy in percent (or any unit: scores have its unit); NaN: not eligible (band
 * outside, NaN accuracy).
 */
double objective_score(const Objective *objective, double accuracy, double macs);

#endif
