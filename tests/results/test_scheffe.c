/* results/scheffe: shares of known rules, the lattice's order, maxima that are known. */
#include "results/scheffe.h"
#include "base/err.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.15g is not within %g of %.15g", got, tolerance, wanted);
}

/* Property: multipliers are turned into shares of cost: (1.2, 1.1, 1.15) into .28, .29, .43. */
static void shares_of_multipliers(void **state)
{
    (void)state;
    Shares shares;
    assert_true(scheffe_shares(1.2, 1.1, 1.15, &shares));
    near(shares.x[0], 0.28, 0.005);
    near(shares.x[1], 0.29, 0.005);
    near(shares.x[2], 0.43, 0.005);
    assert_true(scheffe_shares(0.5, 1.0, 1.0, &shares)); /* smaller than the baseline: the same */
    near(shares.x[0], 1.0, 0.0);
    assert_false(scheffe_shares(1.0, 1.0, 1.0, &shares));
    assert_false(scheffe_shares(4.0, 0.5, 1.0, &shares));
}

/* Property: negative shares are set to 0 and told, the rest sums to 1; rounding is not told. */
static void negative_shares_are_clamped(void **state)
{
    (void)state;
    Shares shares = {{-0.05, 0.45, 0.6}}, rounding = {{-1e-15, 0.5, 0.5}};
    assert_true(scheffe_clamp(&shares));
    assert_true(shares.x[0] == 0.0);
    near(shares.x[1], 0.45 / 1.05, 1e-15);
    near(shares.x[1] + shares.x[2], 1.0, 1e-15);
    assert_false(scheffe_clamp(&rounding));
    assert_true(rounding.x[0] == 0.0);
}

/* Property: the lattice has each point once, its corners where they are said to be. */
static void lattice_is_whole(void **state)
{
    (void)state;
    bool seen[SCHEFFE_STEPS + 1][SCHEFFE_STEPS + 1] = {{false}};
    int n_boundary = 0;
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        const Shares point = scheffe_lattice(i);
        const int a = (int)lround(point.x[0] * SCHEFFE_STEPS),
                  b = (int)lround(point.x[1] * SCHEFFE_STEPS);
        near(point.x[0] + point.x[1] + point.x[2], 1.0, 1e-15);
        assert_true(point.x[2] >= 0.0 && !seen[a][b]);
        seen[a][b] = true;
        n_boundary += scheffe_is_boundary(&point);
    }
    assert_int_equal(n_boundary, 3 * SCHEFFE_STEPS);
    for (int k = 0; k < 3; k++)
        assert_true(scheffe_lattice(scheffe_corner(k)).x[k] == 1.0);
}

/*
 * Property: the climb ends at the maximum, inside, on an edge and in a corner. The polynomial is
 * -sum w (x - m)^2 written in Scheffe's form: m is its maximum where m is a shape, and the edges'
 * and corners' follow from Lagrange's rule. Steps end at 1e-7, where the height differs by 1e-14.
 */
static void climb_ends_at_the_maximum(void **state)
{
    (void)state;
    static const struct {
        double m[3], top[3];
    } cases[] = {{{0.28, 0.29, 0.43}, {0.28, 0.29, 0.43}},
                 {{0.5, 0.8, -0.3}, {0.35, 0.65, 0.0}},
                 {{2.0, -0.5, -0.5}, {1.0, 0.0, 0.0}}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const double *m = cases[i].m;
        double beta[SCHEFFE_QUADRATIC], square[3];
        for (int k = 0; k < 3; k++) /* the height of corner k */
            square[k] = -((k == 0) - m[0]) * ((k == 0) - m[0]) -
                        ((k == 1) - m[1]) * ((k == 1) - m[1]) -
                        ((k == 2) - m[2]) * ((k == 2) - m[2]);
        for (int k = 0; k < 3; k++) {
            beta[k] = square[k];
            beta[3 + k] = 2.0; /* along an edge the height is a parabola of curvature 2 */
        }
        const Shares top = scheffe_climb(beta, SCHEFFE_QUADRATIC, (Shares){{0.3, 0.3, 0.4}});
        for (int k = 0; k < 3; k++)
            near(top.x[k], cases[i].top[k], 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_of_multipliers), cmocka_unit_test(negative_shares_are_clamped),
        cmocka_unit_test(lattice_is_whole), cmocka_unit_test(climb_ends_at_the_maximum)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
