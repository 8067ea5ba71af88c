/* results/timelaw: a law that is there is found, constants stay positive, intervals hold. */
#include "results/timelaw.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static TimeLaw fit(const TimeSample *samples, int n)
{
    TimeLaw law;
    Err err = {0};
    assert_int_equal(timelaw_fit(&law, samples, n, &err), ERR_NONE);
    return law;
}

static void near(double got, double wanted, double relative)
{
    if (!(fabs(got - wanted) <= relative * fabs(wanted)))
        fail_msg("%.17g, not %.17g", got, wanted);
}

/* Property: samples of a law give its constants; tolerance: some roundings of an elimination. */
static void law_is_found(void **state)
{
    (void)state;
    TimeSample samples[] = {{1e6, 2e5, 0}, {4e6, 3e5, 0}, {2e6, 9e5, 0}, {8e6, 1e6, 0}};
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        samples[i].seconds = 1e-10 * samples[i].macs + 3e-9 * samples[i].acts;
    const TimeLaw law = fit(samples, ARRAY_LEN(samples));
    near(law.per_mac, 1e-10, 1e-9);
    near(law.per_act, 3e-9, 1e-9);
    near(law.spread, TIMELAW_UNSEEN, 1e-6);
    near(timelaw_image(&law, 2e6, 9e5), samples[2].seconds, 1e-9);
}

/* Property: what would need a negative constant has none; one sample is met exactly. */
static void constants_stay_positive(void **state)
{
    (void)state;
    const TimeSample falling[] = {{1e6, 3e6, 1.0}, {8e6, 3e6, 0.5}, {2e6, 9e6, 4.0}};
    const TimeLaw law = fit(falling, ARRAY_LEN(falling));
    assert_true(law.per_mac >= 0 && law.per_act > 0);
    assert_true(law.spread > 2 * TIMELAW_UNSEEN);
    const TimeSample rising[] = {{1e6, 1e6, 2.0}, {4e6, 2e6, 4.0}, {9e6, 3e6, 6.0}};
    const TimeLaw acts = fit(rising, ARRAY_LEN(rising));
    near(acts.per_act, 2e-6, 1e-9);
    assert_true(acts.per_mac <= 1e-15);
    const TimeSample one[] = {{2e6, 1e6, 0.5}};
    const TimeLaw single = fit(one, 1);
    near(timelaw_image(&single, 2e6, 1e6), 0.5, 1e-12);
    near(single.spread, TIMELAW_UNSEEN, 1e-12);
}

/*
 * Property: passes count training thrice, a trial's time has the test split once and something for
 * its start and each epoch, and the ends of the interval lie around the prediction.
 */
static void trials_have_their_passes(void **state)
{
    (void)state;
    const TimeWork work = {2, 100, 10, 5}, more = {3, 100, 10, 5};
    near(timelaw_passes(&work), 630, 0);
    near(timelaw_trial(3.0, &work) - timelaw_trial(1.0, &work), 2 * 625, 1e-12);
    const double epoch = timelaw_trial(0, &more) - timelaw_trial(0, &work);
    assert_true(epoch > 0);
    assert_true(timelaw_trial(0, &work) > 2 * epoch);
    near(timelaw_low(0.1), exp(-0.16448536269514722), 1e-12);
    near(timelaw_low(0.1) * timelaw_high(0.1), 1, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(law_is_found),
                                       cmocka_unit_test(constants_stay_positive),
                                       cmocka_unit_test(trials_have_their_passes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
