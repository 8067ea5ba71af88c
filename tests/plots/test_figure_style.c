/* Lengths with units: what they come to in points, and what is none. */
#include "plots/figure_style.h"

#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Every unit by its definition: 72 points, 2.54 cm and 96 px an inch; to rounding. */
static void test_units(void **state)
{
    (void)state;
    static const char *const same[] = {"3.3in", "8.382cm", "83.82mm", "237.6pt", "316.8px"};
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        FigureStyle style = {0};
        Err err = {0};
        assert_int_equal(figure_style_read(&style, same[i], "2in", &err), ERR_NONE);
        assert_true(fabs(style.width - 237.6) <= 1e-9);
        assert_true(fabs(style.height - 144.0) <= 1e-9);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",     "in",     "3.3",   "3.3 inches", "3,3in", "0.9in",
                                        "51in", "-3.3in", "nanin", "infin",      "3.3em"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        FigureStyle style = {0};
        Err err = {0};
        assert_int_equal(figure_style_read(&style, wrong[i], NULL, &err), ERR_USAGE);
        assert_non_null(strstr(err.msg, "in, cm, mm, pt or px"));
    }
    FigureStyle style = {0};
    Err err = {0};
    assert_int_equal(figure_style_read(&style, NULL, NULL, &err), ERR_NONE);
    assert_true(style.width == 0.0 && style.height == 0.0);
    assert_int_equal(figure_style_read(&style, NULL, "2in", &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "needs a width"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_units),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
