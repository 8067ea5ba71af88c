/*
 * Growing strings, escapes and names; see text.h. Numbers are in text_number.c, tables in
 * text_table.c.
 */
#include "base/text.h"

#include "base/sys.h"

#include <stdio.h>
#include <string.h>

/* --- build --- */

/* Makes room for n_bytes and the NUL; false (and failed) without memory. */
static bool reserve(Text *text, size_t n_bytes)
{
    if (text->failed)
        return false;
    if (n_bytes < text->capacity - text->n_bytes)
        return true;
    Err err;
    if (n_bytes >= SIZE_MAX - text->n_bytes ||
        mem_grow(&text->data, &text->capacity, text->n_bytes + n_bytes + 1, 1, &err) != ERR_NONE)
        text->failed = true;
    return !text->failed;
}

void text_append_bytes(Text *text, const void *data, size_t n_bytes)
{
    if (!reserve(text, n_bytes))
        return;
    if (n_bytes > 0)
        memcpy(text->data + text->n_bytes, data, n_bytes);
    text->n_bytes += n_bytes;
    text->data[text->n_bytes] = '\0';
}

void text_append(Text *text, const char *string)
{
    text_append_bytes(text, string, strlen(string));
}

void text_append_char(Text *text, char c)
{
    text_append_bytes(text, &c, 1);
}

void text_repeat(Text *text, char c, size_t n)
{
    if (!reserve(text, n))
        return;
    if (n > 0)
        memset(text->data + text->n_bytes, c, n);
    text->n_bytes += n;
    text->data[text->n_bytes] = '\0';
}

void text_vprintf(Text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int n = vsnprintf(NULL, 0, format, arguments);
    if (n < 0)
        text->failed = true;
    else if (reserve(text, (size_t)n)) {
        vsnprintf(text->data + text->n_bytes, (size_t)n + 1, format, again);
        text->n_bytes += (size_t)n;
    }
    va_end(again);
}

void text_printf(Text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(text, format, arguments);
    va_end(arguments);
}

void text_tell(TextListener *listener, void *user, const char *format, va_list arguments)
{
    if (listener == NULL)
        return;
    Text message = {0};
    text_vprintf(&message, format, arguments);
    listener(user, text_string(&message));
    text_release(&message);
}

const char *text_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

const char *text_string(const Text *text)
{
    return text->data != NULL ? text->data : "";
}

ErrCode text_ok(const Text *text, Err *err)
{
    return text->failed ? err_memory(err, text->n_bytes) : ERR_NONE;
}

ErrCode text_take(Text *text, char **string, Err *err)
{
    text_append(text, ""); /* an empty Text gives an empty string */
    const ErrCode code = text_ok(text, err);
    if (code != ERR_NONE) {
        text_release(text);
        return code;
    }
    *string = text->data;
    *text = (Text){0};
    return ERR_NONE;
}

void text_clear(Text *text)
{
    text->n_bytes = 0;
    text->failed = false;
    if (text->data != NULL)
        text->data[0] = '\0';
}

void text_release(Text *text)
{
    mem_free(text->data);
    *text = (Text){0};
}

/* --- UTF-8 --- */

/*
 * Length of the valid character at the start of data, 0 if there is none; *code is its code point.
 */
static size_t decode_utf8(const char *data, size_t n_bytes, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* shorter forms are overlong */
    const unsigned char *s = (const unsigned char *)data;
    if (n_bytes == 0)
        return 0;
    if (s[0] < 0x80) {
        *code = s[0];
        return 1;
    }
    size_t n;
    uint32_t value;
    if ((s[0] & 0xE0) == 0xC0)
        n = 2, value = s[0] & 0x1F;
    else if ((s[0] & 0xF0) == 0xE0)
        n = 3, value = s[0] & 0x0F;
    else if ((s[0] & 0xF8) == 0xF0)
        n = 4, value = s[0] & 0x07;
    else
        return 0;
    if (n > n_bytes)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3F);
    }
    const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < least[n] || value > 0x10FFFF || is_surrogate)
        return 0;
    *code = value;
    return n;
}

bool text_is_utf8(const char *data, size_t n_bytes)
{
    size_t i = 0;
    while (i < n_bytes) {
        uint32_t code;
        const size_t n = decode_utf8(data + i, n_bytes - i, &code);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t text_width(const char *string)
{
    size_t width = 0;
    const size_t n_bytes = strlen(string);
    for (size_t i = 0; i < n_bytes;) {
        uint32_t code = 0;
        const size_t n = decode_utf8(string + i, n_bytes - i, &code);
        const bool is_combining = code >= 0x300 && code <= 0x36F;
        width += is_combining ? 0 : 1;
        i += n > 0 ? n : 1;
    }
    return width;
}

/* --- escapes --- */

void text_append_html(Text *text, const char *string)
{
    for (const char *c = string; *c; c++) {
        switch (*c) {
        case '&':
            text_append(text, "&amp;");
            break;
        case '<':
            text_append(text, "&lt;");
            break;
        case '>':
            text_append(text, "&gt;");
            break;
        case '"':
            text_append(text, "&quot;");
            break;
        case '\'':
            text_append(text, "&#39;");
            break;
        default:
            if ((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t')
                text_append_char(text, *c == '\x7F' ? ' ' : *c);
        }
    }
}

/* C0 and C1 controls, delete, and the marks that reverse the direction of writing. */
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

/* How a text is made visible. */
typedef enum Escapes { ESCAPE_CONTROLS, ESCAPE_QUOTES_TOO, ESCAPE_BUT_LINES } Escapes;

/* Whether the character at `at` ends a line or is a tab. */
static bool is_layout(const char *at)
{
    return *at == '\n' || *at == '\t' || (at[0] == '\r' && at[1] == '\n');
}

static void append_escaped(Text *text, const char *string, Escapes escapes)
{
    const size_t n_bytes = strlen(string);
    for (size_t i = 0; i < n_bytes;) {
        uint32_t code = 0;
        const size_t n = decode_utf8(string + i, n_bytes - i, &code);
        const size_t n_used = n > 0 ? n : 1;
        const bool is_kept = escapes == ESCAPE_BUT_LINES && is_layout(string + i);
        if (is_kept || (n > 0 && !is_control(code))) {
            if (escapes == ESCAPE_QUOTES_TOO && (code == '"' || code == '\\'))
                text_append_char(text, '\\');
            text_append_bytes(text, string + i, n);
        } else if (code == '\n') {
            text_append(text, "\\n");
        } else if (code == '\t') {
            text_append(text, "\\t");
        } else {
            for (size_t k = 0; k < n_used; k++)
                text_printf(text, "\\x%02X", (unsigned)(unsigned char)string[i + k]);
        }
        i += n_used;
    }
}

void text_append_visible(Text *text, const char *string)
{
    append_escaped(text, string, ESCAPE_CONTROLS);
}

/* Most of what is printed is plain: it is seen at a glance, and not copied. */
static bool is_plain(const char *string)
{
    const unsigned char *c = (const unsigned char *)string;
    while ((*c >= ' ' && *c < 0x7F) || *c == '\n' || *c == '\t')
        c++;
    return *c == '\0';
}

bool text_append_visible_lines(Text *text, const char *string)
{
    if (is_plain(string))
        return false;
    append_escaped(text, string, ESCAPE_BUT_LINES);
    return true;
}

uint32_t text_control_code(const char *character, size_t n_bytes)
{
    uint32_t code = 0;
    return decode_utf8(character, n_bytes, &code) == n_bytes && is_control(code) ? code : 0;
}

void text_append_quoted(Text *text, const char *string)
{
    text_append_char(text, '"');
    append_escaped(text, string, ESCAPE_QUOTES_TOO);
    text_append_char(text, '"');
}

/* --- names --- */

bool text_starts_with(const char *string, const char *prefix)
{
    return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *string, const char *suffix)
{
    const size_t n = strlen(string), n_suffix = strlen(suffix);
    return n >= n_suffix && strcmp(string + n - n_suffix, suffix) == 0;
}

enum { DISTANCE_MAX_BYTES = 64 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t text_distance(const char *a, const char *b)
{
    const size_t n = strnlen(a, DISTANCE_MAX_BYTES), m = strnlen(b, DISTANCE_MAX_BYTES);
    /* Three rows of the table: i-2, i-1, i, by i modulo 3. */
    size_t rows[3][DISTANCE_MAX_BYTES + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = smaller(smaller(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], above2[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

const char *text_nearest(const char *wrong, const char *const *names, size_t n_names)
{
    enum { LETTERS_PER_ERROR = 3 };
    const char *nearest = NULL;
    const size_t length = strnlen(wrong, DISTANCE_MAX_BYTES);
    size_t best = (length / LETTERS_PER_ERROR > 1 ? length / LETTERS_PER_ERROR : 1) + 1;
    for (size_t i = 0; i < n_names; i++) {
        const size_t distance = text_distance(wrong, names[i]);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
