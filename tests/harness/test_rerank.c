/* Networks ranked anew: which are chosen, whose T, seeds that are missing, what is refused. */
#include "harness/rerank.h"

#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { N_POINTS = 6, N_SEEDS = 3 };

#define NONE ((double)NAN)
#define DIVERGED ((double)-INFINITY)

/* A made-up point: validation of seeds 1, 2, 3; NONE: not run yet. */
typedef struct Row {
    const char *part, *digest;
    int64_t macs, target_macs;
    double values[N_SEEDS];
    int64_t epochs;
} Row;

static const char text[] =
    "study: s\nobjective: {target: 2.0}\nparts:\n"
    "  - grid: {id: first}\n"
    "  - grid: {id: second, baseline: first}\n"
    "  - curves: {}\n"
    "  - search: {id: nas, objective: {target: 1.5}, budget: {trainings: 9}}\n"
    "  - retrain: {id: base, from: nas}\n";

/* What a test looks at. */
typedef struct Made {
    Study *study;
    StoreSeed seeds[N_POINTS][N_SEEDS];
    StorePointResult points[N_POINTS];
    StoreResults results;
    Arena arena;
    Rerank rerank;
    Err err;
} Made;

static ErrCode make(Made *m, const Row *rows, size_t n, const RerankSettings *settings)
{
    *m = (Made){.results = {.points = m->points,
                            .n_points = n,
                            .study.name = "s",
                            .revision = {.target_macs = 200, .baseline_macs = 100}}};
    if (study_parse(&m->study, "s.yaml", text, strlen(text), NULL, 0, &m->err) != ERR_NONE)
        fail_msg("%s", m->err.msg);
    for (size_t i = 0; i < n; i++) {
        for (int s = 0; s < N_SEEDS; s++) {
            const double value = rows[i].values[s];
            const StoreStatus status = isnan(value)   ? STORE_PENDING
                                       : isinf(value) ? STORE_TRIAL_DIVERGED
                                                      : STORE_TRIAL_DONE;
            m->seeds[i][s] =
                (StoreSeed){.seed = s + 1, .status = status, .val_top1 = value, .test_top1 = value};
        }
        m->points[i] = (StorePointResult){.point = {.part = rows[i].part,
                                                    .series = rows[i].part,
                                                    .match = "counted",
                                                    .nominal = {1, 1, (double)i},
                                                    .network = rows[i].digest,
                                                    .trial_digest = rows[i].digest,
                                                    .macs = rows[i].macs,
                                                    .target_macs = rows[i].target_macs},
                                          .epochs = rows[i].epochs,
                                          .seeds = m->seeds[i],
                                          .n_seeds = N_SEEDS};
    }
    return rerank_make(m->study, &m->results, settings, &m->arena, &m->rerank, &m->err);
}

static void release(Made *m)
{
    study_destroy(&m->study);
    arena_release(&m->arena);
}

static const RerankSettings as_study = {.form = RERANK_AS_STUDY, .w = NONE};

/* The digest of the one that is chosen; its row. */
static const char *chosen(const RerankPart *part, const RerankRow **row)
{
    assert_int_equal(part->n_chosen, 1);
    for (size_t i = 0; i < part->ranking.n_rows; i++)
        if (part->rows[i].is_chosen) {
            *row = &part->rows[i];
            return part->ranking.rows[i].result->point.network;
        }
    return NULL;
}

/*
 * The chosen is the ranking's first; seeds are those that finished anywhere; a diverged network is
 * passed over though its mean is the highest, and one without a result is in no table.
 */
static void the_first_is_chosen(void **state)
{
    (void)state;
    static const Row rows[] = {{"grid", "a", 200, 200, {60, 61, NONE}, 20},
                               {"grid", "b", 200, 200, {62, 58, NONE}, 20},
                               {"grid", "c", 200, 200, {90, DIVERGED, NONE}, 20},
                               {"grid", "d", 200, 200, {NONE, NONE, NONE}, 20}};
    Made m;
    const RerankRow *row = NULL;
    assert_int_equal(make(&m, rows, 4, &as_study), ERR_NONE);
    assert_int_equal(m.rerank.n_parts, 1);
    const RerankPart *part = &m.rerank.parts[0];
    assert_string_equal(part->id, "first");
    assert_int_equal(part->n_seeds, 2);
    assert_string_equal(chosen(part, &row), "a");
    assert_ptr_equal(row, &part->rows[0]);
    assert_int_equal(row->n_alone, 1);
    /* a is better unless both draws are seed 1: 3 of 4 samples; four standard errors are .04 */
    assert_true(fabs(row->share - 0.75) < 0.04);
    release(&m);
    static const Row all_diverged[] = {{"grid", "a", 200, 200, {60, 61, DIVERGED}, 20},
                                       {"grid", "c", 200, 200, {90, DIVERGED, NONE}, 20}};
    assert_int_equal(make(&m, all_diverged, 2, &as_study), ERR_NONE);
    assert_string_equal(chosen(&m.rerank.parts[0], &row), "c");
    release(&m);
}

/*
 * A part that scales another's winner has a T of its own, told by what its points are matched to;
 * parts that are not matched have the study's. --target moves both.
 */
static void each_part_has_its_own_target(void **state)
{
    (void)state;
    static const Row rows[] = {{"grid", "a", 200, 200, {60, 61, 62}, 20},
                               {"grid-2", "b", 400, 400, {60, 60, 60}, 20},
                               {"grid-2", "c", 800, 400, {70, 70, 70}, 20},
                               {"curves", "d", 100, 0, {60, NONE, NONE}, 20}};
    Made m;
    const RerankRow *row = NULL;
    RerankSettings settings = {.form = OBJECTIVE_HARD, .w = NONE};
    assert_int_equal(make(&m, rows, 4, &settings), ERR_NONE);
    assert_int_equal(m.rerank.n_parts, 3);
    assert_true(m.rerank.parts[0].objective.target_macs == 200);
    assert_true(m.rerank.parts[1].objective.target_macs == 400);
    assert_true(m.rerank.parts[2].objective.target_macs == 200);
    assert_string_equal(chosen(&m.rerank.parts[1], &row), "b");
    assert_true(isnan(m.rerank.parts[2].rows[0].share)); /* one seed */
    release(&m);
    settings.target = 4;
    settings.part = "second";
    assert_int_equal(make(&m, rows, 4, &settings), ERR_NONE);
    assert_int_equal(m.rerank.n_parts, 1);
    assert_true(m.rerank.parts[0].objective.target_macs == 800);
    assert_string_equal(chosen(&m.rerank.parts[0], &row), "c");
    release(&m);
}

/* Another form has its own w, the study's form the study's, unless one is given. */
static void w_follows_the_form(void **state)
{
    (void)state;
    static const Row rows[] = {{"grid", "a", 100, 200, {50, 50, 50}, 20},
                               {"grid", "b", 200, 200, {60, 60, 60}, 20}};
    static const struct {
        int form;
        double w, wanted;
        const char *first;
    } cases[] = {{RERANK_AS_STUDY, NONE, -0.07, "b"},
                 {OBJECTIVE_ABS, NONE, -0.1, "b"},
                 {OBJECTIVE_SOFT, -1, -1, "a"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Made m;
        const RerankRow *row = NULL;
        const RerankSettings settings = {.form = cases[i].form, .w = cases[i].w};
        assert_int_equal(make(&m, rows, 2, &settings), ERR_NONE);
        assert_true(m.rerank.parts[0].objective.w == cases[i].wanted);
        assert_string_equal(chosen(&m.rerank.parts[0], &row), cases[i].first);
        release(&m);
    }
}

/*
 * A search is ranked by its own objective, a band that ends at 1.5 times the baseline's 100 MACs,
 * by its full trainings alone; another form keeps that T. While only its screen is in, there is
 * nothing to choose from.
 */
static void searches_have_objectives_of_their_own(void **state)
{
    (void)state;
    static const Row rows[] = {{"nas", "short", 148, 150, {90, 90, 90}, 3},
                               {"nas", "full", 148, 150, {60, 60, 60}, 20},
                               {"nas", "above", 151, 150, {70, 70, 70}, 20},
                               {"nas", "below", 142, 150, {70, 70, 70}, 20}};
    Made m;
    const RerankRow *row = NULL;
    assert_int_equal(make(&m, rows, 4, &as_study), ERR_NONE);
    const RerankPart *part = &m.rerank.parts[0];
    assert_int_equal(part->objective.form, OBJECTIVE_BAND);
    assert_true(part->objective.target_macs == 150 && part->objective.is_capped);
    assert_int_equal(part->ranking.n_rows, 3);
    assert_string_equal(chosen(part, &row), "full");
    release(&m);
    const RerankSettings hard = {.form = OBJECTIVE_HARD, .w = NONE};
    assert_int_equal(make(&m, rows, 4, &hard), ERR_NONE);
    assert_true(m.rerank.parts[0].objective.target_macs == 150);
    assert_string_equal(chosen(&m.rerank.parts[0], &row), "below");
    release(&m);
    const RerankSettings twice = {.form = RERANK_AS_STUDY, .w = NONE, .target = 2};
    assert_int_equal(make(&m, rows, 4, &twice), ERR_NONE);
    assert_true(m.rerank.parts[0].objective.target_macs == 200);
    assert_int_equal(m.rerank.parts[0].n_chosen, 0);
    release(&m);
    static const Row screened[] = {{"nas", "short", 148, 150, {90, 90, 90}, 3},
                                   {"nas", "full", 148, 150, {NONE, NONE, NONE}, 20}};
    Text out = {0};
    assert_int_equal(make(&m, screened, 2, &as_study), ERR_NONE);
    assert_int_equal(m.rerank.parts[0].n_seeds, 0);
    assert_int_equal(m.rerank.parts[0].n_chosen, 0);
    rerank_text(&m.rerank, &out);
    rerank_json(&m.rerank, &out);
    assert_false(out.failed);
    text_release(&out);
    release(&m);
}

/*
 * What a search found is ranked by the search's objective once it is trained anew, too: the study's
 * soft one, w = -0.07, would take the cheaper network.
 */
static void retrains_have_the_objective_of_their_search(void **state)
{
    (void)state;
    static const Row rows[] = {{"retrain", "dear", 149, 150, {60.1, 60.1, 60.1}, 20},
                               {"retrain", "cheap", 143, 150, {60, 60, 60}, 20}};
    Made m;
    const RerankRow *row = NULL;
    assert_int_equal(make(&m, rows, 2, &as_study), ERR_NONE);
    assert_int_equal(m.rerank.parts[0].objective.form, OBJECTIVE_BAND);
    assert_true(m.rerank.parts[0].objective.target_macs == 150);
    assert_string_equal(chosen(&m.rerank.parts[0], &row), "dear");
    release(&m);
    const RerankSettings soft = {.form = OBJECTIVE_SOFT, .w = NONE};
    assert_int_equal(make(&m, rows, 2, &soft), ERR_NONE);
    assert_string_equal(chosen(&m.rerank.parts[0], &row), "cheap");
    release(&m);
}

/*
 * Firmness is told by seeds that all networks have: one that has been trained with more wins no
 * seed for want of others. Networks of two runs of a search have none in common.
 */
static void firmness_is_of_paired_seeds(void **state)
{
    (void)state;
    static const Row more[] = {{"nas", "a", 148, 150, {62, 62, NONE}, 20},
                               {"nas", "b", 148, 150, {60, 60, 60}, 20}};
    Made m;
    const RerankRow *row = NULL;
    assert_int_equal(make(&m, more, 2, &as_study), ERR_NONE);
    assert_int_equal(m.rerank.parts[0].n_seeds, 3);
    assert_int_equal(m.rerank.parts[0].n_paired, 2);
    assert_string_equal(chosen(&m.rerank.parts[0], &row), "a");
    assert_ptr_equal(row, &m.rerank.parts[0].rows[0]);
    assert_int_equal(m.rerank.parts[0].rows[0].n_alone, 2);
    assert_true(m.rerank.parts[0].rows[0].share == 1);
    release(&m);
    static const Row apart[] = {{"nas", "a", 148, 150, {62, NONE, NONE}, 20},
                                {"nas", "b", 148, 150, {NONE, 60, NONE}, 20}};
    Text out = {0};
    assert_int_equal(make(&m, apart, 2, &as_study), ERR_NONE);
    assert_int_equal(m.rerank.parts[0].n_paired, 0);
    assert_string_equal(chosen(&m.rerank.parts[0], &row), "a");
    assert_true(isnan(m.rerank.parts[0].rows[0].share));
    rerank_text(&m.rerank, &out);
    assert_non_null(strstr(text_string(&out), "Fewer than two seeds are common to all: how firm"));
    text_release(&out);
    release(&m);
}

/* Ranges and fronts name rows of the ranking, whose order is another than that of MACs. */
static void ranges_and_fronts_name_rows(void **state)
{
    (void)state;
    static const Row rows[] = {{"grid", "dear", 400, 200, {64, 64, 64}, 20},
                               {"grid", "cheap", 100, 200, {50, 50, 50}, 20},
                               {"grid", "beaten", 300, 200, {55, 55, 55}, 20},
                               {"grid", "middle", 200, 200, {60, 60, 60}, 20}};
    static const char *const wanted[] = {"cheap", "middle", "dear"};
    Made m;
    assert_int_equal(make(&m, rows, 4, &as_study), ERR_NONE);
    const RerankPart *part = &m.rerank.parts[0];
    assert_int_equal(part->n_ranges, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(part->ranking.rows[part->ranges[i].network].result->point.network,
                            wanted[i]);
    release(&m);
    const RerankSettings front = {.form = OBJECTIVE_PARETO, .w = NONE};
    assert_int_equal(make(&m, rows, 4, &front), ERR_NONE);
    part = &m.rerank.parts[0];
    assert_int_equal(part->n_chosen, 3);
    assert_int_equal(part->n_ranges, 0);
    for (size_t i = 0; i < part->ranking.n_rows; i++)
        assert_int_equal(part->rows[i].is_chosen,
                         strcmp(part->ranking.rows[i].result->point.network, "beaten") != 0);
    release(&m);
}

/* What cannot be asked, and what has nothing to rank. */
static void mistakes_are_named(void **state)
{
    (void)state;
    static const Row rows[] = {{"grid", "a", 200, 200, {60, 61, NONE}, 20},
                               {"grid-2", "b", 200, 200, {NONE, DIVERGED, NONE}, 20}};
    static const struct {
        RerankSettings settings;
        ErrCode code;
        const char *message;
    } cases[] = {
        {{OBJECTIVE_BAND, -0.1, 0, NULL}, ERR_USAGE, "objective 'band' has no w"},
        {{RERANK_AS_STUDY, NONE, 0, "third"},
         ERR_USAGE,
         "the study has no part 'third': there are first, second, curves, nas, base"},
        {{RERANK_AS_STUDY, NONE, 0, "second"},
         ERR_MISSING,
         "there is nothing to rank: no trial of that part has finished, go on with 'isoflop run'"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Made m;
        assert_int_equal(make(&m, rows, 2, &cases[i].settings), cases[i].code);
        assert_string_equal(m.err.msg, cases[i].message);
        release(&m);
    }
    Made m;
    assert_int_equal(make(&m, &rows[1], 1, &as_study), ERR_MISSING);
    release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_chosen),
        cmocka_unit_test(each_part_has_its_own_target),
        cmocka_unit_test(w_follows_the_form),
        cmocka_unit_test(ranges_and_fronts_name_rows),
        cmocka_unit_test(searches_have_objectives_of_their_own),
        cmocka_unit_test(retrains_have_the_objective_of_their_search),
        cmocka_unit_test(firmness_is_of_paired_seeds),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
