/* Writing JSON; see json.h. */
#include "base/json.h"

#include "base/sys.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { INDENT = 2 };

/* --- numbers --- */

/* A place of the table: the double by its bits, and its text; no bytes: free. */
typedef struct JsonNumber {
    uint64_t bits;
    uint8_t n_bytes;
    char text[TEXT_NUMBER_BYTES];
} JsonNumber;

enum { NUMBERS_LOG = 12 };

struct JsonNumbers {
    JsonNumber places[1 << NUMBERS_LOG];
};

JsonNumbers *json_numbers_create(void)
{
    return mem_calloc(1, sizeof(JsonNumbers));
}

void json_numbers_destroy(JsonNumbers **numbers)
{
    mem_free(*numbers);
    *numbers = NULL;
}

/* The place of a double: by the high bits of a product with the golden ratio (Fibonacci hashing).
 */
static JsonNumber *place_of(JsonNumbers *numbers, uint64_t bits)
{
    static const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);
    return &numbers->places[(bits * golden) >> (64 - NUMBERS_LOG)];
}

static void append_number(JsonWriter *writer, double value)
{
    if (!isfinite(value)) {
        text_append(writer->out, "null");
        return;
    }
    if (writer->numbers == NULL) {
        text_append_double(writer->out, value);
        return;
    }
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    JsonNumber *place = place_of(writer->numbers, bits);
    if (place->n_bytes == 0 || place->bits != bits) {
        Text text = {0};
        text_append_double(&text, value);
        if (text.failed || text.n_bytes >= sizeof place->text) {
            text_release(&text);
            text_append_double(writer->out, value);
            return;
        }
        place->bits = bits;
        place->n_bytes = (uint8_t)text.n_bytes;
        memcpy(place->text, text.data, text.n_bytes);
        text_release(&text);
    }
    text_append_bytes(writer->out, place->text, place->n_bytes);
}

/* --- documents --- */

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

/* Bytes from the start that stand for themselves: printable ASCII without quote and backslash. */
static size_t plain_bytes(const char *string)
{
    size_t n = 0;
    while (string[n] >= ' ' && string[n] < 0x7F && string[n] != '"' && string[n] != '\\')
        n++;
    return n;
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
        const size_t n_plain = plain_bytes(string + i);
        text_append_bytes(out, string + i, n_plain);
        i += n_plain;
        if (i == n_bytes)
            break;
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
        } else if (text_control_code(string + i, n) != 0) { /* terminals obey them */
            text_printf(out, "\\u%04x", (unsigned)text_control_code(string + i, n));
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
    append_number(writer, value);
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
        append_number(writer, values[i]);
    }
    text_append_char(writer->out, ']');
}
