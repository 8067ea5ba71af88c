/* gemm: products with packed weights and their endings at every level. */
#include "kernel_test.h"

#include "base/err.h"

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

/* --- finish --- */

/* Where finish writes. */
typedef enum FinishTo { TO_OTHERS, TO_X, TO_R, TO_NOBODY, N_FINISH_TO } FinishTo;

typedef struct FinishCase {
    int P, C;
    bool has_bias, has_residual, has_sums;
    FinishTo to;
    ActFn act;
} FinishCase;

/* The numbers of a case: every matrix has a row's gap of its own. */
typedef struct FinishData {
    const float *x, *bias, *r;
    float *sums;
    long ldx, ldr, ldy;
} FinishData;

/* A copy of n floats; NULL of NULL. */
static float *copy_of(const float *from, long n)
{
    if (from == NULL)
        return NULL;
    float *to = test_buffer(n);
    test_copy(to, from, n);
    return to;
}

/* Runs finish on copies; y[P][C] and sums[C], unless they are not wanted; nothing else is written.
 */
static void run_finish(CpuLevel level, const FinishCase *c, const FinishData *d, float *y,
                       float *sums)
{
    float *x = copy_of(d->x, c->P * d->ldx), *r = copy_of(d->r, c->P * d->ldr);
    GemmFinishArgs a = {.x = x,
                        .ldx = d->ldx,
                        .bias = d->bias,
                        .r = r,
                        .ldr = d->ldr,
                        .act = c->act,
                        .sums = copy_of(d->sums, c->C),
                        .P = c->P,
                        .C = c->C};
    float *others = test_random(c->P * d->ldy);
    float *const places[N_FINISH_TO] = {others, x, r, NULL};
    const long strides[N_FINISH_TO] = {d->ldy, d->ldx, d->ldr, 0};
    a.y = places[c->to];
    a.ldy = strides[c->to];
    const float *before = copy_of(a.y, c->P * a.ldy);
    gemm_kernels(level).finish(&a);
    for (int p = 0; a.y != NULL && p < c->P; p++) {
        const long end = p * a.ldy + c->C;
        test_copy(y + (long)p * c->C, a.y + p * a.ldy, c->C);
        test_same_bits("between rows", a.y + end, before + end, a.ldy - c->C);
    }
    if (a.sums != NULL)
        test_copy(sums, a.sums, c->C);
}

/*
 * A bias and a residual below 1 on values below 1: two roundings of sums below 3; a sum of P such
 * values errs by P roundings of sums below 3 P, beside those of its terms, and continues from where
 * it was. Activated ones are the same bits at all levels.
 */
static void check_finish(const FinishCase *c)
{
    enum { MOST_P = 13, MOST_C = 3 * LANES };
    static double exact[MOST_P * MOST_C], exact_sums[MOST_C];
    const FinishData d = {.ldx = c->C + LANES,
                          .ldr = c->C + 2 * LANES,
                          .ldy = c->C + 3 * LANES,
                          .x = test_random_full(c->P * (c->C + LANES)),
                          .bias = c->has_bias ? test_random_full(c->C) : NULL,
                          .r = c->has_residual ? test_random_full(c->P * (c->C + 2 * LANES)) : NULL,
                          .sums = c->has_sums ? test_random_full(c->C) : NULL};
    const long n = (long)c->P * c->C;
    float *y = test_random(n), *sums = test_random(c->C);
    run_finish(CPU_GENERIC, c, &d, y, sums);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *again = copy_of(y, n), *sums_again = copy_of(sums, c->C);
        run_finish(level, c, &d, again, sums_again);
        test_same_bits("y across levels", again, y, n);
        test_same_bits("sums across levels", sums_again, sums, c->C);
    }
    if (c->act != ACT_FN_NONE)
        return;
    gemm_finish__ref(&(GemmFinishArgs){.x = d.x,
                                       .ldx = d.ldx,
                                       .bias = d.bias,
                                       .r = d.r,
                                       .ldr = d.ldr,
                                       .sums = d.sums,
                                       .P = c->P,
                                       .C = c->C},
                     exact, c->has_sums ? exact_sums : NULL);
    for (long i = 0; c->to != TO_NOBODY && i < n; i++)
        test_close("y", i, (double)y[i], exact[i], 2 * 3.0 * UNIT_ROUNDOFF);
    for (int i = 0; c->has_sums && i < c->C; i++)
        test_close("sums", i, (double)sums[i], exact_sums[i],
                   (c->P * 3.0 * c->P + 3.0 * c->P * 2 + 3.0 * c->P + 1) * UNIT_ROUNDOFF);
}

/* With and without each part, onto each of its operands, around a vector's and a tile's length. */
static void finish_is_right(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 7, 13};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        for (int parts = 0; parts < 8; parts++)
            for (int to = 0; to < N_FINISH_TO; to++)
                for (int act = 0; act < ACT_FN_COUNT; act++) {
                    const FinishCase c = {.P = counts[i],
                                          .C = (1 + (int)i % 3) * LANES,
                                          .has_bias = parts & 1,
                                          .has_residual = parts & 2,
                                          .has_sums = parts & 4,
                                          .to = (FinishTo)to,
                                          .act = (ActFn)act};
                    if (c.to == TO_R && !c.has_residual)
                        continue;
                    test_begin((uint32_t)(i * 8 + (size_t)parts));
                    check_finish(&c);
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
