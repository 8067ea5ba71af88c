/* pool in double, from the formulas. */
#include "kernels/pool/pool.h"

#include <stdbool.h>
#include <stddef.h>

enum { POOL_REF_MAX_K = 31 };

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

/* Channel c of a pixel, counted row by row. */
static float input(const PoolWindowArgs *args, long pixel, int c)
{
    return args->x[pixel / args->W * args->ldx_row + pixel % args->W * args->ldx + c];
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
            if (inside && (best < 0 || input(args, pixel, c) > input(args, best, c)))
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
                    (double)input(args, chosen_pixel(args, oh, ow, c), c);
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

/* Pixels of the window of output (oh, ow) that lie in the image, row-major; returns how many. */
static int window_pixels(const PoolWindowArgs *args, int oh, int ow, long *pixels)
{
    int n = 0;
    for (int kh = 0; kh < args->k; kh++)
        for (int kw = 0; kw < args->k; kw++) {
            const int ih = oh * args->stride - args->pad_top + kh;
            const int iw = ow * args->stride - args->pad_left + kw;
            if (ih >= 0 && ih < args->H && iw >= 0 && iw < args->W)
                pixels[n++] = (long)ih * args->W + iw;
        }
    return n;
}

/* Visits every (output, tap inside): y += x / n, or dx += dy / n; the other pointer is NULL. */
static void average(const PoolWindowArgs *args, double *y, double *dx)
{
    long pixels[POOL_REF_MAX_K * POOL_REF_MAX_K];
    for (int oh = 0; oh < args->OH; oh++)
        for (int ow = 0; ow < args->OW; ow++) {
            const int n = window_pixels(args, oh, ow, pixels);
            const long o = (long)oh * args->OW + ow;
            for (int i = 0; i < n; i++)
                for (int c = 0; c < args->C; c++) {
                    if (y != NULL)
                        y[o * args->C + c] += (double)input(args, pixels[i], c) / n;
                    if (dx != NULL)
                        dx[pixels[i] * args->C + c] += (double)args->dy[o * args->lddy + c] / n;
                }
        }
}

void pool_average_forward__ref(const PoolWindowArgs *args, double *y)
{
    for (long i = 0; i < (long)args->OH * args->OW * args->C; i++)
        y[i] = 0.0;
    average(args, y, NULL);
}

void pool_average_backward__ref(const PoolWindowArgs *args, double *dx)
{
    for (long i = 0; i < (long)args->H * args->W * args->C; i++)
        dx[i] = 0.0;
    average(args, NULL, dx);
}
