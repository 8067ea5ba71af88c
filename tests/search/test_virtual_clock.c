/* tests/search/test_virtual_clock.c: events come by virtual finish, ties by ticket. */
#include "search/virtual_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void start(VirtualClock *clock, int64_t ticket, int64_t macs)
{
    Err err = {0};
    assert_int_equal(virtual_clock_start(clock, ticket, macs, &err), ERR_NONE);
}

static int64_t finish(VirtualClock *clock)
{
    int64_t ticket = 0;
    assert_true(virtual_clock_next(clock, &ticket));
    virtual_clock_finish(clock);
    return ticket;
}

/* Hand-computed: three workers, jobs of 5, 2, 5, 2 and 0; equal finishes go by ticket. */
static void events_come_in_virtual_order(void **state)
{
    (void)state;
    VirtualClock clock;
    int64_t ticket = 0;
    virtual_clock_init(&clock, 3);
    assert_false(virtual_clock_next(&clock, &ticket));
    start(&clock, 1, 5);
    start(&clock, 2, 2);
    start(&clock, 3, 5);
    assert_false(virtual_clock_has_free(&clock));
    assert_int_equal(finish(&clock), 2);
    assert_int_equal(clock.now, 2);
    start(&clock, 4, 2); /* ends at 4 */
    assert_int_equal(finish(&clock), 4);
    start(&clock, 5, 1); /* ends at 5, with 1 and 3 */
    assert_int_equal(finish(&clock), 1);
    assert_int_equal(finish(&clock), 3);
    start(&clock, 6, 0); /* refused: at once, but after the earlier ticket of that instant */
    assert_int_equal(finish(&clock), 5);
    assert_int_equal(finish(&clock), 6);
    assert_int_equal(clock.now, 5);
    assert_false(virtual_clock_next(&clock, &ticket));
}

/* Time that would pass 2^63 is an error, not a wrap. */
static void time_does_not_wrap(void **state)
{
    (void)state;
    VirtualClock clock;
    Err err = {0};
    virtual_clock_init(&clock, 1);
    start(&clock, 1, INT64_MAX - 1);
    assert_int_equal(finish(&clock), 1);
    assert_int_equal(virtual_clock_start(&clock, 2, 2, &err), ERR_RANGE);
    start(&clock, 2, 1);
    assert_int_equal(finish(&clock), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_virtual_order),
        cmocka_unit_test(time_does_not_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
