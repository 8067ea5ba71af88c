/*
 * YAML: a bounded, strict reader. A document becomes a tree of nodes; a table of keys turns a map
 * into a struct.
 *
 * A document is one table (or several nested ones): key, type, range, default, doc. From it come
 * reading, defaults, validation, the echo (yaml_emit) and the manual (yaml_describe), so they
 * cannot disagree. Corners a table cannot express are read from the nodes by hand, with yaml_error
 * for messages of the same form:
 *   study.yaml:7:3: unknown key 'epohcs' in 'recipe', did you mean 'epochs'?
 * Refused: aliases and anchors, tags, several documents, duplicate keys, keys that are not scalars,
 * NUL bytes, invalid UTF-8, more than YAML_MAX_BYTES bytes, YAML_MAX_NODES nodes or YAML_MAX_DEPTH
 * levels. A byte-order mark in front and lines that end in CR LF are read as if they were not
 * there. Everything read (strings, lists, nodes) belongs to the YamlDoc and lives as long as it
 * does.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    YAML_MAX_BYTES = 1 << 20,
    YAML_MAX_DEPTH = 32,
    YAML_MAX_NODES = 100000,
    YAML_MAX_KEYS = 1000
};

typedef enum YamlKind { YAML_SCALAR, YAML_LIST, YAML_MAP } YamlKind;

typedef struct YamlDoc YamlDoc;

typedef struct YamlNode YamlNode;
struct YamlNode {
    YamlKind kind;
    bool is_quoted;     /* scalar in quotes or block style: always a string */
    const char *text;   /* scalar's text; "" otherwise */
    const char *key;    /* its key when it is a map's value, else NULL */
    const char *label;  /* for messages: its key, an item's is its list's; "document" at the root */
    const char *source; /* file name for messages */
    int line, column;   /* of the value, from 1; 0: the source has no lines (an option) */
    int key_line, key_column;
    size_t n_items;   /* list items or map values */
    YamlNode **items; /* in the document's order */
};

/* Lists in settings. */
typedef struct YamlInts {
    const int64_t *v;
    size_t n;
} YamlInts;
typedef struct YamlDoubles {
    const double *v;
    size_t n;
} YamlDoubles;
typedef struct YamlStrings {
    const char *const *v;
    size_t n;
} YamlStrings;

/* The type of a key and of its field. */
typedef enum YamlType {
    YAML_BOOL,    /* bool; true or false */
    YAML_INT,     /* int */
    YAML_INT64,   /* int64_t */
    YAML_DOUBLE,  /* double, finite; NaN for the word in `names`, if there is one */
    YAML_STRING,  /* const char * */
    YAML_NAME,    /* char[max + 1]: min to max bytes, zeros behind; optional: "" holds nothing */
    YAML_ENUM,    /* int: index into `names` */
    YAML_INTS,    /* YamlInts; min and max hold for each item */
    YAML_DOUBLES, /* YamlDoubles; the same */
    YAML_STRINGS, /* YamlStrings; if `names` is set each item must be one of them */
    YAML_SECTION, /* a nested struct read with `table` */
    YAML_RAW      /* const YamlNode *: anything, read by hand */
} YamlType;

typedef struct YamlTable YamlTable;

typedef struct YamlKey {
    const char *name;
    YamlType type;
    size_t offset; /* offsetof the field */
    /* default as YAML text; YAML_REQUIRED: must be given; YAML_OPTIONAL: see below */
    const char *fallback;
    double min, max;          /* numbers, inclusive; both 0: no bound */
    const char *const *names; /* YAML_ENUM, YAML_STRINGS, YAML_DOUBLE: NULL-terminated */
    const YamlTable *table;   /* YAML_SECTION */
    const char *doc;          /* one sentence */
} YamlKey;

struct YamlTable {
    /* of the section in messages: "recipe"; the document's kind at the top: "study" */
    const char *name;
    const YamlKey *keys;
    size_t n_keys;
};

#define YAML_REQUIRED NULL
/*
 * A key that may be absent without a default: the field is left as the caller set it, and yaml_emit
 * leaves it out when it is NULL, NaN or an empty list (other types are always emitted).
 */
#define YAML_OPTIONAL "~"

/* --- documents --- */

/*
 * Parses text. `name` is used in messages. Errors: ERR_USAGE (damaged or refused document),
 * ERR_MEMORY.
 */
ErrCode yaml_parse(YamlDoc **doc, const char *name, const char *data, size_t n_bytes,
                   Err *err) ERR_CHECKED;

/* The same from a file. Errors: also ERR_IO. */
ErrCode yaml_load(YamlDoc **doc, const char *path, Err *err) ERR_CHECKED;

/* An empty map, to be filled by yaml_set. */
ErrCode yaml_create(YamlDoc **doc, const char *name, Err *err) ERR_CHECKED;

/*
 * Parses a value that is no document of its own: an option's, a default. `source` is used in
 * messages (without line and column) and copied. Empty text is a null scalar. The node belongs to
 * doc. Errors: ERR_USAGE, ERR_MEMORY.
 */
ErrCode yaml_value(YamlDoc *doc, const char *source, const char *text, YamlNode **node,
                   Err *err) ERR_CHECKED;

void yaml_destroy(YamlDoc **doc);

const YamlNode *yaml_root(const YamlDoc *doc);

/*
 * Applies an override "recipe.epochs=3": the value is YAML (flow lists and maps too), missing
 * sections are made, an existing value is replaced; "parts.0.grid.step=0.1" indexes lists. Messages
 * about it name "--set recipe.epochs=3". Whether the key exists is found by yaml_read. Errors:
 * ERR_USAGE, ERR_MEMORY.
 */
ErrCode yaml_set(YamlDoc *doc, const char *assignment, Err *err) ERR_CHECKED;

/* --- nodes by hand --- */

/* ERR_USAGE "source:line:column: ..." at the node's value, or at its key. */
#define yaml_error(err, node, ...)                                                                 \
    err_is_set((err), yaml_error_at((err), (node), false, __FILE__, __LINE__, __VA_ARGS__))
#define yaml_key_error(err, node, ...)                                                             \
    err_is_set((err), yaml_error_at((err), (node), true, __FILE__, __LINE__, __VA_ARGS__))
ErrCode yaml_error_at(Err *err, const YamlNode *node, bool at_key, const char *file, int line,
                      const char *format, ...) ERR_PRINTF(6, 7);

/* The value of a key, or NULL; node may be NULL or any kind. */
const YamlNode *yaml_find(const YamlNode *map, const char *key);

bool yaml_is_null(const YamlNode *node); /* absent, empty, ~ or null */

/* Typed scalars. Errors: ERR_USAGE "'key' must be a whole number, not 'x'". Ranges inclusive. */
ErrCode yaml_as_bool(const YamlNode *node, bool *value, Err *err) ERR_CHECKED;
ErrCode yaml_as_int(const YamlNode *node, int64_t min, int64_t max, int64_t *value,
                    Err *err) ERR_CHECKED;
ErrCode yaml_as_double(const YamlNode *node, double min, double max, double *value,
                       Err *err) ERR_CHECKED;
ErrCode yaml_as_string(const YamlNode *node, const char **value, Err *err) ERR_CHECKED;
ErrCode yaml_as_enum(const YamlNode *node, const char *const *names, int *value,
                     Err *err) ERR_CHECKED;

/* A list of numbers or strings, owned by doc; a single scalar counts as a list of one. */
ErrCode yaml_as_ints(YamlDoc *doc, const YamlNode *node, YamlInts *list, Err *err) ERR_CHECKED;
ErrCode yaml_as_doubles(YamlDoc *doc, const YamlNode *node, YamlDoubles *list,
                        Err *err) ERR_CHECKED;
ErrCode yaml_as_strings(YamlDoc *doc, const YamlNode *node, YamlStrings *list,
                        Err *err) ERR_CHECKED;

bool yaml_has_int(const YamlInts *list, int64_t value);

/* The first item that stands in the list before, or NULL. */
const int64_t *yaml_repeated_int(const YamlInts *list);

/* "'epochs' must be a whole number, not 'x'"; `wanted` is "a whole number". */
ErrCode yaml_wrong_type(const YamlNode *node, const char *wanted, Err *err);

/*
 * "unknown key 'x' in 'section', did you mean 'y'?" for an item of a map; names is NULL-terminated.
 */
ErrCode yaml_unknown_key(const YamlNode *item, const char *section, const char *const *names,
                         Err *err);

/* The growing arena of the document, for what shall live as long as it does. */
Arena *yaml_arena(YamlDoc *doc);

/* --- tables --- */

/*
 * Reads a map into *settings: given keys, else defaults; unknown keys, wrong types and ranges are
 * errors. `map` may be NULL (all defaults). Errors: ERR_USAGE, ERR_MEMORY.
 */
ErrCode yaml_read(YamlDoc *doc, const YamlTable *table, const YamlNode *map, void *settings,
                  Err *err) ERR_CHECKED;

/*
 * Appends the settings as block YAML, `indent` spaces deep, in the table's order; byte-stable, and
 * reads back equal.
 */
void yaml_emit(const YamlTable *table, const void *settings, int indent, Text *out);

/* Appends a node in flow style on one line. */
void yaml_emit_node(const YamlNode *node, Text *out);

/* Appends a string as a YAML scalar, plain where that is safe, double-quoted otherwise. */
void yaml_emit_string(const char *string, Text *out);

/*
 * Appends a Markdown table of the keys (key, type, range, default, meaning), nested sections as
 * `a.b`.
 */
void yaml_describe(const YamlTable *table, Text *out);

#endif
