/* tests/harness/test_plan_retrain.c: slots of a retrain, their seeds and what they may cost. */
#include "tests/harness/planfixture.h"

#include "harness/plan_outcomes.h"
#include "harness/plan_range.h"
#include "harness/plan_retrain.h"
#include "harness/plan_search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum { SEARCH, RETRAIN };

static const char parts[] = "[search: {id: nas, space: cube-108, strategy: evolution, rivals: "
                            "[local], objective: {tolerance: 0.5}, budget: {trainings: 4}, seeds: "
                            "[1], runs: 2},"
                            " retrain: {id: base, from: nas, top: 2, seeds: [11, 12, 13]}]";

static const PlanPoint *find(const Plan *plan, const char *series)
{
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].part == RETRAIN && strcmp(plan->points[i].series, series) == 0)
            return &plan->points[i];
    fail_msg("there is no point '%s'", series);
    return NULL;
}

/* The main strategy's best, the best of each rival, the baseline: all wait, with the space's
 * range. */
static void slots_wait_for_the_search(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(parts);
    const Plan *plan = f.plan;
    static const char *const series[] = {"found 1", "found 2", "local", "random", "baseline"};
    assert_int_equal(plan->n_points, 5);
    assert_int_equal(plan->n_after_grid, 5 * 3);
    for (size_t i = 0; i < 5; i++) {
        const PlanPoint *point = &plan->points[i];
        const PlanRange macs = plan_range_macs(plan, point);
        assert_string_equal(point->series, series[i]);
        assert_int_equal(point->status, MATCH_AFTER_GRID);
        assert_int_equal(point->seeds->n, 3);
        assert_true(plan_retrain_is_candidate(plan, point) == (i < 2));
        assert_true(plan_retrain_is_baseline(plan, point) == (i == 4));
        assert_true(macs.high <= PROXY_MACS && macs.low >= (i == 4 ? PROXY_MACS : PROXY_MACS / 2));
    }
    assert_true(plan_is_waiting(plan));
    planfixture_drop(&f);
}

/*
 * Once the search is decided the points have its networks, with trials of the fresh seeds beside
 * those of the search; what it has not found is listed and not trained.
 */
static void slots_take_what_was_found(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(parts);
    Plan *plan = f.plan;
    PlanSearch *search = plan->parts[SEARCH].search;
    const PlanSearcher *first = &search->searchers[0];
    DeciderPoint point = {.epochs = 0};
    uint8_t genes[NETSPACE_MAX_GENES];
    char reason[DECIDER_REASON_MAX];
    PlanAsk ask;
    PlanOutcome winner = {.has_network = true};
    Err err = {0};
    memcpy(genes, netspace_base_genes(search->space), sizeof genes);
    netspace_to_text(search->space, genes, point.genes);
    assert_int_equal(plan_search_ask(plan, SEARCH, first, 1, &point, &ask, reason, &err), ERR_NONE);
    assert_int_equal(plan->n_trials, 1);
    PlanRetrain *retrain = plan->parts[RETRAIN].retrain;
    assert_int_equal(retrain->n_slots, 5);
    retrain->networks[0] = retrain->networks[2] = ask.network;
    retrain->networks[1] = retrain->networks[3] = PLAN_NONE;
    retrain->is_decided = true;
    winner.network = plan->baseline;
    assert_int_equal(plan_set_outcome(plan, SEARCH, &winner, PLAN_SETTLED, NULL, &err), ERR_NONE);
    const PlanPoint *found = find(plan, "found 1"), *none = find(plan, "found 2");
    assert_int_equal(found->network, ask.network);
    assert_int_equal(find(plan, "local")->network, ask.network);
    assert_string_equal(found->genes, point.genes);
    assert_int_equal(found->status, MATCH_FAIR);
    assert_int_equal(none->status, MATCH_UNFAIR);
    assert_string_equal(none->reason, "the search has trained no more in full");
    /* the base of the space is the study's baseline: one network, and no trial twice */
    assert_int_equal(find(plan, "baseline")->network, ask.network);
    assert_true(find(plan, "baseline")->built.width == 1);
    assert_int_equal(plan->n_networks, 1);
    assert_int_equal(plan->n_trials, 1 + 3);
    assert_int_equal(plan->n_after_grid, 0);
    assert_true(plan_is_waiting(plan)); /* the retrain itself is not decided */
    planfixture_drop(&f);
}

/*
 * The plan of a study that only searches says what waits, nothing of memory while no network is
 * known, and nothing of the study's objective, by which no part of it is ranked.
 */
static void plan_says_what_waits(void **state)
{
    (void)state;
    const PlanRange unknown = {(double)NAN, (double)NAN};
    Text out = {.columns = 100};
    PlanFixture f = planfixture_make(parts);
    plan_text(f.plan, unknown, &out);
    assert_non_null(strstr(text_string(&out), "0 trials and 15 that wait\n"));
    assert_null(strstr(text_string(&out), "a trial"));
    assert_null(strstr(text_string(&out), "objective soft"));
    planfixture_drop(&f);
    text_clear(&out);
    f = planfixture_make("[curves: {}]");
    plan_text(f.plan, unknown, &out);
    assert_non_null(strstr(text_string(&out), "objective soft"));
    planfixture_drop(&f);
    text_release(&out);
}

/* A seed of the study, or of any run of any search, is refused with its place. */
static void seeds_are_fresh(void **state)
{
    (void)state;
    static const struct {
        const char *seeds, *message;
    } cases[] = {{"[5, 2]", "s.yaml:4:129: seed 2 is one of the study's, but part 'base' keeps its "
                            "seeds to itself"},
                 {"[5, 22]", "s.yaml:4:129: seed 22 is not fresh: search 'nas' trains with it"},
                 {"[5, 31]", "s.yaml:4:129: seed 31 is not fresh: search 'other' trains with it"}};
    for (size_t i = 0; i < 3; i++) {
        Text text = {0};
        Study *study = NULL;
        Plan *plan = NULL;
        Err err = {0};
        text_printf(&text,
                    "study: s\ndata: {name: polytex, train: 100, val: 50, test: 50}\nseeds: [1, "
                    "2]\nparts: [search: {id: nas, space: cube-108, budget: {trainings: 4}, seeds: "
                    "[21], runs: 2}, "
                    "retrain: {id: base, from: nas, seeds: %s}, search: {id: other, space: "
                    "cube-108, budget: {trainings: 4}, seeds: [31]}]\n",
                    cases[i].seeds);
        assert_int_equal(study_parse(&study, "s.yaml", text.data, text.n_bytes, NULL, 0, &err),
                         ERR_NONE);
        assert_int_equal(plan_create(&plan, study, NULL, 1, &err), ERR_USAGE);
        assert_string_equal(err.msg, cases[i].message);
        assert_null(plan);
        study_destroy(&study);
        text_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_wait_for_the_search),
        cmocka_unit_test(slots_take_what_was_found),
        cmocka_unit_test(plan_says_what_waits),
        cmocka_unit_test(seeds_are_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
