/* conv in portable code, compiled once per level: copies only. */
#include "kernels/conv/conv.h"

#include "kernels/kernel_types.h"
#include "kernels/level.h"

#include <stddef.h>

/* C floats of a pixel, or zeros where there is none. */
static inline void copy_pixel(float *restrict to, const float *restrict from, int C)
{
    if (from != NULL)
        for (int c = 0; c < C; c++)
            to[c] = from[c];
    else
        for (int c = 0; c < C; c++)
            to[c] = 0.0f;
}

static void LEVELED(conv_gather)(const ConvGatherArgs *a)
{
    const ConvShape *s = &a->shape;
    for (int p = 0; p < a->P; p++) {
        float *to = a->panel + p * a->ldp;
        const int top = (a->p0 + p) / s->OW * s->stride - s->pad_top;
        const int left = (a->p0 + p) % s->OW * s->stride - s->pad_left;
        for (int ih = top; ih < top + s->k; ih++)
            for (int iw = left; iw < left + s->k; iw++, to += s->C) {
                const int inside = ih >= 0 && ih < s->H && iw >= 0 && iw < s->W;
                copy_pixel(to, inside ? a->x + ((long)ih * s->W + iw) * a->ldx : NULL, s->C);
            }
    }
}

/* The output whose window has its tap at distance `at` from its origin, -1 if there is none. */
static inline int output_at(int at, int stride, int n)
{
    return at >= 0 && at % stride == 0 && at / stride < n ? at / stride : -1;
}

static void LEVELED(conv_gather_transposed)(const ConvGatherTransposedArgs *a)
{
    const ConvShape *s = &a->shape;
    for (int p = 0; p < a->P; p++) {
        float *to = a->panel + p * a->ldp;
        const int ih = (a->p0 + p) / s->W + s->pad_top, iw = (a->p0 + p) % s->W + s->pad_left;
        for (int kh = 0; kh < s->k; kh++) {
            const int oh = output_at(ih - kh, s->stride, s->OH);
            for (int kw = 0; kw < s->k; kw++, to += s->OC) {
                const int ow = output_at(iw - kw, s->stride, s->OW);
                const long pixel = (long)oh * s->OW + ow;
                copy_pixel(to, oh >= 0 && ow >= 0 ? a->dz + pixel * a->lddz : NULL, s->OC);
            }
        }
    }
}

static void LEVELED(conv_rearrange)(const ConvRearrangeArgs *a)
{
    for (int tap = 0; tap < a->k * a->k; tap++)
        for (int oc = 0; oc < a->OC; oc++) {
            float *to = a->wt + ((long)tap * a->OC + oc) * a->ldwt;
            for (int c = 0; c < a->C; c++)
                to[c] = a->w[((long)tap * a->C + c) * a->ldw + oc];
            for (int c = a->C; c < lanes_pad(a->C); c++)
                to[c] = 0.0f;
        }
}

extern const ConvKernels LEVELED(conv_table);
const ConvKernels LEVELED(conv_table) = {
    .variant = "conv_generic_" LEVEL_NAME,
    .gather = LEVELED(conv_gather),
    .gather_transposed = LEVELED(conv_gather_transposed),
    .rearrange = LEVELED(conv_rearrange),
};
