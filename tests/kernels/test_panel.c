/* panel: every number has the bits of the separate kernels of affine, se and pool, at every level.
 */
#include "kernel_test.h"

#include <string.h>

#define MAX_P 75 /* more than two groups of PANEL_AHEAD, and a rest */
#define MAX_C 48

static const int row_counts[] = {1, 2, 3, 4, 5, 31, 32, 33, 36, 64, 75};
static const int channel_counts[] = {16, 32, 48};
static const int splits[] = {MAX_P, 24, 7, 1}; /* rows of a call */

typedef void (*ShapeCheck)(int P, int C);

static void for_all_shapes(ShapeCheck check)
{
    for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++)
        for (size_t j = 0; j < sizeof channel_counts / sizeof *channel_counts; j++) {
            test_begin((uint32_t)(i * 8 + j));
            check(row_counts[i], channel_counts[j]);
            test_check_guards();
        }
}

static float *zeros(long n)
{
    float *x = test_buffer(n);
    memset(x, 0, (size_t)n * sizeof *x);
    return x;
}

/* u reaches beyond 6, and into the tails of the sigmoid. */
static float *random_steep(int C)
{
    float *A = test_random_full(C);
    for (int c = 0; c < C; c++)
        A[c] *= 12.0f;
    return A;
}

/* --- load --- */

/* What the separate kernels of the portable level make. */
typedef struct Truth {
    float *h, *gated, *slope, *mean, *dot;
} Truth;

static Truth separate(const PanelLoadArgs *a, const float *s, const float *q)
{
    const long n = (long)a->P * a->C, C = a->C;
    const Truth t = {test_buffer(n), test_buffer(n), test_buffer(n), test_buffer(C),
                     test_buffer(C)};
    affine_kernels(CPU_GENERIC)
        .forward(&(AffineForwardArgs){.z = a->z,
                                      .ldz = a->ldz,
                                      .A = a->A,
                                      .D = a->D,
                                      .h = t.h,
                                      .ldh = C,
                                      .slope = t.slope,
                                      .ldslope = C,
                                      .P = a->P,
                                      .C = a->C,
                                      .act = a->act});
    se_kernels(CPU_GENERIC).scale(&(SeScaleArgs){t.h, C, s, t.gated, C, a->P, a->C});
    pool_kernels(CPU_GENERIC).mean(&(PoolMeanArgs){t.h, C, t.mean, a->P, a->C});
    pool_kernels(CPU_GENERIC).dot(&(PoolDotArgs){q, C, t.h, C, t.dot, a->P, a->C});
    return t;
}

/* Calls of at most `step` rows. */
static void load_in_parts(CpuLevel level, PanelLoadArgs a, int step)
{
    const int P = a.P;
    for (int p = 0; p < P; p += a.P) {
        a.P = P - p < step ? P - p : step;
        a.p0 = p;
        panel_kernels(level).load(&a);
        a.z += a.P * a.ldz;
        a.q = a.q == NULL ? NULL : a.q + a.P * a.ldq;
        a.h = a.h == NULL ? NULL : a.h + a.P * a.ldh;
        a.slope = a.slope == NULL ? NULL : a.slope + a.P * a.ldslope;
    }
}

static void fold(CpuLevel level, const PanelLoadArgs *a, float *y, int pixels)
{
    panel_kernels(level).fold(&(PanelFoldArgs){a->state, a->ldstate, y, a->C, pixels});
}

/* Bits of the variant: gate 1, store 2, slope 4, sums 8, of products 16. */
static void check_load_variant(CpuLevel level, PanelLoadArgs a, const float *s, const float *q,
                               const Truth *want, int variant, int step)
{
    const long n = (long)a.P * a.C;
    float *folded = test_buffer(a.C);
    a.s = variant & 1 ? s : NULL;
    a.h = variant & 2 ? test_buffer(n) : NULL;
    a.slope = variant & 4 ? test_buffer(n) : NULL;
    a.state = variant & 8 ? zeros(PIXEL_CHAINS * a.ldstate) : NULL;
    a.q = variant & 16 ? q : NULL;
    load_in_parts(level, a, step);
    if (a.h != NULL)
        test_same_bits("h", a.h, a.s != NULL ? want->gated : want->h, n);
    if (a.slope != NULL)
        test_same_bits("slope", a.slope, want->slope, n);
    if (a.state == NULL)
        return;
    fold(level, &a, folded, a.q != NULL ? 0 : a.P);
    test_same_bits("sum", folded, a.q != NULL ? want->dot : want->mean, a.C);
}

static void check_load(int P, int C)
{
    for (int act = 0; act < ACT_FN_COUNT; act++) {
        test_begin((uint32_t)(P * 8 + act));
        PanelLoadArgs a = {.ldz = C + LANES,
                           .ldh = C,
                           .ldslope = C,
                           .ldq = C,
                           .ldstate = C,
                           .P = P,
                           .C = C,
                           .act = (ActFn)act};
        a.z = test_random_full(P * a.ldz);
        a.A = random_steep(C);
        a.D = test_random_full(C);
        const float *s = test_random_full(C), *q = test_random_full((long)P * C);
        const Truth want = separate(&a, s, q);
        for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
            for (int variant = 0; variant < 32; variant++)
                check_load_variant(level, a, s, q, &want, variant,
                                   splits[variant % (int)(sizeof splits / sizeof *splits)]);
        test_check_guards();
    }
}

/* --- backward --- */

static float *separate_backward(const PanelBackwardArgs *a, float *g)
{
    const long C = a->C, n = (long)a->P * C;
    float *slope = test_buffer(n), *h = test_buffer(n),
          *state = zeros(AFFINE_SUMS * PIXEL_CHAINS * C);
    affine_kernels(CPU_GENERIC)
        .forward(&(AffineForwardArgs){.z = a->z,
                                      .ldz = a->ldz,
                                      .A = a->A,
                                      .D = a->D,
                                      .h = h,
                                      .ldh = C,
                                      .slope = slope,
                                      .ldslope = C,
                                      .P = a->P,
                                      .C = a->C,
                                      .act = a->act});
    affine_kernels(CPU_GENERIC)
        .backward(&(AffineBackwardArgs){.dh = a->dh,
                                        .lddh = a->lddh,
                                        .s = a->s,
                                        .b = a->b,
                                        .slope = a->slope != NULL ? a->slope : slope,
                                        .ldslope = C,
                                        .scale = a->scale,
                                        .z = a->z,
                                        .ldz = a->ldz,
                                        .mean = a->mean,
                                        .g = g,
                                        .ldg = C,
                                        .state = state,
                                        .ldstate = C,
                                        .P = a->P,
                                        .C = a->C,
                                        .p0 = a->p0});
    return state;
}

static void backward_in_parts(CpuLevel level, PanelBackwardArgs a, int step)
{
    const int P = a.P, p0 = a.p0;
    for (int p = 0; p < P; p += a.P) {
        a.P = P - p < step ? P - p : step;
        a.p0 = p0 + p;
        panel_kernels(level).backward(&a);
        a.z += a.P * a.ldz;
        a.dh += a.P * a.lddh;
        a.g += a.P * a.ldg;
        a.slope = a.slope == NULL ? NULL : a.slope + a.P * a.ldslope;
    }
}

/* With and without sums; in place, too. */
static void check_backward_variant(CpuLevel level, PanelBackwardArgs a, const float *want,
                                   const float *want_state, int step)
{
    const long C = a.C, n = (long)a.P * C;
    a.state = zeros(AFFINE_SUMS * PIXEL_CHAINS * C);
    a.g = test_buffer(n);
    backward_in_parts(level, a, step);
    test_same_bits("g", a.g, want, n);
    test_same_bits("sums", a.state, want_state, AFFINE_SUMS * PIXEL_CHAINS * C);
    float *in_place = test_buffer(n);
    test_copy(in_place, a.dh, n);
    a.state = NULL;
    a.g = in_place;
    a.dh = in_place;
    backward_in_parts(level, a, step);
    test_same_bits("g in place, without sums", in_place, want, n);
}

static void check_backward(int P, int C)
{
    const long n = (long)P * C;
    for (int act = 0; act < ACT_FN_COUNT; act++)
        for (int variant = 0; variant < 4; variant++) {
            test_begin((uint32_t)(P * 32 + act * 4 + variant));
            PanelBackwardArgs a = {.lddh = C,
                                   .ldslope = C,
                                   .ldz = C + LANES,
                                   .scale = 1.25f,
                                   .ldg = C,
                                   .ldstate = C,
                                   .P = P,
                                   .C = C,
                                   .p0 = (act + variant) % PIXEL_CHAINS,
                                   .act = (ActFn)act};
            a.dh = test_random_full(n);
            a.z = test_random_full(P * a.ldz);
            a.A = random_steep(C);
            a.D = test_random_full(C);
            a.mean = test_random_full(C);
            a.s = variant & 1 ? test_random_full(C) : NULL;
            a.b = variant & 1 ? test_random_full(C) : NULL;
            a.slope = variant & 2 ? test_random_full(n) : NULL;
            float *want = test_buffer(n);
            const float *want_state = separate_backward(&a, want);
            for (CpuLevel level = CPU_GENERIC; level <= test_top_level();
                 level = cpu_next_level(level))
                for (size_t i = 0; i < sizeof splits / sizeof *splits; i++)
                    check_backward_variant(level, a, want, want_state, splits[i]);
            test_check_guards();
        }
}

static void load_has_the_bits_of_separate_kernels(void **state)
{
    (void)state;
    for_all_shapes(check_load);
}

static void backward_has_the_bits_of_separate_kernels(void **state)
{
    (void)state;
    for_all_shapes(check_backward);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(load_has_the_bits_of_separate_kernels),
        cmocka_unit_test(backward_has_the_bits_of_separate_kernels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
