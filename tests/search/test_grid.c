/* The grid of STEP 1. */
#include "base/sys.h"
#include "search/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

static const double also[2][3] = {{1.2, 1.1, 1.15}, {1.0, 1.0, 1.4}};

static size_t count(double step, double tolerance, size_t n_also)
{
    const GridSettings settings = {step, 2.0, tolerance, also, n_also};
    GridPoint *points = NULL;
    size_t n = 0;
    Err err = {0};
    assert_int_equal(grid_enumerate(&points, &n, &settings, &err), ERR_NONE);
    mem_free(points);
    return n;
}

/*
 * The counts that the design states; the paper's point is not on the lattice of 0.1 but on that of
 * 0.05, where its product 1.92 is within 5 % of 2.
 */
static void counts_of_the_design(void **state)
{
    (void)state;
    assert_int_equal(count(0.05, 0.05, 0), 109);
    assert_int_equal(count(0.1, 0.05, 0), 21);
    assert_int_equal(count(0.1, 0.05, 1), 22);
    assert_int_equal(count(0.05, 0.05, 1), 109);
}

/*
 * Inclusive after rounding: (1.9, 1, 1) is 5 % off 2 exactly, (2, 1, 1) not at all; 1.9/2 - 1 is
 * not 0.05 in binary.
 */
static void the_rule_is_inclusive(void **state)
{
    (void)state;
    const GridSettings settings = {0.1, 2.0, 0.05, NULL, 0};
    GridPoint *points = NULL;
    size_t n = 0;
    bool has_edge = false;
    Err err = {0};
    assert_int_equal(grid_enumerate(&points, &n, &settings, &err), ERR_NONE);
    for (size_t i = 0; i < n; i++) {
        has_edge =
            has_edge || (points[i].alpha == 1.9 && points[i].beta == 1.0 && points[i].gamma == 1.0);
        assert_true(fabs(points[i].product / 2.0 - 1.0) <= 0.05 + 1e-9);
    }
    assert_true(has_edge);
    mem_free(points);
}

/*
 * Ascending, exact decimals, extra points last and only once (1, 1, 1.4 is on the lattice: its
 * product is 1.96).
 */
static void order_and_extras(void **state)
{
    (void)state;
    const GridSettings settings = {0.1, 2.0, 0.05, also, 2};
    GridPoint *points = NULL;
    size_t n = 0;
    Err err = {0};
    assert_int_equal(grid_enumerate(&points, &n, &settings, &err), ERR_NONE);
    assert_int_equal(n, 22);
    for (size_t i = 1; i + 1 < n; i++) {
        const GridPoint *a = &points[i - 1], *b = &points[i];
        const bool is_ascending =
            a->alpha < b->alpha ||
            (a->alpha == b->alpha &&
             (a->beta < b->beta || (a->beta == b->beta && a->gamma < b->gamma)));
        assert_true(is_ascending);
        assert_false(b->is_extra);
    }
    const GridPoint *last = &points[n - 1];
    assert_true(last->is_extra && last->alpha == 1.2 && last->beta == 1.1 && last->gamma == 1.15);
    const Scale scale = grid_scale(last);
    assert_true(scale.depth == 1.2 && scale.width == 1.1 && scale.resolution == 1.15);
    mem_free(points);
}

static void refuse(GridSettings settings, const char *part)
{
    GridPoint *points = NULL;
    size_t n = 0;
    Err err = {0};
    assert_int_equal(grid_enumerate(&points, &n, &settings, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, part));
    assert_null(points);
}

static void bad_settings_are_misuse(void **state)
{
    (void)state;
    static const double bad[1][3] = {{1.2, 0.9, 1.15}};
    refuse((GridSettings){0.0, 2.0, 0.05, NULL, 0}, "grid step '0'");
    refuse((GridSettings){(double)NAN, 2.0, 0.05, NULL, 0}, "grid step 'nan'");
    refuse((GridSettings){0.1, 0.5, 0.05, NULL, 0}, "grid product '0.5'");
    refuse((GridSettings){0.1, 2.0, -0.1, NULL, 0}, "grid tolerance '-0.1'");
    refuse((GridSettings){0.1, 2.0, 0.05, bad, 1}, "'0.9'");
    refuse((GridSettings){1.0, 3.0, 0.01, NULL, 0}, "no point");
    refuse((GridSettings){0.005, 2.0, 10.0, NULL, 0}, "more than 2000000 points");
}

/* A million points are a grid like any other: the whole lattice of step 0.01, in its order. */
static void a_million_points_are_listed(void **state)
{
    (void)state;
    enum { SIDE = 101 };
    const GridSettings settings = {0.01, 16.0, 1.0, NULL, 0};
    GridPoint *points = NULL;
    size_t n = 0;
    Err err = {0};
    assert_int_equal(grid_enumerate(&points, &n, &settings, &err), ERR_NONE);
    assert_int_equal(n, SIDE * SIDE * SIDE);
    for (size_t i = 1; i < n; i++) {
        const GridPoint *a = &points[i - 1], *b = &points[i];
        assert_true(a->alpha < b->alpha ||
                    (a->alpha == b->alpha &&
                     (a->beta < b->beta || (a->beta == b->beta && a->gamma < b->gamma))));
    }
    mem_free(points);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_the_design),
        cmocka_unit_test(the_rule_is_inclusive),
        cmocka_unit_test(order_and_extras),
        cmocka_unit_test(bad_settings_are_misuse),
        cmocka_unit_test(a_million_points_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
