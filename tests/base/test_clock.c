/* base/clock: clocks go forward and dates have their form. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

/*
 * Property: sleeping moves the monotonic clock at least as far, and costs the thread hardly any
 * processor time.
 */
static void clocks_go_forward(void **state)
{
    (void)state;
    const int64_t nap_ns = 20000000;
    const int64_t thread_begin = clock_thread_ns(), begin = clock_now_ns();
    clock_sleep_ns(nap_ns);
    const int64_t end = clock_now_ns();
    assert_true(end - begin >= nap_ns);
    assert_true(clock_seconds(begin, end) >= 0.02);
    assert_true(clock_thread_ns() - thread_begin < end - begin);
}

/* Property: the middle one, or the mean of the two in the middle; the durations are sorted. */
static void medians_are_in_the_middle(void **state)
{
    (void)state;
    int64_t odd[] = {9, 1, 4}, even[] = {8, 3, 100, 4}, one[] = {7};
    assert_true(clock_median_ns(odd, 3) == 4.0);
    assert_true(clock_median_ns(even, 4) == 6.0);
    assert_true(clock_median_ns(one, 1) == 7.0);
    assert_int_equal(odd[0], 1);
    assert_int_equal(even[3], 100);
}

/* Property: the date is "YYYY-MM-DDTHH:MM:SS.mmmZ" and within a minute of time(). */
static void dates_have_their_form(void **state)
{
    (void)state;
    char buffer[CLOCK_UTC_BYTES];
    assert_ptr_equal(clock_utc(buffer), buffer);
    static const char form[] = "0000-00-00T00:00:00.000Z";
    assert_int_equal(strlen(buffer), sizeof form - 1);
    for (size_t i = 0; i < sizeof form - 1; i++)
        assert_true(form[i] == '0' ? buffer[i] >= '0' && buffer[i] <= '9' : buffer[i] == form[i]);
    struct tm date = {0};
    assert_non_null(strptime(buffer, "%Y-%m-%dT%H:%M:%S", &date));
    const double difference = difftime(timegm(&date), time(NULL));
    assert_true(difference > -60.0 && difference < 60.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_go_forward),
        cmocka_unit_test(medians_are_in_the_middle),
        cmocka_unit_test(dates_have_their_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
