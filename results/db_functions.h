/*
 * results/db_functions.h: the SQL functions of a connection: seal, half90, score (results/db.h).
 */
#ifndef RESULTS_DB_FUNCTIONS_H
#define RESULTS_DB_FUNCTIONS_H

#include "results/store.h"

#include <sqlite3.h>

/* What score() computes; a NULL score gives the accuracy itself. */
typedef struct DbScore {
    StoreScore score;
    const void *context;
} DbScore;

/* Registers them; `objective` is read at each call and must outlive the connection. SQLite's code.
 */
int db_add_functions(sqlite3 *handle, const DbScore *objective);

#endif
