/* conv in double, from the formulas: direct sums over the taps. */
#include "kernels/conv/conv.h"

#include <stdbool.h>

/* One product of the convolution: input pixel, tap and output pixel; false when the tap lies
 * outside. */
typedef struct Tap {
    long x, w, y;
} Tap;

static bool tap_at(const ConvShape *s, int oh, int ow, int kh, int kw, Tap *tap)
{
    const int ih = oh * s->stride - s->pad_top + kh, iw = ow * s->stride - s->pad_left + kw;
    tap->x = (long)ih * s->W + iw;
    tap->w = (long)(kh * s->KW + kw) * s->C;
    tap->y = (long)oh * s->OW + ow;
    return ih >= 0 && ih < s->H && iw >= 0 && iw < s->W;
}

void conv_forward__ref(const ConvShape *shape, const float *x, long ldx, const float *w, long ldw,
                       double *y)
{
    const ConvShape *s = shape;
    Tap t;
    for (long i = 0; i < (long)s->OH * s->OW * s->OC; i++)
        y[i] = 0.0;
    for (int oh = 0; oh < s->OH; oh++)
        for (int ow = 0; ow < s->OW; ow++)
            for (int tap = 0; tap < s->KH * s->KW; tap++)
                if (tap_at(s, oh, ow, tap / s->KW, tap % s->KW, &t))
                    for (int c = 0; c < s->C; c++)
                        for (int oc = 0; oc < s->OC; oc++)
                            y[t.y * s->OC + oc] +=
                                (double)x[t.x * ldx + c] * (double)w[(t.w + c) * ldw + oc];
}

void conv_backward_data__ref(const ConvShape *shape, const float *dz, long lddz, const float *w,
                             long ldw, double *dx)
{
    const ConvShape *s = shape;
    Tap t;
    for (long i = 0; i < (long)s->H * s->W * s->C; i++)
        dx[i] = 0.0;
    for (int oh = 0; oh < s->OH; oh++)
        for (int ow = 0; ow < s->OW; ow++)
            for (int tap = 0; tap < s->KH * s->KW; tap++)
                if (tap_at(s, oh, ow, tap / s->KW, tap % s->KW, &t))
                    for (int c = 0; c < s->C; c++)
                        for (int oc = 0; oc < s->OC; oc++)
                            dx[t.x * s->C + c] +=
                                (double)dz[t.y * lddz + oc] * (double)w[(t.w + c) * ldw + oc];
}

void conv_backward_weights__ref(const ConvShape *shape, const float *x, long ldx, const float *dz,
                                long lddz, double *dw)
{
    const ConvShape *s = shape;
    Tap t;
    for (long i = 0; i < (long)s->KH * s->KW * s->C * s->OC; i++)
        dw[i] = 0.0;
    for (int oh = 0; oh < s->OH; oh++)
        for (int ow = 0; ow < s->OW; ow++)
            for (int tap = 0; tap < s->KH * s->KW; tap++)
                if (tap_at(s, oh, ow, tap / s->KW, tap % s->KW, &t))
                    for (int c = 0; c < s->C; c++)
                        for (int oc = 0; oc < s->OC; oc++)
                            dw[(t.w + c) * s->OC + oc] +=
                                (double)x[t.x * ldx + c] * (double)dz[t.y * lddz + oc];
}
