/*
 * results/tablesql.h: the query whose answer is the export `table` (results/export.h); private to
 * results/.
 */
#ifndef RESULTS_TABLESQL_H
#define RESULTS_TABLESQL_H

#include "results/store.h"

#include "base/err.h"
#include "base/text.h"

/*
 * Appends a SELECT. Errors: ERR_USAGE (the study has no part `table`, or too many epochs and seeds
 * for the columns of one row), as store_query.
 */
ErrCode tablesql_select(Store *store, Text *sql, Err *err) ERR_CHECKED;

#endif
