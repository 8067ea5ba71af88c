/* tests/harness/test_plan.c: points, networks, trials and digests of plans of proxy-b0. */
#include "tests/harness/planfixture.h"

#include "base/dir.h"
#include "base/file.h"
#include "base/json.h"
#include "base/sysfault.h"
#include "harness/plan_outcomes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>

/*
 * Step 0.05: 109 of 109 points fair in 47 networks, 17 of them with a width trim of at most 4.4 %.
 */
static void fine_grid_is_all_fair(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[grid: {step: 0.05}]");
    size_t n_trimmed = 0;
    double largest = 0;
    for (size_t i = 0; i < f.plan->n_points; i++) {
        const double trim = fabs(f.plan->points[i].trim - 1);
        n_trimmed += trim > 0;
        largest = fmax(largest, trim);
        assert_true(fabs(f.plan->points[i].ratio - 1) <= f.study->fairness.tolerance);
    }
    assert_int_equal(f.plan->baseline_macs, PROXY_MACS);
    assert_int_equal(f.plan->n_points, 109);
    assert_int_equal(planfixture_count(f.plan, MATCH_FAIR), 109);
    assert_int_equal(f.plan->n_networks, 47);
    assert_int_equal(f.plan->n_trials, 94);
    assert_int_equal(n_trimmed, 17);
    assert_true(largest < 0.0445);
    planfixture_drop(&f);
}

/* Step 0.1 with the paper's point: 22 of 22 fair in 18 networks. */
static void paper_point_joins_the_grid(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[grid: {step: 0.1, also: [[1.2, 1.1, 1.15]]}]");
    assert_int_equal(f.plan->n_points, 22);
    assert_int_equal(planfixture_count(f.plan, MATCH_FAIR), 22);
    assert_int_equal(f.plan->n_networks, 18);
    planfixture_drop(&f);
}

/* All six strategies at 2x and 4x lie within 5 %; those that end in one network are tied. */
static void rays_are_matched(void **state)
{
    (void)state;
    PlanFixture f =
        planfixture_make("[compare: {strategies: [width, depth, resolution, {compound: [1.2, 1.1, "
                         "1.15]}, dwr, fast],"
                         " macs: [2, 4]}]");
    assert_int_equal(f.plan->n_points, 12);
    assert_int_equal(planfixture_count(f.plan, MATCH_UNFAIR), 0);
    assert_int_equal(planfixture_count(f.plan, MATCH_OFF_RAY), 0);
    for (size_t i = 0; i < f.plan->n_points; i++) {
        const PlanPoint *p = &f.plan->points[i];
        size_t n_same = 0;
        for (size_t k = 0; k < f.plan->n_points; k++)
            n_same += f.plan->points[k].x == p->x && f.plan->points[k].network == p->network;
        assert_true(fabs(p->ratio - 1) <= 0.05);
        assert_int_equal(p->status == MATCH_TIED, n_same > 1);
    }
    planfixture_drop(&f);
}

/*
 * Every compound has a series of its own, and so a line in figure 8; close constants, too. What is
 * off its ray stays off its ray in a tie.
 */
static void compounds_have_their_own_series(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make(
        "[grid: {step: 0.2}, compare: {strategies: [compound, {compound: [1.2, 1.1, "
        "1.15]}, {compound: [1.6, 1.1, 1.01]}, {compound: [1.6, 1.1, 1.0100001]}], "
        "macs: [0.3]}]");
    const PlanPoint *p = &f.plan->points[f.plan->n_points - 4];
    assert_string_equal(p[0].series, "compound");
    assert_string_equal(p[1].series, "compound 1.2 1.1 1.15");
    assert_string_equal(p[2].series, "compound 1.6 1.1 1.01");
    assert_string_equal(p[3].series, "compound 1.6 1.1 1.0100001");
    assert_int_equal(p[2].network, p[3].network);
    assert_int_equal(p[2].status, MATCH_OFF_RAY);
    assert_int_equal(p[3].status, MATCH_OFF_RAY);
    planfixture_drop(&f);
}

/*
 * `with_baseline` adds the baseline as it is, one point with the seeds of those it is compared
 * with, matched to nothing and of no claim; it waits where the baseline is another part's outcome.
 */
static void compare_may_train_its_baseline(void **state)
{
    (void)state;
    PlanFixture without = planfixture_make("[compare: {strategies: [width, depth], macs: [2]}]");
    PlanFixture f =
        planfixture_make("[compare: {strategies: [width, depth], macs: [2], with_baseline: true}]");
    const PlanPoint *p = &f.plan->points[f.plan->n_points - 1];
    assert_int_equal(f.plan->n_points, without.plan->n_points + 1);
    assert_int_equal(f.plan->n_trials, without.plan->n_trials + 2);
    assert_string_equal(p->series, "baseline");
    assert_string_equal(p->match, "none");
    assert_int_equal(p->macs, PROXY_MACS);
    assert_int_equal(p->target_macs, 0);
    assert_int_equal(p->status, MATCH_UNMATCHED);
    assert_ptr_equal(p->seeds, f.plan->points[0].seeds);
    for (size_t i = 0; i < without.plan->n_points; i++)
        assert_string_equal(f.plan->networks[f.plan->points[i].network].trial_digest,
                            without.plan->networks[without.plan->points[i].network].trial_digest);
    planfixture_drop(&f);
    planfixture_drop(&without);
    f = planfixture_make("[grid: {step: 0.5}, compare: {strategies: [width, compound], baseline: "
                         "grid, macs: [1, 2], with_baseline: true}]");
    p = &f.plan->points[f.plan->n_points - 1];
    assert_int_equal(p->status, MATCH_AFTER_GRID);
    const PlanOutcome outcome = {.has_constants = true,
                                 .constants = {1.2, 1.1, 1.15},
                                 .has_network = true,
                                 .network = f.plan->baseline};
    Err err = {0};
    assert_int_equal(plan_set_outcome(f.plan, 0, &outcome, PLAN_SETTLED, NULL, &err), ERR_NONE);
    p = &f.plan->points[f.plan->n_points - 1];
    assert_int_equal(p->status, MATCH_UNMATCHED);
    assert_int_equal(p->macs, PROXY_MACS);
    planfixture_drop(&f);
}

/* Two trials for each network that a compare asks for, and two for each that other parts do. */
static size_t trials_asked_for(const Plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_networks; i++) {
        bool is_judged = false, chooses = false;
        for (size_t k = 0; k < plan->n_points; k++) {
            const PlanPoint *point = &plan->points[k];
            const bool is_compare = plan->study->parts[point->part].kind == STUDY_COMPARE;
            is_judged |= point->network == (int)i && is_compare;
            chooses |= point->network == (int)i && !is_compare;
        }
        n += 2 * (size_t)(is_judged + chooses);
    }
    return n;
}

/*
 * Parts that ask for one network share its trials, but for those of a compare, which is judged on
 * other seeds; a compound without constants waits for the grid.
 */
static void trials_are_shared_and_wait(void **state)
{
    (void)state;
    PlanFixture f =
        planfixture_make("[curves: {width: [1, 2], depth: [1, 2], resolution: [1]},"
                         " lines: {bases: [[1, 1], [2, 1]], width: [1, 2]}, grid: {step: 0.2}, "
                         "compare: {macs: [2, 4]}]");
    Plan *plan = f.plan;
    assert_true(plan_is_waiting(plan));
    assert_int_equal(planfixture_count(plan, MATCH_AFTER_GRID), 2);
    assert_int_equal(plan->n_after_grid, 4);
    assert_int_equal(plan->n_trials, trials_asked_for(plan));
    for (size_t i = 0; i < plan->n_networks; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(plan->networks[i].trial_digest, plan->networks[k].trial_digest);
    /* width 1, depth 1, resolution 1 and the first line's first point are the baseline */
    assert_int_equal(plan->points[0].network, plan->points[2].network);
    assert_int_equal(plan->points[0].network, plan->points[4].network);
    assert_int_equal(plan->points[0].network, plan->points[5].network);
    assert_int_equal(plan->points[0].status, MATCH_UNMATCHED);
    const PlanOutcome winner = {.has_constants = true, .constants = {1.2, 1.1, 1.15}};
    Err err = {0};
    assert_int_equal(plan_set_outcome(plan, 2, &winner, PLAN_SETTLED, NULL, &err), ERR_NONE);
    assert_false(plan_is_waiting(plan));
    assert_int_equal(plan->n_after_grid, 0);
    assert_int_equal(plan->n_trials, trials_asked_for(plan));
    planfixture_drop(&f);
}

/* The nominal procedure trains points as they are and says what they really cost. */
static void nominal_grid_is_unmatched(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[grid: {step: 0.2, match: nominal}, grid: {step: 0.2}]");
    double low = (double)INFINITY, high = 0;
    for (size_t i = 0; i < f.plan->n_points; i++) {
        const PlanPoint *p = &f.plan->points[i];
        if (p->part != 0)
            continue;
        assert_int_equal(p->status, MATCH_UNMATCHED);
        assert_string_equal(p->part_name, "grid");
        assert_true(p->ratio == p->naive_ratio);
        low = fmin(low, p->ratio);
        high = fmax(high, p->ratio);
    }
    assert_true(high / low > 1.05); /* or matching would be pointless */
    assert_string_equal(f.plan->points[f.plan->n_points - 1].part_name, "grid-2");
    planfixture_drop(&f);
}

/* Trial digests move with the recipe, not with the seeds or the parts. */
static void digests_follow_the_recipe(void **state)
{
    (void)state;
    const char *const sets[] = {"recipe.lr=0.03"};
    const char *const text = "study: s\nbaseline: proxy-b0\nparts: [curves: {width: [1], depth: "
                             "[1], resolution: [1]}]\n";
    Study *a = NULL, *b = NULL;
    Plan *pa = NULL, *pb = NULL;
    Err err = {0};
    assert_int_equal(study_parse(&a, "s", text, strlen(text), NULL, 0, &err), ERR_NONE);
    assert_int_equal(study_parse(&b, "s", text, strlen(text), sets, 1, &err), ERR_NONE);
    assert_int_equal(plan_create(&pa, a, NULL, 1, &err), ERR_NONE);
    assert_int_equal(plan_create(&pb, b, NULL, 1, &err), ERR_NONE);
    assert_string_equal(pa->networks[0].network.digest, pb->networks[0].network.digest);
    assert_string_not_equal(pa->networks[0].trial_digest, pb->networks[0].trial_digest);
    plan_destroy(&pa);
    plan_destroy(&pb);
    study_destroy(&a);
    study_destroy(&b);
}

/* n images of 2 x 2 pixels and their labels, as IDX. */
static void put_idx(const char *folder, const char *split, uint8_t n)
{
    const uint8_t images[] = {0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 2, 0, 0, 0, 2};
    const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, n};
    uint8_t bytes[64];
    char path[64];
    Err err = {0};
    memset(bytes, 1, sizeof bytes);
    memcpy(bytes, images, sizeof images);
    snprintf(path, sizeof path, "%s/%s-images-idx3-ubyte", folder, split);
    assert_int_equal(file_write(path, bytes, sizeof images + 4 * (size_t)n, &err), ERR_NONE);
    memcpy(bytes, labels, sizeof labels);
    snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", folder, split);
    assert_int_equal(file_write(path, bytes, sizeof labels + (size_t)n, &err), ERR_NONE);
}

/* How images are cut decides a trial; 1, which cuts nothing, does not. Drawn images are not cut. */
static void digests_follow_the_crop(void **state)
{
    (void)state;
    static const char *const shares[] = {"data.center_crop=0.5", "data.center_crop=1.0",
                                         "recipe.augment=none"};
    const char *const text = "study: s\nbaseline: proxy-b0\n"
                             "data: {name: mnist, path: plan-idx, train: 5, val: 2}\n"
                             "recipe: {augment: none}\n"
                             "parts: [curves: {width: [1], depth: [1], resolution: [1]}]\n";
    Plan *plans[3] = {NULL};
    Study *studies[3] = {NULL}, *drawn = NULL;
    Plan *none = NULL;
    Err err = {0};
    assert_int_equal(file_make_dirs("plan-idx", &err), ERR_NONE);
    put_idx("plan-idx", "train", 8);
    put_idx("plan-idx", "t10k", 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(study_parse(&studies[i], "s", text, strlen(text), &shares[i], 1, &err),
                         ERR_NONE);
        assert_int_equal(plan_create(&plans[i], studies[i], NULL, 1, &err), ERR_NONE);
    }
    assert_string_not_equal(plans[0]->networks[0].trial_digest, plans[1]->networks[0].trial_digest);
    assert_string_equal(plans[1]->networks[0].trial_digest, plans[2]->networks[0].trial_digest);
    for (int i = 0; i < 3; i++) {
        plan_destroy(&plans[i]);
        study_destroy(&studies[i]);
    }
    assert_int_equal(study_parse(&drawn, "s", "study: s\n", strlen("study: s\n"), shares, 1, &err),
                     ERR_NONE);
    assert_int_equal(plan_create(&none, drawn, NULL, 1, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "polytex"));
    study_destroy(&drawn);
    assert_int_equal(dir_remove_tree(NULL, "plan-idx", &err), ERR_NONE);
}

/* A compound without constants in a study without a grid cannot be run, and the message says what
 * to do. */
static void compound_needs_constants(void **state)
{
    (void)state;
    const char *const text = "study: s\nparts: [compare: {}]\n";
    Study *study = NULL;
    Plan *plan = NULL;
    Err err = {0};
    assert_int_equal(study_parse(&study, "s", text, strlen(text), NULL, 0, &err), ERR_NONE);
    assert_int_equal(plan_create(&plan, study, NULL, 1, &err), ERR_USAGE);
    assert_string_equal(
        err.msg, "strategy 'compound' has no constants and the study no grid to take them from: "
                 "add a grid, or write {compound: [1.2, 1.1, 1.15]}");
    study_destroy(&study);
}

/* What plan_json has handed on. */
static Text flushed;
static int n_flushes;

static ErrCode keep(Text *out, Err *err)
{
    text_append_bytes(&flushed, out->data, out->n_bytes);
    text_clear(out);
    n_flushes++;
    return text_ok(&flushed, err);
}

/* A long document handed on in pieces is the same bytes as in one piece. */
static void long_json_is_handed_on(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[grid: {step: 0.02, tolerance: 0.2}]");
    Text whole = {0}, rest = {0};
    Err err = {0};
    flushed = (Text){0};
    assert_int_equal(plan_json(f.plan, (PlanRange){1.5, 1.5}, &whole, NULL, &err), ERR_NONE);
    assert_int_equal(plan_json(f.plan, (PlanRange){1.5, 1.5}, &rest, keep, &err), ERR_NONE);
    assert_true(n_flushes > 1);
    assert_int_equal(keep(&rest, &err), ERR_NONE);
    assert_string_equal(text_string(&flushed), text_string(&whole));
    text_release(&flushed);
    text_release(&whole);
    text_release(&rest);
    planfixture_drop(&f);
}

/*
 * A fine grid has many points and few networks. Each point's network is the one that matching it
 * alone finds, points of one network share it, and networks stand in order of first use.
 */
static void fine_grids_share_their_networks(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[grid: {step: 0.02, tolerance: 0.2}]");
    const Matching matching =
        match_target(&f.plan->baseline, f.study->objective.target, f.study->fairness.tolerance);
    int most = -1;
    assert_true(f.plan->n_points > 3000 && f.plan->n_networks < 200);
    for (size_t i = 0; i < f.plan->n_points; i++) {
        const PlanPoint *point = &f.plan->points[i];
        MatchPoint alone;
        Err err = {0};
        if (point->network == PLAN_NONE)
            continue;
        assert_true(point->network <= most + 1);
        most = point->network > most ? point->network : most;
        if (i % 50 != 0)
            continue;
        assert_int_equal(match_grid_point(&alone, &matching, point->nominal, &err), ERR_NONE);
        assert_string_equal(f.plan->networks[point->network].network.digest, alone.digest);
    }
    assert_int_equal(most + 1, f.plan->n_networks);
    planfixture_drop(&f);
}

/* The JSON document has the members that scripts rely on, with their types. */
static void json_keeps_the_contract(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[grid: {step: 0.2}, compare: {macs: [2]}]");
    static const char *const numbers[] = {"baseline_macs", "trials", "networks", "seconds"};
    static const char *const members[] = {"part",    "figure",     "series", "nominal", "built",
                                          "network", "resolution", "macs",   "ratio",   "status"};
    Text out = {0};
    Err err = {0};
    json_t *root = NULL;
    assert_int_equal(plan_json(f.plan, (PlanRange){1.5, 1.5}, &out, NULL, &err), ERR_NONE);
    assert_int_equal(json_parse(&root, "plan", out.data, out.n_bytes, &err), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        assert_true(json_is_number(json_object_get(root, numbers[i])));
    const json_t *points = json_object_get(root, "points");
    assert_int_equal(json_array_size(points), f.plan->n_points);
    for (size_t i = 0; i < json_array_size(points); i++)
        for (size_t k = 0; k < ARRAY_LEN(members); k++)
            assert_non_null(json_object_get(json_array_get(points, i), members[k]));
    json_decref(root);
    text_release(&out);
    planfixture_drop(&f);
}

/*
 * A table has a point for each network of its space, described by genes, whose cost is its x; the
 * base's is the baseline, to the digest, and trials are shared with whatever part asks for it.
 */
static void tables_have_all_networks(void **state)
{
    (void)state;
    PlanFixture f = planfixture_make("[curves: {width: [1], depth: [], resolution: []},"
                                     " table: {space: cube-108}, table: {space: cube-108}]");
    const Plan *plan = f.plan;
    size_t n_base = 0;
    assert_int_equal(plan->n_points, 1 + 2 * 108);
    assert_int_equal(plan->n_networks, 108);
    assert_int_equal(plan->n_trials, 2 * 108);
    assert_int_equal(planfixture_count(plan, MATCH_UNMATCHED), 1 + 2 * 108);
    for (size_t i = 1; i < plan->n_points; i++) {
        const PlanPoint *p = &plan->points[i];
        assert_string_equal(p->series, "cube-108");
        assert_string_equal(p->figure, "frontier");
        assert_true(strlen(p->genes) == 5 && isnan(p->nominal.width) && isnan(p->built.width));
        assert_int_equal(p->macs, plan->networks[p->network].network.macs);
        assert_true(p->x == (double)p->macs / PROXY_MACS && p->ratio == p->x && p->trim == 1);
        if (i > 108)
            assert_int_equal(p->network, plan->points[i - 108].network);
        if (p->network == plan->points[0].network) {
            assert_string_equal(p->genes, "10001");
            n_base++;
        }
    }
    assert_int_equal(n_base, 2);
    planfixture_drop(&f);
}

/* A space too large to train whole is refused, as is one that does not exist, and names the part.
 */
static void large_tables_are_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"nbm", "part 'all': space 'nbm' has more than 5000 networks"},
        {"mnasnet", "genotypes, too many to go through"},
        {"cube-109", "part 'all': unknown space 'cube-109', did you mean 'cube-108'?"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Study *study = NULL;
        Plan *plan = NULL;
        Text text = {0};
        Err err = {0};
        text_printf(&text, "study: s\nparts: [table: {id: all, space: %s}]\n", cases[i][0]);
        assert_int_equal(study_parse(&study, "s", text.data, text.n_bytes, NULL, 0, &err),
                         ERR_NONE);
        assert_int_equal(plan_create(&plan, study, NULL, 1, &err), ERR_USAGE);
        assert_non_null(strstr(err.msg, cases[i][1]));
        study_destroy(&study);
        text_release(&text);
    }
}

/* Every allocation of reading and planning may fail: always ERR_MEMORY, never a crash or a leak. */
static void failing_allocations_are_reported(void **state)
{
    (void)state;
    static const char text[] = "study: s\ndata: {train: 20, val: 10, test: 10}\n"
                               "parts: [grid: {step: 1, match: nominal},"
                               " lines: {bases: [[1, 1]], width: [1]},"
                               " table: {space: ./plan-space.yaml}]\n";
    static const char space[] = "space: s\nbase: proxy-b0\nresolution: {choose: [24, 32]}\n";
    Err failed = {0};
    assert_int_equal(file_write("plan-space.yaml", space, strlen(space), &failed), ERR_NONE);
    bool fired = true;
    long k = 0;
    while (fired) {
        Study *study = NULL;
        Plan *plan = NULL;
        Err err = {0};
        sysfault_arm(SYS_ALLOC, ++k, SYS_FAIL, ENOMEM);
        ErrCode code = study_parse(&study, "s", text, strlen(text), NULL, 0, &err);
        if (code == ERR_NONE)
            code = plan_create(&plan, study, NULL, 1, &err);
        fired = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, fired ? ERR_MEMORY : ERR_NONE);
        plan_destroy(&plan);
        study_destroy(&study);
    }
    assert_true(k > 50);
    assert_int_equal(remove("plan-space.yaml"), 0);
}

/*
 * A network whose maps shrink to one pixel cannot be trained with single images: batch norm would
 * make every value 0. The plan says which stage; two images are enough.
 */
static void batch_norm_over_one_value_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "study: s\nbaseline: proxy-b0\ndata: {name: polytex, train: 64, val: 16, test: 16}\n"
        "recipe: {batch: 1}\nparts:\n  - curves: {width: [], depth: [], resolution: [0.2]}\n",
        "study: s\nbaseline: proxy-b0\ndata: {name: polytex, train: 64, val: 16, test: 16}\n"
        "recipe: {batch: 2}\nparts:\n  - curves: {width: [], depth: [], resolution: [0.2]}\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        Study *study = NULL;
        Plan *plan = NULL;
        Err err = {0};
        assert_int_equal(study_parse(&study, "s", texts[i], strlen(texts[i]), NULL, 0, &err),
                         ERR_NONE);
        assert_int_equal(plan_create(&plan, study, NULL, 1, &err), i == 0 ? ERR_USAGE : ERR_NONE);
        if (i == 0)
            assert_non_null(strstr(err.msg, "'stages.2'"));
        plan_destroy(&plan);
        study_destroy(&study);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fine_grid_is_all_fair),
        cmocka_unit_test(paper_point_joins_the_grid),
        cmocka_unit_test(rays_are_matched),
        cmocka_unit_test(compounds_have_their_own_series),
        cmocka_unit_test(compare_may_train_its_baseline),
        cmocka_unit_test(trials_are_shared_and_wait),
        cmocka_unit_test(nominal_grid_is_unmatched),
        cmocka_unit_test(digests_follow_the_recipe),
        cmocka_unit_test(digests_follow_the_crop),
        cmocka_unit_test(compound_needs_constants),
        cmocka_unit_test(tables_have_all_networks),
        cmocka_unit_test(large_tables_are_refused),
        cmocka_unit_test(failing_allocations_are_reported),
        cmocka_unit_test(long_json_is_handed_on),
        cmocka_unit_test(fine_grids_share_their_networks),
        cmocka_unit_test(json_keeps_the_contract),
        cmocka_unit_test(batch_norm_over_one_value_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
