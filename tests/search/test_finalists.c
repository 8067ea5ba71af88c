/* tests/search/test_finalists.c: which of the networks that were trained anew is taken. */
#include "search/deciding.h"
#include "search/finalists.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum { N_NETWORKS = 4, N_CANDIDATES = 3 };

static const int64_t macs[N_NETWORKS] = {100, 90, 90, 100};

static ErrCode record(void *user, const DeciderEntry *entry, Err *err)
{
    (void)user;
    (void)entry;
    (void)err;
    return ERR_NONE;
}

/* Tells the results from the last to the first; the ticket that is chosen, and why. */
static int64_t choose(const Objective *objective, const DeciderResult *results,
                      char reason[DECIDER_REASON_MAX])
{
    const FinalistsSettings settings = {objective, macs, N_NETWORKS, N_CANDIDATES};
    const DecidingHost host = {NULL, NULL, record};
    Deciding *deciding = NULL;
    Err err = {0};
    assert_int_equal(deciding_create(&deciding, &finalists_decider, &settings, 0, 2, &err),
                     ERR_NONE);
    for (size_t i = 0; i < N_NETWORKS; i++)
        assert_int_equal(deciding_give(deciding, macs[i], &err), ERR_NONE);
    for (size_t i = N_NETWORKS; i-- > 0;) {
        assert_int_equal(deciding_report(deciding, (int64_t)i + 1, &results[i], &err), ERR_NONE);
        assert_int_equal(deciding_advance(deciding, &host, &err), ERR_NONE);
        assert_true((deciding_yield(deciding) != NULL) == (i == 0));
    }
    const int64_t ticket = deciding_yield(deciding)->ticket;
    assert_false(deciding_yield(deciding)->has_constants);
    snprintf(reason, DECIDER_REASON_MAX, "%s", deciding_reason(deciding));
    deciding_destroy(&deciding);
    return ticket;
}

static DeciderResult done(double value)
{
    return (DeciderResult){DECIDER_DONE, value, 5, 5};
}

/*
 * The best candidate by mean validation accuracy, not the search's first, and not what stands
 * beside the candidates although it is better than all of them.
 */
static void best_candidate_is_taken(void **state)
{
    (void)state;
    char reason[DECIDER_REASON_MAX];
    const DeciderResult results[] = {done(60), done(61), done(62), done(70)};
    assert_int_equal(choose(NULL, results, reason), 3);
    assert_string_equal(reason, "candidate 3 of 3 by validation, trained anew: top-1 62.00, n = 5; "
                                "the search's first has 60.00");
}

/* Under an objective its score decides: hard, with T = 90, leaves 65 at 100 MACs 58.5. */
static void objective_decides(void **state)
{
    (void)state;
    char reason[DECIDER_REASON_MAX];
    const Objective hard = {OBJECTIVE_HARD, -1, 90, 0.05, true};
    const DeciderResult results[] = {done(65), done(61), done(60), done(70)};
    assert_int_equal(choose(NULL, results, reason), 1);
    assert_int_equal(choose(&hard, results, reason), 2);
}

/*
 * A diverged seed comes after all without, equal scores are told by MACs and then by the search's
 * order, one that failed cannot be chosen; if none can, nothing is, and the reason says so.
 */
static void what_has_no_score_is_not_taken(void **state)
{
    (void)state;
    char reason[DECIDER_REASON_MAX];
    const DeciderResult diverged = {DECIDER_DIVERGED, 99, 4, 5};
    const DeciderResult failed = {DECIDER_FAILED, (double)NAN, 0, 5};
    const DeciderResult equal[] = {done(60), done(60), done(60), done(0)};
    const DeciderResult mixed[] = {failed, diverged, done(20), done(0)};
    const DeciderResult last[] = {failed, diverged, failed, done(0)};
    const DeciderResult none[] = {failed, failed, failed, done(50)};
    assert_int_equal(choose(NULL, equal, reason), 2);
    assert_int_equal(choose(NULL, mixed, reason), 3);
    assert_non_null(strstr(reason, "the search's first has none"));
    assert_int_equal(choose(NULL, last, reason), 2);
    assert_int_equal(choose(NULL, none, reason), 0);
    assert_string_equal(reason, "none of 3 candidates has a score after training anew");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(best_candidate_is_taken),
                                       cmocka_unit_test(objective_decides),
                                       cmocka_unit_test(what_has_no_score_is_not_taken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
