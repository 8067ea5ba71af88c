/*
 * bench/explainlines.h: the inside of an explanation (bench/stepexplain.h), and its lists of lines,
 * which are sums of rows.
 */
#ifndef BENCH_EXPLAINLINES_H
#define BENCH_EXPLAINLINES_H

#include "bench/stepexplain.h"

/* A row of the profile, and what it is of. */
typedef struct Row {
    NetProfileRow plan;
    ExplainPhase phase;
    int stage;
    char name[OP_NAME_MAX]; /* of its operation */
    double calls;
} Row;

/* What rows of a list have in common. */
typedef enum ListKind { BY_PHASE, BY_STAGE, BY_ROW, N_LISTS } ListKind;

struct StepExplain {
    const MachineReport *machine;
    int64_t n_steps;
    int n_rows, n_kernels;
    Row *rows;
    double *row_seconds;    /* [n_steps][n_rows] */
    double *wait_seconds;   /* the same: behind the row */
    double *kernel_seconds; /* [n_steps][n_kernels][EXPLAIN_N_PHASES] */
    double *timed_seconds;  /* [n_steps] of all rows while kernels are timed */
    double *sorted;         /* [n_steps] */
    int *members;           /* [n_rows] */
    ExplainLines lists[N_LISTS];
    ExplainKernel *kernels; /* [n_kernels] */
    int n_called;
};

/* Makes the list of a kind, once all steps are taken. */
void explainlines_make(StepExplain *explain, ListKind kind);

/* The median of explain->sorted, which is sorted. */
double explainlines_median(StepExplain *explain);

#endif
