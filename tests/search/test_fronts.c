/* tests/search/test_fronts.c: fronts and crowding distances against a hand-computed example. */
#include "search/fronts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

enum { N = 7 };

/*
 * value, macs: front 0 is places 0 (1, 1), 3 (5, 4), 6 (3, 2) and 1 (9, 9): in order of MACs 0, 6,
 * 3, 1. Front 1: 2 (3, 4) and 5 (8, 9). Front 2: 4 (2, 5).
 */
static const FrontMember members[N] = {
    {.place = 4, .value = 2, .macs = 5}, {.place = 0, .value = 1, .macs = 1},
    {.place = 2, .value = 3, .macs = 4}, {.place = 1, .value = 9, .macs = 9},
    {.place = 6, .value = 3, .macs = 2}, {.place = 3, .value = 5, .macs = 4},
    {.place = 5, .value = 8, .macs = 9}};

static void copy(FrontMember *to)
{
    for (int i = 0; i < N; i++)
        to[i] = members[i];
}

/* Ends of a front are infinitely far; 3 lies between 6 and 1: (9 - 2) / 8 + (9 - 3) / 8 = 13 / 8;
 * 6 between 0 and 3: (4 - 1) / 8 + (5 - 1) / 8 = 7 / 8. Equal ones go by place. */
static void a_front_is_sorted_by_crowding(void **state)
{
    (void)state;
    static const int32_t places[] = {0, 1, 3, 6, 2, 5, 4};
    static const int32_t fronts[] = {0, 0, 0, 0, 1, 1, 2};
    FrontMember m[N];
    copy(m);
    fronts_select(m, N, N);
    for (int i = 0; i < N; i++) {
        assert_int_equal(m[i].place, places[i]);
        assert_int_equal(m[i].front, fronts[i]);
    }
    assert_true(isinf(m[0].crowding) && isinf(m[1].crowding));
    assert_true(m[2].crowding == 13.0 / 8 && m[3].crowding == 7.0 / 8);
}

/* The first three of the first front are the same whatever order they come in. */
static void order_changes_nothing(void **state)
{
    (void)state;
    for (int shift = 0; shift < N; shift++) {
        FrontMember m[N];
        for (int i = 0; i < N; i++)
            m[i] = members[(i * 3 + shift) % N];
        fronts_select(m, N, 3);
        assert_int_equal(m[0].place, 0);
        assert_int_equal(m[1].place, 1);
        assert_int_equal(m[2].place, 3);
    }
}

/* Twins dominate neither each other nor themselves; a front of twins has no distances to divide. */
static void twins_are_of_one_front(void **state)
{
    (void)state;
    FrontMember m[3] = {{.place = 2, .value = 1, .macs = 1},
                        {.place = 0, .value = 1, .macs = 1},
                        {.place = 1, .value = 1, .macs = 1}};
    assert_false(fronts_dominates(&m[0], &m[1]));
    fronts_select(m, 3, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(m[i].front, 0);
    assert_int_equal(m[0].place, 0);
    assert_int_equal(m[1].place, 2); /* the ends are 0 and 2 */
    assert_true(m[2].crowding == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_front_is_sorted_by_crowding),
        cmocka_unit_test(order_changes_nothing),
        cmocka_unit_test(twins_are_of_one_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
