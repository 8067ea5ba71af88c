/* bench/kernelcalls.c: arguments as nn gives them. */
#include "bench/kernelcalls.h"

#include "base/sys.h"

/* --- pw --- */

static void run_pw_forward(const KernelOperands *o, const KernelCallShape *r)
{
    const PwForwardArgs args = {.x = o->x,
                                .ldx = lanes_pad(r->inputs),
                                .w = o->w,
                                .ldw = r->channels,
                                .y = o->y,
                                .ldy = r->channels,
                                .M = r->rows,
                                .K = r->inputs,
                                .N = r->channels};
    o->kernels.pw.forward(&args);
}

static void run_pw_weights(const KernelOperands *o, const KernelCallShape *r)
{
    const PwWeightsArgs args = {.x = o->x,
                                .ldx = lanes_pad(r->inputs),
                                .dy = o->z,
                                .lddy = r->channels,
                                .dw = o->sums,
                                .lddw = r->channels,
                                .M = r->rows,
                                .K = r->inputs,
                                .N = r->channels};
    o->kernels.pw.backward_weights(&args);
}

/* --- dw: an image with its halo --- */

static int out_side(const KernelCallShape *r)
{
    return (r->rows + r->stride - 1) / r->stride;
}

static void point_rows(const float **rows, const float *base, int n, int width, int channels)
{
    for (int i = 0; i < n; i++)
        rows[i] = base + (long)i * width * channels;
}

static void run_dw_forward(const KernelOperands *o, const KernelCallShape *r)
{
    const float *rows[KERNELCALLS_MOST_SIDE + DW_MAX_K];
    const int O = out_side(r);
    point_rows(rows, o->x, (O - 1) * r->stride + r->inputs, r->rows + r->inputs, r->channels);
    const DwForwardArgs args = {.rows = rows,
                                .ldr = r->channels,
                                .w = o->w,
                                .ldw = r->channels,
                                .y = o->y,
                                .ldy = r->channels,
                                .ldy_row = (long)O * r->channels,
                                .OH = O,
                                .OW = O,
                                .C = r->channels,
                                .k = r->inputs,
                                .stride = r->stride};
    o->kernels.dw.forward(&args);
}

static void run_dw_data(const KernelOperands *o, const KernelCallShape *r)
{
    const float *rows[KERNELCALLS_MOST_SIDE + DW_MAX_K], *few[DW_MAX_K];
    const int O = out_side(r), pad = r->inputs / 2;
    int kh[DW_MAX_K];
    point_rows(rows, o->x + r->inputs * r->channels, O, O + 2 * r->inputs, r->channels);
    for (int ih = 0; ih < r->rows; ih++) {
        int n = 0;
        for (int tap = (ih + pad) % r->stride; tap < r->inputs; tap += r->stride) {
            const int at = (ih + pad - tap) / r->stride;
            if (ih + pad < tap || at >= O)
                continue;
            few[n] = rows[at];
            kh[n++] = tap;
        }
        const DwDataArgs args = {.rows = few,
                                 .kh = kh,
                                 .n_rows = n,
                                 .ldr = r->channels,
                                 .w = o->w,
                                 .ldw = r->channels,
                                 .dx = o->y + (long)ih * r->rows * r->channels,
                                 .lddx = r->channels,
                                 .W = r->rows,
                                 .C = r->channels,
                                 .k = r->inputs,
                                 .stride = r->stride,
                                 .pad = pad};
        o->kernels.dw.backward_data(&args);
    }
}

static void run_dw_weights(const KernelOperands *o, const KernelCallShape *r)
{
    const float *rows[KERNELCALLS_MOST_SIDE + DW_MAX_K];
    const int O = out_side(r);
    point_rows(rows, o->x, (O - 1) * r->stride + r->inputs, r->rows + r->inputs, r->channels);
    const DwWeightsArgs args = {.rows = rows,
                                .ldr = r->channels,
                                .dz = o->z,
                                .lddz = r->channels,
                                .lddz_row = (long)O * r->channels,
                                .dw = o->sums,
                                .lddw = r->channels,
                                .OH = O,
                                .OW = O,
                                .C = r->channels,
                                .k = r->inputs,
                                .stride = r->stride};
    o->kernels.dw.backward_weights(&args);
}

/* --- affine --- */

static void run_affine_forward(const KernelOperands *o, const KernelCallShape *r)
{
    const AffineForwardArgs args = {.z = o->x,
                                    .ldz = r->channels,
                                    .A = o->w,
                                    .D = o->w,
                                    .h = o->y,
                                    .ldh = r->channels,
                                    .slope = o->z,
                                    .ldslope = r->channels,
                                    .P = r->rows,
                                    .C = r->channels,
                                    .act = ACT_FN_SWISH};
    o->kernels.affine.forward(&args);
}

static void run_affine_stats(const KernelOperands *o, const KernelCallShape *r)
{
    const AffineStatsArgs args = {.z = o->x,
                                  .ldz = r->channels,
                                  .pivot = o->w,
                                  .state = o->sums,
                                  .ldstate = r->channels,
                                  .P = r->rows,
                                  .C = r->channels};
    o->kernels.affine.stats(&args);
}

static void run_affine_backward(const KernelOperands *o, const KernelCallShape *r)
{
    const AffineBackwardArgs args = {.dh = o->x,
                                     .lddh = r->channels,
                                     .slope = o->z,
                                     .ldslope = r->channels,
                                     .scale = 1.0f,
                                     .z = o->z,
                                     .ldz = r->channels,
                                     .mean = o->w,
                                     .g = o->y,
                                     .ldg = r->channels,
                                     .state = o->sums,
                                     .ldstate = r->channels,
                                     .P = r->rows,
                                     .C = r->channels};
    o->kernels.affine.backward(&args);
}

static void run_affine_dz(const KernelOperands *o, const KernelCallShape *r)
{
    const AffineDzArgs args = {.g = o->x,
                               .ldg = r->channels,
                               .scale = 1.0f,
                               .z = o->z,
                               .ldz = r->channels,
                               .A = o->w,
                               .B = o->w,
                               .D = o->w,
                               .dz = o->y,
                               .lddz = r->channels,
                               .P = r->rows,
                               .C = r->channels};
    o->kernels.affine.dz(&args);
}

static const KernelCall calls[] = {
    {"pw.forward", false, run_pw_forward, 2.0, 0.0},
    {"pw.backward_weights", false, run_pw_weights, 2.0, 0.0},
    {"dw.forward", true, run_dw_forward, 2.0, 0.0},
    {"dw.backward_data", true, run_dw_data, 2.0, 0.0},
    {"dw.backward_weights", true, run_dw_weights, 2.0, 0.0},
    {"affine.forward", true, run_affine_forward, 2.0, 3.0},
    {"affine.stats", true, run_affine_stats, 3.0, 1.0},
    {"affine.backward", true, run_affine_backward, 4.0, 3.0},
    {"affine.dz", true, run_affine_dz, 4.0, 3.0},
};

const KernelCall *kernelcalls_list(size_t *n)
{
    *n = ARRAY_LEN(calls);
    return calls;
}
