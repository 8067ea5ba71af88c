/*
 * Published numbers: what the EfficientNet paper prints, restated as data, never mixed with what we
 * count.
 *
 * Source: arXiv 1905.11946 v5, tables 1, 2, 3 and 7. Numbers stay text where the paper's digits
 * matter ("0.70B"). Where a printed number cannot be matched by any reading, the row's note says
 * so: a counter is never bent to hit it.
 */
#ifndef PAPER_PUBLISHED_H
#define PAPER_PUBLISHED_H

#include <stddef.h>

/* A row of table 2, 3 or 7. */
typedef struct PublishedRow {
    const char *group;        /* rows are compared with the first row of their group */
    const char *model;        /* as printed */
    const char *network;      /* zoo network it is counted from; NULL: not in the zoo */
    double depth, width;      /* multipliers by the official rounding */
    int pixels;               /* 0: the network's own */
    const char *params;       /* "5.3M"; NULL: not printed */
    const char *params_ratio; /* "4.9x"; NULL: not printed */
    const char *flops;        /* "0.39B": multiply-adds */
    const char *flops_ratio;
    const char *top1, *top5; /* percent */
    const char *note;        /* why printed and counted differ; NULL: they do not */
} PublishedRow;

/* A row of table 1. */
typedef struct PublishedStage {
    const char *name; /* operator as printed */
    int resolution;   /* of the stage's input */
    int channels, layers;
} PublishedStage;

typedef struct PublishedTable {
    int number;
    const char *title;
    const PublishedRow *rows; /* NULL for table 1 */
    size_t n_rows;
    const PublishedStage *stages; /* table 1 only */
    size_t n_stages;
    const char *note; /* about the whole table; NULL: none */
} PublishedTable;

/* Tables 1, 2, 3, 7; NULL for any other. */
const PublishedTable *published_table(int number);

/*
 * What is published for a zoo network as it is: its row of table 2, else one from its own paper
 * (named in `group`), or NULL.
 */
const PublishedRow *published_find(const char *network);

/* The number in "0.39B" or "5.3M" or "4.9x"; NaN for NULL or "-". */
double published_value(const char *text);

#endif
