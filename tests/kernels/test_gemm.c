/* gemm: products with packed weights and their endings at every level. */
#include "kernel_test.h"

#include <math.h>

/* Around the tiles of 12, 8, 6, 4 and 1 rows and panels of 1 to 4 vectors. */
static const int row_counts[] = {1, 3, 4, 5, 6, 7, 11, 12, 13, 25, 49};
static const int k_counts[] = {1, 2, 4, 9, 27, 37};
static const int vectors[] = {1, 2, 3, 4, 5, 7, 9};

#define MOST_ROWS 49
#define MOST_OUT (MOST_ROWS * 9 * LANES)

static double truth[MOST_OUT];

/* w[K][N] as a packed matrix. */
static float *pack(const float *w, int K, int N, int V)
{
    float *packed = test_buffer((long)K * N);
    for (int k = 0; k < K; k++)
        for (int n = 0; n < N; n += LANES)
            test_copy(packed + gemm_packed(K, N, V, k, n), w + (long)k * N + n, LANES);
    return packed;
}

/* Rows `step` apart from `first` on. */
static void list_rows(long *rows, int M, long first, long step)
{
    for (int m = 0; m < M; m++)
        rows[m] = first + m * step;
}

/*
 * A chain of K fmas of products below 1 from a bias below 1 errs by at most K roundings of partial
 * sums below K + 1, a residual below 1 by one more. Rows of x overlap, in pieces of 9 that lie
 * apart and a shorter last one; those of y lie in descending order.
 */
static void check_forward(int M, int K, int N, bool has_residual)
{
    enum { LENGTH = 9, ROW = 3, MOST_PIECES = 5 };
    long x_rows[MOST_ROWS], y_rows[MOST_ROWS], starts[MOST_PIECES];
    const int gap = M * ROW + LENGTH + 2;
    const float *w = test_random((long)K * N);
    list_rows(x_rows, M, 0, ROW);
    list_rows(y_rows, M, (long)(M - 1) * N, -N);
    list_rows(starts, MOST_PIECES, 1, gap);
    GemmForwardArgs a = {.x = test_random((long)MOST_PIECES * gap),
                         .x_rows = x_rows,
                         .starts = starts,
                         .length = LENGTH,
                         .bias = test_random(N),
                         .r = has_residual ? test_random((long)M * N) : NULL,
                         .r_rows = y_rows,
                         .y_rows = y_rows,
                         .M = M,
                         .K = K,
                         .N = N};
    float *first = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
        for (a.V = 1; a.V <= GEMM_MOST_VECTORS; a.V++) {
            a.w = pack(w, K, N, a.V);
            a.y = test_buffer((long)M * N);
            gemm_kernels(level).forward(&a);
            if (first == NULL) {
                gemm_forward__ref(&a, truth);
                for (int m = 0; m < M; m++)
                    for (int n = 0; n < N; n++)
                        test_close("y", (long)m * N + n, (double)a.y[y_rows[m] + n],
                                   truth[(long)m * N + n],
                                   (K * (K + 1.0) + (K + 2.0)) * UNIT_ROUNDOFF);
                first = a.y;
            }
            test_same_bits("y across levels and panels", a.y, first, (long)M * N);
        }
}

static void forward_is_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++)
        for (size_t j = 0; j < sizeof k_counts / sizeof *k_counts; j++)
            for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++) {
                test_begin((uint32_t)(i * 64 + j * 8 + v));
                check_forward(row_counts[i], k_counts[j], vectors[v] * LANES, (i + j + v) % 2);
                test_check_guards();
            }
}

/* The activation is that of affine, on the sum without one: the same bits. */
static void check_activation(CpuLevel level, ActFn act)
{
    enum { M = 13, K = 5, N = 3 * LANES };
    long x_rows[M], y_rows[M];
    const long start = 0;
    const float *w = test_random(K * N), *ones = test_buffer(N), *zeros = test_buffer(N);
    for (int n = 0; n < N; n++) {
        ((float *)ones)[n] = 1.0f;
        ((float *)zeros)[n] = 0.0f;
    }
    float *bias = test_random(N), *wanted = test_buffer(M * N);
    for (int n = 0; n < N; n++)
        bias[n] *= 8.0f; /* beyond the corners of all activations */
    list_rows(x_rows, M, 0, K);
    list_rows(y_rows, M, 0, N);
    GemmForwardArgs a = {.x = test_random(M * K),
                         .x_rows = x_rows,
                         .starts = &start,
                         .length = K,
                         .w = pack(w, K, N, 2),
                         .V = 2,
                         .bias = bias,
                         .y = test_buffer(M * N),
                         .y_rows = y_rows,
                         .M = M,
                         .K = K,
                         .N = N};
    gemm_kernels(level).forward(&a);
    const AffineForwardArgs affine = {.z = a.y,
                                      .ldz = N,
                                      .A = ones,
                                      .D = zeros,
                                      .h = wanted,
                                      .ldh = N,
                                      .P = M,
                                      .C = N,
                                      .act = act};
    affine_kernels(level).forward(&affine);
    a.act = act;
    a.y = test_buffer(M * N);
    gemm_kernels(level).forward(&a);
    for (int i = 0; i < M * N; i++) /* +0 and -0 are one */
        assert_true(a.y[i] == wanted[i]);
}

static void activations_are_those_of_affine(void **state)
{
    (void)state;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
        for (int act = 0; act < ACT_FN_COUNT; act++) {
            test_begin((uint32_t)act);
            check_activation(level, (ActFn)act);
            test_check_guards();
        }
}

/* A clamp lets a NaN through, as everywhere. */
static void nan_stays(void **state)
{
    (void)state;
    const long row = 0;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
        for (int act = 0; act < ACT_FN_COUNT; act++) {
            _Alignas(64) float x[1] = {NAN}, w[LANES] = {0.0f}, bias[LANES] = {0.0f}, y[LANES];
            const GemmForwardArgs a = {.x = x,
                                       .x_rows = &row,
                                       .starts = &row,
                                       .length = 1,
                                       .w = w,
                                       .V = 1,
                                       .bias = bias,
                                       .act = (ActFn)act,
                                       .y = y,
                                       .y_rows = &row,
                                       .M = 1,
                                       .K = 1,
                                       .N = LANES};
            gemm_kernels(level).forward(&a);
            for (int i = 0; i < LANES; i++)
                assert_true(isnan(y[i]));
        }
}

/*
 * finish: a bias and a residual below 1 on values below 1: two roundings of sums below 3; a sum of
 * P such values errs by P roundings of sums below 3 P, beside those of its terms, and continues
 * from where it was.
 */
static void check_finish(CpuLevel level, bool has_bias, bool has_residual)
{
    enum { P = 7, C = 3 * LANES };
    float *sums = test_random(C), *y = test_buffer(P * C), *before = test_buffer(C);
    test_copy(before, sums, C);
    const GemmFinishArgs a = {.x = test_random(P * C),
                              .ldx = C,
                              .bias = has_bias ? test_random(C) : NULL,
                              .r = has_residual ? test_random(P * C) : NULL,
                              .ldr = C,
                              .y = y,
                              .ldy = C,
                              .sums = sums,
                              .P = P,
                              .C = C};
    gemm_kernels(level).finish(&a);
    for (int c = 0; c < C; c++) {
        double sum = (double)before[c];
        for (int p = 0; p < P; p++) {
            const int i = p * C + c;
            double wanted = (double)a.x[i];
            wanted += has_bias ? (double)a.bias[c] : 0.0;
            wanted += has_residual ? (double)a.r[i] : 0.0;
            test_close("y", i, (double)y[i], wanted, 2 * 3.0 * UNIT_ROUNDOFF);
            sum += wanted;
        }
        test_close("sums", c, (double)sums[c], sum,
                   (P * 3.0 * P + 3.0 * P * 2 + 1) * UNIT_ROUNDOFF);
    }
    GemmFinishArgs only_sums = a;
    only_sums.y = NULL;
    only_sums.sums = before;
    gemm_kernels(level).finish(&only_sums);
    test_same_bits("sums alone", before, sums, C);
}

static void finish_is_right(void **state)
{
    (void)state;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
        for (int i = 0; i < 4; i++) {
            test_begin((uint32_t)i);
            check_finish(level, i % 2, i / 2);
            test_check_guards();
        }
}

/* finish applies affine's activations to the very bits, at every level. */
static void finish_activates(void **state)
{
    (void)state;
    enum { P = 9, C = 2 * LANES };
    for (int act = 0; act < ACT_FN_COUNT; act++) {
        test_begin((uint32_t)act);
        float *x = test_random(P * C), *ones = test_buffer(C), *zeros = test_buffer(C);
        for (int i = 0; i < P * C; i++)
            x[i] *= 8.0f;
        for (int c = 0; c < C; c++) {
            ones[c] = 1.0f;
            zeros[c] = 0.0f;
        }
        for (CpuLevel level = CPU_GENERIC; level <= test_top_level();
             level = cpu_next_level(level)) {
            float *y = test_buffer(P * C), *wanted = test_buffer(P * C);
            gemm_kernels(level).finish(&(GemmFinishArgs){
                .x = x, .ldx = C, .act = (ActFn)act, .y = y, .ldy = C, .P = P, .C = C});
            affine_kernels(level).forward(&(AffineForwardArgs){.z = x,
                                                               .ldz = C,
                                                               .A = ones,
                                                               .D = zeros,
                                                               .h = wanted,
                                                               .ldh = C,
                                                               .P = P,
                                                               .C = C,
                                                               .act = (ActFn)act});
            for (int i = 0; i < P * C; i++)
                assert_true(y[i] == wanted[i]);
        }
        test_check_guards();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_right), cmocka_unit_test(activations_are_those_of_affine),
        cmocka_unit_test(nan_stays),        cmocka_unit_test(finish_is_right),
        cmocka_unit_test(finish_activates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
