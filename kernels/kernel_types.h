/* Vocabulary of all kernel families: lanes and activation functions.
 *
 * Tensors are fp32 NHWC. The channel stride is a multiple of LANES, rows are 64-byte aligned and
 * the lanes beyond the real channels always hold exactly 0: kernels work on whole lanes and keep
 * that so. Strides (ld) count floats from one pixel (or matrix row) to the next. Every kernel is
 * serial, re-entrant and returns void; the bits of its result depend on its arguments only, neither
 * on the instruction set nor on how a caller splits the rows or channels (docs/numerics.md). */
#ifndef KERNELS_KERNEL_TYPES_H
#define KERNELS_KERNEL_TYPES_H

/* Channels per lane block; unit of channel padding. */
#define LANES 16

/* Independent chains of a sum over pixels: pixel index modulo this. */
#define PIXEL_CHAINS 4

/* Activation functions known to affine and se. In the order of models' Activation. */
typedef enum ActFn {
    ACT_FN_NONE,
    ACT_FN_RELU,       /* max(u, 0); slope 0 at 0 */
    ACT_FN_RELU6,      /* min(max(u, 0), 6); slope 0 at 0 and at 6 */
    ACT_FN_SWISH,      /* u * sigmoid(u) */
    ACT_FN_HARD_SWISH, /* u * relu6(u + 3) / 6; slope 0 at -3, 1 at 3 */
    ACT_FN_SIGMOID,
} ActFn;

#define ACT_FN_COUNT 6

/* Channels rounded up to whole lanes. */
static inline int lanes_pad(int channels)
{
    return (channels + LANES - 1) / LANES * LANES;
}

#endif
