/*
 * nn/headdata.h: what a classifier sees of images: features, the input of its last layer.
 */
#ifndef NN_HEADDATA_H
#define NN_HEADDATA_H

#include <stdint.h>

typedef struct HeadData {
    const float *x;        /* [n][n_features] */
    const int32_t *labels; /* [n] */
    int64_t n;
    int n_features;
} HeadData;

#endif
