/* plots/report_query.h: a query's answer as a table of the report; private to plots/. */
#ifndef PLOTS_REPORT_QUERY_H
#define PLOTS_REPORT_QUERY_H

#include "base/text.h"
#include "results/store.h"

#include <stdbool.h>

/* The answer; where there is none, the reason stands in the page. */
bool report_ask(Text *page, Store *store, const char *sql, Arena *arena, StoreTable *answer);

/* The same of an embedded query (embedded_sql.h). */
bool report_ask_file(Text *page, Store *store, const char *file, Arena *arena, StoreTable *answer);

/* A table, a row a row. */
void report_rows(Text *page, const StoreTable *table);

/* The same with a row a column: for few rows of long texts. */
void report_columns(Text *page, const StoreTable *table);

#endif
