/* affine: batch normalisation and activation as row kernels over P pixels of C channels (a multiple
 * of LANES).
 *
 * Batch norm is an affine map per channel once its sums are known, so forward and backward are the
 * same few passes: `stats` over z, `finalize_forward` to A and D, `forward` on the load of the next
 * operation; `backward` (gradient of the activation and its two sums), `finalize_backward` to A, B,
 * D, `dz` on the load of the next gradient. All pointers may point at a block of channels of a
 * wider tensor.
 *
 * Sums over pixels: a chunk owns a state of PIXEL_CHAINS chains a sum, zeroed by the caller at its
 * start; pixel p of the chunk belongs to chain p mod PIXEL_CHAINS. A call takes pixels p0..p0+P-1.
 * `fold` turns the state into the chunk's partial, ((0+1)+(2+3)); finalize combines partials in
 * double in ascending chunk order. Source: Ioffe and Szegedy 2015; pivoted sums: docs/numerics.md.
 */
#ifndef KERNELS_AFFINE_AFFINE_H
#define KERNELS_AFFINE_AFFINE_H

#include "base/cpu.h"
#include "kernels/kernel_types.h"

#define AFFINE_SUMS 2 /* sums of one state: forward (S, Q), backward (S1, S2) */

/* u = fma(A, z, D); with r: u = fma(scale, u, r). h = act(u); with slope: slope = act'(u).
 * h may be z. Clamps are comparisons that a NaN fails (u < 0 ? 0 : u), so a NaN stays visible. */
typedef struct AffineForwardArgs {
    const float *z; /* z[P][ldz] */
    long ldz;
    const float *A, *D; /* [C] */
    const float *r;     /* r[P][ldr], or NULL: the residual */
    long ldr;
    float scale; /* with r: drop-connect factor of the image, else unused */
    float *h;    /* h[P][ldh] */
    long ldh;
    float *slope; /* slope[P][ldslope], or NULL */
    long ldslope;
    int P, C;
    ActFn act;
} AffineForwardArgs;

/* Sums of z: d = z - pivot; S += d, Q = fma(d, d, Q). */
typedef struct AffineStatsArgs {
    const float *z;
    long ldz;
    const float *pivot; /* [C] */
    float *state;       /* state[AFFINE_SUMS][PIXEL_CHAINS][ldstate] */
    long ldstate;
    int P, C;
    int p0; /* index in the chunk of the first pixel */
} AffineStatsArgs;

/* partial[i][c] = (state[i][0][c] + state[i][1][c]) + (state[i][2][c] + state[i][3][c]). */
typedef struct AffineFoldArgs {
    const float *state;
    long ldstate;
    float *partial; /* partial[AFFINE_SUMS][ldpartial] */
    long ldpartial;
    int C;
} AffineFoldArgs;

/* v = dh; with s: v = fma(v, s, b) (gate of SE and gradient of its pool); with r: v = v + r
 * (residual gradient); g = v * slope (g = v without slope), stored (with `factor`, g * factor);
 * then with e = g * scale: S1 += e, S2 = fma(e, z - mean, S2). g may be dh or r, and may be NULL
 * (sums only); state may be NULL (no sums). */
typedef struct AffineBackwardArgs {
    const float *dh; /* dh[P][lddh] */
    long lddh;
    const float *s, *b; /* [C], both or neither NULL */
    const float *r;     /* r[P][ldr] or NULL */
    long ldr;
    const float *slope; /* slope[P][ldslope] or NULL */
    long ldslope;
    float scale;    /* drop-connect factor of the image, 1 without */
    const float *z; /* z[P][ldz]; unused without state */
    long ldz;
    const float *mean; /* [C]; unused without state */
    float *g;
    long ldg;
    const float *factor; /* [C] or NULL */
    float *state;        /* state[AFFINE_SUMS][PIXEL_CHAINS][ldstate] or NULL */
    long ldstate;
    int P, C;
    int p0;
} AffineBackwardArgs;

/* dz = fma(A, g * scale, fma(B, z, D)). dz may be g. */
typedef struct AffineDzArgs {
    const float *g;
    long ldg;
    float scale;
    const float *z;
    long ldz;
    const float *A, *B, *D; /* [C], of finalize_backward */
    float *dz;
    long lddz;
    int P, C;
} AffineDzArgs;

typedef struct AffineKernels {
    const char *variant;
    void (*forward)(const AffineForwardArgs *args);
    void (*stats)(const AffineStatsArgs *args);
    void (*fold)(const AffineFoldArgs *args);
    void (*backward)(const AffineBackwardArgs *args);
    void (*dz)(const AffineDzArgs *args);
} AffineKernels;

AffineKernels affine_kernels(CpuLevel level);

/* Batch statistics of C channels: S, Q over all chunks in double; mean = K + S/M, var = max(0, (Q -
 * S*S/M)/M), rstd = 1/sqrt(var + eps), A = gamma*rstd, D = beta - mean*A; running_mean +=
 * momentum*(mean - running_mean), the same with the unbiased variance; pivot of the next step =
 * running_mean. */
typedef struct AffineFinalizeForwardArgs {
    const float *partials; /* chunk i at partials + i*chunk_stride, [AFFINE_SUMS][ldpartial] */
    long chunk_stride;
    long ldpartial;
    int n_chunks;
    int C;
    long M; /* pixels of the batch, > 0 */
    double eps;
    double
        momentum; /* weight of the new value, as in PyTorch (0.1; TensorFlow's 0.99 is 0.01 here) */
    const float *gamma, *beta;
    float *pivot; /* in: of stats; out: of the next step */
    float *running_mean, *running_var;
    float *mean, *rstd, *A, *D; /* out */
} AffineFinalizeForwardArgs;
void affine_finalize_forward(const AffineFinalizeForwardArgs *args);

/* dbeta = S1, dgamma = rstd*S2, A = gamma*rstd, B = -gamma*rstd^3*S2/M, D = -A*S1/M - B*mean; all
 * in double, rounded at the end. dgamma and dbeta are written, not accumulated. */
typedef struct AffineFinalizeBackwardArgs {
    const float *partials;
    long chunk_stride;
    long ldpartial;
    int n_chunks;
    int C;
    long M;
    const float *gamma, *mean, *rstd;
    float *dgamma, *dbeta;
    float *A, *B, *D; /* out */
} AffineFinalizeBackwardArgs;
void affine_finalize_backward(const AffineFinalizeBackwardArgs *args);

/* By running statistics: A, D and rstd from them, mean as it is. */
typedef struct AffineRunningArgs {
    const float *gamma, *beta, *running_mean, *running_var;
    double eps;
    float *mean, *rstd, *A, *D; /* out */
    int C;
} AffineRunningArgs;
void affine_fold_running(const AffineRunningArgs *args);

/* Truth in double. Outputs are dense [P][C] (slope may be NULL); sums are [C]. */
double affine_act__ref(ActFn act, double u, double *slope);
void affine_forward__ref(const AffineForwardArgs *args, double *h, double *slope);
void affine_stats__ref(const AffineStatsArgs *args, double *S, double *Q);
void affine_backward__ref(const AffineBackwardArgs *args, double *g, double *S1, double *S2);
void affine_dz__ref(const AffineDzArgs *args, double *dz);

#endif
