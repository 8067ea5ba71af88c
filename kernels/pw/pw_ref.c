/* pw in double, from the formulas. */
#include "kernels/pw/pw.h"

void pw_forward__ref(const PwForwardArgs *args, double *y)
{
    for (int m = 0; m < args->M; m++)
        for (int n = 0; n < args->N; n++) {
            double sum = args->continues ? (double)args->y[m * args->ldy + n] : 0.0;
            for (int k = 0; k < args->K; k++)
                sum += (double)args->x[m * args->ldx + k] * (double)args->w[k * args->ldw + n];
            y[(long)m * args->N + n] = sum;
        }
}

void pw_backward_weights__ref(const PwWeightsArgs *args, double *dw)
{
    for (int k = 0; k < args->K; k++)
        for (int n = 0; n < args->N; n++) {
            double sum = (double)args->dw[k * args->lddw + n];
            for (int m = 0; m < args->M; m++)
                sum += (double)args->x[m * args->ldx + k] * (double)args->dy[m * args->lddy + n];
            dw[(long)k * args->N + n] = sum;
        }
}
