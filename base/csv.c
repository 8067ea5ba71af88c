/* base/csv.c: the text is gone through once; a field never grows, so it is cut in place. */
#include "base/csv.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts out the field that begins at *next, which becomes where the one behind it begins, or NULL.
 */
static char *cut_field(char **next)
{
    char *from = *next;
    while (is_blank(*from))
        from++;
    char *const field = from;
    char *to = from, *end = from; /* end: behind what is not a blank, or quoted */
    bool is_quoted = false;
    for (; *from != '\0' && (is_quoted || *from != ','); from++) {
        if (*from == '"' && !(is_quoted && from[1] == '"')) {
            is_quoted = !is_quoted;
            continue;
        }
        from += *from == '"'; /* two inside quotes are one */
        *to++ = *from;
        if (is_quoted || !is_blank(*from))
            end = to;
    }
    *next = *from == ',' ? from + 1 : NULL;
    *end = '\0';
    return field;
}

CsvReader csv_start(const char *path, char *text)
{
    return (CsvReader){.path = path,
                       .next = text_starts_with(text, "\xEF\xBB\xBF") ? text + 3 : text};
}

bool csv_next(CsvReader *reader)
{
    char *line;
    do {
        line = reader->next;
        if (line == NULL || *line == '\0')
            return false;
        char *end = strchr(line, '\n');
        reader->next = end == NULL ? NULL : end + 1;
        if (end != NULL)
            *end = '\0';
        reader->number++;
        while (is_blank(*line))
            line++;
    } while (*line == '\0');
    reader->n_fields = 0;
    while (line != NULL && reader->n_fields < CSV_MAX_COLUMNS)
        reader->fields[reader->n_fields++] = cut_field(&line);
    return true;
}

ErrCode csv_head(CsvReader *reader, Err *err)
{
    if (!csv_next(reader))
        return err_set(err, ERR_DATA, "'%s' is empty", reader->path);
    if (reader->n_fields == CSV_MAX_COLUMNS)
        return err_set(err, ERR_DATA, "'%s' has more than %d columns", reader->path,
                       CSV_MAX_COLUMNS - 1);
    return ERR_NONE;
}

int csv_column(const CsvReader *reader, const char *name)
{
    for (int i = 0; i < reader->n_fields; i++)
        if (strcmp(reader->fields[i], name) == 0)
            return i;
    return -1;
}

ErrCode csv_whole(const CsvReader *reader, int n_columns, Err *err)
{
    if (reader->n_fields == n_columns)
        return ERR_NONE;
    return err_set(err, ERR_DATA, "%s:%" PRId64 ": %d fields, not %d as in the first line",
                   reader->path, reader->number, reader->n_fields, n_columns);
}

ErrCode csv_number(const CsvReader *reader, int column, const char *name, double *value, Err *err)
{
    if (text_to_double(reader->fields[column], value))
        return ERR_NONE;
    return err_set(err, ERR_DATA, "%s:%" PRId64 ": '%s' is not a number: '%s'", reader->path,
                   reader->number, name, reader->fields[column]);
}
