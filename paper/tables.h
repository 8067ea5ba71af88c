/* The paper's tables 1, 2, 3 and 7, printed numbers beside counted ones. */
#ifndef PAPER_TABLES_H
#define PAPER_TABLES_H

#include "paper/published.h"

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLES_MAX_ROWS = 32 };

typedef struct TableRow {
    const PublishedRow *printed;
    bool is_counted; /* false: the network is not in the zoo; what follows is 0 */
    int64_t params, macs;
    int resolution;      /* pixels it was counted at */
    double params_ratio; /* over the first row of its group */
    double macs_ratio;
    double
        deviation; /* counted macs over the printed ones, minus 1; NaN where nothing is printed */
} TableRow;

typedef struct TableStage {
    const PublishedStage *printed;
    int resolution, channels, layers; /* as built */
} TableStage;

typedef struct Table {
    const PublishedTable *published;
    size_t n_rows; /* tables 2, 3, 7 */
    TableRow rows[TABLES_MAX_ROWS];
    size_t n_stages; /* table 1 */
    TableStage stages[TABLES_MAX_ROWS];
} Table;

/* Counts a table. Errors: ERR_USAGE "no table 'N': ..."; ERR_MEMORY. */
ErrCode tables_count(Table *table, int number, Err *err) ERR_CHECKED;

/*
 * Appends it for people: title, columns of printed and counted numbers (those the
 * paper does not print are left out), notes below.
 */
void tables_text(const Table *table, Text *out);

/*
 * {"table":2,"title":…,"note":…,"rows":[{"group","model","network","printed":{…},"counted":{…},"deviation",
 * "note"}]}, counted null where the network is not in the zoo;
 * table 1: "stages" with operator, printed and counted resolution, channels, layers.
 */
void tables_json(const Table *table, JsonWriter *writer);

#endif
