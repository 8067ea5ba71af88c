/*
 * harness/nastable: a table of trained networks: a gene space in which every point's results are
 * known.
 *
 * A CSV file, plain or gzip, with a line of names: `genes` (one character a gene), values of one
 * seed each whose names end in _s0, _s1, ... (a missing one is empty; a row needs two, so that what
 * was chosen on one can be scored on another), and, if they are there, counted `macs` and further
 * columns of one value, or of one for each seed. Other columns are ignored. Values are percent. Or
 * a study's folder, whose part `table` it is (EXPORT_TABLE in results/export.h).
 *
 * Without a space every gene is a category of the characters found in its place; with one a
 * character is the number of its gene's value, 0-9a-z.
 */
#ifndef HARNESS_NASTABLE_H
#define HARNESS_NASTABLE_H

#include "harness/nastable_types.h"

#include "base/err.h"

/*
 * ERR_USAGE: a space, column or band that is not there; ERR_DATA with path and line: what is not
 * such a table, or a damaged study; ERR_IO, ERR_MISSING, ERR_MEMORY. nastable_destroy frees it.
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
