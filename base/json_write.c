/* Writing JSON; see json.h. */
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { INDENT = 2 };

JsonWriter json_writer(Text *out, bool is_pretty)
{
    return (JsonWriter){.out = out, .is_pretty = is_pretty};
}

static void new_line(JsonWriter *writer)
{
    if (!writer->is_pretty)
        return;
    text_append_char(writer->out, '\n');
    text_repeat(writer->out, ' ', (size_t)writer->depth * INDENT);
}

/*
 * A string in quotes. Invalid UTF-8 becomes U+FFFD, byte by byte, so that the output is always
 * valid JSON.
 */
static void append_string(Text *out, const char *string)
{
    enum { MAX_CHARACTER_BYTES = 4 };
    const size_t n_bytes = strlen(string);
    text_append_char(out, '"');
    for (size_t i = 0; i < n_bytes;) {
        const unsigned char byte = (unsigned char)string[i];
        size_t n = 1;
        while (n <= MAX_CHARACTER_BYTES && i + n <= n_bytes && !text_is_utf8(string + i, n))
            n++;
        if (n > MAX_CHARACTER_BYTES || i + n > n_bytes) {
            text_append(out, "\\ufffd");
            n = 1;
        } else if (byte == '"' || byte == '\\') {
            text_printf(out, "\\%c", byte);
        } else if (byte == '\n') {
            text_append(out, "\\n");
        } else if (byte < ' ' || byte == 0x7F) {
            text_printf(out, "\\u%04x", (unsigned)byte);
        } else {
            text_append_bytes(out, string + i, n);
        }
        i += n;
    }
    text_append_char(out, '"');
}

/* What stands before a value: comma, line, key. */
static void begin_value(JsonWriter *writer, const char *key)
{
    const uint64_t bit = (uint64_t)1 << writer->depth;
    if (writer->has_items & bit)
        text_append_char(writer->out, ',');
    if (writer->depth > 0)
        new_line(writer);
    writer->has_items |= bit;
    if (key != NULL) {
        append_string(writer->out, key);
        text_append(writer->out, writer->is_pretty ? ": " : ":");
    }
}

static void open_bracket(JsonWriter *writer, const char *key, char bracket)
{
    begin_value(writer, key);
    text_append_char(writer->out, bracket);
    writer->depth++;
    assert(writer->depth < JSON_MAX_DEPTH);
    writer->has_items &= ~((uint64_t)1 << writer->depth);
}

static void close_bracket(JsonWriter *writer, char bracket)
{
    const bool has_items = (writer->has_items & (uint64_t)1 << writer->depth) != 0;
    assert(writer->depth > 0);
    writer->depth--;
    if (has_items)
        new_line(writer);
    text_append_char(writer->out, bracket);
}

void json_open_map(JsonWriter *writer, const char *key)
{
    open_bracket(writer, key, '{');
}

void json_close_map(JsonWriter *writer)
{
    close_bracket(writer, '}');
}

void json_open_list(JsonWriter *writer, const char *key)
{
    open_bracket(writer, key, '[');
}

void json_close_list(JsonWriter *writer)
{
    close_bracket(writer, ']');
}

void json_put_raw(JsonWriter *writer, const char *key, const char *json)
{
    begin_value(writer, key);
    text_append(writer->out, json);
}

void json_put_int(JsonWriter *writer, const char *key, int64_t value)
{
    begin_value(writer, key);
    text_printf(writer->out, "%lld", (long long)value);
}

void json_put_double(JsonWriter *writer, const char *key, double value)
{
    begin_value(writer, key);
    if (isfinite(value))
        text_append_double(writer->out, value);
    else
        text_append(writer->out, "null");
}

void json_put_bool(JsonWriter *writer, const char *key, bool value)
{
    json_put_raw(writer, key, value ? "true" : "false");
}

void json_put_null(JsonWriter *writer, const char *key)
{
    json_put_raw(writer, key, "null");
}

void json_put_text(JsonWriter *writer, const char *key, const char *value)
{
    if (value == NULL) {
        json_put_null(writer, key);
        return;
    }
    begin_value(writer, key);
    append_string(writer->out, value);
}

void json_put_ints(JsonWriter *writer, const char *key, const int64_t *values, size_t n)
{
    begin_value(writer, key);
    text_append_char(writer->out, '[');
    for (size_t i = 0; i < n; i++)
        text_printf(writer->out, "%s%lld", i > 0 ? "," : "", (long long)values[i]);
    text_append_char(writer->out, ']');
}

void json_put_doubles(JsonWriter *writer, const char *key, const double *values, size_t n)
{
    begin_value(writer, key);
    text_append_char(writer->out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            text_append_char(writer->out, ',');
        if (isfinite(values[i]))
            text_append_double(writer->out, values[i]);
        else
            text_append(writer->out, "null");
    }
    text_append_char(writer->out, ']');
}
