/*
 * results/resulttable.h: results of trials from a CSV file of anybody's.
 *
 * A line of names, then a row a trial: trial (its number) or network (the digest of its network);
 * seed; val_top1, test_top1 (percent, after the last epoch); val_loss, test_loss (nats; empty: not
 * known); epochs (passes that were made); note (may be left out). With `trial` the columns network
 * and seed may be left out or empty. Other columns are ignored.
 */
#ifndef RESULTS_RESULTTABLE_H
#define RESULTS_RESULTTABLE_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ResultRow {
    int64_t line;        /* of the file, for messages */
    int64_t trial;       /* its number; 0: the network and the seed say it */
    const char *network; /* digest; "": not given */
    int64_t seed;        /* -1: not given */
    int64_t epochs;
    double val_top1, test_top1; /* percent */
    double val_loss, test_loss; /* nats; NaN: not known */
    const char *note;           /* "" */
} ResultRow;

typedef struct ResultTable {
    const ResultRow *rows;
    size_t n;
} ResultTable;

/*
 * `text`, a file's, is cut to pieces and must outlive the table; `path` names it in messages.
 * Errors: ERR_DATA with path and line: a column that is missing, what is no number, a value out of
 * its range, no row at all; ERR_MEMORY.
 */
ErrCode resulttable_read(ResultTable *out, const char *path, char *text, Arena *arena,
                         Err *err) ERR_CHECKED;

#endif
