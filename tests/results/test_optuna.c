/* tests/results/test_optuna.c: the file holds what is done and no more; Optuna itself is asked in
 * tests/cli/readers.sh. */
#include "tests/results/fixture.h"

#include "base/file.h"
#include "results/optuna.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>

/* The one value of a query of the file, as text. */
static void expect(sqlite3 *db, const char *sql, const char *expected)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    if (text == NULL || strcmp(text, expected) != 0)
        fail_msg("%s: '%s', not '%s'", sql, text != NULL ? text : "NULL", expected);
    sqlite3_finalize(statement);
}

static void write_file(Store *store, const char *path)
{
    Err err = {0};
    if (optuna_write(store, path, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

static sqlite3 *open_file(const char *path)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    return db;
}

/*
 * One study, a COMPLETE trial for each that is done: one of the fixture's grid diverges. Numbers
 * run from 0 without gaps, every trial has its value, its multipliers and its epochs. A second
 * export takes the first one's place.
 */
static void scaling(void **state)
{
    (void)state;
    const Fixture fixture = {.n_seeds = 2, .noise = 0.5, .has_diverged = true};
    Store *store = fixture_store("scaling.db", &fixture);
    Err err = {0};
    Arena arena = {0};
    StoreTable done;
    char path[FIXTURE_PATH_BYTES];
    snprintf(path, sizeof path, "%s", fixture_path("scaling-optuna.db"));
    write_file(store, path);
    write_file(store, path);
    if (store_query(store,
                    "SELECT count(*), (SELECT count(*) FROM trial WHERE status = 'diverged'), "
                    "count(*) * 3, (SELECT name FROM study) FROM trial WHERE status = 'done'",
                    NULL, &arena, &done, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_string_equal(done.cells[1], "1");
    sqlite3 *db = open_file(path);
    expect(db, "PRAGMA integrity_check", "ok");
    expect(db, "SELECT count(*) FROM studies", "1");
    expect(db, "SELECT study_name FROM studies", done.cells[3]);
    expect(db, "SELECT direction FROM study_directions", "MAXIMIZE");
    expect(db, "SELECT count(*) FROM trials WHERE state = 'COMPLETE'", done.cells[0]);
    expect(db, "SELECT count(*) FROM trials", done.cells[0]);
    expect(db, "SELECT max(number) - min(number) + 1 FROM trials", done.cells[0]);
    expect(db, "SELECT min(number) FROM trials", "0");
    expect(db, "SELECT count(*) FROM trial_values WHERE value_type = 'FINITE'", done.cells[0]);
    expect(db, "SELECT count(*) FROM trial_params", done.cells[2]);
    expect(db, "SELECT count(*) FROM trial_intermediate_values", done.cells[2]); /* epochs */
    expect(db, "SELECT count(*) FROM trials WHERE datetime_complete >= datetime_start",
           done.cells[0]);
    expect(db, "SELECT count(DISTINCT distribution_json) FROM trial_params", "3");
    sqlite3_close(db);
    arena_release(&arena);
    store_close(&store);
}

/* Genes are choices of what was tried; the range of no parameter differs between trials. */
static void genes(void **state)
{
    (void)state;
    const Fixture fixture = {.n_seeds = 1, .noise = 0.5, .has_table = true};
    Store *store = fixture_store("genes.db", &fixture);
    char path[FIXTURE_PATH_BYTES];
    snprintf(path, sizeof path, "%s", fixture_path("genes-optuna.db"));
    write_file(store, path);
    sqlite3 *db = open_file(path);
    expect(db,
           "SELECT count(*) FROM (SELECT param_name FROM trial_params GROUP BY param_name HAVING "
           "count(DISTINCT distribution_json) > 1)",
           "0");
    expect(db,
           "SELECT count(*) > 0 AND min(json_extract(distribution_json, '$.name') = "
           "'CategoricalDistribution') FROM trial_params WHERE param_name LIKE 'gene %'",
           "1");
    expect(db,
           "SELECT min(param_value < json_array_length(distribution_json, '$.attributes.choices')) "
           "FROM trial_params WHERE param_name LIKE 'gene %'",
           "1");
    sqlite3_close(db);
    store_close(&store);
}

/* A file that somebody else made stays as it is. */
static void not_ours(void **state)
{
    (void)state;
    const Fixture fixture = {.n_seeds = 1, .noise = 0.5};
    Store *store = fixture_store("ours.db", &fixture);
    Err err = {0};
    char path[FIXTURE_PATH_BYTES];
    snprintf(path, sizeof path, "%s", fixture_path("others.db"));
    if (file_write(path, "a diary", strlen("a diary"), &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_int_equal(optuna_write(store, path, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "was not written by 'isoflop export'"));
    uint64_t n_bytes = 0;
    err = (Err){0};
    assert_int_equal(file_size(path, &n_bytes, &err), ERR_NONE);
    assert_int_equal(n_bytes, strlen("a diary"));
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(scaling), cmocka_unit_test(genes),
                                       cmocka_unit_test(not_ours)};
    return cmocka_run_group_tests(tests, NULL, fixture_teardown);
}
