/* Keep: alignment, growth, zeroing, the sticky failure. */
#include "base/sysfault.h"
#include "results/keep.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Blocks of all sizes are zeroed, aligned, disjoint, and stay where they are. */
static void test_blocks(void **state)
{
    (void)state;
    enum { N_BLOCKS = 200 };
    Keep keep = {0};
    Err err = {0};
    unsigned char *blocks[N_BLOCKS];
    for (size_t i = 0; i < N_BLOCKS; i++) {
        blocks[i] = keep_alloc(&keep, i * 7, 3);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        for (size_t b = 0; b < i * 21; b++)
            assert_int_equal(blocks[i][b], 0);
        memset(blocks[i], (int)i, i * 21);
    }
    for (size_t i = 0; i < N_BLOCKS; i++)
        for (size_t b = 0; b < i * 21; b++)
            assert_int_equal(blocks[i][b], i);
    assert_int_equal(keep_ok(&keep, &err), ERR_NONE);
    keep_release(&keep);
    keep_release(&keep);
}

static void test_texts(void **state)
{
    (void)state;
    Keep keep = {0};
    assert_string_equal(keep_text(&keep, "abc"), "abc");
    assert_null(keep_text(&keep, NULL));
    assert_string_equal(keep_printf(&keep, "%d %s", 7, "x"), "7 x");
    assert_false(keep.failed);
    keep_release(&keep);
}

/* Overflow and lack of memory stick, and are told once asked. */
static void test_failure_sticks(void **state)
{
    (void)state;
    Keep keep = {0};
    Err err = {0};
    assert_null(keep_alloc(&keep, SIZE_MAX, 2));
    assert_int_equal(keep_ok(&keep, &err), ERR_MEMORY);
    keep_release(&keep);
    sysfault_arm(SYS_ALLOC, 1, SYS_FAIL, ENOMEM);
    assert_null(keep_text(&keep, "abc"));
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_string_equal(keep_text(&keep, "def"), "def");
    assert_int_equal(keep_ok(&keep, &err), ERR_MEMORY);
    keep_release(&keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_blocks), cmocka_unit_test(test_texts),
                                       cmocka_unit_test(test_failure_sticks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
