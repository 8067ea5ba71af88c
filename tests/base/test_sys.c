/* base/sys: memory on top of the table, and the injector itself. */
#include "base/sys.h"
#include "base/sysfault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/*
 * Property: the calloc of ours zeroes and refuses overflow; zero bytes are a valid block; copies
 * are copies.
 */
static void memory_behaves(void **state)
{
    (void)state;
    unsigned char *zeros = mem_calloc(10, 10);
    assert_non_null(zeros);
    for (int i = 0; i < 100; i++)
        assert_int_equal(zeros[i], 0);
    zeros = mem_realloc(zeros, 200);
    assert_non_null(zeros);
    mem_free(zeros);
    assert_null(mem_calloc(SIZE_MAX / 2, 3));
    void *nothing = mem_alloc(0);
    assert_non_null(nothing);
    mem_free(nothing);
    mem_free(NULL);
    char *copy = mem_strndup("abcdef", 3);
    assert_string_equal(copy, "abc");
    mem_free(copy);
}

/*
 * Property: sized blocks know their size through reallocation, keep their content, are aligned,
 * refuse bad sizes.
 */
static void sized_blocks_know_their_size(void **state)
{
    (void)state;
    char *block = mem_sized_alloc(5);
    assert_non_null(block);
    assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
    memcpy(block, "abcd", 5);
    assert_int_equal(mem_sized_size(block), 5);
    block = mem_sized_realloc(block, 500);
    assert_string_equal(block, "abcd");
    assert_int_equal(mem_sized_size(block), 500);
    mem_sized_free(block);
    assert_null(mem_sized_alloc(0));
    assert_null(mem_sized_alloc(INT_MAX));
    assert_int_equal(mem_sized_size(NULL), 0);
    mem_sized_free(NULL);
}

/*
 * Property: growing doubles, keeps the content, leaves the array valid when it fails, and refuses
 * overflow.
 */
static void arrays_grow(void **state)
{
    (void)state;
    Err err;
    int *items = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(mem_grow(&items, &capacity, (size_t)i + 1, sizeof *items, &err), ERR_NONE);
        items[i] = i;
    }
    assert_int_equal(capacity, 128);
    sysfault_arm(SYS_ALLOC, 1, SYS_FAIL, 0);
    assert_int_equal(mem_grow(&items, &capacity, 1000, sizeof *items, &err), ERR_MEMORY);
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_int_equal(mem_grow(&items, &capacity, SIZE_MAX / 2, sizeof *items, &err), ERR_MEMORY);
    assert_true(capacity == 128 && items[99] == 99);
    mem_free(items);
}

/*
 * Property: the injector strikes the k-th call only (or all from then on), counts, and restores the
 * real calls.
 */
static void the_injector_strikes_once(void **state)
{
    (void)state;
    void *blocks[4];
    sysfault_arm(SYS_ALLOC, 2, SYS_FAIL, 0);
    for (int i = 0; i < 4; i++) {
        blocks[i] = mem_alloc(1);
        assert_true((blocks[i] == NULL) == (i == 1));
        mem_free(blocks[i]);
    }
    assert_int_equal(sysfault_count(), 4);
    sysfault_arm(SYS_ALLOC, 2, SYS_FAIL_ALWAYS, 0);
    assert_false(sysfault_fired());
    for (int i = 0; i < 3; i++) {
        blocks[i] = mem_alloc(1);
        assert_true((blocks[i] == NULL) == (i >= 1));
        mem_free(blocks[i]);
    }
    sysfault_arm(SYS_OPEN, 1, SYS_FAIL, EMFILE);
    errno = 0;
    assert_int_equal(sys_calls.open(AT_FDCWD, "/dev/null", 0, 0), -1);
    assert_int_equal(errno, EMFILE);
    sysfault_clear();
    const int fd = sys_calls.open(AT_FDCWD, "/dev/null", 0, 0);
    assert_true(fd >= 0);
    sys_calls.close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_behaves),
        cmocka_unit_test(sized_blocks_know_their_size),
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(the_injector_strikes_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
