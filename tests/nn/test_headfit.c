/* A linear classifier's optimum is scipy's, whatever the team; its score is what double says. */
#include "base/cpu.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "headfit_fixture.h"
#include "nn/headcurvature.h"
#include "nn/headfit.h"
#include "nn/headscore.h"
#include "nn/lbfgs.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum {
    ROWS = FIXTURE_FEATURES + 1,
    COLUMNS = 8, /* five classes, padded */
    SIZE = ROWS * COLUMNS,
    MANY = 100000,
};

static const HeadData fixture = {fixture_x, fixture_labels, FIXTURE_N, FIXTURE_FEATURES};

static HeadFit *open_fit(const HeadData *data, int n_classes, int threads)
{
    HeadFit *fit = NULL;
    Err err = {0};
    assert_int_equal(headfit_create(&fit, data, n_classes, threads, &err), ERR_NONE);
    return fit;
}

/* The fixture's coefficients for strength s, padded. */
static void pad_fixture(int s, double v[SIZE])
{
    memset(v, 0, SIZE * sizeof *v);
    for (int f = 0; f < ROWS; f++)
        for (int k = 0; k < FIXTURE_CLASSES; k++)
            v[f * COLUMNS + k] = fixture_v[(s * ROWS + f) * FIXTURE_CLASSES + k];
}

static double length(const double *v, int n)
{
    double squares = 0.0;
    for (int i = 0; i < n; i++)
        squares += v[i] * v[i];
    return sqrt(squares);
}

typedef struct Problem {
    HeadFit *fit;
    double l2;
} Problem;

static double value_of(void *user, const double *v, double *gradient)
{
    const Problem *problem = user;
    return headfit_value(problem->fit, problem->l2, v, gradient);
}

/*
 * Where a gradient g is left, the optimum is at most |g| / l2 away: 1e-13 / 0.001 = 1e-10 for the
 * weakest strength. scipy's own optimum has a gradient below 1e-14 / sqrt(l2), and theirs is added.
 */
static void the_optimum_is_scipys(void **state)
{
    (void)state;
    static const double SHORTEST = 1e-13;
    Err err = {0};
    Lbfgs *lbfgs = NULL;
    Problem problem = {open_fit(&fixture, FIXTURE_CLASSES, 2), 0.0};
    const LbfgsProblem penalised = {value_of, NULL, &problem};
    assert_int_equal(headfit_size(problem.fit), SIZE);
    assert_int_equal(lbfgs_create(&lbfgs, SIZE, &err), ERR_NONE);
    for (int s = 0; s < FIXTURE_STRENGTHS; s++) {
        double v[SIZE] = {0}, wanted[SIZE];
        problem.l2 = fixture_l2[s];
        const LbfgsReport report = lbfgs_minimise(lbfgs, v, &penalised, SHORTEST, MANY);
        assert_int_equal(report.end, LBFGS_CONVERGED);
        pad_fixture(s, wanted);
        for (int i = 0; i < SIZE; i++)
            wanted[i] -= v[i];
        const double theirs = 1e-14 / sqrt(problem.l2);
        assert_true(length(wanted, SIZE) <= (SHORTEST + theirs) / problem.l2);
        assert_true(fabs(report.value - fixture_value[s]) <= 1e-13);
    }
    lbfgs_destroy(&lbfgs);
    headfit_destroy(&problem.fit);
}

/*
 * A fit ends at most HEADFIT_GAP above the least value, from zero and from another strength's
 * optimum alike; what is read gives the same cross-entropy for features as they are, but for the
 * rounding of coefficients to float: 2^-24 of each of ROWS terms, twice (two logits).
 */
static void a_fit_ends_at_the_optimum(void **state)
{
    (void)state;
    HeadFit *fit = open_fit(&fixture, FIXTURE_CLASSES, 2);
    for (int s = 0; s < FIXTURE_STRENGTHS; s++) {
        float w[FIXTURE_CLASSES][FIXTURE_FEATURES], b[FIXTURE_CLASSES];
        double loss = 0.0, rounding = 0.0;
        const HeadFitReport report = headfit_run(fit, fixture_l2[s]);
        assert_true(report.is_converged);
        assert_true(report.gradient <= sqrt(2.0 * fixture_l2[s] * HEADFIT_GAP));
        headfit_read(fit, &w[0][0], b);
        for (int i = 0; i < FIXTURE_N; i++) {
            double z[FIXTURE_CLASSES], sum = 0.0, most = 0.0;
            for (int k = 0; k < FIXTURE_CLASSES; k++) {
                double size = fabs((double)b[k]);
                z[k] = (double)b[k];
                for (int f = 0; f < FIXTURE_FEATURES; f++) {
                    const double term =
                        (double)w[k][f] * (double)fixture_x[i * FIXTURE_FEATURES + f];
                    z[k] += term;
                    size += fabs(term);
                }
                most = size > most ? size : most;
                sum += exp(z[k]);
            }
            loss += log(sum) - z[fixture_labels[i]];
            rounding += 2.0 * 0x1p-24 * most;
        }
        assert_true(fabs(loss - rounding - FIXTURE_N * report.loss) <= 2.0 * rounding);
        /* coefficients |g| / l2 away have a penalty that differs by |g| |v| and the gap, at most */
        const double *optimum = fixture_v + s * ROWS * FIXTURE_CLASSES;
        assert_true(fabs(report.loss - fixture_loss[s]) <=
                    report.gradient * length(optimum, ROWS * FIXTURE_CLASSES) + 2.0 * HEADFIT_GAP);
    }
    headfit_destroy(&fit);
}

/*
 * The gradient is that of the value: central differences with h = 1e-5 are off by h^2/6 of the
 * third derivative, at most (2 max|u|)^3 / 4 for a softmax, and by the rounding of two values, each
 * 32 operations' 2^-53 of its size, over 2h.
 */
static void the_gradient_is_the_values(void **state)
{
    (void)state;
    static const double STEP = 1e-5, MOST_U = 4.0, L2 = 0.1;
    HeadFit *fit = open_fit(&fixture, FIXTURE_CLASSES, 1);
    double v[SIZE], gradient[SIZE], ignored[SIZE];
    pad_fixture(1, v);
    for (int i = 0; i < SIZE; i++)
        v[i] *= 0.5;
    const double value = headfit_value(fit, L2, v, gradient);
    const double bound = STEP * STEP / 6.0 * pow(2.0 * MOST_U, 3.0) / 4.0 +
                         2.0 * 32.0 * 0x1p-53 * value / (2.0 * STEP);
    assert_true(length(gradient, SIZE) > 1e6 * bound);
    for (int f = 0; f < ROWS; f++)
        for (int k = 0; k < FIXTURE_CLASSES; k++) {
            double *at = &v[f * COLUMNS + k];
            const double kept = *at;
            *at = kept + STEP;
            const double above = headfit_value(fit, L2, v, ignored);
            *at = kept - STEP;
            const double below = headfit_value(fit, L2, v, ignored);
            *at = kept;
            assert_true(fabs((above - below) / (2.0 * STEP) - gradient[f * COLUMNS + k]) <= bound);
        }
    headfit_destroy(&fit);
}

/* Numbers without a pattern, and labels that one of them tells without error. */
enum { WIDE_N = 67, WIDE_FEATURES = 19, WIDE_CLASSES = 11 };

static void make_wide(float x[WIDE_N * WIDE_FEATURES], int32_t labels[WIDE_N])
{
    uint32_t s = 1;
    for (int i = 0; i < WIDE_N * WIDE_FEATURES; i++) {
        s = s * 1664525u + 1013904223u;
        x[i] = (float)(s >> 8) * 0x1p-24f - 0.5f;
    }
    for (int i = 0; i < WIDE_N; i++) {
        labels[i] = i % WIDE_CLASSES;
        x[i * WIDE_FEATURES + labels[i]] += 4.0f;
    }
}

/*
 * Classes that can be told apart: cross-entropy alone has no optimum, the penalised one has, with
 * l2/2 |v|^2 below the value at 0, log K. It makes no mistake.
 */
static void separable_classes_stay_finite(void **state)
{
    (void)state;
    static const double L2 = 1e-6;
    static float x[WIDE_N * WIDE_FEATURES], w[WIDE_CLASSES * WIDE_FEATURES];
    float b[WIDE_CLASSES];
    int32_t labels[WIDE_N];
    Err err = {0};
    EvalSums sums;
    make_wide(x, labels);
    const HeadData data = {x, labels, WIDE_N, WIDE_FEATURES};
    HeadFit *fit = open_fit(&data, WIDE_CLASSES, 2);
    const HeadFitReport report = headfit_run(fit, L2);
    headfit_read(fit, w, b);
    assert_true(report.is_converged);
    assert_true(report.loss > 0.0 && report.loss < 1e-3);
    /* deviations are above 1/4: |w| <= 4 |v| */
    for (int i = 0; i < WIDE_CLASSES * WIDE_FEATURES; i++)
        assert_true(fabs((double)w[i]) <= 4.0 * sqrt(2.0 * log(WIDE_CLASSES) / L2));
    const HeadWeights head = {w, b, WIDE_CLASSES};
    assert_int_equal(headscore_run(&sums, &data, &head, cpu_best_level(), 2, &err), ERR_NONE);
    assert_int_equal(sums.n_correct, WIDE_N);
    headfit_destroy(&fit);
}

/* The same bits with any number of threads, also more than there are images. */
static void threads_change_nothing(void **state)
{
    (void)state;
    static float x[WIDE_N * WIDE_FEATURES], w[2][WIDE_CLASSES * WIDE_FEATURES];
    static const int sizes[] = {1, 17, WIDE_N}, threads[] = {2, 3, 7};
    float b[2][WIDE_CLASSES];
    int32_t labels[WIDE_N];
    make_wide(x, labels);
    for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
        const HeadData data = {x, labels, sizes[s], WIDE_FEATURES};
        HeadFit *fit = open_fit(&data, WIDE_CLASSES, 1);
        const HeadFitReport alone = headfit_run(fit, 1e-3);
        headfit_read(fit, w[0], b[0]);
        headfit_destroy(&fit);
        assert_true(alone.is_converged && (sizes[s] == 1 || alone.iterations > 1));
        for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
            fit = open_fit(&data, WIDE_CLASSES, threads[t]);
            const HeadFitReport report = headfit_run(fit, 1e-3);
            headfit_read(fit, w[1], b[1]);
            headfit_destroy(&fit);
            assert_int_equal(report.iterations, alone.iterations);
            assert_true(report.gradient == alone.gradient && report.loss == alone.loss);
            assert_memory_equal(w[0], w[1], sizeof w[0]);
            assert_memory_equal(b[0], b[1], sizeof b[0]);
        }
    }
}

/*
 * A score is that of double, losses within float's rounding of logits (2^-24 of each of F + 1
 * terms' sizes and of the exponential's 2 ulp, twice), on every level and with any team the same.
 */
static void a_score_is_what_double_says(void **state)
{
    (void)state;
    static float x[WIDE_N * WIDE_FEATURES], w[WIDE_CLASSES * WIDE_FEATURES];
    float b[WIDE_CLASSES];
    int32_t labels[WIDE_N];
    Err err = {0};
    double loss = 0.0, bound = 0.0;
    int n_correct = 0;
    make_wide(x, labels);
    for (int i = 0; i < WIDE_CLASSES * WIDE_FEATURES; i++)
        w[i] = 2.0f * x[WIDE_CLASSES * WIDE_FEATURES - i];
    for (int k = 0; k < WIDE_CLASSES; k++)
        b[k] = x[k];
    for (int i = 0; i < WIDE_N; i++) {
        double z[WIDE_CLASSES], sum = 0.0, most = 0.0;
        int best = 0;
        for (int k = 0; k < WIDE_CLASSES; k++) {
            double size = fabs((double)b[k]);
            z[k] = (double)b[k];
            for (int f = 0; f < WIDE_FEATURES; f++) {
                const double term =
                    (double)w[k * WIDE_FEATURES + f] * (double)x[i * WIDE_FEATURES + f];
                z[k] += term;
                size += fabs(term);
            }
            most = size > most ? size : most;
            best = z[k] > z[best] ? k : best;
            sum += exp(z[k]);
        }
        loss += log(sum) - z[labels[i]];
        bound += 2.0 * 0x1p-24 * ((WIDE_FEATURES + 1) * most + 2.0);
        n_correct += best == labels[i];
    }
    const HeadData data = {x, labels, WIDE_N, WIDE_FEATURES};
    const HeadWeights head = {w, b, WIDE_CLASSES};
    EvalSums first, sums;
    assert_int_equal(headscore_run(&first, &data, &head, CPU_GENERIC, 1, &err), ERR_NONE);
    assert_int_equal(first.n, WIDE_N);
    assert_int_equal(first.n_correct, n_correct);
    assert_true(n_correct > 0 && n_correct < WIDE_N);
    assert_true(fabs(first.loss - loss) <= bound);
    for (int threads = 1; threads <= 3; threads++) {
        assert_int_equal(headscore_run(&sums, &data, &head, cpu_best_level(), threads, &err),
                         ERR_NONE);
        assert_memory_equal(&sums, &first, sizeof sums);
    }
}

/*
 * Solving takes back what weight S + l2 I does, by its own definition here; rounding of Cholesky's
 * way is at most 3 size^2 2^-53 (Higham, Accuracy and Stability, theorem 10.4, size + 1 each of
 * three steps) of the condition number, here below trace / l2.
 */
static void a_curvature_is_solved(void **state)
{
    (void)state;
    enum { WIDE = WIDE_FEATURES + 1, RIGHT = 3, N_IMAGES = 60, MOST = 5 };
    static const double WEIGHT = 0.2, L2 = 1e-3;
    static float x[WIDE_N * WIDE_FEATURES];
    double mean[WIDE_FEATURES], scale[WIDE_FEATURES], v[WIDE][RIGHT], wanted[WIDE][RIGHT];
    int32_t labels[WIDE_N];
    Err err = {0};
    make_wide(x, labels);
    for (int f = 0; f < WIDE_FEATURES; f++) {
        mean[f] = 0.1 * f;
        scale[f] = f == 4 ? 0.0 : 1.0 + 0.1 * f;
    }
    for (int i = 0; i < WIDE * RIGHT; i++) {
        v[i / RIGHT][i % RIGHT] = i * 7 % (2 * MOST + 1) - MOST;
        wanted[i / RIGHT][i % RIGHT] = L2 * v[i / RIGHT][i % RIGHT];
    }
    double trace = WIDE * L2, largest = 0.0;
    for (int i = 0; i < N_IMAGES; i++) {
        double u[WIDE];
        for (int f = 0; f < WIDE_FEATURES; f++)
            u[f] = ((double)x[i * WIDE_FEATURES + f] - mean[f]) * scale[f];
        u[WIDE_FEATURES] = 1.0;
        for (int f = 0; f < WIDE; f++) {
            trace += WEIGHT / N_IMAGES * u[f] * u[f];
            for (int g = 0; g < WIDE; g++)
                for (int r = 0; r < RIGHT; r++)
                    wanted[f][r] += WEIGHT / N_IMAGES * u[f] * u[g] * v[g][r];
        }
    }
    const HeadData data = {x, labels, N_IMAGES, WIDE_FEATURES}; /* few enough that all count */
    for (int threads = 1; threads <= 3; threads++) {
        HeadCurvature *curvature = NULL;
        double solved[WIDE][RIGHT];
        memcpy(solved, wanted, sizeof solved);
        assert_int_equal(headcurvature_create(&curvature, &data, mean, scale, threads, &err),
                         ERR_NONE);
        headcurvature_set(curvature, WEIGHT, L2);
        headcurvature_solve(curvature, &solved[0][0], RIGHT);
        headcurvature_destroy(&curvature);
        for (int i = 0; i < WIDE * RIGHT; i++)
            largest = fmax(largest, fabs((&solved[0][0])[i] - (&v[0][0])[i]));
    }
    assert_true(largest <= 3.0 * WIDE * WIDE * 0x1p-53 * trace / L2 * MOST * sqrt(WIDE));
}

/* Without memory there is one error and nothing is left. */
static void memory_may_fail(void **state)
{
    (void)state;
    static float w[FIXTURE_CLASSES * FIXTURE_FEATURES], b[FIXTURE_CLASSES];
    const HeadWeights head = {w, b, FIXTURE_CLASSES};
    bool is_done = false;
    for (long k = 1; !is_done; k++) {
        Err err = {0};
        HeadFit *fit = NULL;
        EvalSums sums;
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        if (headfit_create(&fit, &fixture, FIXTURE_CLASSES, 2, &err) == ERR_NONE)
            (void)!headscore_run(&sums, &fixture, &head, CPU_GENERIC, 2, &err);
        is_done = !sysfault_fired();
        sysfault_clear();
        assert_int_equal(err.code, is_done ? ERR_NONE : ERR_MEMORY);
        headfit_destroy(&fit);
        assert_true(k > 3 || !is_done);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_optimum_is_scipys),
                                       cmocka_unit_test(a_fit_ends_at_the_optimum),
                                       cmocka_unit_test(the_gradient_is_the_values),
                                       cmocka_unit_test(separable_classes_stay_finite),
                                       cmocka_unit_test(threads_change_nothing),
                                       cmocka_unit_test(a_curvature_is_solved),
                                       cmocka_unit_test(a_score_is_what_double_says),
                                       cmocka_unit_test(memory_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
