/* tests/search/test_constants.c: which network of a grid the constants come from, and which. */
#include "search/constants.h"
#include "search/deciding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum { N_NETWORKS = 3, N_LOG = 16 };

static const Scale aliases_a[] = {{1.2, 1.1, 1.2}, {1.3, 1.1, 1.1}, {1.1, 1.1, 1.3}};
static const Scale aliases_b[] = {{2, 1, 1}};
static const Scale aliases_c[] = {{1, 1, 1.4}};
static const ConstantsNetwork networks[N_NETWORKS] = {
    {aliases_a, 3, {1.25, 1.1, 1.15}, 200}, /* 1.2 is 4.2 % off, 1.3 is 3.8 %: the second alias */
    {aliases_b, 1, {2, 1, 1}, 190},
    {aliases_c, 1, {1, 1, 1.4}, 190},
};
static const ConstantsSettings settings = {
    {OBJECTIVE_SOFT, -0.07, 200, 0.05, false}, networks, N_NETWORKS};

/* The entries a host was handed. */
typedef struct Log {
    DeciderEntry entries[N_LOG];
    size_t n;
} Log;

static ErrCode record(void *user, const DeciderEntry *entry, Err *err)
{
    (void)err;
    Log *log = user;
    log->entries[log->n++] = *entry;
    return ERR_NONE;
}

/* Runs the decider with these results, reported from the last to the first. */
static Deciding *decide(const ConstantsSettings *s, const DeciderResult *results, Log *log)
{
    Deciding *deciding = NULL;
    Err err = {0};
    const DecidingHost host = {log, NULL, record};
    assert_int_equal(deciding_create(&deciding, &constants_decider, s, 0, 2, &err), ERR_NONE);
    for (size_t i = 0; i < s->n_networks; i++)
        assert_int_equal(deciding_give(deciding, s->networks[i].macs, &err), ERR_NONE);
    assert_int_equal(deciding_advance(deciding, &host, &err), ERR_NONE);
    for (size_t i = s->n_networks; i-- > 0;) {
        assert_null(deciding_yield(deciding));
        assert_int_equal(deciding_report(deciding, (int64_t)i + 1, &results[i], &err), ERR_NONE);
        assert_int_equal(deciding_advance(deciding, &host, &err), ERR_NONE);
    }
    return deciding;
}

static DeciderResult done(double value)
{
    return (DeciderResult){DECIDER_DONE, value, 3, 3};
}

/* Waits for all, then: the best score; its nearest alias; solved gamma; results told in virtual
 * order. */
static void best_network_is_taken(void **state)
{
    (void)state;
    const DeciderResult results[] = {done(60), done(50), done(55)};
    Log log = {.n = 0};
    Deciding *deciding = decide(&settings, results, &log);
    const DeciderYield *yield = deciding_yield(deciding);
    assert_true(yield->has_constants);
    assert_int_equal(yield->ticket, 1);
    assert_true(yield->constants[0] == 1.3 && yield->constants[1] == 1.1 &&
                yield->constants[2] == 1.15);
    assert_string_equal(deciding_reason(deciding),
                        "a ray of alpha 1.3, beta 1.1, solved gamma 1.15; its network is nominal "
                        "1.3 1.1 1.1, built 1.25 1.1 1.15: best of 3 by validation, n = 3");
    /* two workers: 2 ends at 190, 1 at 200, 3 at 380 */
    assert_int_equal(log.n, 4);
    assert_int_equal(log.entries[0].ticket, 2);
    assert_int_equal(log.entries[1].ticket, 1);
    assert_int_equal(log.entries[2].ticket, 3);
    assert_int_equal(log.entries[2].time, 380);
    assert_int_equal(log.entries[3].kind, DECIDER_END);
    deciding_destroy(&deciding);
}

/* Equal scores: fewer MACs, then the earlier; a diverged seed comes after all without one. */
static void ties_and_divergence(void **state)
{
    (void)state;
    const DeciderResult equal[] = {done(0), done(0), done(0)};
    const DeciderResult diverged[] = {{DECIDER_DIVERGED, 90, 1, 3}, done(10), done(20)};
    const DeciderResult all_diverged[] = {
        {DECIDER_DIVERGED, 90, 1, 3}, {DECIDER_DIVERGED, 80, 2, 3}, {DECIDER_DIVERGED, 0, 0, 3}};
    Log log = {.n = 0};
    Deciding *deciding = decide(&settings, equal, &log);
    assert_int_equal(deciding_yield(deciding)->ticket, 2);
    deciding_destroy(&deciding);
    deciding = decide(&settings, diverged, &log);
    assert_int_equal(deciding_yield(deciding)->ticket, 3);
    deciding_destroy(&deciding);
    log.n = 0;
    deciding = decide(&settings, all_diverged, &log);
    assert_int_equal(deciding_yield(deciding)->ticket, 1);
    deciding_destroy(&deciding);
}

/* A network that failed cannot win and does not keep the others from it; if all did, nothing is
 * yielded, and it says so. */
static void failure_does_not_wait_for_ever(void **state)
{
    (void)state;
    const DeciderResult failed = {DECIDER_FAILED, (double)NAN, 0, 3};
    const DeciderResult one[] = {failed, done(10), done(20)}, all[] = {failed, failed, failed};
    Log log = {.n = 0};
    Deciding *deciding = decide(&settings, one, &log);
    assert_int_equal(deciding_yield(deciding)->ticket, 3);
    deciding_destroy(&deciding);
    deciding = decide(&settings, all, &log);
    assert_false(deciding_yield(deciding)->has_constants);
    assert_int_equal(deciding_yield(deciding)->ticket, 0);
    assert_non_null(strstr(deciding_reason(deciding), "none of 3 networks has a score: 3 failed"));
    deciding_destroy(&deciding);
}

/* Outside the objective's band nothing wins. */
static void band_excludes(void **state)
{
    (void)state;
    const DeciderResult results[] = {done(1), done(50), done(55)};
    ConstantsSettings band = settings;
    Log log = {.n = 0};
    band.objective = (Objective){OBJECTIVE_BAND, 0, 200, 0.01, false};
    Deciding *deciding = decide(&band, results, &log);
    assert_int_equal(deciding_yield(deciding)->ticket, 1);
    deciding_destroy(&deciding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_network_is_taken),
        cmocka_unit_test(ties_and_divergence),
        cmocka_unit_test(failure_does_not_wait_for_ever),
        cmocka_unit_test(band_excludes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
