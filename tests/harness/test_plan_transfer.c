/* tests/harness/test_plan_transfer.c: what is carried where, and which trial begins with which. */
#include "tests/harness/planfixture.h"

#include "harness/plan_networks.h"
#include "harness/plan_outcomes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#define OTHER "{name: polytex, train: 60, val: 40, test: 40}"
#define CARRIED "from: family, data: [" OTHER "], epochs: 3"
#define FAMILY "family: {constants: [1.2, 1.1, 1.15], phi: [0, 1], epochs: 2}"

static const PlanPoint *find_series(const Plan *plan, const char *series, double x)
{
    for (size_t i = 0; i < plan->n_points; i++)
        if (strcmp(plan->points[i].series, series) == 0 && plan->points[i].x == x)
            return &plan->points[i];
    fail_msg("there is no '%s' at %g", series, x);
    return NULL;
}

static const PlanNetwork *network_of(const Plan *plan, const char *series, double x)
{
    return &plan->networks[find_series(plan, series, x)->network];
}

/*
 * Each member is there in each way, with the seeds of the family; a fine-tuning's source is the
 * member's own network, a scratch training has none.
 */
static void members_are_carried(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[transfer: {" CARRIED "}, " FAMILY "]");
    assert_int_equal(f.plan->n_points, 2 + 2 * 2);
    assert_int_equal(f.plan->n_trials, 2 * (2 + 2 * 2));
    for (int phi = 0; phi < 2; phi++) {
        const int member = find_series(f.plan, "proxy-b0", phi)->network;
        const PlanNetwork *tuned = network_of(f.plan, "polytex/finetune/proxy-b0", phi);
        const PlanNetwork *scratch = network_of(f.plan, "polytex/scratch/proxy-b0", phi);
        assert_int_equal(tuned->source, member);
        assert_int_equal(scratch->source, PLAN_NONE);
        assert_int_equal(f.plan->networks[member].target, PLAN_NONE);
        assert_int_equal(tuned->epochs, 3);
        assert_string_equal(tuned->network.digest, f.plan->networks[member].network.digest);
        assert_string_not_equal(tuned->trial_digest, scratch->trial_digest);
        assert_string_not_equal(scratch->trial_digest, f.plan->networks[member].trial_digest);
        assert_true(plan_networks_work(f.plan, tuned->target, 3).n_train == 60);
    }
    planfixture_drop(&f);
}

/*
 * The digest of a fine-tuning is known before anything is trained, and is another one where the
 * source is trained otherwise or layers are frozen; that of a scratch training is not.
 */
static void digests_hold_the_source(void **state)
{
    (void)state;
    static const char *const studies[] = {
        "[" FAMILY ", transfer: {" CARRIED "}]",
        "[family: {constants: [1.2, 1.1, 1.15], phi: [0, 1], epochs: 4}, transfer: {" CARRIED "}]",
        "[" FAMILY ", transfer: {" CARRIED ", init: {freeze: [stem]}}]",
        "[" FAMILY ", transfer: {" CARRIED ", init: {head: new, bn: train}}]"};
    char tuned[4][HASH_HEX_BYTES], scratch[4][HASH_HEX_BYTES];
    for (size_t i = 0; i < 4; i++) {
        PlanFixture f = planfixture_make(studies[i]);
        memcpy(tuned[i], network_of(f.plan, "polytex/finetune/proxy-b0", 1)->trial_digest,
               HASH_HEX_BYTES);
        memcpy(scratch[i], network_of(f.plan, "polytex/scratch/proxy-b0", 1)->trial_digest,
               HASH_HEX_BYTES);
        planfixture_drop(&f);
    }
    assert_string_not_equal(tuned[1], tuned[0]);
    assert_string_not_equal(tuned[2], tuned[0]);
    assert_string_equal(tuned[3], tuned[0]); /* the defaults, said aloud */
    for (size_t i = 1; i < 4; i++)
        assert_string_equal(scratch[i], scratch[0]);
}

/*
 * scratch-total has the training MACs of pretraining and fine-tuning together, to half an epoch,
 * for whole epochs are the nearest.
 */
static void totals_are_equal(void **state)
{
    (void)state;
    PlanFixture f =
        planfixture_make("[" FAMILY ", transfer: {" CARRIED ", ways: [scratch-total, finetune]}]");
    for (int phi = 0; phi < 2; phi++) {
        const PlanNetwork *before = network_of(f.plan, "proxy-b0", phi);
        const PlanNetwork *tuned = network_of(f.plan, "polytex/finetune/proxy-b0", phi);
        const PlanNetwork *total = network_of(f.plan, "polytex/scratch-total/proxy-b0", phi);
        const double one = 60.0 * (double)total->network.macs;
        const double both = 100.0 * (double)(before->epochs * before->network.macs) +
                            60.0 * (double)(tuned->epochs * tuned->network.macs);
        assert_true(fabs((double)total->epochs * one - both) <= 0.5 * one);
        assert_true(total->epochs > tuned->epochs);
    }
    planfixture_drop(&f);
}

/* What waits for a grid is carried once that is decided; what ends in one network is one network.
 */
static void carrying_waits_for_a_grid(void **state)
{
    (void)state;
    const PlanOutcome outcome = {.has_constants = true, .constants = {1.2, 1.1, 1.15}};
    Err err = {0};
    PlanFixture f = planfixture_make("[grid: {step: 1}, compare: {strategies: [compound, dwr], "
                                     "macs: [2]}, transfer: {from: compare, data: [" OTHER "]}]");
    const size_t n_before = f.plan->n_trials;
    assert_int_equal(planfixture_count(f.plan, MATCH_AFTER_GRID), 1 + 2);
    assert_int_equal(f.plan->n_after_grid, 2 + 2 * 2);
    if (plan_set_outcome(f.plan, 0, &outcome, PLAN_SETTLED, "", &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    const PlanNetwork *tuned = network_of(f.plan, "polytex/finetune/compound", 2);
    assert_int_equal(tuned->source, find_series(f.plan, "compound", 2)->network);
    assert_int_equal(planfixture_count(f.plan, MATCH_AFTER_GRID), 0);
    assert_int_equal(f.plan->n_trials, n_before + 3 * 2);
    assert_true(find_series(f.plan, "polytex/finetune/compound", 2)->seeds ==
                &f.study->judge_seeds);
    planfixture_drop(&f);
    f = planfixture_make("[curves: {width: [1], depth: [1], resolution: [1]}, transfer: {from: "
                         "curves, data: [" OTHER "], ways: [finetune]}]");
    assert_int_equal(f.plan->n_points, 6);
    assert_int_equal(f.plan->n_networks, 2);
    planfixture_drop(&f);
}

/* One clear error each. */
static void mistakes_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *part, *message;
    } cases[] = {
        {"from: famili, data: [mnist]",
         "s.yaml:5:89: 'from' names no part: 'famili', did you mean 'family'?"},
        {"from: family, data: []", "s.yaml:5:103: 'data' must be a list of 1 to 16 data sets"},
        {"from: family, data: [mnist, mnist]",
         "s.yaml:5:111: data set 'mnist' stands twice in 'data'"},
        {"from: family, data: [mnist], ways: [finetune, finetune]",
         "s.yaml:5:118: 'finetune' stands twice in 'ways'"},
        {"from: family, data: [mnist], seeds: [9]",
         "s.yaml:5:119: seed 9 cannot be carried: part 'family' is not trained with it"},
        {"from: family, data: [mnist], init: {weights: a}",
         "s.yaml:5:128: 'weights' is not to be given: the weights are those of the other part's "
         "trials"},
        {"from: family, data: [mnist], recipe: {epochs: 3}",
         "s.yaml:5:129: 'epochs' is a key of the part, beside 'recipe'"},
        {"from: family, data: [mnist], recipe: {lrr: 3}",
         "s.yaml:5:121: unknown key 'lrr' in 'recipe', did you mean 'lr'?"},
        {"from: family, data: [" OTHER "], recipe: {lr: -1}",
         "part 'transfer': --set recipe.lr=-1: 'lr' must be between 0 and 1000000000000, not -1"},
        {"from: family, data: [{name: polytex, train: 100, val: 50, test: 50}]",
         "part 'transfer': 'polytex' with these subsets is what the study trains on: there is "
         "nothing to carry to it"},
        {"from: family, data: [" OTHER "], init: {freeze: [stem, stages, head]}",
         "part 'transfer', 'polytex/finetune/proxy-b0': 'recipe.init.freeze' freezes all of "
         "network 'proxy-b0-d1-w1-r1': nothing is left to train"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Study *study = NULL;
        Plan *plan = NULL;
        Err err = {0};
        Text text = {0};
        text_printf(&text,
                    "study: s\nbaseline: proxy-b0\ndata: {name: polytex, train: 100, val: 50, "
                    "test: 50}\nseeds: [1, 2]\nparts: [" FAMILY ", transfer: {%s}]\n",
                    cases[i].part);
        if (study_parse(&study, "s.yaml", text.data, text.n_bytes, NULL, 0, &err) == ERR_NONE)
            assert_int_equal(plan_create(&plan, study, NULL, 1, &err), ERR_USAGE);
        assert_string_equal(err.msg, cases[i].message);
        plan_destroy(&plan);
        study_destroy(&study);
        text_release(&text);
    }
}

/* What is echoed reads back as the same plan, with the paths of data sets made absolute. */
static void echoes_read_back(void **state)
{
    (void)state;
    static const char text[] =
        "study: s\nparts: [" FAMILY ", transfer: {from: family, data: [mnist, {name: flowers5, "
        "path: here, train: 7}], ways: [finetune], recipe: {lr: 0.5}, init: {freeze: [stem]}}]\n";
    Study *study = NULL, *again = NULL;
    Text first = {0}, second = {0};
    Err err = {0};
    if (study_parse(&study, "/dir/s.yaml", text, strlen(text), NULL, 0, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    study_emit(study, &first);
    assert_string_equal(study->parts[1].transfer.data[1].path, "/dir/here");
    assert_non_null(
        strstr(text_string(&first), "data: [mnist, {name: flowers5, path: /dir/here, train: 7}]"));
    if (study_parse_stored(&again, "/elsewhere/s.yaml", text_string(&first), &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    study_emit(again, &second);
    assert_string_equal(text_string(&second), text_string(&first));
    study_destroy(&study);
    study_destroy(&again);
    text_release(&first);
    text_release(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_carried), cmocka_unit_test(digests_hold_the_source),
        cmocka_unit_test(totals_are_equal),    cmocka_unit_test(carrying_waits_for_a_grid),
        cmocka_unit_test(mistakes_are_named),  cmocka_unit_test(echoes_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
