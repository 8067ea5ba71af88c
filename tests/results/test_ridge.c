/* results/ridge: exchange rates of lines whose rates are known. */
#include "results/ridge.h"
#include "base/err.h"
#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { POINTS = 11 };

/*
 * Property: along a line of shares (da, db, dc) multipliers change as da, db/2, dc/2, over the
 * largest of them. Some dozen roundings of numbers near 1: 1e-13.
 */
static void lines_give_their_rates(void **state)
{
    (void)state;
    static const struct {
        double from[3], step[3], exchange[3];
    } cases[] = {{{0.0, 0.5, 0.5}, {0.05, -0.05, 0}, {1, -0.5, 0}},
                 {{0.2, 0.0, 0.8}, {0, 0.05, -0.05}, {0, 1, -1}},
                 {{0.0, 0.5, 0.5}, {0.06, -0.04, -0.02}, {1, -1 / 3.0, -1 / 6.0}}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Shares points[POINTS];
        double exchange[3];
        for (int p = 0; p < POINTS; p++)
            for (int k = 0; k < 3; k++)
                points[p].x[k] = cases[i].from[k] + p * cases[i].step[k];
        assert_true(ridge_find(points, POINTS, exchange));
        /* of two equal changes either may be the one that is +1 */
        const double sign = exchange[1] * cases[i].exchange[1] < 0 ? -1 : 1;
        for (int k = 0; k < 3; k++)
            if (!(fabs(sign * exchange[k] - cases[i].exchange[k]) < 1e-13))
                fail_msg("%g is not %g", exchange[k], cases[i].exchange[k]);
    }
}

/* Property: a point, a short line and a whole triangle are no ridges. */
static void other_regions_are_none(void **state)
{
    (void)state;
    Shares all[SCHEFFE_N_LATTICE];
    double exchange[3];
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++)
        all[i] = scheffe_lattice(i);
    assert_false(ridge_find(all, 1, exchange));
    assert_false(ridge_find(all, SCHEFFE_N_LATTICE, exchange));
    const Shares line[] = {{{0.5, 0.5, 0}}, {{0.55, 0.45, 0}}, {{0.6, 0.4, 0}}};
    assert_false(ridge_find(line, 3, exchange));
}

/* Property: what grows comes first, and a change too small to matter has no word. */
static void rates_have_words(void **state)
{
    (void)state;
    static const struct {
        double exchange[3];
        const char *words;
    } cases[] = {{{1, -0.5, 0}, "1 % more depth for 0.5 % less width"},
                 {{-0.62, 1, -0.04}, "1 % more width for 0.62 % less depth"},
                 {{0.3, -1, 0.2}, "0.3 % more depth and 0.2 % more resolution for 1 % less width"},
                 {{-0.25, -0.25, 1},
                  "1 % more resolution for 0.25 % less depth and 0.25 % less "
                  "width"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Text text = {0};
        ridge_words(cases[i].exchange, &text);
        assert_string_equal(text_string(&text), cases[i].words);
        text_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_give_their_rates),
                                       cmocka_unit_test(other_regions_are_none),
                                       cmocka_unit_test(rates_have_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
