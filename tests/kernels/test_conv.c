/* conv: gathered panels times pw against the direct convolution, at every level. */
#include "kernel_test.h"

#include <string.h>

#define MAX_OUTPUTS 16384

static double truth[MAX_OUTPUTS];

static const int sides[] = {1, 2, 3, 4, 5, 7, 8, 9};
static const int kernels[] = {1, 3, 5, 7};

typedef void (*ShapeCheck)(const ConvShape *shape);

static void for_all_shapes(ShapeCheck check)
{
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (size_t j = 0; j < sizeof kernels / sizeof *kernels; j++)
            for (int stride = 1; stride <= 2; stride++)
                for (int pad = 0; pad <= kernels[j] / 2; pad++) {
                    const int k = kernels[j], H = sides[i], W = H < 9 ? H + 1 : 6;
                    if (H + 2 * pad < k || W + 2 * pad < k)
                        continue;
                    const ConvShape s = {.H = H,
                                         .W = W,
                                         .C = 3,
                                         .OC = 5,
                                         .k = k,
                                         .OH = (H + 2 * pad - k) / stride + 1,
                                         .OW = (W + 2 * pad - k) / stride + 1,
                                         .stride = stride,
                                         .pad_top = pad,
                                         .pad_left = pad};
                    test_begin((uint32_t)(i * 256 + j * 64) + (uint32_t)(stride * 16 + pad));
                    check(&s);
                    test_check_guards();
                }
}

/* Chains of K terms below 1. */
static double chain_tolerance(int K)
{
    return (double)K * K * UNIT_ROUNDOFF;
}

/* Panels of at most `part` output pixels, so that ranges start inside of a row. */
static void gather_all(const ConvShape *s, CpuLevel level, const float *x, float *panel, long ldp)
{
    const int part = 7, P = s->OH * s->OW;
    for (int p0 = 0; p0 < P; p0 += part)
        conv_kernels(level).gather(&(ConvGatherArgs){*s, x, LANES, panel + p0 * ldp, ldp, p0,
                                                     P - p0 < part ? P - p0 : part});
}

static void check_forward_and_weights(const ConvShape *s)
{
    const int K = s->k * s->k * s->C, P = s->OH * s->OW;
    const float *x = test_random_padded(s->H * s->W, s->C, LANES);
    const float *w = test_random_padded(K, s->OC, LANES);
    const float *dz = test_random_padded(P, s->OC, LANES);
    const float *first = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level++) {
        float *panel = test_buffer((long)P * K), *y = test_buffer(P * LANES);
        float *dw = test_buffer(K * LANES);
        memset(dw, 0, sizeof(float) * (size_t)(K * LANES));
        gather_all(s, level, x, panel, K);
        pw_kernels(level).forward(&(PwForwardArgs){panel, K, w, LANES, y, LANES, P, K, LANES});
        pw_kernels(level).backward_weights(
            &(PwWeightsArgs){panel, K, dz, LANES, dw, LANES, P, K, LANES});
        conv_forward__ref(s, x, LANES, w, LANES, truth);
        for (int p = 0; p < P; p++)
            for (int n = 0; n < s->OC; n++)
                test_close("y", p * s->OC + n, (double)y[p * LANES + n], truth[p * s->OC + n],
                           chain_tolerance(K));
        conv_backward_weights__ref(s, x, LANES, dz, LANES, truth);
        for (int k = 0; k < K; k++)
            for (int n = 0; n < s->OC; n++)
                test_close("dw", k * s->OC + n, (double)dw[k * LANES + n], truth[k * s->OC + n],
                           chain_tolerance(P));
        first = first != NULL ? first : panel;
        test_same_bits("panel across levels", panel, first, (long)P * K);
    }
}

static void check_backward_data(const ConvShape *s)
{
    const int K = s->k * s->k * s->OC, P = s->H * s->W, part = 5;
    const float *w = test_random_padded(s->k * s->k * s->C, s->OC, LANES);
    const float *dz = test_random_padded(s->OH * s->OW, s->OC, LANES);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level++) {
        const ConvKernels conv = conv_kernels(level);
        float *panel = test_buffer((long)P * K), *wt = test_buffer(K * LANES);
        float *dx = test_buffer(P * LANES);
        conv.rearrange(&(ConvRearrangeArgs){w, LANES, wt, LANES, s->k, s->C, s->OC});
        for (int p0 = 0; p0 < P; p0 += part)
            conv.gather_transposed(&(ConvGatherTransposedArgs){
                *s, dz, LANES, panel + (long)p0 * K, K, p0, P - p0 < part ? P - p0 : part});
        pw_kernels(level).forward(&(PwForwardArgs){panel, K, wt, LANES, dx, LANES, P, K, LANES});
        conv_backward_data__ref(s, dz, LANES, w, LANES, truth);
        for (int p = 0; p < P; p++)
            for (int c = 0; c < LANES; c++)
                test_close("dx", p * LANES + c, (double)dx[p * LANES + c],
                           c < s->C ? truth[p * s->C + c] : 0.0,
                           c < s->C ? chain_tolerance(K) : 0.0);
    }
}

/* The three references are adjoint to each other (double sums of at most MAX_OUTPUTS terms below
 * 1): the direct convolution and its gradients describe one map. */
static void check_references_adjoint(const ConvShape *s)
{
    static double y[MAX_OUTPUTS], dx[MAX_OUTPUTS], dw[MAX_OUTPUTS];
    const int K = s->k * s->k * s->C;
    const float *x = test_random_padded(s->H * s->W, s->C, LANES);
    const float *w = test_random_padded(K, s->OC, LANES);
    const float *dz = test_random_padded(s->OH * s->OW, s->OC, LANES);
    conv_forward__ref(s, x, LANES, w, LANES, y);
    conv_backward_data__ref(s, dz, LANES, w, LANES, dx);
    conv_backward_weights__ref(s, x, LANES, dz, LANES, dw);
    double ydz = 0.0, xdx = 0.0, wdw = 0.0;
    for (int p = 0; p < s->OH * s->OW; p++)
        for (int n = 0; n < s->OC; n++)
            ydz += y[p * s->OC + n] * (double)dz[p * LANES + n];
    for (int p = 0; p < s->H * s->W; p++)
        for (int c = 0; c < s->C; c++)
            xdx += dx[p * s->C + c] * (double)x[p * LANES + c];
    for (int k = 0; k < K; k++)
        for (int n = 0; n < s->OC; n++)
            wdw += dw[k * s->OC + n] * (double)w[k * LANES + n];
    const double tolerance = 1e-16 * MAX_OUTPUTS * MAX_OUTPUTS;
    test_close("<x, dx>", 0, xdx, ydz, tolerance);
    test_close("<w, dw>", 0, wdw, ydz, tolerance);
}

static void forward_and_weights_are_right(void **state)
{
    (void)state;
    for_all_shapes(check_forward_and_weights);
}

static void backward_data_is_right(void **state)
{
    (void)state;
    for_all_shapes(check_backward_data);
}

static void references_are_adjoint(void **state)
{
    (void)state;
    for_all_shapes(check_references_adjoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_and_weights_are_right),
        cmocka_unit_test(backward_data_is_right),
        cmocka_unit_test(references_are_adjoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
