/* Labels keep off what is there. */
#include "plots/labels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Property: below the mark where there is room, else where there is; no two cover each other. */
static void labels_keep_apart(void **state)
{
    (void)state;
    Arena arena = {0};
    Labels labels = {.arena = &arena};
    const LabelBox mark = {100, 100, 10, 10};
    labels_occupy(&labels, mark);
    const LabelBox below = labels_place(&labels, mark, 30, 10);
    assert_true(below.x == 100 && below.y == 112);
    for (int i = 1; i < 4; i++) {
        const LabelBox next = labels_place(&labels, mark, 20, 8);
        assert_true(next.y != below.y || next.x != below.x);
    }
    assert_int_equal(labels.n, 5);
    for (size_t i = 0; i < labels.n; i++) { /* each covers itself alone */
        const LabelBox *box = &labels.boxes[i];
        assert_true(labels_covered(&labels, *box) <= box->width * box->height + 1e-9);
    }
    arena_release(&arena);
}

static void letters_are_counted(void **state)
{
    (void)state;
    assert_true(labels_width("×★a", 10) == labels_width("abc", 10));
    assert_true(labels_width("", 10) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(labels_keep_apart),
                                       cmocka_unit_test(letters_are_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
