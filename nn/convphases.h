/*
 * nn/convphases.h: the gradient of a dense convolution's input, a product for each phase of its
 * stride (kernels/conv/conv.h).
 */
#ifndef NN_CONVPHASES_H
#define NN_CONVPHASES_H

#include "nn/netstate.h"

typedef struct ConvPhase {
    const int *pixels; /* of the images, that are still to be done */
    int n_pixels;
    PwWindows windows; /* theirs */
    int K;
    const float *wt;
} ConvPhase;

typedef struct ConvPhases {
    ConvPhase *phases; /* [stride*stride] */
    int *pixels;       /* of the images, phase by phase */
    long *rows;        /* the same: where their windows lie */
    long *starts;      /* pieces of the windows, phase by phase */
    long *dx_rows;     /* of a block */
} ConvPhases;

ConvPhases convphases_carve(const Net *net, const OpPlan *plan, Arena *arena);

/* List the windows of n images whose gradients of z lie as `map` says. */
void convphases_begin(const OpPlan *plan, const ConvMap *map, int n, ConvPhases *phases);

/* dx[P][Cin] of the pixels p..p+P-1 of the images, which follow those of the last call, from their
 * maps of dz. */
void convphases_multiply(const Pass *pass, const float *dz, int p, int P, float *dx,
                         ConvPhases *phases);

#endif
