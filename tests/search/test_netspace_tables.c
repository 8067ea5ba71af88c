/* Spaces: counts against the tables that others published (docs/spaces.md names them). */
#include "spacetest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/*
 * What Accel-NASBench's counter (thop's) adds to multiply-adds: 4 operations an element that batch
 * norm makes, and a sum and a division for each mean over a map.
 */
static int64_t thop_extras(const Network *network)
{
    int64_t extras = 0;
    for (int i = 0; i < network->n_ops; i++) {
        const Op *op = &network->ops[i];
        const int64_t pixels = (int64_t)op->in_size * op->in_size;
        if (op->batch_norm)
            extras += 4 * (int64_t)op->out_channels * op->out_size * op->out_size;
        if (op->kind == OP_SE || op->kind == OP_GLOBAL_POOL)
            extras += op->in_channels * (pixels + 1);
    }
    return extras;
}

/* A row: genes, parameters, and multiply-adds as our counter or thop's has them. */
static void check_row(NetSpace *space, bool is_thop, const char *genes_text, int64_t params,
                      int64_t macs)
{
    uint8_t genes[NETSPACE_MAX_GENES];
    NetSpaceCount count;
    Err err = {0};
    if (netspace_from_text(space, genes_text, genes, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    netspace_count(space, genes, &count);
    Network network = spacetest_network(space, genes);
    const int64_t ours = count.macs + (is_thop ? thop_extras(&network) : 0);
    if (count.params != params || ours != macs)
        fail_msg("%s: %lld params and %lld MACs, the table has %lld and %lld", genes_text,
                 (long long)count.params, (long long)ours, (long long)params, (long long)macs);
    network_release(&network);
}

/* Some rows of the tables (docs/spaces.md names them), so that they are tested without the files.
 */
static void rows_of_tables(void **state)
{
    (void)state;
    NetSpace *space = spacetest_zoo("nbm");
    check_row(space, false, "00000000", 387882, 7713280);
    check_row(space, false, "00000001", 791594, 14115328);
    check_row(space, false, "22222212", 2504810, 98865664);
    check_row(space, false, "22222222", 2932586, 105660928);
    netspace_destroy(&space);
    space = spacetest_zoo("b0-anb");
    check_row(space, true, "0000000001102110211001202010", 4073000, 236587120);
    check_row(space, true, "0000000001200110011000001120", 3896264, 169164688);
    check_row(space, true, "2121011020000001210021200021", 3425610, 524705256);
    check_row(space, true, "2121012101211111200011211000", 3302076, 518606440);
    netspace_destroy(&space);
}

static char *tables; /* $ISOFLOP_DATA/nas-tables, or NULL */

static void open_table(const char *name, gzFile *file)
{
    char path[4096];
    if (tables == NULL) {
        print_message("SKIP: ISOFLOP_DATA has no nas-tables to read\n");
        skip();
    }
    snprintf(path, sizeof path, "%s/%s", tables, name);
    *file = gzopen(path, "rb");
    if (*file == NULL)
        fail_msg("cannot read '%s'", path);
}

/* A line's genes and counts; false: it is no row. */
typedef bool ReadRow(const char *line, char *genes, long long *macs, long long *params);

/* Checks every row of a file; how many it has. */
static int check_table(const char *file_name, const char *zoo, bool is_thop, ReadRow *read)
{
    gzFile file;
    char line[1024], genes[NETSPACE_MAX_GENES + 1];
    long long params, macs;
    int n = 0;
    open_table(file_name, &file);
    NetSpace *space = spacetest_zoo(zoo);
    while (gzgets(file, line, sizeof line) != NULL)
        if (read(line, genes, &macs, &params)) {
            check_row(space, is_thop, genes, params, macs);
            n++;
        }
    gzclose(file);
    netspace_destroy(&space);
    return n;
}

static bool read_macro(const char *line, char *genes, long long *macs, long long *params)
{
    return sscanf(line, "%127[0-9],%lld,%lld", genes, params, macs) == 3;
}

/* NAS-Bench-Macro: all rows. */
static void all_of_nb_macro(void **state)
{
    (void)state;
    assert_int_equal(check_table("nb-macro.csv.gz", "nbm", false, read_macro), 6561);
}

/* e, k, l, se of blocks 0 to 6 as genes; the first two of e, k and se by their values. */
static bool read_anb(const char *line, char *genes, long long *macs, long long *params)
{
    static const char *const values[] = {"146", "35", "1234", "01"};
    enum { COLUMNS = 28 };
    for (int i = 0; i < COLUMNS; i++, line += 2) {
        const char *at = line[0] != '\0' && line[1] == ',' ? strchr(values[i % 4], line[0]) : NULL;
        if (at == NULL)
            return false;
        genes[i] = (char)('0' + (at - values[i % 4]));
    }
    genes[COLUMNS] = '\0';
    return sscanf(line, "%lld,%lld", macs, params) == 2;
}

/* Accel-NASBench: all rows. */
static void all_of_anb(void **state)
{
    (void)state;
    assert_int_equal(check_table("anb.csv.gz", "b0-anb", true, read_anb), 5138);
}

static int find_tables(void **state)
{
    (void)state;
    const char *root = getenv("ISOFLOP_DATA");
    static char path[4000];
    if (root != NULL && snprintf(path, sizeof path, "%s/nas-tables", root) < (int)sizeof path)
        tables = path;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_tables),
        cmocka_unit_test(all_of_nb_macro),
        cmocka_unit_test(all_of_anb),
    };
    return cmocka_run_group_tests(tests, find_tables, NULL);
}
