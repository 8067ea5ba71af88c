/*
 * harness/nastable_types.h: a table of trained networks in memory; harness/nastable.h has the rest.
 */
#ifndef HARNESS_NASTABLE_TYPES_H
#define HARNESS_NASTABLE_TYPES_H

#include "search/genespace.h"

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
    int n_screens;   /* 0: none was asked for; 1: of a row; n_seeds: in the places of its values */
    double *screens; /* [n_rows, n_screens] on the short schedule */
    int32_t *inside; /* [n_inside] rows inside the limits */
    int32_t n_inside;
    uint32_t *slots; /* [n_slots] row + 1, or 0: where a hash leads */
    uint32_t n_slots;
} NasTable;

typedef struct NasTableSettings {
    const char *path;        /* a CSV file's, or a study's folder */
    const char *space;       /* NULL, "nb201", or a space's name or file (search/netspace.h) */
    const char *screen;      /* NULL, or the name of a column, with or without _s0, ... */
    double target_macs, tau; /* limits: macs in [(1 - tau) target, target]; target 0: none */
} NasTableSettings;

#endif
