/* Designs on the triangle: as many different points of sum 1 as asked for, every dimension alike.
 */
#include "search/simplex.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define SAME 1e-15 /* thirds and sixths, one rounding each */

static int find(const double (*points)[3], size_t n, const double *x)
{
    for (size_t i = 0; i < n; i++)
        if (fabs(points[i][0] - x[0]) + fabs(points[i][1] - x[1]) + fabs(points[i][2] - x[2]) <
            SAME)
            return (int)i;
    return -1;
}

/* Property: points are shares, none stands twice, and turning the triangle changes nothing. */
static void designs_are_even(void **state)
{
    (void)state;
    static const size_t sizes[] = {7, 10, 15};
    for (size_t s = 0; s < 3; s++) {
        const size_t n = sizes[s];
        const double(*points)[3] = simplex_design(n);
        for (size_t i = 0; i < n; i++) {
            const double turned[] = {points[i][1], points[i][2], points[i][0]};
            assert_true(points[i][0] >= 0 && points[i][1] >= 0 && points[i][2] >= 0);
            assert_true(fabs(points[i][0] + points[i][1] + points[i][2] - 1) < SAME);
            assert_int_equal(find(points, n, points[i]), i);
            assert_true(find(points, n, turned) >= 0);
        }
    }
}

static void other_sizes_are_none(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 16; n++)
        assert_int_equal(simplex_design(n) != NULL, n == 7 || n == 10 || n == 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(designs_are_even),
                                       cmocka_unit_test(other_sizes_are_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
