/* Lines that fit whoever reads them; see text.h. */
#include "base/text.h"

#include <string.h>

/* A label in front of a line's text ends before this column. */
enum { LABEL_COLUMNS = 20, GAP = 2, HANGING = 2 };

size_t text_columns(const Text *text)
{
    if (text->columns == 0)
        return TEXT_COLUMNS;
    return text->columns > TEXT_LEAST_COLUMNS ? text->columns : TEXT_LEAST_COLUMNS;
}

/* Columns of the unfinished line at the end. */
static size_t last_line_width(const Text *text)
{
    size_t begin = text->n_bytes;
    while (begin > 0 && text->data[begin - 1] != '\n')
        begin--;
    return text->n_bytes > begin ? text_width(text->data + begin) : 0;
}

static size_t word_width(const char *word, size_t n_bytes)
{
    Text copy = {0};
    text_append_bytes(&copy, word, n_bytes);
    const size_t width = copy.failed ? n_bytes : text_width(text_string(&copy));
    text_release(&copy);
    return width;
}

static void begin_line(Text *out, size_t indent)
{
    text_append_char(out, '\n');
    text_repeat(out, ' ', indent);
}

void text_append_wrapped(Text *out, const char *paragraph, size_t indent)
{
    const size_t columns = text_columns(out);
    size_t column = last_line_width(out);
    bool is_fresh = true; /* nothing of the paragraph stands on this line yet */
    for (const char *word = paragraph; *word != '\0';) {
        const size_t n_blank = strspn(word, " ");
        const size_t n = strcspn(word + n_blank, " \n");
        const size_t width = word_width(word + n_blank, n);
        if (!is_fresh && n > 0 && column + n_blank + width > columns) {
            begin_line(out, indent);
            column = indent;
        } else if (n > 0) {
            text_repeat(out, ' ', n_blank);
            column += n_blank;
        }
        text_append_bytes(out, word + n_blank, n);
        column += width;
        is_fresh = is_fresh && n == 0;
        word += n_blank + n;
        if (*word == '\n') {
            begin_line(out, indent);
            column = indent;
            is_fresh = true;
            word++;
        }
    }
}

/* Where what follows a line's first part begins: see text_append_lines. */
static size_t hanging_indent(const char *line, size_t n)
{
    size_t begin = 0;
    while (begin < n && line[begin] == ' ')
        begin++;
    for (size_t i = begin; i < n && i < LABEL_COLUMNS; i++) {
        size_t n_blank = 0;
        while (i + n_blank < n && line[i + n_blank] == ' ')
            n_blank++;
        if (n_blank >= GAP && i + n_blank < n)
            return i + n_blank;
        i += n_blank;
    }
    return begin + HANGING;
}

void text_append_lines(Text *out, const char *lines)
{
    for (const char *line = lines; *line != '\0';) {
        const size_t n = strcspn(line, "\n");
        if (n <= text_columns(out) || word_width(line, n) <= text_columns(out)) {
            text_append_bytes(out, line, n);
        } else {
            Text copy = {0};
            text_append_bytes(&copy, line, n);
            text_append_wrapped(out, text_string(&copy), hanging_indent(line, n));
            out->failed |= copy.failed;
            text_release(&copy);
        }
        if (line[n] == '\n')
            text_append_char(out, '\n');
        line += n + (line[n] == '\n');
    }
}
