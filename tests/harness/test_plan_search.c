/* tests/harness/test_plan_search.c: what a search may ask for, and what its asks become. */
#include "tests/harness/planfixture.h"

#include "base/file.h"
#include "base/json.h"
#include "base/sysfault.h"
#include "harness/plan_search.h"
#include "harness/plan_search_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Of one training of proxy-b0 in planfixture's study: 20 epochs. */
enum { PASSES = 20 * (3 * 100 + 50) + 2 * 50 };

static PlanSearch *search_of(const PlanFixture *f)
{
    return f->plan->parts[0].search;
}

/* A study whose plan cannot be made, and why. */
static void assert_refused(const char *parts, const char *message)
{
    Text text = {0};
    Study *study = NULL;
    Plan *plan = NULL;
    Err err = {0};
    text_printf(&text, "study: s\ndata: {train: 100, val: 50, test: 50}\nparts:\n  - %s\n", parts);
    assert_int_equal(study_parse(&study, "s.yaml", text.data, text.n_bytes, NULL, 0, &err),
                     ERR_NONE);
    assert_int_equal(plan_create(&plan, study, NULL, 1, &err), ERR_USAGE);
    assert_string_equal(err.msg, message);
    study_destroy(&study);
    text_release(&text);
}

/*
 * The budget is that of so many trainings of the target's size, the space is what lies in the band
 * and has the data set's classes, and each strategy is there once for every run, with its own
 * seeds, ascending; random is a rival though it is not named.
 */
static void searchers_share_budget_and_space(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[search: {id: nas, strategy: tpe, screen: {epochs: 3}, "
                                     "rivals: [local], runs: 2, seeds: [5, 3], objective: {target: "
                                     "1.5, tolerance: 0.1}, budget: {trainings: 10}}]");
    static const char *const series[] = {"tpe+screen", "tpe+screen #2", "local",
                                         "local #2",   "random",        "random #2"};
    const PlanSearch *search = search_of(&f);
    assert_int_equal(search->target_macs, 3 * PROXY_MACS / 2);
    assert_int_equal(search->budget_macs, 10 * 2 * (int64_t)PASSES * (3 * PROXY_MACS / 2));
    assert_int_equal(search->genes.min_macs, (3 * PROXY_MACS / 2 * 9 + 9) / 10);
    assert_int_equal(search->genes.max_macs, 3 * PROXY_MACS / 2);
    assert_true(search->survey.least >= search->genes.min_macs &&
                search->survey.most <= search->genes.max_macs);
    assert_int_equal(netspace_base(search->space)->classes, f.plan->classes);
    assert_int_equal(search->n_searchers, ARRAY_LEN(series));
    for (size_t i = 0; i < search->n_searchers; i++) {
        const PlanSearcher *searcher = &search->searchers[i];
        assert_string_equal(searcher->series, series[i]);
        assert_int_equal(searcher->is_main, i < 2);
        assert_int_equal(searcher->has_screen, i < 2);
        assert_int_equal(searcher->seeds.v[0], i % 2 ? 6 : 3);
        assert_int_equal(searcher->seeds.v[1], i % 2 ? 8 : 5);
    }
    assert_int_equal(f.plan->n_points, 0);
    planfixture_drop(&f);
}

/* Genes that are asked for become one network, a trial for each seed, and a point for each ask. */
static void asks_become_points(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[search: {id: nas, space: cube-108, strategy: local, screen: "
                                     "{epochs: 3}, seeds: [3, 5], objective: {form: soft}, budget: "
                                     "{trainings: 10}}]");
    const PlanSearch *search = search_of(&f);
    assert_int_equal(search->genes.n_points, 108); /* where a search that has asked for all ends */
    DeciderPoint full = {.genes = "10110"}, quick = {.genes = "10110", .epochs = 3};
    PlanAsk first, again, other;
    char reason[DECIDER_REASON_MAX];
    Err err = {0};
    const PlanSearcher *tpe = &search->searchers[0], *random = &search->searchers[1];
    assert_int_equal(plan_search_ask(f.plan, 0, tpe, 1, &quick, &other, reason, &err), ERR_NONE);
    assert_int_equal(plan_search_ask(f.plan, 0, tpe, 2, &full, &first, reason, &err), ERR_NONE);
    assert_int_equal(plan_search_ask(f.plan, 0, random, 1, &full, &again, reason, &err), ERR_NONE);
    assert_int_equal(first.network, again.network);
    assert_int_not_equal(first.network, other.network);
    const PlanNetwork *network = &f.plan->networks[first.network];
    assert_string_equal(network->network.digest, f.plan->networks[other.network].network.digest);
    assert_int_equal(first.macs, 2 * (int64_t)PASSES * network->network.macs);
    assert_int_equal(other.macs, 2 * (3 * (3 * 100 + 50) + 2 * 50) * network->network.macs);
    assert_int_equal(f.plan->n_trials, 4);
    assert_int_equal(f.plan->n_points, 3);
    const PlanPoint *point = &f.plan->points[2];
    assert_string_equal(point->part_name, "nas");
    assert_string_equal(point->figure, "search");
    assert_string_equal(point->series, "random");
    assert_string_equal(point->genes, "10110");
    assert_true(point->x == 1 && point->status == MATCH_UNMATCHED);
    assert_int_equal(point->macs, network->network.macs);
    DeciderPoint none = {.genes = "1011x"};
    assert_int_equal(plan_search_ask(f.plan, 0, tpe, 3, &none, &other, reason, &err), ERR_DATA);
    planfixture_drop(&f);
}

/* What cannot be trained (here one value a channel in batch norm) is refused and adds nothing. */
static void what_cannot_be_trained_is_refused(void **state)
{
    (void)state;
    static const char space[] = "space: s\nbase: proxy-b0\nresolution: {choose: [8, 32]}\n";
    Err err = {0};
    assert_int_equal(file_write("plan-ask.yaml", space, strlen(space), &err), ERR_NONE);
    Study *study = NULL;
    Plan *plan = NULL;
    static const char text[] = "study: s\ndata: {train: 100, val: 50, test: 50}\n"
                               "recipe: {batch: 1}\nparts: [search: {space: ./plan-ask.yaml, "
                               "strategy: local, objective: {form: soft}, budget: {trainings: "
                               "2}}]\n";
    assert_int_equal(study_parse(&study, "s.yaml", text, strlen(text), NULL, 0, &err), ERR_NONE);
    if (plan_create(&plan, study, NULL, 1, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    DeciderPoint small = {.genes = "0"};
    PlanAsk ask;
    char reason[DECIDER_REASON_MAX] = "";
    const PlanSearch *search = plan->parts[0].search;
    assert_int_equal(plan_search_ask(plan, 0, &search->searchers[0], 1, &small, &ask, reason, &err),
                     ERR_NONE);
    assert_int_equal(ask.network, PLAN_NONE);
    assert_non_null(strstr(reason, "batch norm"));
    assert_int_equal(plan->n_points + plan->n_networks + plan->n_trials, 0);
    plan_destroy(&plan);
    study_destroy(&study);
    assert_int_equal(remove("plan-ask.yaml"), 0);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const char stray[] = "space: s\nbase: proxy-b0\nstages: {1: {kernel: {choose: [7]}}}\n";
    Err err = {0};
    assert_refused("search: {space: proxy-spice, budget: {trainings: 4}}",
                   "s.yaml:4:21: unknown space 'proxy-spice', did you mean 'proxy-space'?");
    assert_refused("search: {space: cube-108, objective: {target_macs: 9.0e9}, budget: {trainings: "
                   "4}}",
                   "s.yaml:4:42: no network of space 'cube-108' has 8550000000 to 9000000000 MACs: "
                   "they have 305672 to 4696564");
    assert_refused("search: {space: cube-108, budget: {train_macs: 1000}}",
                   "s.yaml:4:39: the budget of 1000 counted training MACs does not hold one "
                   "training, the cheapest needs 5124808400");
    assert_refused(
        "search: {space: cube-108, strategy: evolution, options: {population: 3, sample: "
        "4}, budget: {trainings: 4}}",
        "s.yaml:4:61: option 'sample' of strategy 'evolution' must not exceed the "
        "population of 3, not 4");
    assert_int_equal(file_write("plan-stray.yaml", stray, strlen(stray), &err), ERR_NONE);
    assert_refused("search: {space: ./plan-stray.yaml, budget: {trainings: 4}}",
                   "././plan-stray.yaml:3:14: the base 'proxy-b0' is outside of the space: gene "
                   "'stages.1.kernel' lacks its value 3");
    assert_int_equal(remove("plan-stray.yaml"), 0);
}

/* What the plan of a study says of a search before it runs, and with which JSON. */
static void reports_say_ranges(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[search: {id: nas, space: cube-108, strategy: local, screen: "
                                     "{epochs: 3}, virtual_workers: 3, objective: {form: soft}, "
                                     "budget: {trainings: 10}}, curves: {baseline: nas}]");
    const PlanSearch *search = search_of(&f);
    const PlanRange macs = plan_search_macs(f.plan, 0);
    Text out = {0};
    Err err = {0};
    json_t *root = NULL;
    assert_true(macs.high == 2 * (double)search->budget_macs && macs.low < macs.high);
    f.plan->n_jobs = 2;
    plan_search_text(f.plan, &out);
    assert_string_equal(
        text_string(&out),
        "search nas in cube-108: 108 genotypes, 108 networks of 305.7 k to 4.697 M MACs inside; "
        "soft: ACC x (MACs/T)^-0.07, T 756,528\n"
        "objective soft: T has no effect; w = -0.07 asks for the network where 1 % more MACs buys "
        "0.07 % accuracy\n"
        "  local+screen: at most 53.71 G training MACs, 4 to 76 networks for 3 epochs, then 0 to "
        "14 in full\n"
        "  random: at most 53.71 G training MACs, 1 to 24 in full\n");
    text_clear(&out);
    plan_search_warnings(f.plan, &out);
    assert_non_null(strstr(text_string(&out), "3 virtual workers are fewer than twice the 2 jobs"));
    text_clear(&out);
    assert_int_equal(plan_json(f.plan, (PlanRange){1.5, 1.5}, &out, NULL, &err), ERR_NONE);
    assert_int_equal(json_parse(&root, "plan", out.data, out.n_bytes, &err), ERR_NONE);
    const json_t *one = json_array_get(json_object_get(root, "searches"), 0);
    assert_string_equal(json_string_value(json_object_get(one, "id")), "nas");
    assert_int_equal(json_integer_value(json_object_get(one, "budget_macs")), search->budget_macs);
    assert_int_equal(json_array_size(json_object_get(one, "searchers")), 2);
    json_decref(root);
    text_release(&out);
    planfixture_drop(&f);
}

/* Every allocation fails once while a plan with a search is made and asked: told, nothing leaks. */
static void failing_allocations_are_reported(void **state)
{
    (void)state;
    static const char text[] = "study: s\ndata: {train: 20, val: 10, test: 10}\n"
                               "parts: [search: {space: cube-108, strategy: evolution, options: "
                               "{population: 4, sample: 2}, screen: {}, budget: {trainings: 4}}]\n";
    const DeciderPoint point = {.genes = "10000"};
    bool fired = true;
    long k = 0;
    while (fired) {
        Study *study = NULL;
        Plan *plan = NULL;
        PlanAsk ask;
        char reason[DECIDER_REASON_MAX];
        Err err = {0};
        sysfault_arm(SYS_ALLOC, ++k, SYS_FAIL, ENOMEM);
        ErrCode code = study_parse(&study, "s", text, strlen(text), NULL, 0, &err);
        if (code == ERR_NONE)
            code = plan_create(&plan, study, NULL, 1, &err);
        if (code == ERR_NONE)
            code = plan_search_ask(plan, 0, &plan->parts[0].search->searchers[0], 1, &point, &ask,
                                   reason, &err);
        fired = sysfault_fired();
        sysfault_clear();
        if (code != (fired ? ERR_MEMORY : ERR_NONE))
            fail_msg("allocation %ld: %s", k, err.msg);
        plan_destroy(&plan);
        study_destroy(&study);
    }
    assert_true(k > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searchers_share_budget_and_space),
        cmocka_unit_test(asks_become_points),
        cmocka_unit_test(what_cannot_be_trained_is_refused),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(reports_say_ranges),
        cmocka_unit_test(failing_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
