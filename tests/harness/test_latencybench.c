/* harness/latencybench: what is measured hangs together, whatever the machine. */
#include "harness/latencybench.h"

#include "tests/models/models_test.h"

enum { N = 2, RUNS = 7 };

/*
 * Property: median, fastest and slowest are in order, whatever the clock says; the ratio is the
 * first network's over the last's: no round's is beyond those of the fastest to the slowest pass.
 * Four roundings lie between (two to milliseconds, two quotients). Both are planned for inference.
 */
static void times_hang_together(void **state)
{
    (void)state;
    Err err = {0};
    Network networks[N] = {0};
    LatencybenchReport reports[N];
    LatencybenchRatio ratio;
    const LatencybenchSettings settings = {
        .batch = 2, .threads = 2, .level = CPU_GENERIC, .runs = RUNS};
    for (int i = 0; i < N; i++) {
        Spec spec = zoo_spec("proxy-b0");
        spec.resolution = i == 0 ? 8 : 64;
        assert_int_equal(resolve_network(&networks[i], &spec, &err), ERR_NONE);
    }
    assert_int_equal(latencybench_run(networks, N, &settings, reports, &ratio, &err), ERR_NONE);
    for (int i = 0; i < N; i++) {
        assert_true(reports[i].ms_min > 0.0);
        assert_true(reports[i].ms_min <= reports[i].ms && reports[i].ms <= reports[i].ms_max);
        assert_true(reports[i].memory.activation_bytes > 0);
        network_release(&networks[i]);
    }
    assert_true(reports[1].memory.activation_bytes > reports[0].memory.activation_bytes);
    assert_true(0.0 < ratio.low && ratio.low <= ratio.ratio && ratio.ratio <= ratio.high);
    const double slack = 1.0 + 4 * 0x1p-52;
    assert_true(ratio.low * slack >= reports[0].ms_min / reports[1].ms_max);
    assert_true(ratio.high <= reports[0].ms_max / reports[1].ms_min * slack);
}

/*
 * Ranks of the bounds: scipy.stats.binom.ppf(.05, n, .5), which is the largest k with P(X < k) <=
 * .05, for n = 5, 10, 30, 1000: 1, 2, 11, 474. Beyond where 2^-n underflows: 100,000 gives 49740;
 * the normal law 50000 - 1.6449 * 158.11 = 49739.9.
 */
static void interval_of_a_median(void **state)
{
    (void)state;
    static const struct {
        int n, low;
    } cases[] = {{5, 1}, {10, 2}, {30, 11}, {1000, 474}, {100000, 49740}};
    static double ratios[100000];
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        const int n = cases[c].n;
        for (int i = 0; i < n; i++)
            ratios[i] = n - i; /* 1 to n, the wrong way round */
        const LatencybenchRatio found = latencybench_ratio(ratios, n);
        assert_true(found.ratio == (n + 1) / 2.0);
        assert_true(found.low == cases[c].low);
        assert_true(found.high == n + 1 - cases[c].low);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(times_hang_together),
                                       cmocka_unit_test(interval_of_a_median)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
