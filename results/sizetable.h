/*
 * results/sizetable: trainings of several sizes at several totals of compute.
 *
 * From a CSV file: a line of names, then a row a training. Columns macs (multiply-adds an image),
 * images (seen in training, epochs counted), loss (nats), and perhaps budget. Other columns are
 * ignored. Compute is C = 6 macs images. Rows are of one budget if their C, or what stands in the
 * column budget, agree within SIZETABLE_SAME.
 */
#ifndef RESULTS_SIZETABLE_H
#define RESULTS_SIZETABLE_H

#include "base/arena.h"
#include "base/err.h"

enum { SIZETABLE_MIN_SIZES = 3, SIZETABLE_MAX_ROWS = 10000 };

#define SIZETABLE_SAME 1e-6         /* relative */
#define SIZETABLE_FLOPS_A_MAC 6.0   /* C of a multiply-add: forward and backward, each 2 flops */
#define SIZETABLE_TRAINING_MACS 3.0 /* the same counted in multiply-adds */

typedef struct SizeRow {
    double macs, images, loss;
    double budget; /* what it is grouped by */
} SizeRow;

/* Rows of one budget. */
typedef struct SizeGroup {
    const SizeRow *rows; /* macs rising */
    int n_rows, n_sizes;
    double compute; /* geometric mean of 6 macs images */
} SizeGroup;

typedef struct SizeTable {
    const SizeRow *rows; /* [n_rows] budget by budget */
    int n_rows;
    const SizeGroup *groups; /* [n_groups] budgets rising */
    int n_groups;
} SizeTable;

/*
 * Sorts rows, whose budgets are set, into groups. `name` is theirs in messages. Errors: ERR_DATA: a
 * budget of fewer than SIZETABLE_MIN_SIZES sizes; ERR_MEMORY.
 */
ErrCode sizetable_group(SizeTable *out, const char *name, SizeRow *rows, size_t n_rows,
                        Arena *arena, Err *err) ERR_CHECKED;

/*
 * `text`, a file's, is cut to pieces; `path` names it in messages. Errors: ERR_DATA: a column that
 * is missing, what is no positive number, one budget, or a budget of fewer than SIZETABLE_MIN_SIZES
 * sizes; ERR_MEMORY.
 */
ErrCode sizetable_read(SizeTable *out, const char *path, char *text, Arena *arena,
                       Err *err) ERR_CHECKED;

#endif
