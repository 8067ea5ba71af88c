/* tests/harness/test_nastable.c: what is read of a table, and every refusal by its message. */
#include "harness/nastable.h"

#include "base/file.h"
#include "search/netspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

static const char path[] = "nastable.csv";

static ErrCode load(NasTable **table, const char *text, NasTableSettings settings, Err *err)
{
    Err own = {0};
    assert_int_equal(file_write(path, text, strlen(text), &own), ERR_NONE);
    settings.path = path;
    return nastable_load(table, &settings, err);
}

/* Columns in any order, others ignored; a missing value, line ends of two kinds, an empty line and
 * no line end at the end. */
static void a_table_is_read(void **state)
{
    (void)state;
    NasTable *t = NULL;
    Err err = {0};
    assert_int_equal(load(&t,
                          "macs,val_top1_s1,note,genes,val_top1_e3,val_top1_s0,val_top1_s2\r\n"
                          "200,10,x,b0,5,30,20\r\n"
                          "\n"
                          "300,,,a1,6,40,60",
                          (NasTableSettings){.screen = "val_top1_e3"}, &err),
                     ERR_NONE);
    assert_string_equal(t->value_name, "val_top1");
    assert_int_equal(t->n_rows, 2);
    assert_int_equal(t->n_seeds, 3);
    assert_int_equal(t->space.n_genes, 2);
    assert_int_equal(t->space.n_points, 2);
    assert_string_equal(t->letters[0], "ab");
    assert_string_equal(t->letters[1], "01");
    const uint8_t b0[2] = {1, 0}, a1[2] = {0, 1}, b1[2] = {1, 1};
    assert_int_equal(nastable_row(t, b0), 0);
    assert_int_equal(nastable_row(t, a1), 1);
    assert_int_equal(nastable_row(t, b1), -1);
    assert_true(genespace_has(&t->space, a1) && !genespace_has(&t->space, b1));
    assert_int_equal(t->space.macs(t, a1), 300);
    assert_true(t->means[0] == 20 && t->means[1] == 50 && nastable_best(t) == 50);
    assert_int_equal(t->n_values[1], 2);
    assert_true(t->n_screens == 1 && t->screens[0] == 5 && t->screens[1] == 6);
    assert_true(nastable_unseen(t, 0, 0) == 15); /* s0 is 30; 10 and 20 are left */
    assert_true(nastable_unseen(t, 1, 1) == 40); /* of 40 and 60 */
    nastable_destroy(&t);
    assert_null(t);
}

/* A short schedule may have a value for each seed; that of one without a result is passed over. */
static void screens_by_seed(void **state)
{
    (void)state;
    NasTable *t = NULL;
    Err err = {0};
    assert_int_equal(load(&t,
                          "genes,v_s0,v_s1,v_s2,v_e2_s0,v_e2_s1,v_e2_s2,w_s0\n"
                          "0,10,20,30,1,2,3,0\n1,40,,60,4,,6,0\n",
                          (NasTableSettings){.screen = "v_e2"}, &err),
                     ERR_NONE);
    assert_int_equal(t->n_screens, 3);
    const double wanted[] = {1, 2, 3, 4, 6};
    assert_memory_equal(t->screens, wanted, sizeof wanted);
    assert_int_equal(t->n_values[1], 2);
    nastable_destroy(&t);
}

typedef struct Refusal {
    const char *text;
    NasTableSettings settings;
    ErrCode code;
    const char *message;
} Refusal;

static void what_is_no_table_is_refused(void **state)
{
    (void)state;
    static const NasTableSettings plain = {0};
    static const Refusal refusals[] = {
        {"", plain, ERR_DATA, "'nastable.csv' is empty"},
        {"genes,v_s0,v_s1\n", plain, ERR_DATA, "'nastable.csv' has no rows"},
        {"gene,v_s0,v_s1\n", plain, ERR_DATA, "'nastable.csv' has no column 'genes'"},
        {"genes,v\n0,1\n", plain, ERR_DATA,
         "'nastable.csv' has no column of values: their names end in _s0, _s1, ..."},
        {"genes,v_s0\n0,1\n", plain, ERR_DATA,
         "'nastable.csv' has one seed of 'v': what is chosen on one is scored on another"},
        {"genes,v_s0,v_s1\n0,1,2\n01,1,2\n", plain, ERR_DATA,
         "nastable.csv:3: 'genes' has 2 characters, not 1"},
        {"genes,v_s0,v_s1\n,1,2\n", plain, ERR_DATA,
         "nastable.csv:2: 'genes' has 0 characters, not 1 to 127"},
        {"genes,v_s0,v_s1\n0,1\n", plain, ERR_DATA,
         "nastable.csv:2: 2 fields, not 3 as in the first line"},
        {"genes,v_s0,v_s1\n0,1,x\n", plain, ERR_DATA, "nastable.csv:2: 'v' is not a number: 'x'"},
        {"genes,v_s0,v_s1\n0,1,nan\n", plain, ERR_DATA,
         "nastable.csv:2: 'v' is not a number: 'nan'"},
        {"genes,v_s0,v_s1\n0,1,\n", plain, ERR_DATA,
         "nastable.csv:2: 'v' has 1 value, two are needed"},
        {"genes,v_s0,v_s1\n0,1,2\n1,1,2\n0,1,2\n", plain, ERR_DATA,
         "'nastable.csv': rows 1 and 3 have the same genes"},
        {"genes,macs,v_s0,v_s1\n0,-1,1,2\n", plain, ERR_DATA,
         "nastable.csv:2: 'macs' is not a positive whole number: '-1'"},
        {"genes,v_s0,v_s1\n0,1,2\n",
         {.screen = "short"},
         ERR_USAGE,
         "'nastable.csv' has no column 'short'"},
        {"genes,v_s0,v_s1\n0,1,2\n",
         {.target_macs = 5},
         ERR_USAGE,
         "'nastable.csv' has no column 'macs', which a band needs"},
        {"genes,macs,v_s0,v_s1\n0,6,1,2\n",
         {.target_macs = 100, .tau = 0.05},
         ERR_USAGE,
         "no network of 'nastable.csv' has between 95 and 100 multiply-adds"},
        {"genes,v_s0,v_s1\n0,1,2\n",
         {.space = "nmb"},
         ERR_USAGE,
         "unknown space 'nmb', did you mean 'nbm'?"},
        {"genes,v_s0,v_s1\n0,1,2\n",
         {.space = "nbm"},
         ERR_DATA,
         "'nastable.csv' has 1 genes, space 'nbm' has 8"},
        {"genes,v_s0,v_s1\n00000003,1,2\n",
         {.space = "nbm"},
         ERR_DATA,
         "'nastable.csv', row 1: gene 8 has no value '3'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        NasTable *table = NULL;
        Err err = {0};
        assert_int_equal(load(&table, refusals[i].text, refusals[i].settings, &err),
                         refusals[i].code);
        assert_string_equal(err.msg, refusals[i].message);
        assert_null(table);
    }
}

/* A space knows values that a table lacks, and which are ordered: proxy-space's numbers. */
static void a_space_says_what_genes_are(void **state)
{
    (void)state;
    NasTable *t = NULL;
    Err err = {0};
    assert_int_equal(load(&t, "genes,v_s0,v_s1\n000000,1,2\n333333,2,1\n",
                          (NasTableSettings){.space = "nb201"}, &err),
                     ERR_NONE);
    assert_int_equal(t->genes[5].n_values, 5);
    assert_int_equal(t->genes[5].kind, GENE_CATEGORY);
    nastable_destroy(&t);
    NetSpace *space = NULL;
    assert_int_equal(netspace_load(&space, "proxy-space", &err), ERR_NONE);
    char text[GENESPACE_MAX_GENES + 64] = "genes,v_s0,v_s1\n";
    const size_t head = strlen(text);
    const int n = netspace_n_genes(space);
    memset(text + head, '0', (size_t)n);
    memcpy(text + head + n, ",1,2\n", 6);
    assert_int_equal(load(&t, text, (NasTableSettings){.space = "proxy-space"}, &err), ERR_NONE);
    int n_ordered = 0;
    for (int g = 0; g < n; g++) {
        assert_int_equal(t->genes[g].n_values, netspace_n_values(space, g));
        assert_int_equal(t->genes[g].kind == GENE_ORDERED, netspace_is_ordered(space, g));
        n_ordered += t->genes[g].kind == GENE_ORDERED;
    }
    assert_true(n_ordered > 0);
    netspace_destroy(&space);
    nastable_destroy(&t);
}

/* One gene has at most 36 values, all together at most 512. */
static void too_many_values_are_refused(void **state)
{
    (void)state;
    char text[4096] = "genes,v_s0,v_s1\n";
    size_t n = strlen(text);
    NasTable *table = NULL;
    Err err = {0};
    for (int i = 0; i < 37; i++) {
        memcpy(text + n, "?,1,2\n", 6);
        text[n] = (char)('A' + i);
        n += 6;
    }
    assert_int_equal(load(&table, text, (NasTableSettings){0}, &err), ERR_DATA);
    assert_string_equal(err.msg, "'nastable.csv' has more than 36 values of gene 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read),
        cmocka_unit_test(screens_by_seed),
        cmocka_unit_test(what_is_no_table_is_refused),
        cmocka_unit_test(a_space_says_what_genes_are),
        cmocka_unit_test(too_many_values_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
