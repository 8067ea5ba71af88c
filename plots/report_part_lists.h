/* plots/report_part_lists.h: the columns there are, and how their cells are written; private to
 * plots/. */
#ifndef PLOTS_REPORT_PART_LISTS_H
#define PLOTS_REPORT_PART_LISTS_H

#include "plots/report_part_rows.h"
#include "plots/tabular.h"

/* Which parts have a column: kinds of PartKind, and what else must be so. */
enum {
    PART_ANY = PART_GRID | PART_FAMILY | PART_GENES | PART_LINES,
    PART_SCALED = PART_ANY & ~PART_GENES, /* by multipliers */
    PART_TARGETS = 16,                    /* only with, */
    PART_NO_TARGETS = 32,                 /* only without targets */
    PART_EPOCHS = 64,                     /* only where they differ */
    PART_REMARKS = 128,                   /* only where there are some */
};

typedef struct PartColumn {
    unsigned kinds; /* 0 ends a list */
    TabularColumn column;
} PartColumn;

/* Which network a row is of, and what that costs; what it came to. */
extern const PartColumn report_part_network_list[], report_part_result_list[];

/* A number in full, by a constant format, "1.2 × 1.1 × 1.15"; nothing for NaN. */
void report_part_number(Text *out, double value);
void report_part_fixed(Text *out, const char *format, double value);
void report_part_multipliers(Text *out, const double m[3]);

#endif
