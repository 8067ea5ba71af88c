/* results/resulttable: what is read, and one clear line for each table that is none. */
#include "results/resulttable.h"

#include "base/sys.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { TABLE_BYTES = 512 };
#define HEAD "trial,seed,val_top1,test_top1,val_loss,test_loss,epochs,note\n"

static ErrCode read(const char *content, ResultTable *table, Arena *arena, Err *err)
{
    static char text[TABLE_BYTES];
    snprintf(text, sizeof text, "%s", content);
    return resulttable_read(table, "t.csv", text, arena, err);
}

/* Columns are found by name; what may be left out is not given. */
static void rows_are_read(void **state)
{
    (void)state;
    Arena arena = {0};
    Err err = {0};
    ResultTable table;
    assert_int_equal(
        read(HEAD "3,7,50.5,49,1.25,,20,\"a, b\"\n4,,0,100,0,2,1,\n", &table, &arena, &err),
        ERR_NONE);
    assert_int_equal(table.n, 2);
    assert_int_equal(table.rows[0].trial, 3);
    assert_int_equal(table.rows[0].seed, 7);
    assert_int_equal(table.rows[0].line, 2);
    assert_true(table.rows[0].val_top1 == 50.5 && table.rows[0].test_top1 == 49);
    assert_true(table.rows[0].val_loss == 1.25 && isnan(table.rows[0].test_loss));
    assert_int_equal(table.rows[0].epochs, 20);
    assert_string_equal(table.rows[0].note, "a, b");
    assert_int_equal(table.rows[1].seed, -1);
    assert_int_equal(read("epochs,test_loss,val_loss,test_top1,val_top1,seed,network,macs\n"
                          "2,1,1,60,50,0,abc,9\n",
                          &table, &arena, &err),
                     ERR_NONE);
    assert_int_equal(table.rows[0].trial, 0);
    assert_int_equal(table.rows[0].seed, 0);
    assert_string_equal(table.rows[0].network, "abc");
    assert_string_equal(table.rows[0].note, "");
    arena_release(&arena);
}

static void wrong_tables_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *content, *says;
    } rows[] = {
        {"", "'t.csv' is empty"},
        {HEAD, "'t.csv' has no rows"},
        {"seed,val_top1\n", "neither a column 'trial' nor 'network'"},
        {"network,val_top1,test_top1,val_loss,test_loss,epochs\n", "no column 'seed'"},
        {"trial,val_top1,test_top1,val_loss,test_loss\n", "no column 'epochs'"},
        {HEAD "1,1,50,50,1,1,3\n", "t.csv:2: 7 fields, not 8"},
        {HEAD "0,1,50,50,1,1,3,\n", "t.csv:2: 'trial' is '0', not a whole number from 1 on"},
        {HEAD "1,-1,50,50,1,1,3,\n", "t.csv:2: 'seed' is '-1', not a seed"},
        {HEAD "1,1.5,50,50,1,1,3,\n", "t.csv:2: 'seed' is '1.5', not a seed"},
        {HEAD ",,50,50,1,1,3,\n", "t.csv:2: neither 'trial' nor 'network' and 'seed' are given"},
        {HEAD "1,1,100.5,50,1,1,3,\n", "t.csv:2: 'val_top1' is '100.5', not a percentage"},
        {HEAD "1,1,50,,1,1,3,\n", "t.csv:2: 'test_top1' is not a number"},
        {HEAD "1,1,50,nan,1,1,3,\n", "t.csv:2: 'test_top1'"},
        {HEAD "1,1,50,50,-1,1,3,\n", "t.csv:2: 'val_loss' is '-1', not a loss in nats"},
        {HEAD "1,1,50,50,1,inf,3,\n", "t.csv:2: 'test_loss'"},
        {HEAD "1,1,50,50,1,1,,\n", "t.csv:2: 'epochs' is ''"},
        {HEAD "1,1,.5,.6,1,1,3,\n", "at most 0.6: they are read as percent"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena arena = {0};
        Err err = {0};
        ResultTable table;
        assert_int_equal(read(rows[i].content, &table, &arena, &err), ERR_DATA);
        if (strstr(err.msg, rows[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", err.msg, rows[i].says);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_read),
                                       cmocka_unit_test(wrong_tables_are_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
