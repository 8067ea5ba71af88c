/* The verdict on a table of networks, against what scipy says of the same numbers. */
#include "tests/results/table_fixture.h"

#include "results/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Sums of some forty products of half numbers are exact: what is left is a division and a root. */
#define ROUNDING 1e-12

enum { DIGEST_BYTES = 24 };

/* The made-up table: the first n_networks of it, and an alias of the first network. */
typedef struct World {
    StoreResults results;
    StorePointResult points[TABLE_NETWORKS + 1];
    StoreSeed seeds[TABLE_NETWORKS][TABLE_SEEDS];
    char digests[TABLE_NETWORKS][DIGEST_BYTES];
} World;

static void begin(World *w)
{
    memset(w, 0, sizeof(*w));
    w->results.points = w->points;
    w->results.n_points = TABLE_NETWORKS + 1;
    w->results.study.baseline = "net";
    w->results.study.data_name = "set";
    for (int i = 0; i < TABLE_NETWORKS; i++) {
        snprintf(w->digests[i], DIGEST_BYTES, "digest%d", i);
        for (int s = 0; s < TABLE_SEEDS; s++) {
            const double val = table_val[s * TABLE_NETWORKS + i];
            w->seeds[i][s] =
                (StoreSeed){.seed = s + 1,
                            .status = isnan(val) ? STORE_TRIAL_DIVERGED : STORE_TRIAL_DONE,
                            .val_top1 = val,
                            .test_top1 = table_test[s * TABLE_NETWORKS + i]};
        }
        w->points[i] = (StorePointResult){.point = {.part = "table",
                                                    .figure = "frontier",
                                                    .series = "table",
                                                    .match = "none",
                                                    .status = "unmatched",
                                                    .trial_digest = w->digests[i],
                                                    .network = w->digests[i]},
                                          .seeds = w->seeds[i],
                                          .n_seeds = TABLE_SEEDS};
    }
    w->points[TABLE_NETWORKS] = w->points[0];
}

static Verdict judge(World *w, Arena *arena)
{
    Verdict v;
    Err err = {0};
    bool is_there = false;
    assert_int_equal(verdict_table(&w->results, arena, &v, &is_there, &err), ERR_NONE);
    assert_true(is_there);
    return v;
}

/* Every rank correlation is scipy's, equal values and a missing one among them; the top tenth is
 * chosen by the third seed. */
static void test_as_scipy(void **state)
{
    (void)state;
    static const double *const wanted[] = {table_val_all, table_test_all, table_val_top,
                                           table_test_top};
    World w;
    Arena arena = {0};
    begin(&w);
    const Verdict v = judge(&w, &arena);
    assert_int_equal(v.n_contrasts, ARRAY_LEN(wanted));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        assert_true(fabs(v.contrasts[i].interval.mean - *wanted[i]) < ROUNDING);
    assert_int_equal(v.contrasts[0].interval.n, TABLE_NETWORKS - 1);
    assert_non_null(strstr(v.summary, "40 networks, 3 seeds, 120 of 120 trials, 1 diverged."));
    arena_release(&arena);
}

/* 1 of 120 trials diverged: within 1 %, and the correlation decides; 2 of 120 refute by themselves.
 */
static void test_outcomes(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    assert_true(table_val_all[0] >= 0.9);
    assert_int_equal(judge(&w, &arena).outcome, VERDICT_CONFIRMED);
    w.seeds[3][0].status = STORE_TRIAL_DIVERGED;
    assert_int_equal(judge(&w, &arena).outcome, VERDICT_REFUTED);
    begin(&w);
    for (int i = 0; i < TABLE_NETWORKS; i++) /* one seed turned round */
        w.seeds[i][2].val_top1 = -w.seeds[i][2].val_top1;
    assert_int_equal(judge(&w, &arena).outcome, VERDICT_REFUTED);
    begin(&w);
    w.seeds[7][1].status = STORE_PENDING;
    assert_int_equal(judge(&w, &arena).outcome, VERDICT_INCONCLUSIVE);
    begin(&w);
    for (size_t i = 0; i < w.results.n_points; i++)
        w.points[i].n_seeds = 1;
    assert_int_equal(judge(&w, &arena).outcome, VERDICT_INCONCLUSIVE);
    arena_release(&arena);
}

/* The same among all verdicts. */
static Verdict judge_all(World *w, Arena *arena)
{
    Verdict verdicts[VERDICT_MAX];
    Err err = {0};
    size_t n = 0;
    assert_int_equal(verdict_all(&w->results, arena, verdicts, &n, &err), ERR_NONE);
    assert_non_null(verdict_find(verdicts, n, "T"));
    return *verdict_find(verdicts, n, "T");
}

/* A table of which some trials were trained elsewhere says so, whether it is whole or not. */
static void test_imported(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    assert_null(strstr(judge_all(&w, &arena).summary, "import"));
    w.seeds[3][0].is_imported = true;
    assert_non_null(strstr(judge_all(&w, &arena).summary, "some elsewhere (import)"));
    for (size_t i = 0; i < w.results.n_points; i++)
        w.points[i].n_seeds = 1;
    const Verdict one = judge_all(&w, &arena);
    assert_non_null(strstr(one.summary, "no two seeds to compare yet. An observation"));
    assert_non_null(strstr(one.summary, "some elsewhere (import)"));
    arena_release(&arena);
}

/* A study without a table has no such verdict. */
static void test_absent(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    Err err = {0};
    Verdict v;
    bool is_there = true;
    begin(&w);
    for (size_t i = 0; i < w.results.n_points; i++)
        w.points[i].point.part = "curves";
    assert_int_equal(verdict_table(&w.results, &arena, &v, &is_there, &err), ERR_NONE);
    assert_false(is_there);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_scipy),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_imported),
        cmocka_unit_test(test_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
