/*
 * CSV: tables of other people's, a line of names and then rows, read line by line and cut into
 * fields where they stand.
 *
 * RFC 4180 but for line ends inside quotes: a field may be quoted, with "" for a quote. Blanks
 * around fields, a byte order mark and empty lines are passed over, lines may end in CR LF. Nothing
 * is allocated and nothing is copied: fields point into the text, which is changed. Writing is no
 * business of this module.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { CSV_MAX_COLUMNS = 1024 };

/* A line and its fields. */
typedef struct CsvReader {
    const char *path; /* for messages; borrowed */
    char *next;       /* what has not been read; NULL: the end */
    int64_t number;   /* of the line, from 1 */
    char *fields[CSV_MAX_COLUMNS];
    int n_fields; /* what is beyond CSV_MAX_COLUMNS is not cut */
} CsvReader;

/* Before the first line of a NUL-terminated text. */
CsvReader csv_start(const char *path, char *text);

/* Goes to the next line that is not empty; false at the end. */
bool csv_next(CsvReader *reader);

/*
 * Goes to the line of names. Errors: ERR_DATA if there is none, or it has CSV_MAX_COLUMNS or more.
 */
ErrCode csv_head(CsvReader *reader, Err *err) ERR_CHECKED;

/* The place of a name in the line where the reader is; -1: it is not there. */
int csv_column(const CsvReader *reader, const char *name);

/* ERR_DATA unless the line has so many fields as the line of names. */
ErrCode csv_whole(const CsvReader *reader, int n_columns, Err *err) ERR_CHECKED;

/* A finite number of the line. Errors: ERR_DATA with path, line, `name` and what stands there. */
ErrCode csv_number(const CsvReader *reader, int column, const char *name, double *value,
                   Err *err) ERR_CHECKED;

#endif
