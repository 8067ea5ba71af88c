/*
 * harness/regularise.h: regularisation that grows with the network, `recipe.scale_regularisation`.
 *
 * B1 to B7 of EfficientNet raise dropout from 0.2 to 0.5 along with the network (their code's table
 * of parameters). Where regularisation stays while networks grow, what is compared is scaling and
 * too little of it at once. A rate goes from its low to its high value as the counted cost over the
 * study's baseline goes from `at`'s first to its second number, in the logarithm of that cost, and
 * is constant outside. The network that is trained holds the rate, so it is part of its digest.
 */
#ifndef HARNESS_REGULARISE_H
#define HARNESS_REGULARISE_H

#include "base/err.h"
#include "base/text.h"
#include "base/yaml.h"
#include "models/spec.h"

#include <stdbool.h>

enum { REGULARISE_ENDS = 2 }; /* low, high */

typedef struct Regularise {
    bool is_on;
    double dropout[REGULARISE_ENDS];      /* before the classifier; NaN: left as it is */
    double drop_connect[REGULARISE_ENDS]; /* the same of residual blocks */
    double at[REGULARISE_ENDS];           /* cost over the baseline's */
} Regularise;

/*
 * Reads {dropout: [.2, .5], drop_connect: [.2, .5], at: [1, 64]}; NULL or `none` is off. ERR_USAGE
 * with the place.
 */
ErrCode regularise_read(Regularise *out, const YamlNode *node, Err *err) ERR_CHECKED;

/* Sets the rates of a network of `cost` times the baseline's multiply-adds, to 1e-4. */
void regularise_spec(const Regularise *regularise, double cost, Spec *spec);

/* Appends "dropout 0.2 to 0.5, drop connect 0.2 to 0.5 at 1 to 64 x the baseline's cost". */
void regularise_text(const Regularise *regularise, Text *out);

#endif
