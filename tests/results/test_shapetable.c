/* results/shapetable: what is read, and one clear line for each table that is none. */
#include "results/shapetable.h"
#include "base/err.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { TABLE_BYTES = 2048 };

/* Seven shapes as shares, without the line's end. */
static const char *const shapes[] = {
    "1,0,0", "0,1,0", "0,0,1", ".5,.5,0", ".5,0,.5", "0,.5,.5", ".3333,.3333,.3333"};

/* A table of the first n_shapes shapes on two seeds after `head`, then `tail`. */
static char *table_of(const char *head, int n_shapes, const char *tail)
{
    static char text[TABLE_BYTES];
    int n = snprintf(text, sizeof text, "%s\n", head);
    for (int p = 0; p < n_shapes; p++)
        for (int s = 1; s <= 2; s++)
            n += snprintf(text + n, sizeof text - (size_t)n, "%s,%d,%d.5\n", shapes[p], s, 60 + p);
    snprintf(text + n, sizeof text - (size_t)n, "%s", tail);
    return text;
}

/* Property: rows become cells in the order of their first appearance, whatever order they are in.
 */
static void rows_become_cells(void **state)
{
    (void)state;
    Arena arena = {0};
    Err err = {0};
    ShapeTable table;
    char *text = table_of("a,b,c,seed,top1", 7, "-.01,.61,.4,1,50\n-.01,.61,.4,2,51\n");
    assert_int_equal(shapetable_read(&table, "t.csv", text, &arena, &err), ERR_NONE);
    assert_int_equal(table.n_shapes, 8);
    assert_int_equal(table.n_seeds, 2);
    assert_false(table.is_loss);
    assert_true(table.values[6] == 63.5 && table.values[15] == 51.0);
    assert_true(table.clamped[7] && !table.clamped[6] && table.shares[7].x[0] == 0.0);
    assert_true(fabs(table.shares[6].x[0] - 1.0 / 3.0) < 1e-12); /* over their sum */
    assert_true(fabs(table.resolution - 0.1) < 1e-15);
    arena_release(&arena);
}

/* Property: the resolution is that of the value with the most decimals, however near others are. */
static void resolution_is_the_last_decimal(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        double resolution;
    } cases[] = {{"60", 0.1},
                 {"60.004", 1e-3},
                 {"60.0000001", 1e-7},
                 {"60.000000000001", 1e-12},
                 {"60.3333333333333333", 0.0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Err err = {0};
        ShapeTable table;
        char tail[TABLE_BYTES];
        snprintf(tail, sizeof tail, ".2,.2,.6,1,%s\n.2,.2,.6,2,%s\n", cases[i].value,
                 cases[i].value);
        char *text = table_of("a,b,c,seed,top1", 7, tail);
        assert_int_equal(shapetable_read(&table, "t.csv", text, &arena, &err), ERR_NONE);
        assert_true(fabs(table.resolution - cases[i].resolution) <= 1e-15 * cases[i].resolution);
        arena_release(&arena);
    }
}

/* Property: multipliers become shares: ln d, 2 ln w, 2 ln r over their sum. */
static void multipliers_become_shares(void **state)
{
    (void)state;
    Arena arena = {0};
    Err err = {0};
    ShapeTable table;
    char text[TABLE_BYTES];
    static const char *const scales[] = {"2,1,1",         "1,1.41421356,1", "1,1,1.41421356",
                                         "1.5,1.2,1",     "1.5,1,1.2",      "1,1.2,1.2",
                                         "1.26,1.12,1.12"};
    int n = snprintf(text, sizeof text, "seed,loss,d,w,r\n");
    for (size_t p = 0; p < ARRAY_LEN(scales); p++)
        n += snprintf(text + n, sizeof text - (size_t)n, "x,1,%s\ny,2,%s\n", scales[p], scales[p]);
    assert_int_equal(shapetable_read(&table, "t.csv", text, &arena, &err), ERR_NONE);
    assert_true(table.is_loss);
    assert_true(table.shares[0].x[0] == 1.0 && table.shares[1].x[1] == 1.0);
    assert_true(fabs(table.shares[3].x[0] - log(1.5) / (log(1.5) + 2 * log(1.2))) < 1e-12);
    arena_release(&arena);
}

/* Property: each fault of a table is one error that names it. */
static void faults_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int n_shapes;
        const char *tail, *message;
    } cases[] = {
        {"a,b,c,seed,top1", 6, "", "'t.csv' has 6 shapes, at least 7 are needed"},
        {"a,b,c,seed,top1", 7, "1,0,0,3,60\n", "'t.csv' lacks seed '3' of shape 0, 1, 0"},
        {"a,b,c,seed,top1", 7, "1,0,0,2,60\n", "t.csv:16: this shape has seed '2' already"},
        {"a,b,c,seed,top1", 7, "1,0,0,3,\n", "t.csv:16: 'top1' is not a number: ''"},
        {"a,b,c,seed,top1", 7, "1,0,0,3,nan\n", "t.csv:16: 'top1' is not a number: 'nan'"},
        {"a,b,c,seed,top1", 7, "1,0,0,3,101\n", "t.csv:16: 'top1' is 101, not a percentage"},
        {"a,b,c,seed,loss", 7, "1,0,0,3,1e9\n",
         "t.csv:16: 'loss' is 1e+09: the training has diverged"},
        {"a,b,c,seed,top1", 7, "1,0.5,0,3,60\n", "t.csv:16: a + b + c is 1.5, not 1"},
        {"a,b,c,seed,top1", 7, "1,0,0,3\n", "t.csv:16: 4 fields, not 5 as in the first line"},
        {"d,w,r,seed,top1", 0, "1,1,1,1,60\n",
         "t.csv:2: multipliers d 1, w 1, r 1 add no cost: they have no shape"},
        {"d,w,r,seed,top1", 0, "1,0,1,1,60\n",
         "t.csv:2: multipliers d 1, w 0, r 1 add no cost: they have no shape"},
        {"a,b,seed,top1", 0, "",
         "'t.csv' has neither columns a, b, c (shares) nor d, w, r "
         "(multipliers)"},
        {"a,b,c,d,w,r,seed,top1", 0, "",
         "'t.csv' has columns a, b, c and d, w, r: leave out one of them"},
        {"a,b,c,top1", 0, "", "'t.csv' has no column 'seed'"},
        {"a,b,c,seed", 0, "", "'t.csv' has neither a column 'loss' nor 'top1'"},
        {"a,b,c,seed,loss,top1", 0, "", "'t.csv' has columns loss and top1: leave out one of them"},
        {"", 0, "", "'t.csv' is empty"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Err err = {0};
        ShapeTable table;
        char *text = table_of(cases[i].head, cases[i].n_shapes, cases[i].tail);
        assert_int_equal(shapetable_read(&table, "t.csv", text, &arena, &err), ERR_DATA);
        assert_string_equal(err.msg, cases[i].message);
        arena_release(&arena);
    }
}

/* Property: one seed shows no noise; accuracies that are no percentages would make the margin
 * wrong. */
static void designs_without_noise_or_unit(void **state)
{
    (void)state;
    for (int is_fraction = 0; is_fraction < 2; is_fraction++) {
        Arena arena = {0};
        Err err = {0};
        ShapeTable table;
        char text[TABLE_BYTES];
        int n = snprintf(text, sizeof text, "a,b,c,seed,top1\n");
        for (size_t p = 0; p < ARRAY_LEN(shapes); p++)
            for (int s = 0; s <= is_fraction; s++)
                n += snprintf(text + n, sizeof text - (size_t)n, "%s,%d,.6\n", shapes[p], s);
        assert_int_equal(shapetable_read(&table, "t.csv", text, &arena, &err), ERR_DATA);
        assert_string_equal(err.msg,
                            is_fraction ? "'t.csv' has 'top1' of at most 0.6: it is read as percent"
                                        : "'t.csv' has one seed: noise shows in two or more");
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_cells), cmocka_unit_test(resolution_is_the_last_decimal),
        cmocka_unit_test(multipliers_become_shares), cmocka_unit_test(faults_are_named),
        cmocka_unit_test(designs_without_noise_or_unit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
