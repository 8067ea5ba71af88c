/* Writing settings and nodes back as YAML, and tables as documentation; see yaml.h. */
#include "base/yaml.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum { INDENT = 2 };

/* --- scalars --- */

/* Text that YAML, in flow context too, would read back as the same plain string. */
static bool is_plain_safe(const char *string)
{
    static const char *const words[] = {"true", "false", "null", "~", "yes", "no", "on", "off"};
    const char first = string[0];
    const bool starts_well = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                             first == '_' || first == '/' || first == '.';
    if (!starts_well || strcmp(string, "...") == 0)
        return false;
    for (const char *c = string; *c; c++) {
        const bool is_word = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                             (*c >= '0' && *c <= '9') || strchr("_-./+", *c) != NULL;
        const bool is_inner_blank = *c == ' ' && c[1] != '\0' && c[1] != ' ';
        if (!is_word && !is_inner_blank)
            return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasecmp(string, words[i]) == 0)
            return false;
    double number;
    return !text_to_double(string, &number);
}

void yaml_emit_string(const char *string, Text *out)
{
    if (is_plain_safe(string)) {
        text_append(out, string);
        return;
    }
    text_append_char(out, '"');
    for (const char *c = string; *c; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\')
            text_printf(out, "\\%c", *c);
        else if (byte == '\n')
            text_append(out, "\\n");
        else if (byte == '\t')
            text_append(out, "\\t");
        else if (byte < ' ' || byte == 0x7F)
            text_printf(out, "\\x%02x", (unsigned)byte);
        else
            text_append_char(out, *c);
    }
    text_append_char(out, '"');
}

/* Numbers, booleans and null stay as they were written. */
static void emit_scalar(const YamlNode *node, Text *out)
{
    double number;
    const bool is_word =
        !node->is_quoted && (text_to_double(node->text, &number) ||
                             strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0);
    if (yaml_is_null(node))
        text_append(out, "~");
    else if (is_word)
        text_append(out, node->text);
    else
        yaml_emit_string(node->text, out);
}

void yaml_emit_node(const YamlNode *node, Text *out)
{
    if (node == NULL || node->kind == YAML_SCALAR) {
        if (node != NULL)
            emit_scalar(node, out);
        else
            text_append(out, "~");
        return;
    }
    const bool is_map = node->kind == YAML_MAP;
    text_append_char(out, is_map ? '{' : '[');
    for (size_t i = 0; i < node->n_items; i++) {
        if (i > 0)
            text_append(out, ", ");
        if (is_map) {
            yaml_emit_string(node->items[i]->key, out);
            text_append(out, ": ");
        }
        yaml_emit_node(node->items[i], out);
    }
    text_append_char(out, is_map ? '}' : ']');
}

/* --- settings --- */

static void emit_ints(const YamlInts *list, Text *out)
{
    text_append_char(out, '[');
    for (size_t i = 0; i < list->n; i++)
        text_printf(out, "%s%lld", i > 0 ? ", " : "", (long long)list->v[i]);
    text_append_char(out, ']');
}

static void emit_doubles(const YamlDoubles *list, Text *out)
{
    text_append_char(out, '[');
    for (size_t i = 0; i < list->n; i++) {
        text_append(out, i > 0 ? ", " : "");
        text_append_double(out, list->v[i]);
    }
    text_append_char(out, ']');
}

static void emit_strings(const YamlStrings *list, Text *out)
{
    text_append_char(out, '[');
    for (size_t i = 0; i < list->n; i++) {
        text_append(out, i > 0 ? ", " : "");
        yaml_emit_string(list->v[i], out);
    }
    text_append_char(out, ']');
}

/* True for an optional field that holds nothing. */
static bool is_unset(const YamlKey *key, const void *field)
{
    if (key->fallback == NULL || strcmp(key->fallback, YAML_OPTIONAL) != 0)
        return false;
    switch (key->type) {
    case YAML_DOUBLE:
        return isnan(*(const double *)field);
    case YAML_STRING:
        return *(const char *const *)field == NULL;
    case YAML_NAME:
        return *(const char *)field == '\0';
    case YAML_RAW:
        return *(const YamlNode *const *)field == NULL;
    case YAML_INTS:
        return ((const YamlInts *)field)->n == 0;
    case YAML_DOUBLES:
        return ((const YamlDoubles *)field)->n == 0;
    case YAML_STRINGS:
        return ((const YamlStrings *)field)->n == 0;
    default:
        return false;
    }
}

/* A raw list of maps, one item a line; anything else in flow style. */
static void emit_raw(const YamlNode *node, int indent, Text *out)
{
    if (node == NULL || node->kind != YAML_LIST || node->n_items == 0 ||
        node->items[0]->kind != YAML_MAP) {
        text_append_char(out, ' ');
        yaml_emit_node(node, out);
        return;
    }
    for (size_t i = 0; i < node->n_items; i++) {
        text_append_char(out, '\n');
        text_repeat(out, ' ', (size_t)indent + INDENT);
        text_append(out, "- ");
        yaml_emit_node(node->items[i], out);
    }
}

static void emit_value(const YamlKey *key, const void *field, Text *out)
{
    switch (key->type) {
    case YAML_BOOL:
        text_append(out, *(const bool *)field ? "true" : "false");
        break;
    case YAML_INT:
        text_printf(out, "%d", *(const int *)field);
        break;
    case YAML_INT64:
        text_printf(out, "%lld", (long long)*(const int64_t *)field);
        break;
    case YAML_DOUBLE:
        if (key->names != NULL && isnan(*(const double *)field))
            text_append(out, key->names[0]);
        else
            text_append_double(out, *(const double *)field);
        break;
    case YAML_STRING:
        yaml_emit_string(*(const char *const *)field, out);
        break;
    case YAML_NAME:
        yaml_emit_string(field, out);
        break;
    case YAML_ENUM:
        /* Plain words, which read back as such. */
        text_append(out, key->names[*(const int *)field]);
        break;
    case YAML_INTS:
        emit_ints(field, out);
        break;
    case YAML_DOUBLES:
        emit_doubles(field, out);
        break;
    case YAML_STRINGS:
        emit_strings(field, out);
        break;
    case YAML_SECTION:
    case YAML_RAW:
        break; /* not scalars: yaml_emit sees to them */
    }
}

void yaml_emit(const YamlTable *table, const void *settings, int indent, Text *out)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        const YamlKey *key = &table->keys[i];
        const void *field = (const char *)settings + key->offset;
        if (is_unset(key, field))
            continue;
        text_repeat(out, ' ', (size_t)indent);
        text_printf(out, "%s:", key->name);
        if (key->type == YAML_SECTION) {
            text_append_char(out, '\n');
            yaml_emit(key->table, field, indent + INDENT, out);
            continue;
        }
        if (key->type == YAML_RAW) {
            emit_raw(*(const YamlNode *const *)field, indent, out);
        } else {
            text_append_char(out, ' ');
            emit_value(key, field, out);
        }
        text_append_char(out, '\n');
    }
}

/* --- documentation --- */

static const char *type_name(YamlType type)
{
    static const char *const names[] = {
        [YAML_BOOL] = "true or false", [YAML_INT] = "whole number", [YAML_INT64] = "whole number",
        [YAML_DOUBLE] = "number",      [YAML_STRING] = "text",      [YAML_ENUM] = "one of",
        [YAML_INTS] = "whole numbers", [YAML_DOUBLES] = "numbers",  [YAML_STRINGS] = "texts",
        [YAML_SECTION] = "section",    [YAML_RAW] = "see below",    [YAML_NAME] = "text",
    };
    return names[type];
}

static void describe_range(const YamlKey *key, Text *out)
{
    const bool has_min = key->min > -DBL_MAX, has_max = key->max < DBL_MAX && key->max < INT_MAX;
    const bool is_bounded = key->min < 0.0 || key->min > 0.0 || key->max < 0.0 || key->max > 0.0;
    for (size_t i = 0; key->names != NULL && key->names[i]; i++)
        text_printf(out, "%s`%s`", i > 0 ? ", " : "", key->names[i]);
    if (key->names != NULL && is_bounded)
        text_append(out, ", ");
    if (is_bounded && has_min) {
        text_append_double(out, key->min);
        text_append(out, has_max ? " to " : " or more");
        if (has_max)
            text_append_double(out, key->max);
    } else if (is_bounded && has_max) {
        text_append(out, "up to ");
        text_append_double(out, key->max);
    }
}

static void describe_keys(const YamlTable *table, const char *prefix, Text *out)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        const YamlKey *key = &table->keys[i];
        Text name = {0};
        text_printf(&name, "%s%s", prefix, key->name);
        if (key->type == YAML_SECTION) {
            text_append_char(&name, '.');
            describe_keys(key->table, text_string(&name), out);
        } else {
            text_printf(out, "| `%s` | %s | ", text_string(&name), type_name(key->type));
            describe_range(key, out);
            if (key->fallback == NULL)
                text_append(out, " | required");
            else if (strcmp(key->fallback, YAML_OPTIONAL) == 0)
                text_append(out, " | none");
            else
                text_printf(out, " | `%s`", key->fallback);
            text_printf(out, " | %s |\n", key->doc != NULL ? key->doc : "");
        }
        out->failed = out->failed || name.failed;
        text_release(&name);
    }
}

void yaml_describe(const YamlTable *table, Text *out)
{
    text_append(out, "| key | type | range | default | meaning |\n|---|---|---|---|---|\n");
    describe_keys(table, "", out);
}
