/*
 * results/damage.h: what is wrong with a store, found table by table; private to results/.
 *
 * Four looks: SQLite's at its own structure, the schema's text against the one isoflop writes, rows
 * against their seals, and finished trials against their digests. What is damaged is a finding; an
 * error is what kept from looking.
 */
#ifndef RESULTS_DAMAGE_H
#define RESULTS_DAMAGE_H

#include "results/store_internal.h"

/* Findings, growing in an arena, which remembers what there was no memory for. */
typedef struct DamageList {
    Arena *arena;
    StoreDamage *items;
    size_t n;
} DamageList;

/* Some rows of a table. */
typedef struct DamageRows {
    const char *which; /* SQL of a condition, with ?1 */
    DbValue value;     /* of ?1 */
} DamageRows;

/* Puts one; `trial` 0 is none, `what` lives in the arena (NULL if there was no memory). */
void damage_report(DamageList *found, int64_t trial, const char *what);

/* The lines of a pragma that speaks only when something is wrong, after `label`. */
ErrCode damage_pragma(Store *store, const char *sql, const char *label, DamageList *found,
                      Err *err) ERR_CHECKED;

/* Tables, views and indices are those of schema.sql. */
ErrCode damage_schema(Store *store, DamageList *found, Err *err) ERR_CHECKED;

/* Every row of a table against its seal, or only `rows` unless NULL. */
ErrCode damage_seals(Store *store, const char *table, const DamageRows *rows, DamageList *found,
                     Err *err) ERR_CHECKED;

/* Every finished trial against its digest over its rows, or one trial unless 0. */
ErrCode damage_digests(Store *store, int64_t trial, DamageList *found, Err *err) ERR_CHECKED;

/* ERR_DATA with the first finding and the remedy, if there is one. */
ErrCode damage_refuse(const Store *store, const DamageList *found, Err *err) ERR_CHECKED;

#endif
