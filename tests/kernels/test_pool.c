/* pool: means, dots, broadcast, max and average pooling, at every level. */
#include "kernel_test.h"

#include <math.h>
#include <string.h>

#define MAX_SIDE 9
#define MAX_PIXELS (MAX_SIDE * MAX_SIDE)
#define MAX_CHANNELS 48

static double truth[MAX_PIXELS * MAX_CHANNELS];

static const int channel_counts[] = {16, 48};

/* P products or values below 1, four chains and a fold: at most P/4 + 5 roundings of partial sums
 * below P. */
static void check_sums(int P, int C)
{
    const long ld = C + LANES;
    const float *x = test_random(P * ld), *b = test_random(P * ld);
    const double tolerance = (P / 4 + 5.0) * P * UNIT_ROUNDOFF;
    const float *first[2] = {NULL, NULL};
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *mean = test_buffer(C), *dot = test_buffer(C);
        const PoolMeanArgs m = {x, ld, mean, P, C};
        pool_kernels(level).mean(&m);
        pool_mean__ref(&m, truth);
        for (int c = 0; c < C; c++)
            test_close("mean", c, (double)mean[c], truth[c], tolerance / P + UNIT_ROUNDOFF);
        const PoolDotArgs d = {x, ld, b, ld, dot, P, C};
        pool_kernels(level).dot(&d);
        pool_dot__ref(&d, truth);
        for (int c = 0; c < C; c++)
            test_close("dot", c, (double)dot[c], truth[c], tolerance);
        first[0] = first[0] != NULL ? first[0] : mean;
        first[1] = first[1] != NULL ? first[1] : dot;
        test_same_bits("mean across levels", mean, first[0], C);
        test_same_bits("dot across levels", dot, first[1], C);
    }
}

/* The gradient of the mean is its adjoint: <mean x, g> = <x, broadcast g>; C values of P terms
 * below 1/P, each with P/4 + 7 roundings. With a residual the sum is rounded once more. */
static void check_broadcast(int P, int C)
{
    const float *x = test_random((long)P * C), *g = test_random(C), *r = test_random((long)P * C);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *y = test_buffer(C), *dx = test_buffer((long)P * C), *sum = test_buffer((long)P * C);
        const PoolKernels pool = pool_kernels(level);
        pool.mean(&(PoolMeanArgs){x, C, y, P, C});
        pool.broadcast(&(PoolBroadcastArgs){.dy = g, .dx = dx, .lddx = C, .P = P, .C = C});
        pool.broadcast(&(PoolBroadcastArgs){g, r, C, sum, C, P, C});
        double yg = 0.0, xdx = 0.0;
        for (int c = 0; c < C; c++)
            yg += (double)y[c] * (double)g[c];
        for (long i = 0; i < (long)P * C; i++) {
            xdx += (double)x[i] * (double)dx[i];
            test_close("dx + r", i, (double)sum[i], (double)dx[i] + (double)r[i],
                       2 * UNIT_ROUNDOFF);
        }
        test_close("<x, dx>", 0, xdx, yg, C * (P / 4 + 7.0) * UNIT_ROUNDOFF);
    }
}

static void sums_are_right(void **state)
{
    (void)state;
    for (int P = 1; P <= MAX_PIXELS; P += P < 10 ? 1 : 17)
        for (size_t j = 0; j < sizeof channel_counts / sizeof *channel_counts; j++) {
            test_begin((uint32_t)P);
            check_sums(P, channel_counts[j]);
            check_broadcast(P, channel_counts[j]);
            test_check_guards();
        }
}

/* Values from a few numbers, so that ties are common. Forward is exact; backward adds at most k*k
 * gradients below 1. */
static void check_max(int H, int W, int C, int k, int stride, int pad)
{
    float *x = test_random((long)H * W * C);
    for (long i = 0; i < (long)H * W * C; i++)
        x[i] = (float)(int)(x[i] * 3.0f);
    PoolWindowArgs a = {.x = x,
                        .ldx = C,
                        .ldx_row = (long)W * C,
                        .ldy = C,
                        .lddy = C,
                        .lddx = C,
                        .H = H,
                        .W = W,
                        .C = C,
                        .k = k,
                        .stride = stride,
                        .pad_top = pad,
                        .pad_left = pad};
    a.OH = (H + 2 * pad - k) / stride + 1;
    a.OW = (W + 2 * pad - k) / stride + 1;
    a.ldy_row = (long)a.OW * C;
    a.dy = test_random((long)a.OH * a.OW * C);
    const float *first = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        a.y = test_buffer((long)a.OH * a.OW * C);
        a.dx = test_buffer((long)H * W * C);
        pool_kernels(level).max_forward(&a);
        pool_max_forward__ref(&a, truth);
        for (long i = 0; i < (long)a.OH * a.OW * C; i++)
            test_close("max", i, (double)a.y[i], truth[i], 0.0);
        pool_kernels(level).max_backward(&a);
        pool_max_backward__ref(&a, truth);
        for (long i = 0; i < (long)H * W * C; i++)
            test_close("dx", i, (double)a.dx[i], truth[i], k * k * (k * k) * UNIT_ROUNDOFF);
        first = first != NULL ? first : a.dx;
        test_same_bits("dx across levels", a.dx, first, (long)H * W * C);
    }
}

/*
 * Forward: k*k values below 1 added up and divided by their number n: at most k*k roundings of sums
 * below n, and one. Backward: at most k*k shares below 1 added up, each rounded once. Linear in x,
 * so backward is its adjoint: <average x, g> = <x, dx>.
 */
static void check_average(const PoolWindowArgs *shape)
{
    PoolWindowArgs a = *shape;
    const long n_in = (long)a.H * a.W * a.C, n_out = (long)a.OH * a.OW * a.C;
    const double tolerance = (a.k * a.k * (a.k * a.k) + 1) * UNIT_ROUNDOFF;
    const float *first[2] = {NULL, NULL};
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        double yg = 0.0, xdx = 0.0;
        a.y = test_buffer(n_out);
        a.dx = test_buffer(n_in);
        pool_kernels(level).average_forward(&a);
        pool_average_forward__ref(&a, truth);
        for (long i = 0; i < n_out; i++) {
            test_close("average", i, (double)a.y[i], truth[i], tolerance);
            yg += (double)a.y[i] * (double)a.dy[i];
        }
        pool_kernels(level).average_backward(&a);
        pool_average_backward__ref(&a, truth);
        for (long i = 0; i < n_in; i++) {
            test_close("average dx", i, (double)a.dx[i], truth[i], tolerance);
            xdx += (double)a.x[i] * (double)a.dx[i];
        }
        test_close("<x, dx>", 0, xdx, yg, (double)(n_in + n_out) * tolerance);
        first[0] = first[0] != NULL ? first[0] : a.y;
        first[1] = first[1] != NULL ? first[1] : a.dx;
        test_same_bits("average across levels", a.y, first[0], n_out);
        test_same_bits("average dx across levels", a.dx, first[1], n_in);
    }
}

/* 2 x 2 at stride 2 and 3 x 3 at stride 1 and 2, every padding, whole and cut windows. */
static void average_is_right(void **state)
{
    (void)state;
    for (int side = 1; side <= MAX_SIDE; side++)
        for (int k = 1; k <= 3; k++)
            for (int stride = 1; stride <= 2; stride++)
                for (int pad = 0; pad < k; pad++) {
                    PoolWindowArgs a = {.H = side,
                                        .W = side < MAX_SIDE ? side + 1 : 4,
                                        .C = 32,
                                        .ldx = 32,
                                        .ldx_row = 32 * (side < MAX_SIDE ? side + 1 : 4),
                                        .ldy = 32,
                                        .lddy = 32,
                                        .lddx = 32,
                                        .k = k,
                                        .stride = stride,
                                        .pad_top = pad,
                                        .pad_left = pad};
                    a.OH = (a.H + stride - 1) / stride;
                    a.OW = (a.W + stride - 1) / stride;
                    a.ldy_row = 32L * a.OW;
                    test_begin((uint32_t)(side * 64 + k * 16 + stride * 4 + pad));
                    a.x = test_random((long)a.H * a.W * a.C);
                    a.dy = test_random((long)a.OH * a.OW * a.C);
                    check_average(&a);
                    test_check_guards();
                }
}

/* Rows of both maps may lie apart: the same bits, and what lies between them is neither read (NaN)
 * nor written. */
static void rows_may_lie_apart(void **state)
{
    (void)state;
    enum { H = 5, W = 4, OH = 3, OW = 2, C = LANES, GAP = LANES };
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        test_begin(3);
        const PoolKernels kernels = pool_kernels(level);
        void (*const forward[])(const PoolWindowArgs *) = {kernels.max_forward,
                                                           kernels.average_forward};
        const float *x = test_random(H * W * C);
        float *wide = test_buffer(H * (W * C + GAP));
        for (int h = 0; h < H; h++)
            test_copy(wide + h * (W * C + GAP), x + h * W * C, W * C);
        for (size_t i = 0; i < sizeof forward / sizeof *forward; i++) {
            float *y = test_buffer(OH * OW * C), *apart = test_buffer(OH * (OW * C + GAP));
            PoolWindowArgs a = {.x = x,
                                .ldx = C,
                                .ldx_row = W * C,
                                .y = y,
                                .ldy = C,
                                .ldy_row = OW * C,
                                .H = H,
                                .W = W,
                                .OH = OH,
                                .OW = OW,
                                .C = C,
                                .k = 3,
                                .stride = 2,
                                .pad_top = 1,
                                .pad_left = 1};
            forward[i](&a);
            a.x = wide;
            a.ldx_row = W * C + GAP;
            a.y = apart;
            a.ldy_row = OW * C + GAP;
            forward[i](&a);
            for (int oh = 0; oh < OH; oh++) {
                test_same_bits("a row", apart + oh * a.ldy_row, y + oh * OW * C, OW * C);
                for (int c = 0; c < GAP; c++)
                    assert_true(isnan(apart[oh * a.ldy_row + OW * C + c]));
            }
        }
        test_check_guards();
    }
}

/* Padding does not count: the mean of ones is one everywhere, and exactly. */
static void average_leaves_padding_out(void **state)
{
    (void)state;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float x[9 * LANES], y[9 * LANES];
        for (int i = 0; i < 9 * LANES; i++)
            x[i] = 1.0f;
        pool_kernels(level).average_forward(&(PoolWindowArgs){.x = x,
                                                              .ldx = LANES,
                                                              .ldx_row = 3 * LANES,
                                                              .y = y,
                                                              .ldy = LANES,
                                                              .ldy_row = 3 * LANES,
                                                              .H = 3,
                                                              .W = 3,
                                                              .OH = 3,
                                                              .OW = 3,
                                                              .C = LANES,
                                                              .k = 3,
                                                              .stride = 1,
                                                              .pad_top = 1,
                                                              .pad_left = 1});
        test_same_bits("mean of ones", y, x, 9 * LANES);
    }
}

static void max_is_right(void **state)
{
    (void)state;
    for (int side = 1; side <= MAX_SIDE; side++)
        for (int k = 2; k <= 3; k++)
            for (int stride = 1; stride <= 2; stride++)
                for (int pad = 0; pad < k - 1; pad++) {
                    const int H = side, W = side < MAX_SIDE ? side + 1 : 4;
                    if (H + 2 * pad < k || W + 2 * pad < k)
                        continue;
                    test_begin((uint32_t)(side * 16 + k * 4 + stride * 2 + pad));
                    check_max(H, W, 32, k, stride, pad);
                    test_check_guards();
                }
}

/* A NaN wins only as the first tap of its window. */
static void max_keeps_its_operand_order(void **state)
{
    (void)state;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float x[2 * LANES], y[LANES];
        for (int i = 0; i < LANES; i++) {
            x[i] = i == 0 ? NAN : i == 2 ? -0.0f : 0.0f;
            x[LANES + i] = i == 1 ? NAN : i == 2 ? 0.0f : -1.0f;
        }
        pool_kernels(level).max_forward(&(PoolWindowArgs){.x = x,
                                                          .ldx = LANES,
                                                          .ldx_row = 2 * LANES,
                                                          .y = y,
                                                          .ldy = LANES,
                                                          .ldy_row = LANES,
                                                          .H = 1,
                                                          .W = 2,
                                                          .OH = 1,
                                                          .OW = 1,
                                                          .C = LANES,
                                                          .k = 2,
                                                          .stride = 1,
                                                          .pad_top = 0,
                                                          .pad_left = 0});
        assert_true(isnan(y[0]));
        assert_true(y[1] == 0.0f);
        assert_true(signbit(y[2]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_right),
        cmocka_unit_test(max_is_right),
        cmocka_unit_test(max_keeps_its_operand_order),
        cmocka_unit_test(average_is_right),
        cmocka_unit_test(rows_may_lie_apart),
        cmocka_unit_test(average_leaves_padding_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
