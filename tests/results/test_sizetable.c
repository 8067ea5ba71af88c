/* results/sizetable: rows into budgets, and one clear line for each table that is none. */
#include "results/sizetable.h"
#include "base/err.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

enum { TABLE_BYTES = 1024 };

/* Property: rows of any order become budgets and sizes that rise; equal sizes count once. */
static void rows_become_budgets(void **state)
{
    (void)state;
    Arena arena = {0};
    Err err = {0};
    SizeTable table;
    char text[] = "loss,macs,images,note\n3,4,200,\n1,1,100,a\n2,2,50.00002,b\n3,4,25,c\n"
                  "1,1,800,\n2,2,400,\n2.5,2,400,second seed\n";
    assert_int_equal(sizetable_read(&table, "t.csv", text, &arena, &err), ERR_NONE);
    assert_int_equal(table.n_rows, 7);
    assert_int_equal(table.n_groups, 2);
    assert_int_equal(table.groups[0].n_rows, 3);
    assert_int_equal(table.groups[1].n_rows, 4);
    assert_int_equal(table.groups[1].n_sizes, 3);
    assert_true(fabs(table.groups[0].compute / 600.0 - 1.0) < SIZETABLE_SAME);
    assert_true(table.groups[1].rows[0].macs == 1.0 && table.groups[1].rows[3].loss == 3.0);
    arena_release(&arena);
}

/* Property: a column budget groups, since whole epochs do not use a budget up; C stays what it is.
 */
static void budgets_are_as_told(void **state)
{
    (void)state;
    Arena arena = {0};
    Err err = {0};
    SizeTable table;
    char text[] = "budget,macs,images,loss\n1e3,1,99,1\n1e3,2,51,2\n1000.0005,4,25,3\n"
                  "2e3,1,200,1\n2e3,2,100,1\n2e3,4,50,1\n";
    assert_int_equal(sizetable_read(&table, "t.csv", text, &arena, &err), ERR_NONE);
    assert_int_equal(table.n_groups, 2);
    assert_true(fabs(table.groups[0].compute - 6.0 * cbrt(99.0 * 102.0 * 100.0)) < 1e-9);
    arena_release(&arena);
}

/* Property: each fault of a table is one error that names it. */
static void faults_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "'t.csv' is empty"},
        {"macs,images,loss\n", "'t.csv' has no rows"},
        {"images,loss\n", "'t.csv' has no column 'macs'"},
        {"macs,loss\n", "'t.csv' has no column 'images'"},
        {"macs,images\n", "'t.csv' has no column 'loss'"},
        {"macs,images,loss\n0,1,1\n", "t.csv:2: 'macs' is 0, not above 0 and at most 1e+60"},
        {"macs,images,loss\n1,-1,1\n", "t.csv:2: 'images' is -1, not above 0 and at most 1e+60"},
        {"macs,images,loss\n1,1,inf\n", "t.csv:2: 'loss' is not a number: 'inf'"},
        {"macs,images,loss\n1,1,1e9\n", "t.csv:2: 'loss' is 1e+09: the training has diverged"},
        {"macs,images,loss,budget\n1,1,1,x\n", "t.csv:2: 'budget' is not a number: 'x'"},
        {"macs,images,loss\n1,1\n", "t.csv:2: 2 fields, not 3 as in the first line"},
        {"macs,images,loss\n1,100,1\n2,50,1\n4,25,1\n",
         "'t.csv' has one budget: growth shows in two or more"},
        {"macs,images,loss\n1,100,1\n2,50,1\n4,25.0001,1\n",
         "'t.csv' has 2 sizes of budget 600, at least 3 are needed: macs x images (or a column "
         "'budget') are equal within 1e-6 in one budget"},
        {"macs,images,loss\n1,100,1\n1,100,2\n1,100,3\n",
         "'t.csv' has 1 size of budget 600, at least 3 are needed: macs x images (or a column "
         "'budget') are equal within 1e-6 in one budget"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Err err = {0};
        SizeTable table;
        char text[TABLE_BYTES];
        snprintf(text, sizeof text, "%s", cases[i].text);
        assert_int_equal(sizetable_read(&table, "t.csv", text, &arena, &err), ERR_DATA);
        assert_string_equal(err.msg, cases[i].message);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_become_budgets),
                                       cmocka_unit_test(budgets_are_as_told),
                                       cmocka_unit_test(faults_are_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
