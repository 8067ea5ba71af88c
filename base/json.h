/*
 * JSON: reading through jansson with limits and exact errors; writing with our own small streaming
 * writer.
 *
 * Readers get jansson's json_t and take values with json_get_*, which name the key and what was
 * expected. Writers put text: keys in the order of the calls, doubles as the shortest decimal that
 * reads back equal, NaN and infinities as null; no locale. Reference counting stays jansson's
 * (json_decref).
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/err.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_MAX_DEPTH = 64 }; /* of documents read and written */

/* --- reading --- */

/*
 * Parses exactly one document; duplicate keys, trailing bytes, NUL characters and nesting beyond
 * JSON_MAX_DEPTH are refused. `name` names it in messages: "name:line:column: reason". *root is
 * owned by the caller (json_decref). Errors: ERR_DATA, ERR_MEMORY.
 */
ErrCode json_parse(json_t **root, const char *name, const char *data, size_t n_bytes,
                   Err *err) ERR_CHECKED;

/*
 * Members of a map, of exactly that type. Results are borrowed from `map`. Errors: ERR_DATA "'key'
 * is missing", "'key' is not a whole number", ...; an integer is accepted where a double is wanted;
 * null reads as NaN for doubles.
 */
ErrCode json_get_int(const json_t *map, const char *key, int64_t *value, Err *err) ERR_CHECKED;
ErrCode json_get_double(const json_t *map, const char *key, double *value, Err *err) ERR_CHECKED;
ErrCode json_get_text(const json_t *map, const char *key, const char **value, Err *err) ERR_CHECKED;
ErrCode json_get_list(const json_t *map, const char *key, json_t **value, Err *err) ERR_CHECKED;

bool json_has(const json_t *map, const char *key); /* present and not null */

/* --- writing --- */

/*
 * Numbers as text, for documents that repeat most of theirs: a table of a few thousand, in which a
 * new number takes the place of an old one. NULL without memory, which a writer takes as none.
 */
typedef struct JsonNumbers JsonNumbers;
JsonNumbers *json_numbers_create(void);
void json_numbers_destroy(JsonNumbers **numbers); /* accepts NULL */

/* Zero it, or use json_writer. Everything goes to `out`; failure shows in text_ok(out). */
typedef struct JsonWriter {
    Text *out;
    bool is_pretty;       /* two-space indentation and newlines; else one line */
    int depth;            /* open maps and lists */
    uint64_t has_items;   /* bit d: something was put at depth d */
    JsonNumbers *numbers; /* NULL: each double is converted; borrowed */
} JsonWriter;

JsonWriter json_writer(Text *out, bool is_pretty);

/*
 * `key` is NULL inside a list and at the top. The first call opens the document; nothing is put
 * after its close.
 */
void json_open_map(JsonWriter *writer, const char *key);
void json_close_map(JsonWriter *writer);
void json_open_list(JsonWriter *writer, const char *key);
void json_close_list(JsonWriter *writer);
void json_put_int(JsonWriter *writer, const char *key, int64_t value);
void json_put_double(JsonWriter *writer, const char *key, double value);
void json_put_bool(JsonWriter *writer, const char *key, bool value);
/* NULL: null; invalid UTF-8: U+FFFD */
void json_put_text(JsonWriter *writer, const char *key, const char *value);
void json_put_null(JsonWriter *writer, const char *key);
/* a value that is JSON already */
void json_put_raw(JsonWriter *writer, const char *key, const char *json);
void json_put_ints(JsonWriter *writer, const char *key, const int64_t *values, size_t n);
void json_put_doubles(JsonWriter *writer, const char *key, const double *values, size_t n);

#endif
