/*
 * Text: growing strings, tables, lines, numbers and durations for people, strict numbers from
 * people, escapes.
 *
 * A Text collects with a sticky `failed`: append as often as you like, check text_ok() once. All of
 * it is independent of the locale and of the machine.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise it: `Text text = {0};`. */
typedef struct Text {
    char *data; /* NUL-terminated; NULL while empty */
    size_t n_bytes;
    size_t capacity;
    bool failed;    /* out of memory: what follows is dropped */
    size_t columns; /* of whoever reads it: tables and wrapped lines fit; 0 is TEXT_COLUMNS */
} Text;

typedef enum TextAlign {
    TEXT_LEFT,
    TEXT_RIGHT,
    TEXT_NOTE, /* only the last: left, or wrapped under its row where it does not fit beside */
} TextAlign;

typedef struct TextColumn {
    const char *heading;
    TextAlign align;
    int drop; /* where lines are too long 1 is left out first, then 2, ...; 0 always stays */
} TextColumn;

/* A table of aligned columns; opaque rows in one Text. */
typedef struct TextTable TextTable;

enum {
    TEXT_NUMBER_BYTES = 32, /* enough for every number and duration text below */
    TEXT_COLUMNS = 80,      /* of a line, unless a Text says otherwise */
    TEXT_LEAST_COLUMNS = 40 /* fewer are taken for so many */
};

/* --- build --- */

void text_append(Text *text, const char *string);
void text_append_bytes(Text *text, const void *data, size_t n_bytes);
void text_append_char(Text *text, char c);
void text_repeat(Text *text, char c, size_t n);
void text_printf(Text *text, const char *format, ...) ERR_PRINTF(2, 3);
void text_vprintf(Text *text, const char *format, va_list arguments);

/* Takes one message; its text is valid during the call. */
typedef void TextListener(void *user, const char *message);

/* Makes a message and tells it; with NULL nobody listens. Without memory it is cut short. */
void text_tell(TextListener *listener, void *user, const char *format, va_list arguments);

/* What a counted noun ends with: "%zu trial%s", n, text_plural(n). */
const char *text_plural(uint64_t n);

/* Shortest decimal that reads back as the same double, "1.0" kept as "1"; nan, inf, -inf. */
void text_append_double(Text *text, double value);

/*
 * For HTML text and double-quoted attributes: & < > " ' escaped, control characters (but \n and \t)
 * dropped.
 */
void text_append_html(Text *text, const char *string);

/*
 * For terminals and one-line messages: control characters and invalid UTF-8 shown as \n, \t, \xHH;
 * the rest unchanged.
 */
void text_append_visible(Text *text, const char *string);

/*
 * The same for texts of many lines that were put together of ours and of other people's: line ends
 * and tabs stay. Returns at once, with false and nothing appended, where there is nothing to show.
 */
bool text_append_visible_lines(Text *text, const char *string);

/* The code of the control character that is these n_bytes; 0: it is none, or several. */
uint32_t text_control_code(const char *character, size_t n_bytes);

/* "..." for logs: as visible, with " and \ escaped. */
void text_append_quoted(Text *text, const char *string);

/* The collected string, "" if there is none; valid until the next append. */
const char *text_string(const Text *text);

/* ERR_MEMORY if an append failed. */
ErrCode text_ok(const Text *text, Err *err) ERR_CHECKED;

/* Hands the string over (mem_free it) and empties the Text. Errors: ERR_MEMORY. */
ErrCode text_take(Text *text, char **string, Err *err) ERR_CHECKED;

void text_clear(Text *text);   /* empties, keeps the memory and clears `failed` */
void text_release(Text *text); /* frees */

/* --- tables and lines that fit --- */

/* Columns of a line of this text. */
size_t text_columns(const Text *text);

/* columns[n_columns] are copied. NULL without memory. */
TextTable *text_table_create(const TextColumn *columns, size_t n_columns);

/* Adds one cell, left to right, row by row; NULL is an empty cell. Cells are made visible. */
void text_table_cell(TextTable *table, const char *cell);
void text_table_text(TextTable *table, const Text *cell); /* a failed one fails the table */
void text_table_cellf(TextTable *table, const char *format, ...) ERR_PRINTF(2, 3);

/*
 * Appends heading, rule and rows, columns two spaces apart, widths in characters (not bytes), no
 * trailing blanks. An unfinished last row is filled with empty cells. Lines that would be longer
 * than text_columns(out) are made to fit: notes go under their rows, columns are left out in their
 * `drop` order and named below the table, and what is still too wide is broken inside the widest
 * columns on the left. Rows in sequence that differ in left out columns alone are one row, with
 * their number. Failure shows in text_ok(out).
 */
void text_table_render(TextTable *table, Text *out);

/* Whether the lines that were rendered last have the column. */
bool text_table_shows(const TextTable *table, size_t column);
void text_table_destroy(TextTable **table);

/*
 * Appends a paragraph to the line that `out` ends with, broken between words; lines that follow
 * begin with `indent` blanks. A word longer than a line stays whole. No line end is added.
 */
void text_append_wrapped(Text *out, const char *paragraph, size_t indent);

/*
 * Appends lines, those too long broken between words. What follows stands under the text behind a
 * label ("note        ..."), else two blanks to the right of where the line begins.
 */
void text_append_lines(Text *out, const char *lines);

/* --- numbers to people; buffers of TEXT_NUMBER_BYTES, which is returned --- */

/* Four significant digits, zeros kept: 1.000, 0.9843, 52.08, 1520; "nan", "inf". */
const char *text_digits(char *buffer, double value);

/* "p = 0.042", "p < 0.001". */
const char *text_p_value(char *buffer, double p);

/* Four digits and a unit: 999, 5.300 k, 5.300 M, 1.830 G, 12.00 T. */
const char *text_human(char *buffer, double value);

/* Bytes in binary units: 512 B, 1.500 KiB, 12.00 MiB. */
const char *text_human_bytes(char *buffer, uint64_t n_bytes);

/* 0.8 s, 12 s, 1 min 20 s, 2 h 05 min, 3 d 4 h. */
const char *text_duration(char *buffer, double seconds);

/* 12,345,678. */
const char *text_grouped(char *buffer, int64_t value);

/* --- strict numbers from people: the whole string, finite, no blanks; false otherwise --- */

bool text_to_double(const char *string, double *value);
bool text_to_int64(const char *string, int64_t *value);

/* --- strings --- */

/*
 * Levenshtein distance with adjacent transpositions counting 1 (optimal string alignment); strings
 * are cut at 64 bytes.
 */
size_t text_distance(const char *a, const char *b);

/* The nearest of n names within distance max(1, length/3), or NULL: for "did you mean". */
const char *text_nearest(const char *wrong, const char *const *names, size_t n_names);

bool text_is_utf8(const char *data, size_t n_bytes); /* valid, no surrogates, no overlong forms */
/* code points that take a column (combining marks take none) */
size_t text_width(const char *string);
bool text_starts_with(const char *string, const char *prefix);
bool text_ends_with(const char *string, const char *suffix);

/*
 * A safe file name for any string: [A-Za-z0-9._-], others as '-', at most 40 bytes, never starting
 * with '.' or '-'; a name that had to be changed gets '-' and 16 hex digits of its digest. Appended
 * to out.
 */
void text_append_file_name(Text *out, const char *string);

#endif
