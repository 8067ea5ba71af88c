/* conv: dense convolution (stem, ResNets): pw over the windows of a map, read in place.
 *
 * Weights are w[kh][kw][cin][ldw] with the real cin, i.e. a pw matrix of K = KH*KW*cin rows.
 * Forward and weight gradient read the input through its windows, the gradient of the data reads
 * that of the output through windows turned around, with the weights transposed tap by tap. Padding
 * is zeros that take part.
 *
 * Tap kh reaches the rows of the input that are congruent to kh - pad_top modulo the stride, tap kw
 * the columns likewise. So the gradient of the data has stride*stride phases, the pixels that the
 * same taps reach: number (kh % stride)*stride + kw % stride is a product of its own, whose weights
 * follow each other, (kh, kw) ascending. Without taps, as where the stride exceeds the kernel, it
 * is zero.
 *
 * Rejected: gathering the windows into panels, which took a third of a ResNet-20 step; spreading
 * out the gradient of the output by the stride, which multiplies zeros. */
#ifndef KERNELS_CONV_CONV_H
#define KERNELS_CONV_CONV_H

#include "kernels/pw/pw.h"

#include <stdbool.h>

/* The geometry of one convolution of one image. */
typedef struct ConvShape {
    int H, W, C;    /* input; C is the real channel count */
    int OH, OW, OC; /* output; OC is the real channel count */
    int KH, KW, stride;
    int pad_top, pad_left; /* below 0: the first rows and columns are not read */
} ConvShape;

/* How an image lies in memory so that every window lies inside: `top` rows and `left` columns of
 * zero pixels before it, others behind it. */
typedef struct ConvMap {
    int H, W; /* pixels of the image */
    int top, left;
    int height, width; /* of the map, pixels */
    long ld;           /* floats from pixel to pixel */
} ConvMap;

/* The map of the input; of the output's gradient; of an image that no window reads. */
ConvMap conv_input_map(const ConvShape *shape, long ld);
ConvMap conv_gradient_map(const ConvShape *shape, long ld);
ConvMap conv_plain_map(int H, int W, long ld);

/* True where the map is the image and nothing else. */
bool conv_map_is_plain(const ConvMap *map);

long conv_map_floats(const ConvMap *map);
long conv_map_pixel(const ConvMap *map, int y, int x); /* floats before a pixel of the image */

/* Where the pixels of n images lie whose maps follow each other: rows[n*H*W]. */
void conv_map_pixels(const ConvMap *map, int n, long *rows);

/* --- windows of the input --- */

/* Where those of n images begin, in the order of the outputs: rows[n*OH*OW]. */
void conv_input_windows(const ConvShape *shape, const ConvMap *map, int n, long *rows);

/* The pieces of each, in the order (kh, kw, channel) of the weights: starts[KH*KW]; returns their
 * length. */
int conv_input_pieces(const ConvShape *shape, const ConvMap *map, long *starts);

/* --- windows of the gradient: those of a phase --- */

/* The phase's pixels of n images, ascending (image i has numbers i*H*W + y*W + x), and where the
 * window of each lies; returns how many. All phases together have n*H*W. */
int conv_phase_windows(const ConvShape *shape, const ConvMap *map, int phase, int n, int *pixels,
                       long *rows);

/* The pieces, a tap each, OC long, (kh, kw) ascending; returns how many. All phases together
 * have KH*KW. */
int conv_phase_pieces(const ConvShape *shape, const ConvMap *map, int phase, long *starts);

/*
 * Direct convolution in double. x, w as above; y[OH][OW][OC], dx[H][W][C], dw[KH*KW*C][OC] are
 * dense.
 */
void conv_forward__ref(const ConvShape *shape, const float *x, long ldx, const float *w, long ldw,
                       double *y);
void conv_backward_data__ref(const ConvShape *shape, const float *dz, long lddz, const float *w,
                             long ldw, double *dx);
void conv_backward_weights__ref(const ConvShape *shape, const float *x, long ldx, const float *dz,
                                long lddz, double *dw);

#endif
