/* pw: forward, backward_weights and transpose at every level. */
#include "kernel_test.h"

#include "kernels/pw/pwtile.h"

#include <string.h>

/* Around the tiles of 12, 8, 6, 4 and 1 rows and of 1 to 5 vectors, primes, the block of 128
 * pixels. */
static const int row_counts[] = {1, 3, 4, 5, 7, 8, 9, 12, 13, 23, 31, 127, 128, 131};
static const int k_counts[] = {1, 2, 3, 8, 13, 27, 37};
static const int vectors[] = {1, 2, 3, 4, 5, 6, 7, 9};

#define MAX_OUT (131 * 9 * LANES)

static double truth[MAX_OUT];

typedef void (*ShapeCheck)(int M, int K, int N);

static void for_all_shapes(ShapeCheck check)
{
    for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++)
        for (size_t j = 0; j < sizeof k_counts / sizeof *k_counts; j++)
            for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++) {
                test_begin((uint32_t)(i * 64 + j * 8 + v));
                check(row_counts[i], k_counts[j], vectors[v] * LANES);
                test_check_guards();
            }
}

/* A chain of K fmas of products below 1 errs by at most K roundings of partial sums below K. */
static void check_forward(int M, int K, int N)
{
    PwForwardArgs a = {.ldx = K + 3, .ldw = N + LANES, .ldy = N + LANES, .M = M, .K = K, .N = N};
    a.x = test_random(M * a.ldx);
    a.w = test_random(K * a.ldw);
    float *first = NULL;
    pw_forward__ref(&a, truth);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        a.y = test_buffer(M * a.ldy);
        for (int m = 0; m < M; m++)
            memset(a.y + m * a.ldy + N, 0, LANES * sizeof(float));
        pw_kernels(level).forward(&a);
        for (int m = 0; m < M; m++)
            for (int n = 0; n < N; n++)
                test_close("y", (long)m * N + n, (double)a.y[m * a.ldy + n], truth[(long)m * N + n],
                           (double)K * K * UNIT_ROUNDOFF);
        first = first != NULL ? first : a.y;
        test_same_bits("y across levels", a.y, first, M * a.ldy);
    }
}

/* As forward, with M products and a start below 1. */
static void check_backward_weights(int M, int K, int N)
{
    PwWeightsArgs a = {.ldx = K + 1, .lddy = N + LANES, .lddw = N + LANES, .M = M, .K = K, .N = N};
    a.x = test_random(M * a.ldx);
    a.dy = test_random(M * a.lddy);
    const float *start = test_random(K * a.lddw);
    a.dw = test_buffer(K * a.lddw);
    test_copy(a.dw, start, K * a.lddw);
    pw_backward_weights__ref(&a, truth);
    float *first = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        a.dw = test_buffer(K * a.lddw);
        test_copy(a.dw, start, K * a.lddw);
        pw_kernels(level).backward_weights(&a);
        for (int k = 0; k < K; k++)
            for (int n = 0; n < N; n++)
                test_close("dw", (long)k * N + n, (double)a.dw[k * a.lddw + n],
                           truth[(long)k * N + n], (double)M * (M + 1) * UNIT_ROUNDOFF);
        first = first != NULL ? first : a.dw;
        test_same_bits("dw across levels", a.dw, first, K * a.lddw);
    }
}

static void forward_is_right(void **state)
{
    (void)state;
    for_all_shapes(check_forward);
}

static void backward_weights_is_right(void **state)
{
    (void)state;
    for_all_shapes(check_backward_weights);
}

/* The chain over pixels is continued from memory: two calls have the bits of one. */
static void backward_weights_continues(void **state)
{
    (void)state;
    const int M = 151, K = 17, N = 3 * LANES;
    test_begin(7);
    const float *x = test_random(M * K), *dy = test_random(M * N);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *whole = test_buffer(K * N), *parts = test_buffer(K * N);
        memset(whole, 0, sizeof(float) * K * N);
        memset(parts, 0, sizeof(float) * K * N);
        PwWeightsArgs a = {x, K, dy, N, whole, N, M, K, N, NULL, NULL};
        pw_kernels(level).backward_weights(&a);
        for (int m = 0, step = 1; m < M; m += step, step = step * 2 + 1) {
            const int left = M - m < step ? M - m : step;
            a = (PwWeightsArgs){x + m * K, K, dy + m * N, N, parts, N, left, K, N, NULL, NULL};
            pw_kernels(level).backward_weights(&a);
        }
        test_same_bits("dw in parts", parts, whole, K * N);
    }
}

/* A sum made of several calls, K in pieces, has the bits of one call; from a start in memory it is
 * right. */
static void forward_continues(void **state)
{
    (void)state;
    const int M = 29, K = 37, N = 3 * LANES;
    test_begin(17);
    const float *x = test_random(M * K), *w = test_random(K * N), *start = test_random(M * N);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *whole = test_buffer(M * N), *parts = test_buffer(M * N);
        PwForwardArgs a = {x, K, w, N, whole, N, M, K, N, NULL, false, NULL};
        pw_kernels(level).forward(&a);
        for (int k = 0, step = 1; k < K; k += step, step = step * 2 + 1) {
            const int left = K - k < step ? K - k : step;
            a = (PwForwardArgs){x + k, K, w + k * N, N, parts, N, M, left, N, NULL, k > 0, NULL};
            pw_kernels(level).forward(&a);
        }
        test_same_bits("y in parts", parts, whole, M * N);
        test_copy(parts, start, M * N);
        a = (PwForwardArgs){x, K, w, N, parts, N, M, K, N, NULL, true, NULL};
        pw_forward__ref(&a, truth);
        pw_kernels(level).forward(&a);
        for (long i = 0; i < M * N; i++)
            test_close("y from a start", i, (double)parts[i], truth[i],
                       (double)K * (K + 1) * UNIT_ROUNDOFF);
    }
    test_check_guards();
}

/* Rows of y may lie in any order: listed backwards and two apart, with the gaps untouched; without
 * terms they are zeros. */
static void forward_writes_listed_rows(void **state)
{
    (void)state;
    enum { M = 29, K = 5, N = 3 * LANES };
    test_begin(18);
    const float *x = test_random(M * K), *w = test_random(K * N), *gaps = test_random(2 * M * N);
    float *zeros = test_buffer(N);
    memset(zeros, 0, sizeof(float) * N);
    long rows[M];
    for (int m = 0; m < M; m++)
        rows[m] = 2L * (M - 1 - m) * N;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *want = test_buffer(M * N), *y = test_buffer(2 * M * N);
        pw_kernels(level).forward(
            &(PwForwardArgs){x, K, w, N, want, N, M, K, N, NULL, false, NULL});
        test_copy(y, gaps, 2 * M * N);
        pw_kernels(level).forward(&(PwForwardArgs){x, K, w, N, y, 0, M, K, N, NULL, false, rows});
        for (int m = 0; m < M; m++) {
            test_same_bits("listed row", y + rows[m], want + m * N, N);
            test_same_bits("gap", y + rows[m] + N, gaps + rows[m] + N, N);
        }
        pw_kernels(level).forward(&(PwForwardArgs){x, K, w, N, y, 0, M, 0, N, NULL, false, rows});
        for (int m = 0; m < M; m++)
            test_same_bits("row without terms", y + rows[m], zeros, N);
    }
    test_check_guards();
}

/* Rows are independent of their tile: one row alone has the bits it has among others. */
static void forward_is_independent_of_tiles(void **state)
{
    (void)state;
    const int M = 29, K = 19, N = 9 * LANES;
    test_begin(8);
    const float *x = test_random(M * K), *w = test_random(K * N);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *all = test_buffer(M * N), *one = test_buffer(LANES);
        pw_kernels(level).forward(&(PwForwardArgs){x, K, w, N, all, N, M, K, N, NULL, false, NULL});
        for (int m = 0; m < M; m++)
            for (int n = 0; n < N; n += LANES) {
                pw_kernels(level).forward(&(PwForwardArgs){x + m * K, K, w + n, N, one, LANES, 1, K,
                                                           LANES, NULL, false, NULL});
                test_same_bits("row alone", one, all + m * N + n, LANES);
            }
    }
}

/* Products of large weights are copied in blocks of K: each row has the bits that it has alone,
 * where nothing is copied. Pieces are whole rows, parts of a block, longer than one. */
static void check_blocks(CpuLevel level, int M, int length, int pieces, int N)
{
    const int K = length * pieces;
    const long gap = length + 5;
    long rows[53], starts[9], y_rows[53];
    assert_true(M >= PW_COPY_ROWS && K >= PW_COPY_DEPTH && (long)K * N >= PW_COPY_WEIGHTS);
    assert_true(M <= 53 && pieces <= 9);
    const float *x = test_random((M + pieces) * gap), *w = test_random((long)K * (N + LANES));
    const float *begin = test_random((long)M * N);
    float *y = test_buffer((long)M * N), *one = test_buffer(N);
    for (int m = 0; m < M; m++) {
        rows[m] = m * gap;
        y_rows[m] = (long)(M - 1 - m) * N;
    }
    for (int i = 0; i < pieces; i++)
        starts[i] = i * gap;
    const PwWindows windows = {rows, starts, length};
    for (int continues = 0; continues < 2; continues++) {
        PwForwardArgs a = {x, 0, w, N + LANES, y, 0, M, K, N, &windows, continues, y_rows};
        test_copy(y, begin, (long)M * N);
        pw_kernels(level).forward(&a);
        for (int m = 0; m < M; m++) {
            const PwWindows alone = {rows + m, starts, length};
            PwForwardArgs row = {x, 0, w, N + LANES, one, N, 1, K, N, &alone, continues, NULL};
            test_copy(one, begin + y_rows[m], N);
            pw_kernels(level).forward(&row);
            test_same_bits("row of a copied product", y + y_rows[m], one, N);
        }
    }
}

static void forward_by_blocks_is_the_same(void **state)
{
    (void)state;
    static const struct {
        int M, length, pieces, N;
    } cases[] = {{16, 130, 1, 33 * LANES}, {29, 300, 1, 14 * LANES}, {53, 21, 9, 22 * LANES},
                 {17, 150, 3, 10 * LANES}, {24, 64, 2, 32 * LANES},  {31, 1100, 1, 5 * LANES},
                 {16, 200, 4, 7 * LANES},  {53, 128, 9, 4 * LANES},  {18, 513, 2, 4 * LANES}};
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            test_begin((uint32_t)i + 100);
            check_blocks(level, cases[i].M, cases[i].length, cases[i].pieces, cases[i].N);
            test_check_guards();
        }
}

/* Transposed weights are exact, their pad lanes zero. */
static void transpose_is_exact(void **state)
{
    (void)state;
    for (int K = 1; K <= 35; K += 2)
        for (int N = 1; N <= 19; N++) {
            test_begin((uint32_t)(K * 32 + N));
            const long ldwt = lanes_pad(K), ldw = lanes_pad(N);
            const float *w = test_random_padded(K, N, ldw);
            for (CpuLevel level = CPU_GENERIC; level <= test_top_level();
                 level = cpu_next_level(level)) {
                float *wt = test_buffer(N * ldwt);
                pw_kernels(level).transpose(&(PwTransposeArgs){w, ldw, wt, ldwt, K, N});
                for (int n = 0; n < N; n++)
                    for (int k = 0; k < ldwt; k++)
                        test_close("wt", n * ldwt + k, (double)wt[n * ldwt + k],
                                   k < K ? (double)w[k * ldw + n] : 0.0, 0.0);
            }
            test_check_guards();
        }
}

/* <A x, g> = <x, A' g> = <dA, A> in double over the float results; each inner product has terms
 * below K (or N, M) summed with the chain's error: M*N*K*max(K, N, M)*u bounds the sum of all of
 * them. */
static void passes_are_adjoint(void **state)
{
    (void)state;
    const int M = 37, K = 21, N = 32;
    const long Kp = lanes_pad(K);
    test_begin(9);
    const float *x = test_random_padded(M, K, Kp), *w = test_random(K * N), *g = test_random(M * N);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        const PwKernels pw = pw_kernels(level);
        float *y = test_buffer(M * N), *wt = test_buffer(N * Kp), *dx = test_buffer(M * Kp);
        float *dw = test_buffer(K * N);
        memset(dw, 0, sizeof(float) * K * N);
        pw.forward(&(PwForwardArgs){x, Kp, w, N, y, N, M, K, N, NULL, false, NULL});
        pw.transpose(&(PwTransposeArgs){w, N, wt, Kp, K, N});
        pw.forward(&(PwForwardArgs){g, N, wt, Kp, dx, Kp, M, N, (int)Kp, NULL, false, NULL});
        pw.backward_weights(&(PwWeightsArgs){x, Kp, g, N, dw, N, M, K, N, NULL, NULL});
        double yg = 0.0, xdx = 0.0, wdw = 0.0;
        for (int i = 0; i < M * N; i++)
            yg += (double)y[i] * (double)g[i];
        for (int i = 0; i < M * Kp; i++)
            xdx += (double)x[i] * (double)dx[i];
        for (int i = 0; i < K * N; i++)
            wdw += (double)w[i] * (double)dw[i];
        const double tolerance = (double)M * N * K * M * UNIT_ROUNDOFF;
        test_close("<x, dx>", 0, xdx, yg, tolerance);
        test_close("<w, dw>", 0, wdw, yg, tolerance);
        for (int m = 0; m < M; m++)
            for (long k = K; k < Kp; k++)
                test_close("pad lane of dx", m * Kp + k, (double)dx[m * Kp + k], 0.0, 0.0);
    }
    test_check_guards();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_right),
        cmocka_unit_test(backward_weights_is_right),
        cmocka_unit_test(backward_weights_continues),
        cmocka_unit_test(forward_continues),
        cmocka_unit_test(forward_writes_listed_rows),
        cmocka_unit_test(forward_is_independent_of_tiles),
        cmocka_unit_test(forward_by_blocks_is_the_same),
        cmocka_unit_test(transpose_is_exact),
        cmocka_unit_test(passes_are_adjoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
