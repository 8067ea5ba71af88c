/*
 * harness/activationmap.h: where in a picture a network sees a class: class activation maps.
 *
 * Where the classifier is linear in the mean of the last feature maps, a class's logit is the mean
 * over pixels of M(p) = sum over channels of w[class][channel] f(p)[channel], plus its bias: M says
 * exactly what each place adds (CAM: Zhou et al., Learning Deep Features for Discriminative
 * Localization, arXiv 1512.04150, equation 2). A hidden layer in the classifier breaks that, and is
 * refused.
 *
 * Of the maps of any layer, G(p) = max(0, sum over channels of a[channel] f(p)[channel]), where
 * a[channel] is the mean over pixels of the logit's gradient by f(p)[channel]: where the layer
 * speaks for the class, to first order (Grad-CAM: Selvaraju et al., arXiv 1610.02391, equations 1
 * and 2). Running statistics are constants, as in evaluation. On the last maps it is max(0, M) over
 * the number of pixels.
 */
#ifndef HARNESS_ACTIVATIONMAP_H
#define HARNESS_ACTIVATIONMAP_H

#include "base/err.h"
#include "nn/net.h"

enum {
    ACTIVATIONMAP_AUTO = -1,  /* the most probable class */
    ACTIVATIONMAP_EXACT = -1, /* CAM, instead of the operation whose maps Grad-CAM weighs */
};

typedef struct ActivationMaps {
    int op;           /* whose output is weighed, or ACTIVATIONMAP_EXACT */
    int side;         /* of a map: values a row */
    int channels;     /* that are weighed */
    float *maps;      /* [n][side][side], in units of logits; owned */
    float *logits;    /* [n][classes]; owned */
    int32_t *labels;  /* [n] class of each map; owned */
    float *weights;   /* CAM: [classes][channels] of the classifier; else NULL; owned */
    float *features;  /* [n][side][side][channels] what is weighed; owned */
    float *gradients; /* Grad-CAM: of the class's logit by them; else NULL; owned */
    double *shares;   /* [channels] what each counts for, of one image; owned */
} ActivationMaps;

/*
 * The operation whose output a layer's name means: of "stem", "head", "stages.2" and "stages.2.1"
 * the last one; or the one of that name, as `isoflop cost` prints it. ERR_USAGE where there is
 * none, with all that there are, and where its output is no map (net_check_class_maps).
 */
ErrCode activationmap_layer(const Net *net, const char *name, int *op, Err *err) ERR_CHECKED;

/*
 * Room for the maps of a net's batch: CAM, or Grad-CAM of an operation (activationmap_layer), for a
 * net with settings.class_maps. ERR_USAGE where CAM's classifier has a hidden layer; ERR_MEMORY.
 * Release it in either case.
 */
ErrCode activationmap_open(ActivationMaps *out, const Net *net, int op, Err *err) ERR_CHECKED;

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
