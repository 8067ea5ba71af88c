/* Outlines over the triangle: closed, the right way round, as large as they must be. */
#include "plots/contour.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Twice the area in shares of width and resolution; the whole triangle has 1. */
static double area(const ContourLoop *loop)
{
    double sum = 0.0;
    for (int i = 0; i < loop->n; i++) {
        const double *a = loop->points[i].at.x, *b = loop->points[(i + 1) % loop->n].at.x;
        sum += a[1] * b[2] - a[2] * b[1];
    }
    return sum;
}

static double squares(const Shares *at)
{
    double sum = 0.0;
    for (int k = 0; k < 3; k++)
        sum += (at->x[k] - 1.0 / 3.0) * (at->x[k] - 1.0 / 3.0);
    return sum;
}

static double hill(const void *surface, const Shares *at)
{
    (void)surface;
    return -squares(at);
}

static double basin(const void *surface, const Shares *at)
{
    (void)surface;
    return squares(at);
}

static double slope(const void *surface, const Shares *at)
{
    (void)surface;
    return at->x[0];
}

static Contour trace(ContourHeight height, double level, Arena *arena)
{
    Err err = {0};
    Contour contour;
    assert_int_equal(contour_trace(&contour, height, NULL, level, arena, &err), ERR_NONE);
    return contour;
}

/*
 * Property: a round hill has one circle, its area that of the disc but for the arcs that 60 steps
 * cut off: below 1 % at radius 0.2. Squares of shares add to r^2 at distance r in the plane of the
 * three axes, of which the triangle's twice-area 1 is sqrt(3): disc pi r^2 is 2 pi r^2/sqrt(3).
 */
static void hills_are_circles(void **state)
{
    (void)state;
    Arena arena = {0};
    const Contour c = trace(hill, -0.04, &arena);
    assert_int_equal(c.n, 1);
    assert_false(c.loops[0].is_hollow);
    const double wanted = 2.0 * 3.14159265358979 * 0.04 / sqrt(3.0);
    assert_true(fabs(area(&c.loops[0]) / wanted - 1.0) < 0.01);
    for (int i = 0; i < c.loops[0].n; i++)
        assert_false(c.loops[0].points[i].is_border);
    arena_release(&arena);
}

/* Property: around a basin there is the whole triangle, and the basin as a hollow in it. */
static void basins_are_hollows(void **state)
{
    (void)state;
    Arena arena = {0};
    const Contour c = trace(basin, 0.04, &arena);
    assert_int_equal(c.n, 2);
    assert_int_equal(c.loops[0].is_hollow + c.loops[1].is_hollow, 1);
    const ContourLoop *outer = &c.loops[c.loops[0].is_hollow];
    assert_true(fabs(area(outer) - 1.0) < 1e-12); /* sums of 180 products of sixtieths */
    for (int i = 0; i < outer->n; i++)
        assert_true(outer->points[i].is_border);
    arena_release(&arena);
}

/* Property: a plane is cut straight: depth above 0.505 is a triangle of .495 squared, two thirds of
 * its edges border. */
static void planes_are_cut_straight(void **state)
{
    (void)state;
    Arena arena = {0};
    const Contour c = trace(slope, 0.505, &arena);
    assert_int_equal(c.n, 1);
    assert_true(fabs(area(&c.loops[0]) - 0.495 * 0.495) < 1e-12);
    int n_border = 0;
    for (int i = 0; i < c.loops[0].n; i++) {
        n_border += c.loops[0].points[i].is_border;
        assert_true(c.loops[0].points[i].is_border ||
                    fabs(c.loops[0].points[i].at.x[0] - 0.505) < 1e-12);
    }
    assert_int_equal(n_border, 2 * 30);
    arena_release(&arena);
}

static void levels_beyond_are_nothing_or_all(void **state)
{
    (void)state;
    Arena arena = {0};
    assert_int_equal(trace(slope, 1.5, &arena).n, 0);
    const Contour all = trace(slope, -1.0, &arena);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.loops[0].n, 3 * CONTOUR_STEPS);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hills_are_circles),
                                       cmocka_unit_test(basins_are_hollows),
                                       cmocka_unit_test(planes_are_cut_straight),
                                       cmocka_unit_test(levels_beyond_are_nothing_or_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
