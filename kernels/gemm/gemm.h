/* gemm: products with constant weights and all that stands behind them, as inference wants them.
 *
 * forward is pw's product with three differences: its weights were packed once, in the order in
 * which tiles read them; its sums start from a bias; and a tile is finished, residual and
 * activation included, while it is at hand. pw's serves weights that change from step to step. Rows
 * of x and y may lie anywhere, so the windows of a k x k convolution over a map with its halo are
 * rows, too.
 *
 * A packed matrix is a sequence of panels of V vectors of columns, the last one of what is left; a
 * panel is [K][its columns], so that reading it is one stream. V moves no bit. */
#ifndef KERNELS_GEMM_GEMM_H
#define KERNELS_GEMM_GEMM_H

#include "base/cpu.h"
#include "kernels/kernel_types.h"

#define GEMM_MOST_VECTORS 4 /* of a panel */

/* y[m][n] = act(sum + r[m][n]), where sum is one FMA chain over k = 0..K-1 ascending of x[m][k] *
 * w[k][n] from bias[n] on, and x[m][k] is x[x_rows[m] + starts[k / length] + k % length]. Without r
 * nothing is added. N is a multiple of LANES; y, r and bias are whole lanes; x only needs float
 * alignment, K is the real count, 0 for act(bias + r). y must not overlap x or w; it may be r. */
typedef struct GemmForwardArgs {
    const float *x;
    const long *x_rows; /* [M] */
    const long *starts; /* [ceil(K / length)]; the last piece may be shorter */
    int length;
    const float *w;     /* packed panels of the columns 0..N-1 */
    int V;              /* 1..GEMM_MOST_VECTORS */
    const float *bias;  /* [N] */
    const float *r;     /* NULL: none */
    const long *r_rows; /* [M] where r[m] begins; with r */
    ActFn act;
    float *y;
    const long *y_rows; /* [M] where y[m] begins */
    int M, K, N;
} GemmForwardArgs;

/* Where column n of row k lies in a packed matrix of N columns, n a multiple of LANES; what follows
 * are the columns beside it. */
static inline long gemm_packed(int K, int N, int V, int k, int n)
{
    const int width = V * LANES, first = n / width * width;
    const int columns = N - first < width ? N - first : width;
    return (long)first * K + (long)k * columns + (n - first);
}

/* y[p][c] = act((x[p][c] + bias[c]) + r[p][c]); where sums are wanted, sums[c] += their sum, a
 * chain over p ascending from +0. bias, r, y and sums may be NULL: nothing is added, nothing kept;
 * y may be x or r. C is a multiple of LANES. */
typedef struct GemmFinishArgs {
    const float *x; /* x[P][ldx] */
    long ldx;
    const float *bias; /* [C] */
    const float *r;    /* r[P][ldr] */
    long ldr;
    ActFn act;
    float *y; /* y[P][ldy] */
    long ldy;
    float *sums; /* [C] */
    int P, C;
} GemmFinishArgs;

typedef struct GemmKernels {
    const char *variant;
    void (*forward)(const GemmForwardArgs *args);
    void (*finish)(const GemmFinishArgs *args);
} GemmKernels;

GemmKernels gemm_kernels(CpuLevel level);

/* Truth in double, but for the activation. */
void gemm_forward__ref(const GemmForwardArgs *args, double *y); /* y[M][N] before act */

/* y[P][C] before act, and args->sums + their sums; sums: NULL without them. */
void gemm_finish__ref(const GemmFinishArgs *args, double *y, double *sums);

#endif
