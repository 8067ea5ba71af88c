/* tests/base/test_sort.c: order of whole numbers. */
#include "base/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Property: ascending over the whole range, where differences overflow; none is a list, too. */
static void values_ascend(void **state)
{
    (void)state;
    int64_t values[] = {3, INT64_MAX, -1, INT64_MIN, 3, 0};
    static const int64_t wanted[] = {INT64_MIN, -1, 0, 3, 3, INT64_MAX};
    sort_int64(values, 6);
    assert_memory_equal(values, wanted, sizeof wanted);
    sort_int64(NULL, 0);
}

/* Property: equal ones are one, wherever they stand. */
static void each_stands_once(void **state)
{
    (void)state;
    int64_t values[] = {2, 1, 2, 1, 2};
    static const int64_t wanted[] = {1, 2};
    assert_int_equal(sort_int64_once(values, 5), 2);
    assert_memory_equal(values, wanted, sizeof wanted);
    assert_int_equal(sort_int64_once(values, 1), 1);
    assert_int_equal(sort_int64_once(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_ascend),
                                       cmocka_unit_test(each_stands_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
