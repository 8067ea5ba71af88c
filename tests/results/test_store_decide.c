/* What was settled and decided stays, in order, whatever is settled after it. */
#include "tests/results/fixture.h"

#include "results/store.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

static Store *open_store(const char *name)
{
    Err err = {0};
    Store *store = NULL;
    if (store_open(&store, fixture_path(name), &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return store;
}

static void check_sound(Store *store)
{
    Err err = {0};
    Arena arena = {0};
    StoreDamage *damage = NULL;
    size_t n_damage = 0;
    assert_int_equal(store_check(store, &arena, &damage, &n_damage, &err), ERR_NONE);
    if (n_damage > 0)
        fail_msg("%s", damage[0].what);
    arena_release(&arena);
}

/* The same fact again changes nothing; another is put after it and is in force; the old one stays.
 */
static void test_facts_are_numbered(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = open_store("facts.db");
    StoreFact newest, *facts = NULL;
    StoreResults results;
    size_t n = 0;
    bool there = false;
    const Fixture one = {.n_seeds = 1, .is_planned_only = true};
    StoreFact fact = {.name = "grid/winner", .value = {1.0, (double)NAN, 2.0}, .text = "first"};
    const StoreFact other = {.name = "a", .value = {0, 0, 0}};
    assert_int_equal(fixture_fill(store, &one, &err), ERR_NONE);
    assert_int_equal(store_put_fact(store, &fact, &err), ERR_NONE);
    assert_int_equal(store_put_fact(store, &fact, &err), ERR_NONE);
    fact.text = "second";
    assert_int_equal(store_put_fact(store, &fact, &err), ERR_NONE);
    assert_int_equal(store_put_fact(store, &other, &err), ERR_NONE);
    fact.text = "first"; /* settled back: a third time, not the first one again */
    assert_int_equal(store_put_fact(store, &fact, &err), ERR_NONE);
    assert_int_equal(store_facts(store, "grid/winner", &arena, &facts, &n, &err), ERR_NONE);
    assert_int_equal(n, 3);
    assert_string_equal(facts[0].text, "first");
    assert_string_equal(facts[1].text, "second");
    assert_int_equal(facts[2].number, 3);
    assert_int_equal(store_fact(store, "grid/winner", &arena, &newest, &there, &err), ERR_NONE);
    assert_true(there && newest.number == 3 && isnan(newest.value[1]));
    assert_int_equal(store_fact(store, "none", &arena, &newest, &there, &err), ERR_NONE);
    assert_false(there);
    assert_int_equal(store_results(store, &arena, &results, &err), ERR_NONE);
    assert_int_equal(results.n_facts, 2);
    assert_string_equal(results.facts[0].name, "a");
    assert_int_equal(results.facts[1].number, 3);
    check_sound(store);
    arena_release(&arena);
    store_close(&store);
}

/* A log in the making: two points asked for, one by genes; one heard of, one refused; no more. */
static const StoreDecision log_of_four[] = {{.part = "nas",
                                             .number = 1,
                                             .kind = STORE_ASK,
                                             .ticket = 1,
                                             .scale = {(double)NAN, (double)NAN, (double)NAN},
                                             .genes = "01a",
                                             .epochs = 3,
                                             .trial_digest = "t1",
                                             .value = (double)NAN,
                                             .reason = "random"},
                                            {.part = "nas",
                                             .number = 2,
                                             .kind = STORE_ASK,
                                             .ticket = 2,
                                             .scale = {1, 1.5, 1},
                                             .virtual_time = 1000,
                                             .value = (double)NAN,
                                             .reason = "corner"},
                                            {.part = "nas",
                                             .number = 3,
                                             .kind = STORE_TELL,
                                             .ticket = 2,
                                             .scale = {(double)NAN, (double)NAN, (double)NAN},
                                             .virtual_time = 1000,
                                             .outcome = STORE_HEARD_REFUSED,
                                             .value = (double)NAN,
                                             .reason = "macs above the limit"},
                                            {.part = "nas",
                                             .number = 4,
                                             .kind = STORE_TELL,
                                             .ticket = 1,
                                             .scale = {(double)NAN, (double)NAN, (double)NAN},
                                             .virtual_time = INT64_MAX,
                                             .outcome = STORE_HEARD_DONE,
                                             .value = 61.25,
                                             .reason = ""},
                                            {.part = "nas",
                                             .number = 5,
                                             .kind = STORE_END,
                                             .ticket = 1,
                                             .scale = {1.2, 1.1, 1.15},
                                             .virtual_time = INT64_MAX,
                                             .value = (double)NAN,
                                             .reason = "budget spent"}};

enum { N_LOG = sizeof(log_of_four) / sizeof(log_of_four[0]) };

static bool same_number(double a, double b)
{
    return (isnan(a) && isnan(b)) || !(a < b || a > b);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Every field comes back; saying everything again, as a replay does, changes nothing. */
static void test_log_comes_back(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = open_store("log.db");
    StoreDecision *log = NULL, other = log_of_four[0];
    size_t n = 0;
    for (int replay = 0; replay < 2; replay++)
        for (int i = 0; i < N_LOG; i++)
            if (store_put_decision(store, &log_of_four[i], &err) != ERR_NONE)
                fail_msg("%s", err.msg);
    other.part = "beside";
    assert_int_equal(store_put_decision(store, &other, &err), ERR_NONE);
    assert_int_equal(store_decisions(store, NULL, &arena, &log, &n, &err), ERR_NONE);
    assert_int_equal(n, N_LOG + 1);
    assert_int_equal(store_decisions(store, "nas", &arena, &log, &n, &err), ERR_NONE);
    assert_int_equal(n, N_LOG);
    for (int i = 0; i < N_LOG; i++) {
        const StoreDecision *a = &log_of_four[i], *b = &log[i];
        assert_true(same_text(a->part, b->part) && a->number == b->number && a->kind == b->kind);
        assert_true(a->ticket == b->ticket && a->epochs == b->epochs);
        for (int k = 0; k < 3; k++)
            assert_true(same_number(a->scale[k], b->scale[k]));
        assert_true(same_text(a->genes, b->genes) && same_text(a->trial_digest, b->trial_digest));
        assert_true(a->virtual_time == b->virtual_time && a->outcome == b->outcome);
        assert_true(a->n == b->n && a->n_seeds == b->n_seeds);
        assert_true(same_number(a->value, b->value) && same_text(a->reason, b->reason));
    }
    check_sound(store);
    arena_release(&arena);
    store_close(&store);
}

/* A replay that goes another way is noticed at its first step, and nothing of it is stored. */
static void test_another_way_is_noticed(void **state)
{
    (void)state;
    Err err = {0};
    Arena arena = {0};
    Store *store = open_store("way.db");
    StoreDecision *log = NULL;
    size_t n = 0;
    StoreDecision other = log_of_four[0], late = log_of_four[2];
    assert_int_equal(store_put_decision(store, &log_of_four[0], &err), ERR_NONE);
    other.genes = "01b";
    assert_int_equal(store_put_decision(store, &other, &err), ERR_DATA);
    assert_non_null(strstr(err.msg, "genes"));
    err = (Err){0};
    assert_int_equal(store_put_decision(store, &late, &err), ERR_INTERNAL); /* 2 is left out */
    err = (Err){0};
    assert_int_equal(store_decisions(store, "nas", &arena, &log, &n, &err), ERR_NONE);
    assert_int_equal(n, 1);
    assert_string_equal(log[0].genes, "01a");
    arena_release(&arena);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_facts_are_numbered),
                                       cmocka_unit_test(test_log_comes_back),
                                       cmocka_unit_test(test_another_way_is_noticed)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
