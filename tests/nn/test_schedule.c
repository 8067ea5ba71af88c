/* Learning rates at the steps where a schedule could be off by one. */
#include "base/err.h"
#include "nn/schedule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* base/fmath is good to a few ulp; a value passes through at most ten operations. */
#define TOLERANCE (16.0 * 2.3e-16)

static void expect(const Schedule *schedule, int64_t step, double lr)
{
    const double got = schedule_lr(schedule, step);
    if (!(fabs(got - lr) <= TOLERANCE * (fabs(lr) + schedule->lr)))
        fail_msg("step %lld: %.17g, expected %.17g", (long long)step, got, lr);
}

/* Rises through (s+1)/w to its peak, then falls to 0 at the end, with half of it in the middle. */
static void test_cosine(void **state)
{
    (void)state;
    const Schedule s = {SCHEDULE_COSINE, 0.1, 1.0, 0.0, 0.0, 10, 110};
    expect(&s, 0, 0.01);
    expect(&s, 9, 0.1);
    expect(&s, 10, 0.1);
    expect(&s, 60, 0.05);
    expect(&s, 35, 0.1 * 0.5 * (1.0 + sqrt(0.5)));
    expect(&s, 110, 0.0);
}

/* A fraction of an epoch: 0.25 of 10 steps is 2.5, which rounds half up to 3. */
static void test_fractional_warmup(void **state)
{
    (void)state;
    const Schedule s = {SCHEDULE_CONSTANT, 0.3, 0.25, 0.0, 0.0, 10, 100};
    expect(&s, 0, 0.1);
    expect(&s, 2, 0.3);
    expect(&s, 99, 0.3);
}

/* Stairs of 2.4 epochs: step 24 of 10 an epoch is the first of the second stair. */
static void test_exponential(void **state)
{
    (void)state;
    const Schedule s = {SCHEDULE_EXPONENTIAL, 0.016, 0.0, 0.97, 2.4, 10, 1000};
    expect(&s, 23, 0.016);
    expect(&s, 24, 0.016 * 0.97);
    expect(&s, 47, 0.016 * 0.97);
    expect(&s, 48, 0.016 * 0.97 * 0.97);
    expect(&s, 72, 0.016 * pow(0.97, 3.0));
}

/* A warm-up longer than the training never divides by what is left. */
static void test_warmup_longer_than_training(void **state)
{
    (void)state;
    const Schedule s = {SCHEDULE_COSINE, 1.0, 10.0, 0.0, 0.0, 4, 8};
    expect(&s, 7, 1.0);
    expect(&s, 8, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cosine),
        cmocka_unit_test(test_fractional_warmup),
        cmocka_unit_test(test_exponential),
        cmocka_unit_test(test_warmup_longer_than_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
