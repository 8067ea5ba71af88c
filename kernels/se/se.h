/* se: squeeze and excitation of one image: p = mean over pixels, v = act(W1 p + b1), s = gate(W2 v
 * + b2).
 *
 * The pooling and its gradient are pool's and affine's (AffineBackwardArgs.s and .b). Matrix-vector
 * products put their outputs on lanes: one FMA chain over the inputs ascending from +0, then the
 * bias is added. Source: Hu et al. 2018. */
#ifndef KERNELS_SE_SE_H
#define KERNELS_SE_SE_H

#include "base/cpu.h"
#include "kernels/kernel_types.h"

/* Behind the second layer; in the order of models' SeGate. */
typedef enum SeGateFn {
    SE_GATE_FN_SIGMOID,
    SE_GATE_FN_HARD_SIGMOID, /* relu6(u + 3) / 6; slope 0 at -3 and at 3 */
} SeGateFn;

/* C, S are real counts, Cp and Sp their lane-padded sizes; pad lanes of all outputs become 0. */
typedef struct SeForwardArgs {
    const float *p;  /* p[Cp] */
    const float *W1; /* W1[C][Sp] */
    const float *b1; /* b1[Sp] */
    const float *W2; /* W2[S][Cp] */
    const float *b2; /* b2[Cp] */
    float *t;        /* t[Sp]: W1 p + b1 */
    float *v;        /* v[Sp] */
    float *s;        /* s[Cp] */
    int C, S;
    ActFn act; /* of the hidden layer */
    SeGateFn gate;
} SeForwardArgs;

/* With ds given: dt2 = (ds*s)*(1 - s), of the hard sigmoid ds/6 where 0 < s < 1 and else 0; dv = W2
 * dt2, dt1 = dv*act'(t), dp = dt1 W1^T. The gradients of the weights are sums over images, dW2 = v
 * dt2^T, db2 = dt2, dW1 = p dt1^T, db1 = dt1: products for the caller (pw, head). */
typedef struct SeBackwardArgs {
    const float *ds; /* ds[Cp] */
    const float *t, *s;
    const float *W1t; /* W1t[S][Cp], the transposed W1 */
    const float *W2t; /* W2t[C][Sp], the transposed W2 */
    float *dt1;       /* dt1[Sp] */
    float *dt2;       /* dt2[Cp] */
    float *dp;        /* dp[Cp] */
    int C, S;
    ActFn act;
    SeGateFn gate;
} SeBackwardArgs;

/* y[p][c] = x[p][c] * s[c]; y may be x. C is a multiple of LANES. */
typedef struct SeScaleArgs {
    const float *x;
    long ldx;
    const float *s;
    float *y;
    long ldy;
    int P, C;
} SeScaleArgs;

typedef struct SeKernels {
    const char *variant;
    void (*forward)(const SeForwardArgs *args);
    void (*backward)(const SeBackwardArgs *args);
    void (*scale)(const SeScaleArgs *args);
} SeKernels;

SeKernels se_kernels(CpuLevel level);

void se_forward__ref(const SeForwardArgs *args, double *t, double *v, double *s);
void se_backward__ref(const SeBackwardArgs *args, double *dt1, double *dt2, double *dp);

#endif
