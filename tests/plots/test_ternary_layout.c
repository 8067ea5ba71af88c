/* Panels of a page: beside each other where two fit, words broken where they would not. */
#include "plots/labels.h"
#include "plots/ternary_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/*
 * Property: a column of paper has one panel below the other, a page of 7 in two beside each other;
 * a panel's triangle and corner words stay inside it, and a height that is asked for is kept to
 * where the texts leave a triangle.
 */
static void test_columns(void **state)
{
    (void)state;
    const FigureStyle column = {.width = 237.6}, page = {.width = 504},
                      low = {.width = 504, .height = 400};
    const TernaryLayout narrow = ternary_layout(&column, 2), wide = ternary_layout(&page, 2),
                        flat = ternary_layout(&low, 2);
    assert_int_equal(narrow.columns, 1);
    assert_int_equal(wide.columns, 2);
    assert_true(narrow.height == 2 * narrow.panel_height);
    assert_true(wide.height == wide.panel_height);
    assert_true(flat.side < wide.side && flat.height < low.height * 12 / 8);
    assert_true(narrow.left + narrow.side + labels_width("width alone", 12) / 2 <=
                narrow.panel_width);
}

/* Property: lines are as long as they may be, words are kept, one that is too long too; a screen
 * breaks nothing. */
static void test_lines(void **state)
{
    (void)state;
    Arena arena = {0};
    const TernaryLayout page = {.panel_width = labels_width("12345678", 12), .word_font = 12},
                        screen = {.panel_width = page.panel_width};
    static const char words[] = "abc def ghijklmnopq r";
    static const char *const lines[] = {"abc def", "ghijklmnopq", "r"};
    const char *text = words;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_string_equal(ternary_layout_line(&page, 0, &text, &arena), lines[i]);
    assert_null(ternary_layout_line(&page, 0, &text, &arena));
    text = words;
    assert_string_equal(ternary_layout_line(&screen, 0, &text, &arena), words);
    assert_null(ternary_layout_line(&screen, 0, &text, &arena));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_columns),
                                       cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
