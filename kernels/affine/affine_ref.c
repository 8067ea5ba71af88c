/* affine in double, from the formulas. */
#include "kernels/affine/affine.h"

#include "base/fmath.h"

#include <stddef.h>

double affine_act__ref(ActFn act, double u, double *slope)
{
    double h = u, d = 1.0;
    switch (act) {
    case ACT_FN_NONE:
        break;
    case ACT_FN_RELU:
        h = u > 0.0 ? u : 0.0;
        d = u > 0.0 ? 1.0 : 0.0;
        break;
    case ACT_FN_RELU6:
        h = u > 6.0 ? 6.0 : u > 0.0 ? u : 0.0;
        d = u > 0.0 && u < 6.0 ? 1.0 : 0.0;
        break;
    case ACT_FN_SWISH: {
        const double s = fm_sigmoid(u);
        h = u * s;
        d = s + h * (1.0 - s);
        break;
    }
    case ACT_FN_HARD_SWISH:
        h = u > 3.0 ? u : u > -3.0 ? u * (u + 3.0) / 6.0 : 0.0;
        d = u >= 3.0 ? 1.0 : u > -3.0 ? (2.0 * u + 3.0) / 6.0 : 0.0;
        break;
    case ACT_FN_SIGMOID:
        h = fm_sigmoid(u);
        d = h * (1.0 - h);
        break;
    }
    if (slope != NULL)
        *slope = d;
    return h;
}

void affine_forward__ref(const AffineForwardArgs *args, double *h, double *slope)
{
    for (int p = 0; p < args->P; p++)
        for (int c = 0; c < args->C; c++) {
            double u = (double)args->A[c] * (double)args->z[p * args->ldz + c] + (double)args->D[c];
            if (args->r != NULL)
                u = (double)args->scale * u + (double)args->r[p * args->ldr + c];
            const long i = (long)p * args->C + c;
            h[i] = affine_act__ref(args->act, u, slope != NULL ? slope + i : NULL);
        }
}

void affine_stats__ref(const AffineStatsArgs *args, double *S, double *Q)
{
    for (int c = 0; c < args->C; c++) {
        S[c] = Q[c] = 0.0;
        for (int p = 0; p < args->P; p++) {
            const double d = (double)args->z[p * args->ldz + c] - (double)args->pivot[c];
            S[c] += d;
            Q[c] += d * d;
        }
    }
}

void affine_backward__ref(const AffineBackwardArgs *args, double *g, double *S1, double *S2)
{
    for (int c = 0; c < args->C; c++)
        S1[c] = S2[c] = 0.0;
    for (int p = 0; p < args->P; p++)
        for (int c = 0; c < args->C; c++) {
            double v = (double)args->dh[p * args->lddh + c];
            if (args->s != NULL)
                v = v * (double)args->s[c] + (double)args->b[c];
            if (args->r != NULL)
                v += (double)args->r[p * args->ldr + c];
            if (args->slope != NULL)
                v *= (double)args->slope[p * args->ldslope + c];
            g[(long)p * args->C + c] = args->factor == NULL ? v : v * (double)args->factor[c];
            if (args->state != NULL) {
                const double e = v * (double)args->scale;
                S1[c] += e;
                S2[c] += e * ((double)args->z[p * args->ldz + c] - (double)args->mean[c]);
            }
        }
}

void affine_dz__ref(const AffineDzArgs *args, double *dz)
{
    for (int p = 0; p < args->P; p++)
        for (int c = 0; c < args->C; c++) {
            const double e = (double)args->g[p * args->ldg + c] * (double)args->scale;
            dz[(long)p * args->C + c] = (double)args->A[c] * e +
                                        (double)args->B[c] * (double)args->z[p * args->ldz + c] +
                                        (double)args->D[c];
        }
}
