/* results/sizestudy: a planted surface comes back from a store, whatever was decided anew in it. */
#include "tests/results/fixture.h"

#include "results/sizefit.h"
#include "results/sizestudy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sqlite3.h>

static Store *open_store(const char *name)
{
    Store *store = NULL;
    Err err = {0};
    if (store_open(&store, fixture_path(name), &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return store;
}

static SizeTable read_table(Store *store, Arena *arena)
{
    SizeTable table;
    Err err = {0};
    if (sizestudy_read(&table, store, arena, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return table;
}

/*
 * The fixture's 1 + 150/N^.34 + 40/D^.28 without noise: within what the search over p and q leaves,
 * a millionth, times the ridge of ten points, on which E moves by some thousands of it.
 */
static void check_surface(const SizeTable *table, Arena *arena)
{
    SizeFit fit;
    Err err = {0};
    if (sizefit_run(&fit, table, arena, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_true(fit.surface.is_determined);
    assert_true(fabs(fit.surface.E - 1.0) < 0.001);
    assert_true(fabs(fit.surface.p - 0.34) < 0.001);
    assert_true(fabs(fit.surface.q - 0.28) < 0.001);
}

/* Property: a row for each trial of each total, by total and size, and the surface behind them. */
static void planted_surface_is_found(void **state)
{
    (void)state;
    Arena arena = {0};
    const Fixture fixture = {.n_seeds = 2, .has_sizes = true};
    Store *store = fixture_store("sizes.db", &fixture);
    const SizeTable table = read_table(store, &arena);
    assert_int_equal(table.n_groups, 2);
    assert_int_equal(table.n_rows, 20);
    for (int g = 0; g < table.n_groups; g++)
        assert_int_equal(table.groups[g].n_sizes, 5);
    check_surface(&table, &arena);
    arena_release(&arena);
    store_close(&store);
}

/*
 * Property: a point of earlier constants has no total to be of: it is left out, as if it were not
 * there, and no total of 0 is made of it.
 */
static void earlier_points_are_left_out(void **state)
{
    (void)state;
    Arena arena = {0};
    const Fixture fixture = {.n_seeds = 2, .has_sizes = true};
    Store *store = fixture_store("earlier.db", &fixture);
    sqlite3 *db = NULL;
    store_close(&store);
    assert_int_equal(sqlite3_open(fixture_path("earlier.db"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "UPDATE point SET series = 'earlier ' || series || ' @7' WHERE id "
                     "= (SELECT max(id) FROM point WHERE part = 'sizes')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_changes(db), 1);
    sqlite3_close(db);
    store = open_store("earlier.db");
    const SizeTable table = read_table(store, &arena);
    assert_int_equal(table.n_groups, 2);
    assert_int_equal(table.n_rows, 18);
    check_surface(&table, &arena);
    arena_release(&arena);
    store_close(&store);
}

/* Property: a study without such trials says so. */
static void others_have_none(void **state)
{
    (void)state;
    Arena arena = {0};
    const Fixture fixture = {.n_seeds = 2};
    Store *store = fixture_store("none.db", &fixture);
    SizeTable table;
    Err err = {0};
    assert_int_equal(sizestudy_read(&table, store, &arena, &err), ERR_MISSING);
    arena_release(&arena);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(planted_surface_is_found),
                                       cmocka_unit_test(earlier_points_are_left_out),
                                       cmocka_unit_test(others_have_none)};
    return cmocka_run_group_tests(tests, NULL, fixture_teardown);
}
