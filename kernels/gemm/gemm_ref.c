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

void gemm_finish__ref(const GemmFinishArgs *args, double *y, double *sums)
{
    for (int c = 0; c < args->C; c++) {
        double sum = 0.0;
        for (int p = 0; p < args->P; p++) {
            double u = (double)args->x[p * args->ldx + c];
            u += args->bias == NULL ? 0.0 : (double)args->bias[c];
            u += args->r == NULL ? 0.0 : (double)args->r[p * args->ldr + c];
            y[(long)p * args->C + c] = u;
            sum += u;
        }
        if (sums != NULL)
            sums[c] = (double)args->sums[c] + sum;
    }
}
