/* tests/plots/test_report_cells.c: what is not a number is an empty cell, a sign is a minus. */
#include "plots/html.h"
#include "plots/report_cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

/* Numbers by their formats, multipliers as a product. */
static void numbers_are_written(void **state)
{
    (void)state;
    static const double scale[] = {1.2, 1.1, 1.15};
    Text page = {0};
    report_multipliers(&page, scale);
    report_number(&page, "%.1f", 2.0);
    assert_string_equal(text_string(&page), "<td>1.2 × 1.1 × 1.15</td><td>2.0</td>");
    text_release(&page);
}

/* A point described by genes has no multipliers, one that could not be built no cost. */
static void what_is_missing_is_empty(void **state)
{
    (void)state;
    static const double none[] = {(double)NAN, (double)NAN, (double)NAN};
    Text page = {0};
    report_multipliers(&page, none);
    report_number(&page, "%.1f", none[0]);
    assert_string_equal(text_string(&page), "<td></td><td></td>");
    text_release(&page);
}

/* The sign of a number is a minus wherever one can stand; other hyphens stay, and so do commands.
 */
static void signs_are_minuses(void **state)
{
    (void)state;
    Text page = {0};
    report_number(&page, "%+.1f", -2.0);
    html_printf(&page, "%.2f (%.1f to %.1f), [%d], T^%.2f", -0.5, -1.0, -0.25, -3, -0.07);
    assert_string_equal(text_string(&page), "<td>−2.0</td>−0.50 (−1.0 to −0.2), [−3], T^−0.07");
    text_clear(&page);
    html_words(&page, "log-rank, 2-3, 1e-05, a -b, resnet-20, x=-1, -");
    assert_string_equal(text_string(&page), "log-rank, 2-3, 1e-05, a -b, resnet-20, x=-1, -");
    text_clear(&page);
    html_text(&page, "nice -5 isoflop");
    assert_string_equal(text_string(&page), "nice -5 isoflop");
    text_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_written),
                                       cmocka_unit_test(what_is_missing_is_empty),
                                       cmocka_unit_test(signs_are_minuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
