/* Reading JSON through jansson; see json.h. Writing is in json_write.c. */
#include "base/json.h"

#include "base/sys.h"

#include <math.h>
#include <string.h>

/*
 * Depth of brackets outside strings, so that hostile nesting is refused before jansson recurses
 * (its own bound is a compile-time 2048).
 */
static bool is_too_deep(const char *data, size_t n_bytes)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < n_bytes; i++) {
        const char c = data[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            depth++;
        else if (!in_string && (c == '}' || c == ']'))
            depth--;
        if (depth > JSON_MAX_DEPTH)
            return true;
    }
    return false;
}

ErrCode json_parse(json_t **root, const char *name, const char *data, size_t n_bytes, Err *err)
{
    *root = NULL;
    if (is_too_deep(data, n_bytes))
        return err_set(err, ERR_DATA, "%s: nested too deeply, at most %d levels", name,
                       JSON_MAX_DEPTH);
    json_error_t error;
    /*
     * Out of memory, the lexer says "invalid token" or silently cuts a string: any failure counts.
     */
    const unsigned long n_failures = mem_failures();
    *root = json_loadb(data, n_bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (mem_failures() != n_failures ||
        (!*root && json_error_code(&error) == json_error_out_of_memory)) {
        json_decref(*root);
        *root = NULL;
        return err_memory(err, n_bytes);
    }
    if (*root)
        return ERR_NONE;
    Text reason = {0}; /* quotes the input: control characters are shown */
    text_append_visible(&reason, error.text);
    err_set(err, ERR_DATA, "%s:%d:%d: %s", name, error.line, error.column, text_string(&reason));
    text_release(&reason);
    return err->code;
}

bool json_has(const json_t *map, const char *key)
{
    const json_t *value = json_object_get(map, key);
    return value != NULL && !json_is_null(value);
}

/* The member, if `is_wanted` says so of its type. */
static ErrCode get(const json_t *map, const char *key, const char *wanted,
                   bool (*is_wanted)(const json_t *value), json_t **value, Err *err)
{
    if (!json_is_object(map))
        return err_set(err, ERR_DATA, "cannot read '%s': not inside a map", key);
    *value = json_object_get(map, key);
    if (!*value)
        return err_set(err, ERR_DATA, "'%s' is missing", key);
    if (!is_wanted(*value))
        return err_set(err, ERR_DATA, "'%s' is not %s", key, wanted);
    return ERR_NONE;
}

static bool is_int(const json_t *value)
{
    return json_is_integer(value);
}

static bool is_number_or_null(const json_t *value)
{
    return json_is_number(value) || json_is_null(value);
}

static bool is_text(const json_t *value)
{
    return json_is_string(value);
}

static bool is_list(const json_t *value)
{
    return json_is_array(value);
}

ErrCode json_get_int(const json_t *map, const char *key, int64_t *value, Err *err)
{
    json_t *member;
    TRY(get(map, key, "a whole number", is_int, &member, err));
    *value = json_integer_value(member);
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode json_get_double(const json_t *map, const char *key, double *value, Err *err)
{
    json_t *member;
    TRY(get(map, key, "a number", is_number_or_null, &member, err));
    *value = json_is_null(member) ? (double)NAN : json_number_value(member);
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode json_get_text(const json_t *map, const char *key, const char **value, Err *err)
{
    json_t *member;
    TRY(get(map, key, "text", is_text, &member, err));
    *value = json_string_value(member);
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode json_get_list(const json_t *map, const char *key, json_t **value, Err *err)
{
    return get(map, key, "a list", is_list, value, err);
}
