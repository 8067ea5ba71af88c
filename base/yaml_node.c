/* Reading nodes by hand, and overriding them; see yaml.h. */
#include "base/sys.h"
#include "base/yaml.h"

#include <stdio.h>
#include <string.h>

/* --- errors --- */

ErrCode yaml_error_at(Err *err, const YamlNode *node, bool at_key, const char *file, int line,
                      const char *format, ...)
{
    char message[ERR_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    Text visible = {0}; /* names and values come from the document: control characters are shown */
    text_append_visible(&visible, message);
    const bool has_key_place = at_key && node->key_line > 0;
    if (node->line > 0)
        err_set_at(err, ERR_USAGE, file, line, "%s:%d:%d: %s", node->source,
                   has_key_place ? node->key_line : node->line,
                   has_key_place ? node->key_column : node->column, text_string(&visible));
    else
        err_set_at(err, ERR_USAGE, file, line, "%s: %s", node->source, text_string(&visible));
    text_release(&visible);
    return err->code;
}

static const char *kind_name(YamlKind kind)
{
    static const char *const names[] = {
        [YAML_SCALAR] = "a value", [YAML_LIST] = "a list", [YAML_MAP] = "a section"};
    return names[kind];
}

ErrCode yaml_wrong_type(const YamlNode *node, const char *wanted, Err *err)
{
    if (node->kind == YAML_SCALAR)
        return yaml_error(err, node, "'%s' must be %s, not '%s'", node->label, wanted, node->text);
    return yaml_error(err, node, "'%s' must be %s, not %s", node->label, wanted,
                      kind_name(node->kind));
}

/* --- inspection --- */

const YamlNode *yaml_find(const YamlNode *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->n_items; i++)
        if (strcmp(map->items[i]->key, key) == 0)
            return map->items[i];
    return NULL;
}

bool yaml_is_null(const YamlNode *node)
{
    if (node == NULL)
        return true;
    return node->kind == YAML_SCALAR && !node->is_quoted &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}

ErrCode yaml_unknown_key(const YamlNode *item, const char *section, const char *const *names,
                         Err *err)
{
    size_t n_names = 0;
    while (names[n_names] != NULL)
        n_names++;
    const char *nearest = text_nearest(item->key, names, n_names);
    if (nearest != NULL)
        return yaml_key_error(err, item, "unknown key '%s' in '%s', did you mean '%s'?", item->key,
                              section, nearest);
    return yaml_key_error(err, item, "unknown key '%s' in '%s'", item->key, section);
}

/* --- scalars --- */

ErrCode yaml_as_bool(const YamlNode *node, bool *value, Err *err)
{
    const bool is_plain = node->kind == YAML_SCALAR && !node->is_quoted;
    const bool is_true = is_plain && strcmp(node->text, "true") == 0;
    if (!is_true && !(is_plain && strcmp(node->text, "false") == 0))
        return yaml_wrong_type(node, "true or false", err);
    *value = is_true;
    return ERR_NONE;
}

/* "between 1 and 9", "at least 1", "at most 9", for limits beyond `huge` read as none. */
static ErrCode out_of_range(const YamlNode *node, double min, double max, double huge, Err *err)
{
    char low[TEXT_NUMBER_BYTES], high[TEXT_NUMBER_BYTES];
    enum { DIGITS = 16 };
    snprintf(low, sizeof low, "%.*g", DIGITS, min);
    snprintf(high, sizeof high, "%.*g", DIGITS, max);
    if (max >= huge)
        return yaml_error(err, node, "'%s' must be at least %s, not %s", node->label, low,
                          node->text);
    if (min <= -huge)
        return yaml_error(err, node, "'%s' must be at most %s, not %s", node->label, high,
                          node->text);
    return yaml_error(err, node, "'%s' must be between %s and %s, not %s", node->label, low, high,
                      node->text);
}

ErrCode yaml_as_int(const YamlNode *node, int64_t min, int64_t max, int64_t *value, Err *err)
{
    /* Limits of the types themselves: nobody means them as bounds. */
    const double huge = max == INT32_MAX ? (double)INT32_MAX : (double)(INT64_MAX / 2);
    int64_t parsed;
    if (node->kind != YAML_SCALAR || node->is_quoted || !text_to_int64(node->text, &parsed))
        return yaml_wrong_type(node, "a whole number", err);
    if (parsed < min || parsed > max)
        return out_of_range(node, (double)min, (double)max, huge, err);
    *value = parsed;
    return ERR_NONE;
}

ErrCode yaml_as_double(const YamlNode *node, double min, double max, double *value, Err *err)
{
    static const double huge = 1e300;
    double parsed;
    if (node->kind != YAML_SCALAR || node->is_quoted || !text_to_double(node->text, &parsed))
        return yaml_wrong_type(node, "a number", err);
    if (!(parsed >= min && parsed <= max))
        return out_of_range(node, min, max, huge, err);
    *value = parsed;
    return ERR_NONE;
}

ErrCode yaml_as_string(const YamlNode *node, const char **value, Err *err)
{
    if (node->kind != YAML_SCALAR || yaml_is_null(node))
        return yaml_wrong_type(node, "text", err);
    *value = node->text;
    return ERR_NONE;
}

/* The error for a scalar that is none of the names. */
static ErrCode unknown_name(const YamlNode *node, const char *const *names, size_t n_names,
                            Err *err)
{
    const char *nearest = text_nearest(node->text, names, n_names);
    if (nearest != NULL)
        return yaml_error(err, node, "unknown %s '%s', did you mean '%s'?", node->label, node->text,
                          nearest);
    Text list = {0};
    for (size_t i = 0; i < n_names; i++)
        text_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    yaml_error(err, node, "unknown %s '%s': one of %s", node->label, node->text,
               text_string(&list));
    text_release(&list);
    return err->code;
}

ErrCode yaml_as_enum(const YamlNode *node, const char *const *names, int *value, Err *err)
{
    if (node->kind != YAML_SCALAR)
        return yaml_wrong_type(node, "a name", err);
    size_t n_names = 0;
    for (; names[n_names]; n_names++) {
        if (strcmp(node->text, names[n_names]) == 0) {
            *value = (int)n_names;
            return ERR_NONE;
        }
    }
    return unknown_name(node, names, n_names, err);
}
