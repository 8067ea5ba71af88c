/*
 * plots/embedded_sql.h: the queries that are built into the program (plots/NAME.sql); private to
 * plots/. A line `-- with: OTHER.sql` stands for that file: what several queries begin with is
 * written once.
 */
#ifndef PLOTS_EMBEDDED_SQL_H
#define PLOTS_EMBEDDED_SQL_H

#include "base/arena.h"
#include "base/err.h"

/* The text of `name` ("ledger.sql"), lines replaced, in `arena`. ERR_INTERNAL: no such file. */
ErrCode embedded_sql_read(const char *name, Arena *arena, const char **sql, Err *err) ERR_CHECKED;

#endif
