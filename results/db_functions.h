/* results/db_functions.h: the SQL functions of a connection: seal, half90, score (results/db.h). */
#ifndef RESULTS_DB_FUNCTIONS_H
#define RESULTS_DB_FUNCTIONS_H

#include "results/db.h"

/* Registers them. Errors: ERR_MEMORY, ERR_DB. */
ErrCode db_add_functions(Db *db, Err *err) ERR_CHECKED;

#endif
