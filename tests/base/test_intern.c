/* base/intern: numbers of keys against a literal search, growth, and lack of memory. */
#include "base/intern.h"
#include "base/sysfault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

typedef struct Key {
    uint64_t a, b;
} Key;

/* Keys that repeat in an order of their own; `n` distinct ones. */
static Key key_of(uint64_t i, uint64_t n)
{
    return (Key){i * i % n, i % 7 % n};
}

/* Property: a key has the number of its first appearance, as a literal search gives it. */
static void numbers_are_those_of_first_appearance(void **state)
{
    (void)state;
    enum { N = 3000 };
    static Key seen[N];
    size_t n_seen = 0, index;
    Intern *intern = NULL;
    Err err = {0};
    assert_int_equal(intern_create(&intern, sizeof(Key), &err), ERR_NONE);
    for (uint64_t i = 0; i < N; i++) {
        const Key key = key_of(i, 701);
        size_t first = 0;
        while (first < n_seen && memcmp(&seen[first], &key, sizeof key) != 0)
            first++;
        if (first == n_seen)
            seen[n_seen++] = key;
        assert_int_equal(intern_index(intern, &key, &index, &err), ERR_NONE);
        assert_int_equal(index, first);
        assert_int_equal(intern_count(intern), n_seen);
    }
    assert_true(n_seen > 300); /* the slots have grown */
    intern_destroy(&intern);
    assert_null(intern);
    intern_destroy(&intern);
}

/*
 * Property: without memory a key is refused and nothing has changed: the next attempt gives it the
 * number that it would have had.
 */
static void lack_of_memory_changes_nothing(void **state)
{
    (void)state;
    for (long k = 1;; k++) {
        Intern *intern = NULL;
        Err err = {0};
        bool failed = false;
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        if (intern_create(&intern, sizeof(uint64_t), &err) != ERR_NONE) {
            assert_int_equal(err.code, ERR_MEMORY);
            assert_null(intern);
            sysfault_clear();
            continue;
        }
        for (uint64_t i = 0; i < 1000; i++) {
            size_t index = SIZE_MAX;
            if (intern_index(intern, &i, &index, &err) != ERR_NONE) {
                assert_int_equal(err.code, ERR_MEMORY);
                assert_int_equal(intern_count(intern), i);
                failed = true;
                assert_int_equal(intern_index(intern, &i, &index, &err), ERR_NONE);
            }
            assert_int_equal(index, i);
        }
        const bool fired = sysfault_fired();
        sysfault_clear();
        intern_destroy(&intern);
        assert_true(fired == failed);
        if (!fired)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_first_appearance),
        cmocka_unit_test(lack_of_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
