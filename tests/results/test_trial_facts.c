/* tests/results/test_trial_facts.c: what `show` prints, of a finished trial and of none. */
#include "tests/results/fixture.h"

#include "base/json.h"
#include "results/export.h"
#include "results/trial_facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

/* Every section of a finished trial has its rows; its record names it; a number is one in JSON. */
static void a_finished_trial_is_known_whole(void **state)
{
    (void)state;
    const Fixture two_seeds = {.n_seeds = 2, .noise = 0.8};
    TrialFacts facts[TRIAL_FACTS_SECTIONS];
    Arena arena = {0};
    Err err = {0};
    Text text = {0};
    Store *store = NULL;
    if (store_open(&store, fixture_path("facts.db"), &err) != ERR_NONE ||
        fixture_fill(store, &two_seeds, &err) != ERR_NONE ||
        trial_facts_read(store, 2, &arena, facts, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < TRIAL_FACTS_SECTIONS; i++)
        assert_true(facts[i].table.n_rows > 0 &&
                    (!facts[i].is_record || facts[i].table.n_rows == 1));
    assert_string_equal(facts[0].name, "trial");
    assert_string_equal(facts[0].table.cells[0], "2");
    assert_string_equal(facts[2].name, "epochs");
    assert_int_equal(facts[2].table.n_rows, FIXTURE_EPOCHS);
    JsonWriter json = json_writer(&text, false);
    export_row(&json, NULL, &facts[0].table, 0);
    assert_non_null(strstr(text_string(&text), "\"trial\":2,\"status\":\"done\""));
    text_release(&text);
    if (trial_facts_read(store, 4711, &arena, facts, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < TRIAL_FACTS_SECTIONS; i++)
        assert_int_equal(facts[i].table.n_rows, 0);
    arena_release(&arena);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_finished_trial_is_known_whole)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
