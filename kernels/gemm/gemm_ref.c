/* gemm in double, from the formulas. */
#include "kernels/gemm/gemm.h"

void gemm_forward__ref(const GemmForwardArgs *args, double *y)
{
    for (int m = 0; m < args->M; m++)
        for (int n = 0; n < args->N; n++) {
            const int lane = n % LANES;
            double sum = (double)args->bias[n];
            for (int k = 0; k < args->K; k++) {
                const long x = args->x_rows[m] + args->starts[k / args->length] + k % args->length;
                const long w = gemm_packed(args->K, args->N, args->V, k, n - lane) + lane;
                sum += (double)args->x[x] * (double)args->w[w];
            }
            y[(long)m * args->N + n] =
                args->r == NULL ? sum : sum + (double)args->r[args->r_rows[m] + n];
        }
}
