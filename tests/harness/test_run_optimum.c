/*
 * tests/harness/test_run_optimum.c: what a profile finds is decided in a run and trained once more
 * on judge seeds, at any number of jobs and after kills the same.
 */
#include "tests/harness/micro.h"

#include "base/file.h"
#include "base/sys.h"
#include "results/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* With these seeds shapes differ by more than noise, and the best is no corner. */
#define STUDY                                                                                      \
    "--set", "network.resolution=16", "--set", "recipe.epochs=3", "--set", "recipe.lr=0.1",        \
        "--set", "data.test=100", "--set",                                                         \
        "parts=[profile: {budgets: [2], shapes: 7}, compare: {strategies: [optimum, corner], "     \
        "macs: [2]}]"

static const char *const two[] = {STUDY, "--seeds", "1,10", "--jobs", "2", NULL};
static Text expected; /* what the undisturbed run left */

/*
 * The fact's shares are those of a rule, so they sum to 1; both strategies are networks of their
 * own, trained with the judges alone, and these train nothing else.
 */
static void the_optimum_is_trained_once_more(void **state)
{
    (void)state;
    char *out = micro_path("two");
    Text said = {0};
    if (micro_run(out, two, &said) != 0)
        fail_msg("%s", text_string(&said));
    micro_assert_said(&said, "profile is decided: the best shape at 2 x gives depth ");
    micro_dump(out, &expected);
    static const struct {
        const char *sql;
        size_t n;
    } counts[] = {
        {"SELECT * FROM fact WHERE name = 'profile/optimum 2' AND number = 1 AND network IS NULL "
         "AND abs(value_1 + value_2 + value_3 - 1) < 1e-12 AND max(value_1, value_2, value_3) < 1",
         1},
        {"SELECT * FROM fact WHERE name = 'profile/corner 2' AND max(value_1, value_2, value_3) = "
         "1 AND value_1 + value_2 + value_3 = 1",
         1},
        {"SELECT DISTINCT network FROM measured WHERE part = 'compare' AND series IN ('optimum', "
         "'corner') AND status = 'done'",
         2},
        {"SELECT * FROM measured WHERE part = 'compare' AND seed IN (2001, 2002)", 4},
        {"SELECT * FROM measured WHERE part = 'compare' AND seed < 2001", 0},
        {"SELECT * FROM measured WHERE part = 'profile' AND seed > 2000", 0}};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        if (micro_count(out, counts[i].sql) != counts[i].n)
            fail_msg("not %zu rows: %s", counts[i].n, counts[i].sql);
    text_release(&said);
    mem_free(out);
}

/* One job, and a coordinator that is killed again and again, come to the same. */
static void kills_and_jobs_change_nothing(void **state)
{
    (void)state;
    enum { N_KILLS = 2, APART_MS = 400 };
    static const char *const alone[] = {STUDY, "--seeds", "1,10", "--jobs", "1", NULL};
    char *out = micro_path("killed");
    micro_kill_often(out, alone, two, N_KILLS, APART_MS);
    micro_end_as(out, alone, &expected);
    mem_free(out);
}

/*
 * With a seed more it is decided anew, after that seed's trials; the old facts stay, and a network
 * that is the optimum no longer keeps its trials as an earlier one. Fewer seeds decide nothing.
 */
static void seeds_decide_anew(void **state)
{
    (void)state;
    static const char *const three[] = {STUDY, "--seeds", "1,3,10", NULL};
    char *out = micro_path("two");
    Text before = {0}, after = {0};
    assert_int_equal(micro_run(out, three, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM fact WHERE name = 'profile/optimum 2'"), 2);
    assert_int_equal(
        micro_count(out, "SELECT * FROM fact a JOIN fact b USING (name) WHERE name = "
                         "'profile/optimum 2' AND a.number = 1 AND b.number = 2 AND a.value_1 = "
                         "b.value_1 AND a.value_2 = b.value_2"),
        0);
    assert_int_equal(micro_count(out, "SELECT DISTINCT seed FROM measured WHERE part = 'compare' "
                                      "AND series = 'optimum' AND status = 'done'"),
                     3);
    assert_int_equal(micro_count(out, "SELECT * FROM measured WHERE part = 'compare' AND series "
                                      "LIKE 'earlier optimum %' AND status = 'done'"),
                     2);
    micro_dump_queries(out, (const char *const[]){FACTS, NULL}, &before);
    assert_int_equal(micro_run(out, two, NULL), 0);
    micro_dump_queries(out, (const char *const[]){FACTS, NULL}, &after);
    assert_string_equal(text_string(&after), text_string(&before));
    text_release(&before);
    text_release(&after);
    mem_free(out);
}

/*
 * What is decided are the shares: a text alone that reads otherwise, as its gain would where libm
 * rounds otherwise, makes no new fact.
 */
static void words_decide_nothing_anew(void **state)
{
    (void)state;
    static const char name[] = "profile/optimum 2";
    static const char *const three[] = {STUDY, "--seeds", "1,3,10", NULL};
    char *out = micro_path("two"), *path = file_join(out, "study.db");
    Arena arena = {0};
    Store *store = NULL;
    StoreFact fact;
    Err err = {0};
    bool is_there = false;
    assert_int_equal(store_open(&store, path, &err), ERR_NONE);
    assert_int_equal(store_fact(store, name, &arena, &fact, &is_there, &err), ERR_NONE);
    assert_true(is_there);
    fact.text = "the same shares in other words";
    assert_int_equal(store_put_fact(store, &fact, &err), ERR_NONE);
    store_close(&store);
    assert_int_equal(micro_run(out, three, NULL), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM fact WHERE name = 'profile/optimum 2'"), 3);
    arena_release(&arena);
    mem_free(path);
    mem_free(out);
}

/* Where shapes do not differ nothing is trained, and run and plan say why. */
static void level_ground_has_no_optimum(void **state)
{
    (void)state;
    static const char *const level[] = {STUDY, "--seeds", "1,2", NULL};
    char *out = micro_path("level");
    Text said = {0};
    assert_int_equal(micro_run(out, level, &said), 0);
    micro_assert_said(&said, "profile is decided: no optimum at 2 x: FLAT, ");
    assert_int_equal(micro_count(out, "SELECT * FROM measured WHERE part = 'compare'"), 0);
    assert_int_equal(micro_count(out, "SELECT * FROM fact WHERE name LIKE 'profile/%' AND value_1 "
                                      "IS NULL"),
                     2);
    text_release(&said);
    mem_free(out);
}

static int tear_down(void **state)
{
    text_release(&expected);
    return micro_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_optimum_is_trained_once_more),
        cmocka_unit_test(kills_and_jobs_change_nothing), cmocka_unit_test(seeds_decide_anew),
        cmocka_unit_test(words_decide_nothing_anew), cmocka_unit_test(level_ground_has_no_optimum)};
    return cmocka_run_group_tests(tests, micro_setup, tear_down);
}
