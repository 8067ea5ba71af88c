/* Minima that are known are found, and how it ended is said as it is. */
#include "nn/lbfgs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { N = 40, MANY = 10000, FEW = 3 };

static const double CONDITION = 1e4, SHORTEST = 1e-9;

/* A bowl: curvatures from 1 to CONDITION along the axes, its bottom at x[i] = i - 7.5. */
static double curvature(int i)
{
    return pow(CONDITION, (double)i / (N - 1));
}

static double bottom(int i)
{
    return i - 7.5;
}

static double bowl(void *user, const double *x, double *gradient)
{
    double value = 0.0;
    (*(int *)user)++;
    for (int i = 0; i < N; i++) {
        const double d = x[i] - bottom(i);
        value += 0.5 * curvature(i) * d * d;
        gradient[i] = curvature(i) * d;
    }
    return value;
}

/* A gradient g of a function whose least curvature is 1 is at most |g| from the bottom. */
static void a_bowl_has_its_bottom(void **state)
{
    (void)state;
    Lbfgs *lbfgs = NULL;
    Err err = {0};
    double x[N] = {0}, distance = 0.0;
    int n_calls = 0;
    const LbfgsProblem problem = {bowl, NULL, &n_calls};
    assert_int_equal(lbfgs_create(&lbfgs, N, &err), ERR_NONE);
    const LbfgsReport report = lbfgs_minimise(lbfgs, x, &problem, SHORTEST, MANY);
    assert_int_equal(report.end, LBFGS_CONVERGED);
    assert_int_equal(report.evaluations, n_calls);
    assert_true(report.iterations < n_calls);
    for (int i = 0; i < N; i++)
        distance += (x[i] - bottom(i)) * (x[i] - bottom(i));
    assert_true(report.gradient <= SHORTEST);
    assert_true(sqrt(distance) <= report.gradient * (1.0 + 1e-12));
    lbfgs_destroy(&lbfgs);
}

/* Whoever stands at the bottom does not move; whoever may not arrive says that. */
static void ends_are_said(void **state)
{
    (void)state;
    Lbfgs *lbfgs = NULL;
    Err err = {0};
    double x[N];
    int n_calls = 0;
    const LbfgsProblem problem = {bowl, NULL, &n_calls};
    for (int i = 0; i < N; i++)
        x[i] = bottom(i);
    assert_int_equal(lbfgs_create(&lbfgs, N, &err), ERR_NONE);
    LbfgsReport report = lbfgs_minimise(lbfgs, x, &problem, 0.0, MANY);
    assert_int_equal(report.end, LBFGS_CONVERGED);
    assert_int_equal(report.iterations, 0);
    x[0] = x[N - 1] = 0.0;
    report = lbfgs_minimise(lbfgs, x, &problem, SHORTEST, FEW);
    assert_int_equal(report.end, LBFGS_LIMIT);
    assert_int_equal(report.iterations, FEW);
    assert_true(report.gradient > SHORTEST);
    lbfgs_destroy(&lbfgs);
}

static void solve_bowl(void *user, double *direction)
{
    (void)user;
    for (int i = 0; i < N; i++)
        direction[i] /= curvature(i);
}

/* With the bowl's own curvature the first step is Newton's: it ends at the bottom. */
static void known_curvature_is_used(void **state)
{
    (void)state;
    Lbfgs *lbfgs = NULL;
    Err err = {0};
    double x[N] = {0};
    int n_calls = 0;
    const LbfgsProblem problem = {bowl, solve_bowl, &n_calls};
    assert_int_equal(lbfgs_create(&lbfgs, N, &err), ERR_NONE);
    const LbfgsReport report = lbfgs_minimise(lbfgs, x, &problem, SHORTEST, MANY);
    assert_int_equal(report.end, LBFGS_CONVERGED);
    assert_int_equal(report.iterations, 1);
    lbfgs_destroy(&lbfgs);
}

/* |x| + x^2, whose gradient does not vanish at its least value, 0. */
static double kink(void *user, const double *x, double *gradient)
{
    (void)user;
    gradient[0] = (x[0] < 0.0 ? -1.0 : 1.0) + 2.0 * x[0];
    return fabs(x[0]) + x[0] * x[0];
}

/* Where no step is better the end is a stall, and the value is not above the start's. */
static void a_stall_is_said(void **state)
{
    (void)state;
    Lbfgs *lbfgs = NULL;
    Err err = {0};
    const LbfgsProblem problem = {kink, NULL, NULL};
    double x[1] = {3.0};
    assert_int_equal(lbfgs_create(&lbfgs, 1, &err), ERR_NONE);
    const LbfgsReport report = lbfgs_minimise(lbfgs, x, &problem, SHORTEST, MANY);
    assert_int_equal(report.end, LBFGS_STALLED);
    assert_true(report.value < 12.0);
    assert_true(fabs(x[0]) < 3.0);
    lbfgs_destroy(&lbfgs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bowl_has_its_bottom), cmocka_unit_test(ends_are_said),
        cmocka_unit_test(known_curvature_is_used), cmocka_unit_test(a_stall_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
