/* results/lsq against numpy and scipy (fits_fixture.h), and on columns that depend on each other.
 */
#include "tests/results/fits_fixture.h"

#include "results/lsq.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { ROWS = 12, COLUMNS = 3 };

/* Two backward stable methods on 12 x 3 numbers near 1 of condition below 10: 1e-13. */
#define STABLE 1e-13

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", got, tolerance, wanted);
}

static Lsq plan(int n_rows, int n_columns, Arena *arena)
{
    Err err = {0};
    Lsq lsq;
    assert_int_equal(lsq_plan(&lsq, n_rows, n_columns, arena, &err), ERR_NONE);
    return lsq;
}

/* Property: coefficients, residual and variances are numpy's. */
static void solution_is_that_of_numpy(void **state)
{
    (void)state;
    Arena arena = {0};
    double beta[COLUMNS];
    Lsq lsq = plan(ROWS, COLUMNS, &arena);
    lsq_factor(&lsq, fixture_x, NULL);
    assert_int_equal(lsq.rank, COLUMNS);
    near(lsq_solve(&lsq, fixture_y, beta), fixture_squares, STABLE * 10);
    for (int j = 0; j < COLUMNS; j++)
        near(beta[j], fixture_beta[j], STABLE);
    const double f[] = {0.3, -1.0, 2.0};
    double wanted = 0.0;
    for (int i = 0; i < COLUMNS; i++)
        for (int j = 0; j < COLUMNS; j++)
            wanted += f[i] * fixture_inverse[i * COLUMNS + j] * f[j];
    near(lsq_variance(&lsq, f), wanted, STABLE);
    double whitened[COLUMNS], squares = 0.0;
    lsq_whiten(&lsq, f, whitened);
    for (int j = 0; j < COLUMNS; j++)
        squares += whitened[j] * whitened[j];
    near(squares, wanted, STABLE);
    arena_release(&arena);
}

/* Property: without negative coefficients the solution is scipy's. */
static void positive_solution_is_that_of_scipy(void **state)
{
    (void)state;
    Arena arena = {0};
    double beta[COLUMNS];
    Lsq lsq = plan(ROWS, COLUMNS, &arena);
    near(lsq_positive(&lsq, fixture_x, fixture_y, beta), fixture_positive_squares, STABLE * 10);
    for (int j = 0; j < COLUMNS; j++)
        near(beta[j], fixture_positive[j], STABLE);
    const double all_below[] = {-1, -1, -1}, ones[] = {1, 1, 1};
    lsq = plan(3, 1, &arena);
    near(lsq_positive(&lsq, ones, all_below, beta), 3.0, 0.0); /* no column at all */
    assert_true(beta[0] == 0.0);
    arena_release(&arena);
}

/* Property: a column that the others make is left out, and so is one of zeros: the fit is the same.
 */
static void dependent_columns_are_left_out(void **state)
{
    (void)state;
    Arena arena = {0};
    double x[ROWS][COLUMNS + 2], beta[COLUMNS + 2];
    for (int i = 0; i < ROWS; i++) {
        const double *row = fixture_x + (size_t)i * COLUMNS;
        x[i][0] = row[0];
        x[i][1] = 0.0;
        x[i][2] = row[1];
        x[i][3] = 2.0 * row[0] - row[1];
        x[i][4] = row[2];
    }
    Lsq lsq = plan(ROWS, COLUMNS + 2, &arena);
    lsq_factor(&lsq, &x[0][0], NULL);
    assert_int_equal(lsq.rank, COLUMNS);
    near(lsq_solve(&lsq, fixture_y, beta), fixture_squares, STABLE * 10);
    assert_true(beta[1] == 0.0 && beta[3] == 0.0);
    near(beta[0], fixture_beta[0], STABLE);
    near(beta[2], fixture_beta[1], STABLE);
    near(beta[4], fixture_beta[2], STABLE);
    arena_release(&arena);
}

/* Property: with as many columns as rows the fit is exact, and more columns than rows do no harm.
 */
static void few_rows_are_met_exactly(void **state)
{
    (void)state;
    Arena arena = {0};
    double beta[COLUMNS];
    Lsq lsq = plan(2, COLUMNS, &arena);
    lsq_factor(&lsq, fixture_x, NULL);
    assert_int_equal(lsq.rank, 2);
    near(lsq_solve(&lsq, fixture_y, beta), 0.0, STABLE);
    for (int i = 0; i < 2; i++) {
        double sum = 0.0;
        for (int j = 0; j < COLUMNS; j++)
            sum += fixture_x[i * COLUMNS + j] * beta[j];
        near(sum, fixture_y[i], STABLE * 10);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(solution_is_that_of_numpy),
                                       cmocka_unit_test(positive_solution_is_that_of_scipy),
                                       cmocka_unit_test(dependent_columns_are_left_out),
                                       cmocka_unit_test(few_rows_are_met_exactly)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
