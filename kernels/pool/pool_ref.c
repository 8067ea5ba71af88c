/* pool in double, from the formulas. */
#include "kernels/pool/pool.h"

#include <stdbool.h>

void pool_mean__ref(const PoolMeanArgs *args, double *y)
{
    for (int c = 0; c < args->C; c++) {
        double sum = 0.0;
        for (int p = 0; p < args->P; p++)
            sum += (double)args->x[p * args->ldx + c];
        y[c] = sum / args->P;
    }
}

void pool_dot__ref(const PoolDotArgs *args, double *y)
{
    for (int c = 0; c < args->C; c++) {
        y[c] = 0.0;
        for (int p = 0; p < args->P; p++)
            y[c] += (double)args->a[p * args->lda + c] * (double)args->b[p * args->ldb + c];
    }
}

/* Input pixel that the window of output (oh, ow) chooses in channel c: the first maximum in row-
 * major order. */
static long chosen_pixel(const PoolWindowArgs *args, int oh, int ow, int c)
{
    long best = -1;
    for (int kh = 0; kh < args->k; kh++)
        for (int kw = 0; kw < args->k; kw++) {
            const int ih = oh * args->stride - args->pad_top + kh;
            const int iw = ow * args->stride - args->pad_left + kw;
            const bool inside = ih >= 0 && ih < args->H && iw >= 0 && iw < args->W;
            const long pixel = (long)ih * args->W + iw;
            if (inside &&
                (best < 0 || args->x[pixel * args->ldx + c] > args->x[best * args->ldx + c]))
                best = pixel;
        }
    return best;
}

void pool_max_forward__ref(const PoolWindowArgs *args, double *y)
{
    for (int oh = 0; oh < args->OH; oh++)
        for (int ow = 0; ow < args->OW; ow++)
            for (int c = 0; c < args->C; c++)
                y[((long)oh * args->OW + ow) * args->C + c] =
                    (double)args->x[chosen_pixel(args, oh, ow, c) * args->ldx + c];
}

void pool_max_backward__ref(const PoolWindowArgs *args, double *dx)
{
    for (long i = 0; i < (long)args->H * args->W * args->C; i++)
        dx[i] = 0.0;
    for (int oh = 0; oh < args->OH; oh++)
        for (int ow = 0; ow < args->OW; ow++)
            for (int c = 0; c < args->C; c++)
                dx[chosen_pixel(args, oh, ow, c) * args->C + c] +=
                    (double)args->dy[((long)oh * args->OW + ow) * args->lddy + c];
}
