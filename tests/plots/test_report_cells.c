/* tests/plots/test_report_cells.c: what is not a number is an empty cell. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_written),
                                       cmocka_unit_test(what_is_missing_is_empty)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
