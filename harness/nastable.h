/*
 * harness/nastable: a table of trained networks: a gene space in which every point's results are
 * known.
 *
 * A CSV file, plain or gzip, with a line of names: `genes` (one character a gene), values of one
 * seed each whose names end in _s0, _s1, ... (a missing one is empty; a row needs two, so that what
 * was chosen on one can be scored on another), and, if they are there, counted `macs` and further
 * columns of one value. Other columns are ignored. Values are percent.
 *
 * Without a space every gene is a category of the characters found in its place; with one a
 * character is the number of its gene's value, 0-9a-z.
 */
#ifndef HARNESS_NASTABLE_H
#define HARNESS_NASTABLE_H

#include "search/genespace.h"

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NASTABLE_MAX_ROWS = 4000000, NASTABLE_MAX_SEEDS = 64, NASTABLE_NAME_BYTES = 64 };

typedef struct NasTable {
    GeneSpace space; /* its points are the rows, its user is the table */
    Gene genes[GENESPACE_MAX_GENES];
    char letters[GENESPACE_MAX_GENES][GENESPACE_MAX_VALUES + 1]; /* a gene's characters, sorted */
    char value_name[NASTABLE_NAME_BYTES];                        /* without _s0 */
    int32_t n_rows;
    int n_seeds;     /* columns; a row may have fewer values */
    uint8_t *points; /* [n_rows, n_genes] */
    double *values;  /* [n_rows, n_seeds]; those that are there come first */
    int8_t *n_values;
    double *means;   /* [n_rows] */
    int64_t *macs;   /* [n_rows], or NULL */
    double *screen;  /* [n_rows], or NULL: the column that was asked for */
    int32_t *inside; /* [n_inside] rows inside the limits */
    int32_t n_inside;
    uint32_t *slots; /* [n_slots] row + 1, or 0: where a hash leads */
    uint32_t n_slots;
} NasTable;

typedef struct NasTableSettings {
    const char *path;
    const char *space;       /* NULL, "nb201", or a space's name or file (search/netspace.h) */
    const char *screen;      /* NULL, or the name of a column of one value a row */
    double target_macs, tau; /* limits: macs in [(1 - tau) target, target]; target 0: none */
} NasTableSettings;

/*
 * ERR_USAGE: a space, column or band that is not there; ERR_DATA with path and line: what is not
 * such a table; ERR_IO, ERR_MEMORY. nastable_destroy frees it.
 */
ErrCode nastable_load(NasTable **table, const NasTableSettings *settings, Err *err) ERR_CHECKED;

/* The row of a point; -1: none. */
int32_t nastable_row(const NasTable *table, const uint8_t *genes);

/* The largest mean of the rows inside the limits. */
double nastable_best(const NasTable *table);

/* The mean of a row's values but one. */
double nastable_unseen(const NasTable *table, int32_t row, int seen);

/* Accepts NULL. */
void nastable_destroy(NasTable **table);

#endif
