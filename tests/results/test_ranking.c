/* Rankings: order, aliases, divergence, what n cannot tell, and the exports of all of it. */
#include "tests/results/fixture.h"

#include "base/json.h"
#include "results/export.h"
#include "results/ranking.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* A store filled by the fixture, with its results. */
typedef struct Filled {
    Store *store;
    Arena arena;
    StoreResults results;
    Ranking *rankings;
    size_t n;
} Filled;

static double half_per_double(double top1, double macs, const void *context)
{
    const double target = *(const double *)context;
    return top1 - 0.5 * (macs / target - 1.0);
}

static const double target = 2.0 * FIXTURE_BASELINE_MACS;

static int remove_folder(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

static void fill(Filled *f, const char *name, const Fixture *fixture)
{
    Err err = {0};
    memset(f, 0, sizeof(*f));
    if (store_open(&f->store, fixture_path(name), &err) != ERR_NONE ||
        fixture_fill(f->store, fixture, &err) != ERR_NONE ||
        store_results(f->store, &f->arena, &f->results, &err) != ERR_NONE ||
        ranking_all(&f->results, half_per_double, &target, &f->arena, &f->rankings, &f->n, &err) !=
            ERR_NONE)
        fail_msg("%s", err.msg);
}

static void empty(Filled *f)
{
    arena_release(&f->arena);
    store_close(&f->store);
}

/*
 * Scores fall, the twin is an alias, the unfair point is listed apart, matched and nominal differ.
 */
static void test_order(void **state)
{
    (void)state;
    Filled f;
    const Fixture fixture = {.n_seeds = 5, .noise = 0.1, .has_nominal_grid = true};
    fill(&f, "order.db", &fixture);
    assert_int_equal(f.n, 2);
    const Ranking *matched = ranking_find(f.rankings, f.n, "counted");
    const Ranking *nominal = ranking_find(f.rankings, f.n, "nominal");
    assert_non_null(matched);
    assert_non_null(nominal);
    assert_null(ranking_find(f.rankings, f.n, "none"));
    assert_int_equal(matched->n_unfair, 1);
    assert_true(matched->is_complete);
    size_t n_aliases = 0;
    for (size_t i = 0; i < matched->n_rows; i++) {
        const RankingRow *row = &matched->rows[i];
        n_aliases += row->n_aliases;
        assert_int_equal(row->n, 5);
        assert_int_equal(row->rank, i + 1);
        assert_true(i == 0 || matched->rows[i - 1].score >= row->score);
        assert_true(fabs(row->score - half_per_double(row->mean_val,
                                                      (double)row->result->point.macs, &target)) ==
                    0.0);
    }
    assert_int_equal(n_aliases, 1);
    assert_false(matched->rows[0].is_indistinct);
    assert_true(matched->n_indistinct < matched->n_rows - 1); /* five quiet seeds tell something */
    assert_true(matched->naive_highest > 1.2 && matched->highest_ratio < 1.06);
    empty(&f);
}

/* Two seeds cannot tell anything from the winner. */
static void test_two_seeds_tell_nothing(void **state)
{
    (void)state;
    Filled f;
    const Fixture fixture = {.n_seeds = 2, .noise = 0.01};
    fill(&f, "two.db", &fixture);
    assert_int_equal(f.rankings[0].n_indistinct, f.rankings[0].n_rows - 1);
    empty(&f);
}

/* A network with a diverged trial is last, and still shows the seeds it has. */
static void test_diverged_is_last(void **state)
{
    (void)state;
    Filled f;
    const Fixture fixture = {.n_seeds = 3, .noise = 0.1, .has_diverged = true};
    fill(&f, "diverged.db", &fixture);
    const Ranking *r = &f.rankings[0];
    assert_int_equal(r->rows[r->n_rows - 1].n_diverged, 1);
    assert_int_equal(r->rows[r->n_rows - 1].n, 2);
    assert_false(r->rows[r->n_rows - 1].is_indistinct);
    assert_int_equal(r->rows[0].n_diverged, 0);
    empty(&f);
}

/* The best of a study leads each of its parts, and is in one of them; nothing run has no best. */
static void test_best(void **state)
{
    (void)state;
    Err err = {0};
    Filled f;
    RankingRow best;
    bool is_there = false;
    const Fixture fixture = {.n_seeds = 3, .noise = 0.1, .has_nominal_grid = true};
    fill(&f, "best.db", &fixture);
    assert_int_equal(
        ranking_best(&f.results, half_per_double, &target, &f.arena, &best, &is_there, &err),
        ERR_NONE);
    assert_true(is_there && best.n == 3);
    for (size_t i = 0; i < f.n; i++)
        assert_true(best.score >= f.rankings[i].rows[0].score);
    assert_true(best.score ==
                half_per_double(best.mean_val, (double)best.result->point.macs, &target));
    empty(&f);
    const Fixture planned = {.n_seeds = 2, .is_planned_only = true};
    fill(&f, "unrun.db", &planned);
    assert_int_equal(
        ranking_best(&f.results, half_per_double, &target, &f.arena, &best, &is_there, &err),
        ERR_NONE);
    assert_false(is_there);
    empty(&f);
}

/* Nothing run yet: every network is there, without a score. */
static void test_nothing_run(void **state)
{
    (void)state;
    Filled f;
    const Fixture fixture = {.n_seeds = 2, .is_planned_only = true};
    fill(&f, "planned.db", &fixture);
    assert_false(f.rankings[0].is_complete);
    assert_true(isnan(f.rankings[0].rows[0].score));
    assert_int_equal(f.rankings[0].rows[0].n_missing, 2);
    empty(&f);
}

/* A name that a spreadsheet would compute is a text in CSV; numbers, negative ones too, stay so. */
static void test_formulas(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"=1+1", "\"'=1+1\""},
                                           {"@SUM(A1)", "\"'@SUM(A1)\""},
                                           {"-x, \"y\"", "\"'-x, \"\"y\"\"\""},
                                           {"+1.5", ",+1.5,"},
                                           {"a=b", ",a=b,"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        Filled f;
        Err err = {0};
        Text csv = {0};
        char file[FIXTURE_PATH_BYTES];
        const Fixture fixture = {.n_seeds = 1, .noise = 0.5, .name = names[i][0]};
        snprintf(file, sizeof(file), "formula%zu.db", i);
        fill(&f, file, &fixture);
        assert_int_equal(export_csv(f.store, "study", &csv, NULL, NULL, &err), ERR_NONE);
        assert_non_null(strstr(csv.data, names[i][1]));
        text_clear(&csv);
        assert_int_equal(export_csv(f.store, "epoch", &csv, NULL, NULL, &err), ERR_NONE);
        assert_null(strstr(csv.data, "'"));
        text_release(&csv);
        empty(&f);
    }
}

/*
 * The table as `bench search` reads it: a row for each network of two seeds, in the plan's order, a
 * column for each seed and epoch; what is not done is an empty field, or no row.
 */
static void test_table(void **state)
{
    (void)state;
    Filled f;
    Err err = {0};
    Text csv = {0}, json = {0};
    json_t *root = NULL;
    const Fixture fixture = {.n_seeds = 3, .noise = 0.5, .has_table = true};
    fill(&f, "table.db", &fixture);
    assert_int_equal(export_csv(f.store, EXPORT_TABLE, &csv, NULL, NULL, &err), ERR_NONE);
    static const char head[] =
        "genes,macs,params,val_top1_s0,val_top1_s1,val_top1_s2,test_top1_s0,test_top1_s1,"
        "test_top1_s2,val_top1_e1_s0,val_top1_e1_s1,val_top1_e1_s2,val_top1_e2_s0,val_top1_e2_s1,"
        "val_top1_e2_s2\r\n";
    assert_memory_equal(csv.data, head, strlen(head));
    assert_int_equal(export_json(f.store, EXPORT_TABLE, &json, NULL, NULL, &err), ERR_NONE);
    assert_int_equal(json_parse(&root, "table", json.data, json.n_bytes, &err), ERR_NONE);
    assert_int_equal(json_array_size(root), 8);
    size_t row = 0;
    for (size_t i = 0; i < f.results.n_points; i++) {
        const StorePointResult *p = &f.results.points[i];
        const json_t *map = json_array_get(root, row);
        if (strcmp(p->point.part, "table") != 0)
            continue;
        assert_string_equal(json_string_value(json_object_get(map, "genes")), p->point.genes);
        assert_int_equal(json_integer_value(json_object_get(map, "macs")), p->point.macs);
        for (size_t s = 0; s < p->n_seeds; s++) {
            char name[32];
            snprintf(name, sizeof name, "val_top1_s%zu", s);
            assert_true(json_number_value(json_object_get(map, name)) == p->seeds[s].val_top1);
            snprintf(name, sizeof name, "test_top1_s%zu", s);
            assert_true(json_number_value(json_object_get(map, name)) == p->seeds[s].test_top1);
        }
        row++;
    }
    json_decref(root);
    text_release(&csv);
    text_release(&json);
    empty(&f);
    const Fixture none = {.n_seeds = 2};
    fill(&f, "no-table.db", &none);
    assert_int_equal(export_csv(f.store, EXPORT_TABLE, &csv, NULL, NULL, &err), ERR_USAGE);
    assert_string_equal(err.msg,
                        "the study has no part 'table', which trains all networks of a space");
    text_release(&csv);
    empty(&f);
    for (int64_t epochs = 950; epochs <= 951; epochs++) { /* of two seeds: 1900 columns at most */
        const Fixture wide = {
            .n_seeds = 2, .has_table = true, .is_planned_only = true, .epochs = epochs};
        err = (Err){0};
        fill(&f, epochs == 950 ? "wide.db" : "too-wide.db", &wide);
        assert_int_equal(export_csv(f.store, EXPORT_TABLE, &csv, NULL, NULL, &err),
                         epochs == 950 ? ERR_NONE : ERR_USAGE);
        text_release(&csv);
        empty(&f);
    }
    assert_non_null(strstr(err.msg, "each of 951 epochs and 2 seeds"));
}

/* CSV, JSON and text of a study with hostile names: well-formed, and the names come back. */
static void test_exports(void **state)
{
    (void)state;
    static const char hostile[] = "a,\"b\"\n<script>'; `rm`";
    Filled f;
    Err err = {0};
    Text csv = {0}, json = {0}, verdicts = {0}, text = {0};
    json_t *root = NULL;
    Verdict v[VERDICT_MAX];
    size_t n_verdicts = 0;
    const Fixture fixture = {.n_seeds = 2,
                             .noise = 0.5,
                             .name = hostile,
                             .has_diverged = true,
                             .has_transfer = true,
                             .family_seed = 7};
    fill(&f, "export.db", &fixture);
    assert_int_equal(export_csv(f.store, "study", &csv, NULL, NULL, &err), ERR_NONE);
    assert_non_null(strstr(csv.data, "\"a,\"\"b\"\"\n<script>'; `rm`\""));
    for (size_t i = 0; export_names[i]; i++) {
        text_clear(&json);
        assert_int_equal(export_json(f.store, export_names[i], &json, NULL, NULL, &err), ERR_NONE);
        if (json_parse(&root, export_names[i], json.data, json.n_bytes, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        assert_true(json_array_size(root) > 0);
        json_decref(root);
    }
    assert_int_equal(export_csv(f.store, "epochs", &csv, NULL, NULL, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "did you mean 'epoch'"));
    assert_non_null(strstr(err.msg, "trial_digest, environment"));
    err = (Err){0};
    assert_int_equal(verdict_all(&f.results, &f.arena, v, &n_verdicts, &err), ERR_NONE);
    assert_int_equal(export_verdicts_json(v, n_verdicts, f.rankings, f.n, &verdicts, &err),
                     ERR_NONE);
    if (json_parse(&root, "verdicts", verdicts.data, verdicts.n_bytes, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(root, "verdicts"), 2), "id")),
                        "O2");
    json_decref(root);
    assert_int_equal(export_verdicts_text(v, n_verdicts, f.rankings, f.n, &text, &err), ERR_NONE);
    assert_non_null(strstr(text.data, "INCONCLUSIVE"));
    text_release(&csv);
    text_release(&json);
    text_release(&verdicts);
    text_release(&text);
    empty(&f);
}

static size_t n_flushes;
static Text flushed;

static ErrCode gather(void *user, Text *text, Err *err)
{
    (void)user;
    n_flushes++;
    text_append_bytes(&flushed, text->data, text->n_bytes);
    text_clear(text);
    return text_ok(&flushed, err);
}

/* Every table and view of the store exports; in pieces comes what comes at once. */
static void test_exports_all(void **state)
{
    (void)state;
    Filled f;
    Err err = {0};
    StoreTable tables;
    const Fixture fixture = {.n_seeds = 8, .noise = 0.5};
    fill(&f, "pieces.db", &fixture);
    assert_int_equal(store_query(f.store,
                                 "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
                                 "AND name NOT LIKE 'sqlite%'",
                                 NULL, &f.arena, &tables, &err),
                     ERR_NONE);
    assert_true(tables.n_rows > 20);
    for (size_t i = 0; i < tables.n_rows; i++) {
        Text whole = {0}, pieces = {0};
        const char *name = tables.cells[i];
        n_flushes = 0;
        assert_int_equal(export_csv(f.store, name, &whole, NULL, NULL, &err), ERR_NONE);
        assert_int_equal(export_csv(f.store, name, &pieces, gather, NULL, &err), ERR_NONE);
        assert_int_equal(gather(NULL, &pieces, &err), ERR_NONE);
        assert_string_equal(text_string(&flushed), text_string(&whole));
        assert_true(strcmp(name, "result") != 0 || n_flushes > 1);
        text_release(&whole);
        text_release(&pieces);
        text_clear(&flushed);
    }
    text_release(&flushed);
    empty(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_two_seeds_tell_nothing),
                                       cmocka_unit_test(test_diverged_is_last),
                                       cmocka_unit_test(test_best),
                                       cmocka_unit_test(test_nothing_run),
                                       cmocka_unit_test(test_table),
                                       cmocka_unit_test(test_exports),
                                       cmocka_unit_test(test_formulas),
                                       cmocka_unit_test(test_exports_all)};
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
