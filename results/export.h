/*
 * results/export.h: the store's content as CSV and JSON for other programs.
 *
 * Names are those of the store's tables and views, numbers the shortest decimals that read back
 * equal; CSV is RFC 4180 with a heading line, an SQL NULL an empty field, and a text that a
 * spreadsheet would take for a formula (it begins with = + - @ and is no number) after an
 * apostrophe.
 */
#ifndef RESULTS_EXPORT_H
#define RESULTS_EXPORT_H

#include "results/ranking.h"
#include "results/store.h"
#include "results/verdict.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

/*
 * The networks of the part `table`, a row each: genes, macs, params, then in the order of the seeds
 * val_top1_s0, ..., test_top1_s0, ..., and validation after epochs before the last one
 * val_top1_e1_s0, .... Fields of trials that are not done are empty; networks of fewer than two
 * that are have no row. It is what `bench search` reads.
 */
#define EXPORT_TABLE "table"

/* The store's tables and views that can be exported: "trial", "result", "point", ...; then NULL. */
extern const char *const export_names[];

/* Takes what has gathered in `text` and clears it, in the transaction that reads: waits for nobody.
 */
typedef ErrCode (*ExportFlush)(void *user, Text *text, Err *err);

/* Errors: ERR_USAGE, with the names there are, unless it is one of them or EXPORT_TABLE. */
ErrCode export_check_name(const char *name, Err *err) ERR_CHECKED;

/*
 * Appends what has that name as CSV, or as a JSON list of maps; with `flush` piece by piece, so
 * that it may be of any length: the last piece is left in `out`. Errors: ERR_USAGE, with the names
 * there are, or of a study without a table; as store_each_row; those of flush.
 */
ErrCode export_csv(Store *store, const char *name, Text *out, ExportFlush flush, void *user,
                   Err *err) ERR_CHECKED;
ErrCode export_json(Store *store, const char *name, Text *out, ExportFlush flush, void *user,
                    Err *err) ERR_CHECKED;

/* Appends a text as a field of CSV; a number stays as it is. */
void export_csv_field(Text *out, const char *field);

/* Puts one row of a query's answer as a map of its columns; an infinity is null. */
void export_row(JsonWriter *writer, const char *key, const StoreTable *table, size_t row);

/* Appends verdicts or rankings as one JSON document (what `verdict --json` prints). */
ErrCode export_verdicts_json(const Verdict *verdicts, size_t n_verdicts, const Ranking *rankings,
                             size_t n_rankings, Text *out, Err *err) ERR_CHECKED;

/* The members of that document, `verdicts` and `rankings`, into a map that is open. */
void export_verdicts_members(JsonWriter *writer, const Verdict *verdicts, size_t n_verdicts,
                             const Ranking *rankings, size_t n_rankings);

/* The same as text for people, a paragraph a line: whoever prints it breaks it. */
ErrCode export_verdicts_text(const Verdict *verdicts, size_t n_verdicts, const Ranking *rankings,
                             size_t n_rankings, Text *out, Err *err) ERR_CHECKED;

#endif
