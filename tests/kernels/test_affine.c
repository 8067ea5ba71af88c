/* affine: activations, sums and the maps of batch norm, at every level. */
#include "kernel_test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MAX_P 33
#define MAX_C 48
#define MAX_ELEMENTS (MAX_P * MAX_C)

static const int pixel_counts[] = {1, 2, 3, 4, 5, 7, 8, 9, 17, 33};
static const int channel_counts[] = {16, 32, 48};

static double truth[MAX_ELEMENTS], truth_slope[MAX_ELEMENTS], truth_first[MAX_C],
    truth_second[MAX_C];

typedef void (*ShapeCheck)(int P, int C);

static void for_all_shapes(ShapeCheck check)
{
    for (size_t i = 0; i < sizeof pixel_counts / sizeof *pixel_counts; i++)
        for (size_t j = 0; j < sizeof channel_counts / sizeof *channel_counts; j++) {
            test_begin((uint32_t)(i * 8 + j));
            check(pixel_counts[i], channel_counts[j]);
            test_check_guards();
        }
}

static float *random_scaled(long n, float scale)
{
    float *x = test_random(n);
    for (long i = 0; i < n; i++)
        x[i] *= scale;
    return x;
}

/* --- forward --- */

/* |u| < 4*4 + 1 + 1 = 18 with at most two roundings: off by 36u. act and its slope grow by at most
 * 1.1 per unit of u and add at most 8 ulp of at most 18 (fm_swishf: 4 ulp, slope: one more fma). */
#define FORWARD_TOLERANCE ((1.1 * 36.0 + 8.0 * 18.0) * UNIT_ROUNDOFF)

static void check_forward_variant(AffineForwardArgs a, bool has_slope)
{
    const long n = (long)a.P * a.ldh;
    const float *first_h = NULL, *first_slope = NULL;
    affine_forward__ref(&a, truth, truth_slope);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        a.h = test_buffer(n);
        a.slope = has_slope ? test_buffer(n) : NULL;
        affine_kernels(level).forward(&a);
        for (long i = 0; i < n; i++) {
            test_close("h", i, (double)a.h[i], truth[i], FORWARD_TOLERANCE);
            if (has_slope)
                test_close("slope", i, (double)a.slope[i], truth_slope[i], FORWARD_TOLERANCE);
        }
        first_h = first_h != NULL ? first_h : a.h;
        first_slope = first_slope != NULL ? first_slope : a.slope;
        test_same_bits("h across levels", a.h, first_h, n);
        if (has_slope)
            test_same_bits("slope across levels", a.slope, first_slope, n);
    }
}

static void check_forward(int P, int C)
{
    AffineForwardArgs a = {.ldz = C + LANES, .ldr = C, .ldh = C, .ldslope = C, .P = P, .C = C};
    a.z = random_scaled(P * a.ldz, 4.0f);
    a.A = random_scaled(C, 4.0f);
    a.D = test_random(C);
    a.scale = 0.75f;
    const float *r = test_random((long)P * C);
    for (int act = 0; act < ACT_FN_COUNT; act++)
        for (int variant = 0; variant < 4; variant++) {
            a.act = (ActFn)act;
            a.r = variant & 1 ? r : NULL;
            check_forward_variant(a, variant & 2);
        }
}

/* The slope is the derivative of the same reference: central differences of step 2^-10 of a
 * function whose third derivative is below 1 are off by 2^-20/6, and by 2^-52*18/2^-10 of rounding.
 * Kinks are left out by the step. */
static void slope_is_the_derivative(void **state)
{
    (void)state;
    const double step = 1.0 / 1024.0;
    for (int act = 0; act < ACT_FN_COUNT; act++)
        for (int i = -90; i <= 90; i++) {
            const double u = i / 10.0 + 0.037;
            double slope;
            affine_act__ref((ActFn)act, u, &slope);
            const double above = affine_act__ref((ActFn)act, u + step, NULL);
            const double below = affine_act__ref((ActFn)act, u - step, NULL);
            test_close("slope", act * 1000 + i, slope, (above - below) / (2.0 * step),
                       step * step / 6.0 + 1e-11);
        }
}

/* Special values: NaN stays NaN in h, infinities and numbers agree in bits at every level. */
static void special_values_agree(void **state)
{
    (void)state;
    test_begin(3);
    const float values[LANES] = {NAN,     INFINITY, -INFINITY, 0.0f,  -0.0f,  1e-40f,
                                 -1e-40f, 1e30f,    -1e30f,    88.5f, -88.5f, -87.0f,
                                 6.0f,    3.0f,     -3.0f,     1e-30f};
    float *z = test_buffer(LANES), *A = test_buffer(LANES), *D = test_buffer(LANES);
    for (int i = 0; i < LANES; i++) {
        z[i] = values[i];
        A[i] = 1.0f;
        D[i] = 0.0f;
    }
    for (int act = 0; act < ACT_FN_COUNT; act++) {
        float h[CPU_N_LEVELS][LANES], slope[CPU_N_LEVELS][LANES];
        for (CpuLevel level = CPU_GENERIC; level <= test_top_level();
             level = cpu_next_level(level)) {
            affine_kernels(level).forward(&(AffineForwardArgs){.z = z,
                                                               .ldz = LANES,
                                                               .A = A,
                                                               .D = D,
                                                               .h = h[level],
                                                               .ldh = LANES,
                                                               .slope = slope[level],
                                                               .ldslope = LANES,
                                                               .P = 1,
                                                               .C = LANES,
                                                               .act = (ActFn)act});
            assert_true(isnan(h[level][0]));
            for (int i = 1; i < LANES; i++)
                if (!isnan(h[level][i]) || !isnan(h[0][i])) {
                    test_same_bits("special h", h[level] + i, h[0] + i, 1);
                    if (!isnan(slope[level][i]) || !isnan(slope[0][i]))
                        test_same_bits("special slope", slope[level] + i, slope[0] + i, 1);
                }
        }
    }
}

/* --- sums --- */

#define STATE_FLOATS(C) (AFFINE_SUMS * PIXEL_CHAINS * (C))

static float *zero_state(int C)
{
    float *state = test_buffer(STATE_FLOATS(C));
    memset(state, 0, sizeof(float) * STATE_FLOATS(C));
    return state;
}

/* Folds and compares with the truth: P terms below `largest`, each off by 3 roundings, P + 2
 * additions. */
static void check_sums(CpuLevel level, const float *state, int P, int C, double largest,
                       float *partial)
{
    affine_kernels(level).fold(&(AffineFoldArgs){state, C, partial, C, C});
    for (int c = 0; c < C; c++) {
        const double tolerance = P * largest * (P + 5.0) * UNIT_ROUNDOFF;
        test_close("first sum", c, (double)partial[c], truth_first[c], tolerance);
        test_close("second sum", c, (double)partial[C + c], truth_second[c], tolerance);
    }
}

/* Values far from 0 with a pivot near their mean lose nothing; parts of a chunk have the bits of
 * the whole. */
static void check_stats(int P, int C)
{
    AffineStatsArgs a = {.ldz = C + LANES, .ldstate = C, .P = P, .C = C};
    float *z = test_random(P * a.ldz), *pivot = test_random(C);
    for (long i = 0; i < P * a.ldz; i++)
        z[i] += 1024.0f;
    for (int c = 0; c < C; c++)
        pivot[c] = 1024.0f + pivot[c] / 8.0f;
    a.z = z;
    a.pivot = pivot;
    affine_stats__ref(&a, truth_first, truth_second);
    const float *first = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        a.state = zero_state(C);
        affine_kernels(level).stats(&a);
        check_sums(level, a.state, P, C, 4.0, test_buffer(AFFINE_SUMS * C));
        AffineStatsArgs part = a;
        part.state = zero_state(C);
        for (int p = 0, n = 1; p < P; p += n, n = n % 5 + 1) {
            part.z = z + p * a.ldz;
            part.p0 = p;
            part.P = P - p < n ? P - p : n;
            affine_kernels(level).stats(&part);
        }
        test_same_bits("stats in parts", part.state, a.state, STATE_FLOATS(C));
        first = first != NULL ? first : a.state;
        test_same_bits("stats across levels", a.state, first, STATE_FLOATS(C));
    }
}

/* g: at most four roundings of a value below 4. */
static void check_backward_variant(AffineBackwardArgs a, bool has_store, bool has_sums)
{
    const long n = (long)a.P * a.C;
    const float *first_g = NULL, *first_state = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        a.g = has_store ? test_buffer(n) : NULL;
        a.state = has_sums ? zero_state(a.C) : NULL;
        affine_backward__ref(&a, truth, truth_first, truth_second);
        affine_kernels(level).backward(&a);
        for (long i = 0; has_store && i < n; i++)
            test_close("g", i, (double)a.g[i], truth[i], 4.0 * 4.0 * UNIT_ROUNDOFF);
        first_g = first_g != NULL ? first_g : a.g;
        if (has_store)
            test_same_bits("g across levels", a.g, first_g, n);
        if (!has_sums)
            continue;
        /* |e| < 3 * 1.25 and |z - mean| < 2. */
        check_sums(level, a.state, a.P, a.C, 8.0, test_buffer(AFFINE_SUMS * a.C));
        first_state = first_state != NULL ? first_state : a.state;
        test_same_bits("sums across levels", a.state, first_state, STATE_FLOATS(a.C));
    }
}

static void check_backward(int P, int C)
{
    AffineBackwardArgs a = {.lddh = C,
                            .ldr = C,
                            .ldslope = C,
                            .ldz = C + LANES,
                            .ldg = C,
                            .ldstate = C,
                            .scale = 1.25f,
                            .P = P,
                            .C = C};
    a.dh = test_random((long)P * C);
    a.z = test_random(P * a.ldz);
    a.mean = test_random(C);
    const float *s = test_random(C), *b = test_random(C);
    const float *r = test_random((long)P * C), *slope = test_random((long)P * C);
    const float *factor = test_random(C);
    for (int variant = 0; variant < 64; variant++) {
        const bool has_store = variant & 8, has_sums = variant & 16;
        if (!has_store && !has_sums)
            continue;
        a.s = variant & 1 ? s : NULL;
        a.b = variant & 1 ? b : NULL;
        a.r = variant & 2 ? r : NULL;
        a.slope = variant & 4 ? slope : NULL;
        a.factor = variant & 32 ? factor : NULL;
        for (a.p0 = 0; a.p0 < PIXEL_CHAINS; a.p0++)
            check_backward_variant(a, has_store, has_sums);
    }
}

/* Calls over parts of a chunk have the bits of one call, in every variant that has sums. */
static void backward_continues(void **state)
{
    (void)state;
    const int P = 29, C = 32;
    test_begin(11);
    const float *dh = test_random(P * C), *z = test_random(P * C), *slope = test_random(P * C);
    const float *mean = test_random(C), *s = test_random(C), *b = test_random(C);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
        for (int gate = 0; gate < 2; gate++) {
            AffineBackwardArgs a = {.dh = dh,
                                    .lddh = C,
                                    .slope = slope,
                                    .ldslope = C,
                                    .scale = 1.0f,
                                    .z = z,
                                    .ldz = C,
                                    .mean = mean,
                                    .ldg = C,
                                    .ldstate = C,
                                    .P = P,
                                    .C = C,
                                    .s = gate ? s : NULL,
                                    .b = gate ? b : NULL};
            a.g = test_buffer(P * C);
            a.state = zero_state(C);
            affine_kernels(level).backward(&a);
            AffineBackwardArgs part = a;
            part.g = test_buffer(P * C);
            part.state = zero_state(C);
            for (int p = 0, n = 1; p < P; p += n, n = n % 6 + 1) {
                AffineBackwardArgs now = part;
                now.dh += p * C;
                now.z += p * C;
                now.slope += p * C;
                now.g += p * C;
                now.p0 = p;
                now.P = P - p < n ? P - p : n;
                affine_kernels(level).backward(&now);
            }
            test_same_bits("g in parts", part.g, a.g, P * C);
            test_same_bits("sums in parts", part.state, a.state, STATE_FLOATS(C));
        }
    test_check_guards();
}

/* Three products below 1.25: at most three roundings of values below 3.25. */
static void check_dz(int P, int C)
{
    AffineDzArgs a = {.ldg = C, .ldz = C + LANES, .lddz = C, .scale = 1.25f, .P = P, .C = C};
    a.g = test_random((long)P * C);
    a.z = test_random(P * a.ldz);
    a.A = test_random(C);
    a.B = test_random(C);
    a.D = test_random(C);
    affine_dz__ref(&a, truth);
    const float *first = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        a.dz = test_buffer((long)P * C);
        affine_kernels(level).dz(&a);
        for (long i = 0; i < (long)P * C; i++)
            test_close("dz", i, (double)a.dz[i], truth[i], 3.0 * 3.25 * UNIT_ROUNDOFF);
        first = first != NULL ? first : a.dz;
        test_same_bits("dz across levels", a.dz, first, (long)P * C);
    }
}

/* --- batch norm as a whole --- */

#define BN_CHUNKS 3
#define BN_PIXELS 11 /* a chunk */
#define BN_M (BN_CHUNKS * BN_PIXELS)
#define BN_EPS 1e-3

typedef struct Bn {
    float *z, *gamma, *beta, *pivot, *running_mean, *running_var, *mean, *rstd, *A, *D, *partials;
} Bn;

static void bn_forward(Bn *t, CpuLevel level)
{
    for (int i = 0; i < BN_CHUNKS; i++) {
        float *state = zero_state(LANES);
        affine_kernels(level).stats(&(AffineStatsArgs){
            t->z + i * BN_PIXELS * LANES, LANES, t->pivot, state, LANES, BN_PIXELS, LANES, 0});
        affine_kernels(level).fold(
            &(AffineFoldArgs){state, LANES, t->partials + i * AFFINE_SUMS * LANES, LANES, LANES});
    }
    affine_finalize_forward(&(AffineFinalizeForwardArgs){.partials = t->partials,
                                                         .chunk_stride = AFFINE_SUMS * LANES,
                                                         .ldpartial = LANES,
                                                         .n_chunks = BN_CHUNKS,
                                                         .C = LANES,
                                                         .M = BN_M,
                                                         .eps = BN_EPS,
                                                         .momentum = 0.1,
                                                         .gamma = t->gamma,
                                                         .beta = t->beta,
                                                         .pivot = t->pivot,
                                                         .running_mean = t->running_mean,
                                                         .running_var = t->running_var,
                                                         .mean = t->mean,
                                                         .rstd = t->rstd,
                                                         .A = t->A,
                                                         .D = t->D});
}

static void bn_init(Bn *t)
{
    float **const vectors[] = {&t->gamma,        &t->beta,        &t->pivot,
                               &t->running_mean, &t->running_var, &t->mean,
                               &t->rstd,         &t->A,           &t->D};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        *vectors[i] = test_random(LANES);
    t->z = test_random(BN_M * LANES);
    t->partials = test_buffer(BN_CHUNKS * AFFINE_SUMS * LANES);
}

/* mean and var of channel c of z in double. */
static void moments(const double *z, int c, double *mean, double *var)
{
    double sum = 0.0, squares = 0.0;
    for (int p = 0; p < BN_M; p++)
        sum += z[p * LANES + c];
    for (int p = 0; p < BN_M; p++)
        squares += (z[p * LANES + c] - sum / BN_M) * (z[p * LANES + c] - sum / BN_M);
    *mean = sum / BN_M;
    *var = squares / BN_M;
}

/* Statistics, running statistics and the next pivot. Sums of 33 terms below 4 with chains of 3
 * terms and a fold: S, Q are off by 33*4*16u, means by a 33rd of it; var adds 2|mean| times the
 * error of the mean. */
static void finalize_forward_is_right(void **state)
{
    (void)state;
    const double tolerance = 4.0 * 16.0 * 4.0 * UNIT_ROUNDOFF;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        test_begin(21);
        Bn t;
        bn_init(&t);
        double z[BN_M * LANES];
        float old_mean[LANES], old_var[LANES];
        for (int i = 0; i < BN_M * LANES; i++)
            z[i] = (double)t.z[i];
        memcpy(old_mean, t.running_mean, sizeof old_mean);
        memcpy(old_var, t.running_var, sizeof old_var);
        bn_forward(&t, level);
        for (int c = 0; c < LANES; c++) {
            double mean, var;
            moments(z, c, &mean, &var);
            const double rstd = 1.0 / sqrt(var + BN_EPS), unbiased = var * BN_M / (BN_M - 1.0);
            test_close("mean", c, (double)t.mean[c], mean, tolerance);
            test_close("rstd", c, (double)t.rstd[c], rstd, tolerance * rstd * rstd * rstd);
            test_close("A", c, (double)t.A[c], (double)t.gamma[c] * rstd,
                       tolerance * rstd * rstd * rstd);
            test_close("D", c, (double)t.D[c], (double)t.beta[c] - mean * (double)t.gamma[c] * rstd,
                       2.0 * tolerance * rstd * rstd * rstd);
            test_close("running mean", c, (double)t.running_mean[c],
                       0.9 * (double)old_mean[c] + 0.1 * mean, tolerance);
            test_close("running var", c, (double)t.running_var[c],
                       0.9 * (double)old_var[c] + 0.1 * unbiased, tolerance);
            test_same_bits("pivot", t.pivot + c, t.running_mean + c, 1);
        }
        test_check_guards();
    }
}

/* Sum of weight * swish(gamma * (z - mean) * rstd + beta) over one channel, in double. */
static double bn_loss(const Bn *t, const double *z, const float *weight, int c)
{
    double mean, var, loss = 0.0;
    moments(z, c, &mean, &var);
    for (int p = 0; p < BN_M; p++) {
        const double u = (double)t->gamma[c] * (z[p * LANES + c] - mean) / sqrt(var + BN_EPS) +
                         (double)t->beta[c];
        loss += (double)weight[p * LANES + c] * affine_act__ref(ACT_FN_SWISH, u, NULL);
    }
    return loss;
}

static void bn_backward(const Bn *t, CpuLevel level, const float *weight, float *dz, float *dgamma,
                        float *dbeta)
{
    const AffineKernels affine = affine_kernels(level);
    float *h = test_buffer(BN_M * LANES), *slope = test_buffer(BN_M * LANES);
    float *g = test_buffer(BN_M * LANES);
    float *A = test_buffer(LANES), *B = test_buffer(LANES), *D = test_buffer(LANES);
    affine.forward(&(AffineForwardArgs){.z = t->z,
                                        .ldz = LANES,
                                        .A = t->A,
                                        .D = t->D,
                                        .h = h,
                                        .ldh = LANES,
                                        .slope = slope,
                                        .ldslope = LANES,
                                        .P = BN_M,
                                        .C = LANES,
                                        .act = ACT_FN_SWISH});
    for (int i = 0; i < BN_CHUNKS; i++) {
        const int at = i * BN_PIXELS * LANES;
        float *state = zero_state(LANES);
        affine.backward(&(AffineBackwardArgs){.dh = weight + at,
                                              .lddh = LANES,
                                              .slope = slope + at,
                                              .ldslope = LANES,
                                              .scale = 1.0f,
                                              .z = t->z + at,
                                              .ldz = LANES,
                                              .mean = t->mean,
                                              .g = g + at,
                                              .ldg = LANES,
                                              .state = state,
                                              .ldstate = LANES,
                                              .P = BN_PIXELS,
                                              .C = LANES,
                                              .p0 = 0});
        affine.fold(
            &(AffineFoldArgs){state, LANES, t->partials + i * AFFINE_SUMS * LANES, LANES, LANES});
    }
    affine_finalize_backward(&(AffineFinalizeBackwardArgs){.partials = t->partials,
                                                           .chunk_stride = AFFINE_SUMS * LANES,
                                                           .ldpartial = LANES,
                                                           .n_chunks = BN_CHUNKS,
                                                           .C = LANES,
                                                           .M = BN_M,
                                                           .gamma = t->gamma,
                                                           .mean = t->mean,
                                                           .rstd = t->rstd,
                                                           .dgamma = dgamma,
                                                           .dbeta = dbeta,
                                                           .A = A,
                                                           .B = B,
                                                           .D = D});
    affine.dz(&(AffineDzArgs){g, LANES, 1.0f, t->z, LANES, A, B, D, dz, LANES, BN_M, LANES});
}

/* Batch norm and swish by central differences of step 2^-10. Third derivatives of the loss are
 * below 200 (rstd < 2.5, 33 terms of weight below 1), so the quotient is off by 200/6*2^-20; the
 * passes add 33 terms below 4 with 16 roundings each. */
static void gradients_match_differences(void **state)
{
    (void)state;
    const double step = 1.0 / 1024.0;
    const double tolerance = 200.0 / 6.0 * step * step + 33.0 * 4.0 * 16.0 * UNIT_ROUNDOFF;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        test_begin(22);
        Bn t;
        bn_init(&t);
        const float *weight = test_random(BN_M * LANES);
        float *dz = test_buffer(BN_M * LANES), *dgamma = test_buffer(LANES),
              *dbeta = test_buffer(LANES);
        bn_forward(&t, level);
        bn_backward(&t, level, weight, dz, dgamma, dbeta);
        double z[BN_M * LANES];
        for (int i = 0; i < BN_M * LANES; i++)
            z[i] = (double)t.z[i];
        for (int i = 0; i < BN_M * LANES; i++) {
            const double kept = z[i];
            z[i] = kept + step;
            const double above = bn_loss(&t, z, weight, i % LANES);
            z[i] = kept - step;
            const double below = bn_loss(&t, z, weight, i % LANES);
            z[i] = kept;
            test_close("dz", i, (double)dz[i], (above - below) / (2.0 * step), tolerance);
        }
        for (int c = 0; c < LANES; c++) {
            float *const parameters[] = {t.gamma + c, t.beta + c};
            const double got[] = {(double)dgamma[c], (double)dbeta[c]};
            for (int i = 0; i < 2; i++) {
                const float kept = *parameters[i];
                *parameters[i] = kept + (float)step;
                const double above = bn_loss(&t, z, weight, c);
                *parameters[i] = kept - (float)step;
                const double below = bn_loss(&t, z, weight, c);
                *parameters[i] = kept;
                test_close(i ? "dbeta" : "dgamma", c, got[i], (above - below) / (2.0 * step),
                           tolerance);
            }
        }
        test_check_guards();
    }
}

/* The running statistics give the map that evaluation uses: one rounding each. */
static void running_statistics_fold(void **state)
{
    (void)state;
    test_begin(23);
    const float *gamma = test_random(LANES), *beta = test_random(LANES), *mean = test_random(LANES);
    float *var = test_random(LANES), *A = test_buffer(LANES), *D = test_buffer(LANES);
    float *same = test_buffer(LANES), *rstd = test_buffer(LANES);
    for (int c = 0; c < LANES; c++)
        var[c] = var[c] * var[c];
    affine_fold_running(
        &(AffineRunningArgs){gamma, beta, mean, var, BN_EPS, same, rstd, A, D, LANES});
    test_same_bits("mean", same, mean, LANES);
    for (int c = 0; c < LANES; c++) {
        const double r = 1.0 / sqrt((double)var[c] + BN_EPS), a = (double)gamma[c] * r;
        const double d = (double)beta[c] - (double)mean[c] * a;
        test_close("rstd", c, (double)rstd[c], r, r * UNIT_ROUNDOFF);
        test_close("A", c, (double)A[c], a, fabs(a) * UNIT_ROUNDOFF);
        test_close("D", c, (double)D[c], d, fabs(d) * UNIT_ROUNDOFF);
    }
    test_check_guards();
}

static void forward_is_right(void **state)
{
    (void)state;
    for_all_shapes(check_forward);
}

static void stats_are_right(void **state)
{
    (void)state;
    for_all_shapes(check_stats);
}

static void backward_is_right(void **state)
{
    (void)state;
    for_all_shapes(check_backward);
}

static void dz_is_right(void **state)
{
    (void)state;
    for_all_shapes(check_dz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_right),
        cmocka_unit_test(slope_is_the_derivative),
        cmocka_unit_test(special_values_agree),
        cmocka_unit_test(stats_are_right),
        cmocka_unit_test(backward_is_right),
        cmocka_unit_test(backward_continues),
        cmocka_unit_test(dz_is_right),
        cmocka_unit_test(finalize_forward_is_right),
        cmocka_unit_test(gradients_match_differences),
        cmocka_unit_test(running_statistics_fold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
