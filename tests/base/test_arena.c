/*
 * base/arena: measuring equals carving, alignment, failure, rewinding, growing, and the debug
 * guards.
 */
#include "base/arena.h"
#include "base/sysfault.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* A build function as modules write it: measures or carves. */
static void build(Arena *arena, float **weights, char **name)
{
    *weights = arena_floats(arena, 1001);
    *name = arena_alloc(arena, 13, 1);
    const ArenaMark mark = arena_mark(arena);
    (void)arena_alloc(arena, 5000, 1);
    arena_rewind(arena, mark);
    (void)arena_zalloc(arena, 3, 1);
}

/*
 * Property: a reservation of arena_bytes() of a measuring run fits the carving run exactly, not one
 * byte less.
 */
static void measuring_equals_carving(void **state)
{
    (void)state;
    Err err;
    float *weights;
    char *name;
    Arena measuring = arena_measuring();
    build(&measuring, &weights, &name);
    assert_null(weights);
    assert_true(arena_is_measuring(&measuring));
    Arena arena;
    assert_int_equal(arena_reserve(&arena, arena_bytes(&measuring), &err), ERR_NONE);
    build(&arena, &weights, &name);
    assert_int_equal(arena_ok(&arena, &err), ERR_NONE);
    assert_int_equal(arena_bytes(&arena), arena_bytes(&measuring));
    assert_true(arena_check(&arena));
    arena_release(&arena);
    assert_int_equal(arena_reserve(&arena, arena_bytes(&measuring) - 1, &err), ERR_NONE);
    build(&arena, &weights, &name);
    assert_int_equal(arena_ok(&arena, &err), ERR_MEMORY);
    arena_release(&arena);
    arena_release(&arena);
}

/* Property: allocations are 64-byte aligned and do not overlap; large reservations are to pages. */
static void allocations_are_aligned(void **state)
{
    (void)state;
    Err err;
    Arena arena;
    assert_int_equal(arena_reserve(&arena, (size_t)3 * ARENA_HUGE_PAGE, &err), ERR_NONE);
    assert_int_equal((uintptr_t)arena.base % ARENA_HUGE_PAGE, 0);
    unsigned char *previous_end = arena.base;
    for (size_t n = 0; n < 200; n += 7) {
        unsigned char *data = arena_alloc(&arena, n, 1);
        assert_int_equal((uintptr_t)data % ARENA_ALIGN, 0);
        assert_true(data >= previous_end);
        previous_end = data + n;
        memset(data, 1, n);
    }
    assert_true(arena_check(&arena));
    arena_release(&arena);
}

/* Property: overflowing sizes fail and the failure sticks, also while measuring. */
static void failure_is_sticky(void **state)
{
    (void)state;
    Err err;
    Arena arena = arena_measuring();
    (void)arena_alloc(&arena, SIZE_MAX / 2, 3);
    (void)arena_alloc(&arena, 1, 1);
    assert_int_equal(arena_ok(&arena, &err), ERR_MEMORY);
    size_t product;
    assert_false(arena_multiply(SIZE_MAX, 2, &product));
    assert_int_equal(product, SIZE_MAX);
    assert_true(arena_multiply(6, 7, &product) && product == 42);
    assert_int_equal(arena_reserve(&arena, SIZE_MAX - 10, &err), ERR_MEMORY);
    assert_int_equal(arena_reserve(&arena, 100, &err), ERR_NONE);
    assert_null(arena_alloc(&arena, SIZE_MAX, 1));
    assert_null(arena_alloc(&arena, 1000, 1));
    assert_int_equal(arena_ok(&arena, &err), ERR_MEMORY);
    arena_release(&arena);
}

/* Property: an arena over the caller's memory hands out that memory and frees none of it. */
static void callers_memory_is_carved(void **state)
{
    (void)state;
    _Alignas(ARENA_ALIGN) static unsigned char memory[1024];
    Arena arena = arena_over(memory, sizeof memory);
    assert_ptr_equal(arena_alloc(&arena, 100, 1), memory);
    assert_null(arena_alloc(&arena, sizeof memory, 1));
    assert_true(arena.failed);
    arena_release(&arena);
    arena_release(&arena);
}

/* Property: a released fixed arena does not begin to grow. */
static void released_arenas_stay_fixed(void **state)
{
    (void)state;
    Err err;
    Arena arena;
    assert_int_equal(arena_reserve(&arena, 100, &err), ERR_NONE);
    arena_release(&arena);
    assert_null(arena_alloc(&arena, 1, 1));
    assert_int_equal(arena_ok(&arena, &err), ERR_MEMORY);
}

/*
 * Property: blocks of a growing arena, small ones and ones larger than it takes at a time, are
 * zeroed, aligned, disjoint, and stay where they are.
 */
static void growing_keeps_everything(void **state)
{
    (void)state;
    enum { N_ITEMS = 200 };
    Arena arena = {0};
    Err err = {0};
    unsigned char *items[N_ITEMS];
    for (size_t i = 0; i < N_ITEMS; i++) {
        const size_t n = i * (i % 50 == 0 ? 700 : 7);
        items[i] = arena_zalloc(&arena, n, 3);
        assert_non_null(items[i]);
        assert_int_equal((uintptr_t)items[i] % _Alignof(max_align_t), 0);
        for (size_t b = 0; b < n * 3; b++)
            assert_int_equal(items[i][b], 0);
        memset(items[i], (int)i, n * 3);
    }
    for (size_t i = 0; i < N_ITEMS; i++)
        for (size_t b = 0; b < i * 21; b++)
            assert_int_equal(items[i][b], i);
    assert_int_equal(arena_ok(&arena, &err), ERR_NONE);
    assert_true(arena_check(&arena));
    arena_release(&arena);
    arena_release(&arena);
    assert_string_equal(arena_text(&arena, "anew"), "anew");
    arena_release(&arena);
}

/* Property: texts are copied and formatted; no text is none, not a failure. */
static void growing_holds_texts(void **state)
{
    (void)state;
    Arena arena = {0};
    assert_string_equal(arena_text(&arena, "abc"), "abc");
    assert_null(arena_text(&arena, NULL));
    assert_string_equal(arena_printf(&arena, "%d %s", 7, "x"), "7 x");
    assert_false(arena.failed);
    arena_release(&arena);
}

/* Property: a list that grows item by item keeps its items; new ones are zeroed. */
static void lists_grow(void **state)
{
    (void)state;
    Arena arena = {0};
    int *items = NULL;
    size_t n = 0;
    for (int i = 0; i < 1000; i++) {
        items = arena_add_item(&arena, items, &n, sizeof *items);
        assert_non_null(items);
        assert_int_equal(n, i + 1);
        assert_int_equal(items[i], 0);
        items[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
    arena_release(&arena);
}

/* Property: overflow and lack of memory stick to a growing arena, and are told once asked. */
static void growing_fails_stickily(void **state)
{
    (void)state;
    Arena arena = {0};
    Err err = {0};
    assert_null(arena_alloc(&arena, SIZE_MAX, 2));
    assert_null(arena_alloc(&arena, SIZE_MAX - 1, 1));
    assert_int_equal(arena_ok(&arena, &err), ERR_MEMORY);
    arena_release(&arena);
    sysfault_arm(SYS_ALLOC, 1, SYS_FAIL, ENOMEM);
    assert_null(arena_text(&arena, "abc"));
    assert_true(sysfault_fired());
    sysfault_clear();
    assert_string_equal(arena_text(&arena, "def"), "def");
    assert_int_equal(arena_ok(&arena, &err), ERR_MEMORY);
    arena_release(&arena);
}

#ifndef NDEBUG
/* Property (debug): fresh and rewound memory is NaN as float and as double. */
static void fresh_memory_is_nan(void **state)
{
    (void)state;
    Err err;
    Arena arena;
    assert_int_equal(arena_reserve(&arena, 4096, &err), ERR_NONE);
    const ArenaMark mark = arena_mark(&arena);
    for (int round = 0; round < 2; round++) {
        double *values = arena_alloc(&arena, 8, sizeof *values);
        for (int i = 0; i < 8; i++)
            assert_true(isnan(values[i]));
        memset(values, 0, 8 * sizeof *values);
        arena_rewind(&arena, mark);
        float *floats = arena_floats(&arena, 16);
        for (int i = 0; i < 16; i++)
            assert_true(isnan(floats[i]));
        arena_rewind(&arena, mark);
    }
    arena_release(&arena);
}

/*
 * Property (debug): a write of one byte past any allocation is found, whichever byte of the red
 * zone it hits.
 */
static void overruns_are_found(void **state)
{
    (void)state;
    Err err;
    Arena arena;
    assert_int_equal(arena_reserve(&arena, 4096, &err), ERR_NONE);
    unsigned char *first = arena_alloc(&arena, 100, 1);
    unsigned char *second = arena_alloc(&arena, 64, 1);
    unsigned char *third = arena_alloc(&arena, 1, 1);
    memset(first, 7, 100);
    memset(second, 7, 64);
    memset(third, 7, 1);
    assert_true(arena_check(&arena));
    for (unsigned char *byte = first + 100; byte < second; byte++) {
        *byte ^= 0x10;
        assert_false(arena_check(&arena));
        *byte ^= 0x10;
    }
    third[1]++;
    assert_false(arena_check(&arena));
    third[1]--;
    assert_true(arena_check(&arena));
    arena_release(&arena);
}

/* Property (debug): an overrun in a growing arena's oldest block is found when it has many. */
static void overruns_of_old_blocks_are_found(void **state)
{
    (void)state;
    Arena arena = {0};
    unsigned char *first = arena_alloc(&arena, 100, 1);
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_alloc(&arena, 1000, 1));
    assert_true(arena_check(&arena));
    first[100] ^= 0x10;
    assert_false(arena_check(&arena));
    first[100] ^= 0x10;
    arena_release(&arena);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measuring_equals_carving),
        cmocka_unit_test(allocations_are_aligned),
        cmocka_unit_test(failure_is_sticky),
        cmocka_unit_test(callers_memory_is_carved),
        cmocka_unit_test(released_arenas_stay_fixed),
        cmocka_unit_test(growing_keeps_everything),
        cmocka_unit_test(growing_holds_texts),
        cmocka_unit_test(lists_grow),
        cmocka_unit_test(growing_fails_stickily),
#ifndef NDEBUG
        cmocka_unit_test(fresh_memory_is_nan),
        cmocka_unit_test(overruns_are_found),
        cmocka_unit_test(overruns_of_old_blocks_are_found),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
