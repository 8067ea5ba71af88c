/* conv: dense k x k convolution (stem, ResNets): pw over the windows of a map, read in place.
 *
 * Weights are w[kh][kw][cin][ldw] with the real cin, i.e. a pw matrix of K = k*k*cin rows. Forward
 * and weight gradient read the input through its windows; the gradient of the data reads that of
 * the output, spread out by the stride, through windows turned around, with the weights
 * transposed tap by tap. Padding and the gaps of the stride are zeros that take part. Rejected:
 * gathering the windows into panels, which took a third of a ResNet-20 step. */
#ifndef KERNELS_CONV_CONV_H
#define KERNELS_CONV_CONV_H

#include "kernels/pw/pw.h"

#include <stdbool.h>

/* The geometry of one convolution of one image. */
typedef struct ConvShape {
    int H, W, C;    /* input; C is the real channel count */
    int OH, OW, OC; /* output; OC is the real channel count */
    int k, stride;
    int pad_top, pad_left;
} ConvShape;

/* How an image lies in memory so that every window lies inside: `top` and `left` zero pixels before
 * its first, `spacing` from one pixel to the next in both directions, zeros between and behind. */
typedef struct ConvMap {
    int H, W; /* pixels of the image */
    int top, left, spacing;
    int height, width; /* of the map, pixels */
    long ld;           /* floats from pixel to pixel */
} ConvMap;

/* The map of the input, whose windows begin `stride` apart; of the output's gradient, whose windows
 * begin at each pixel; of an image that no window reads. */
ConvMap conv_input_map(const ConvShape *shape, long ld);
ConvMap conv_gradient_map(const ConvShape *shape, long ld);
ConvMap conv_plain_map(int H, int W, long ld);

/* True where the map is the image and nothing else. */
bool conv_map_is_plain(const ConvMap *map);

long conv_map_floats(const ConvMap *map);
long conv_map_pixel(const ConvMap *map, int y, int x); /* floats before a pixel of the image */

/* Where the pixels of n images lie whose maps follow each other: rows[n*H*W]. */
void conv_map_pixels(const ConvMap *map, int n, long *rows);

/* Where windows begin: rows[n*side_y*side_x], in row-major order, `step` pixels apart. */
void conv_map_windows(const ConvMap *map, int n, int side_y, int side_x, int step, long *rows);

/* The pieces of each window, in the order (kh, kw, channel) of the weights: starts[k*k]; returns
 * their length. That of the gradient goes backwards through the taps. */
int conv_input_pieces(const ConvShape *shape, const ConvMap *map, long *starts);
int conv_gradient_pieces(const ConvShape *shape, const ConvMap *map, long *starts);

/*
 * Direct convolution in double. x, w as above; y[OH][OW][OC], dx[H][W][C], dw[k*k*C][OC] are dense.
 */
void conv_forward__ref(const ConvShape *shape, const float *x, long ldx, const float *w, long ldw,
                       double *y);
void conv_backward_data__ref(const ConvShape *shape, const float *dz, long lddz, const float *w,
                             long ldw, double *dx);
void conv_backward_weights__ref(const ConvShape *shape, const float *x, long ldx, const float *dz,
                                long lddz, double *dw);

#endif
