/*
 * harness/activationmap.h: where in a picture a network sees a class: class activation maps.
 *
 * Where the classifier is linear in the mean of the last feature maps, a class's logit is the mean
 * over pixels of M(p) = sum over channels of w[class][channel] f(p)[channel], plus its bias: M says
 * exactly what each place adds (Zhou et al., Learning Deep Features for Discriminative
 * Localization, arXiv 1512.04150, equation 2). A hidden layer in the classifier breaks that, and is
 * refused.
 */
#ifndef HARNESS_ACTIVATIONMAP_H
#define HARNESS_ACTIVATIONMAP_H

#include "base/err.h"
#include "nn/net.h"

enum { ACTIVATIONMAP_AUTO = -1 }; /* the most probable class */

typedef struct ActivationMaps {
    int side;        /* of a map: values a row */
    float *maps;     /* [n][side][side], in units of logits; owned */
    float *logits;   /* [n][classes]; owned */
    int *labels;     /* [n] class of each map; owned */
    float *weights;  /* [classes][channels] of the classifier; owned */
    float *features; /* [n][side][side][channels] what the classifier sees the mean of; owned */
} ActivationMaps;

/*
 * Room for the maps of a net's batch. ERR_USAGE where its classifier has a hidden layer;
 * ERR_MEMORY. Release it in either case.
 */
ErrCode activationmap_open(ActivationMaps *out, const Net *net, Err *err) ERR_CHECKED;

/*
 * Maps of n <= batch images float [n][R][R][3], normalised, for class `label` in 0..classes-1 or
 * ACTIVATIONMAP_AUTO.
 */
void activationmap_run(ActivationMaps *maps, Net *net, const float *images, int n, int label);

/* Least and largest value of the i-th map; both NaN where one of its values is. */
void activationmap_range(const ActivationMaps *maps, int i, double *low, double *high);

/* Accepts a zeroed struct. */
void activationmap_release(ActivationMaps *maps);

#endif
