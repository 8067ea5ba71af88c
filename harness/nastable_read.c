/* harness/nastable_read: the text is gone through once. */
#include "harness/nastable_read.h"

#include "base/csv.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where things stand; -1: nowhere. */
typedef struct Columns {
    int n, genes, macs, values[NASTABLE_MAX_SEEDS], n_values;
    int screens[NASTABLE_MAX_SEEDS]; /* one column, or one for each of values */
    const char *screen_name;
} Columns;

/* "NAME_s0", "NAME_s1", ...: their columns; how many there are. */
static int find_seeds(const CsvReader *head, const char *name, int columns[NASTABLE_MAX_SEEDS])
{
    char one[2 * NASTABLE_NAME_BYTES];
    int n = 0;
    while (n < NASTABLE_MAX_SEEDS) {
        snprintf(one, sizeof one, "%.64s_s%d", name, n);
        if ((columns[n] = csv_column(head, one)) < 0)
            break;
        n++;
    }
    return n;
}

static ErrCode find_values(NasTable *t, const CsvReader *head, Columns *columns, Err *err)
{
    for (int i = 0; i < head->n_fields && t->value_name[0] == '\0'; i++) {
        const size_t n = strlen(head->fields[i]);
        if (text_ends_with(head->fields[i], "_s0") && n > 3 && n < NASTABLE_NAME_BYTES)
            memcpy(t->value_name, head->fields[i], n - 3);
    }
    if (t->value_name[0] == '\0')
        return err_set(err, ERR_DATA,
                       "'%s' has no column of values: their names end in _s0, _s1, ...",
                       head->path);
    columns->n_values = find_seeds(head, t->value_name, columns->values);
    if (columns->n_values < 2)
        return err_set(err, ERR_DATA,
                       "'%s' has one seed of '%s': what is chosen on one is scored on another",
                       head->path, t->value_name);
    t->n_seeds = columns->n_values;
    return ERR_NONE;
}

/* One column of that name, or one for each seed that the values have. */
static ErrCode find_screens(NasTable *t, const CsvReader *head, Columns *columns, Err *err)
{
    const int column = csv_column(head, columns->screen_name);
    t->n_screens = column < 0 ? find_seeds(head, columns->screen_name, columns->screens) : 1;
    if (column >= 0)
        columns->screens[0] = column;
    if (t->n_screens == 0)
        return err_set(err, ERR_USAGE, "'%s' has no column '%s'", head->path, columns->screen_name);
    if (t->n_screens != 1 && t->n_screens != t->n_seeds)
        return err_set(err, ERR_DATA, "'%s' has %d seeds of '%s', but %d of '%s'", head->path,
                       t->n_screens, columns->screen_name, t->n_seeds, t->value_name);
    return ERR_NONE;
}

static ErrCode read_head(NasTable *t, CsvReader *r, const NasTableSettings *settings,
                         Columns *columns, Err *err)
{
    TRY(csv_head(r, err));
    *columns = (Columns){.n = r->n_fields,
                         .genes = csv_column(r, "genes"),
                         .macs = csv_column(r, "macs"),
                         .screen_name = settings->screen};
    if (columns->genes < 0)
        return err_set(err, ERR_DATA, "'%s' has no column 'genes'", r->path);
    if (settings->target_macs > 0 && columns->macs < 0)
        return err_set(err, ERR_USAGE, "'%s' has no column 'macs', which a band needs", r->path);
    TRY(find_values(t, r, columns, err));
    if (settings->screen != NULL)
        TRY(find_screens(t, r, columns, err));
fail:
    return err->code;
}

/* --- rows --- */

static ErrCode read_values(NasTable *t, const CsvReader *r, const Columns *columns, int32_t row,
                           Err *err)
{
    double *values = t->values + (size_t)row * (size_t)t->n_seeds, sum = 0, value;
    double *screens = t->screens + (size_t)row * (size_t)t->n_screens;
    int n = 0;
    for (int i = 0; i < columns->n_values; i++) {
        if (r->fields[columns->values[i]][0] == '\0')
            continue;
        TRY(csv_number(r, columns->values[i], t->value_name, &value, err));
        if (t->n_screens > 1)
            TRY(csv_number(r, columns->screens[i], columns->screen_name, &screens[n], err));
        values[n++] = value;
        sum += value;
    }
    if (n < 2)
        return err_set(err, ERR_DATA, "%s:%" PRId64 ": '%s' has %d value%s, two are needed",
                       r->path, r->number, t->value_name, n, text_plural((uint64_t)n));
    t->n_values[row] = (int8_t)n;
    t->means[row] = sum / n;
fail:
    return err->code;
}

static ErrCode read_counts(NasTable *t, const CsvReader *r, const Columns *columns, int32_t row,
                           Err *err)
{
    const char *macs = columns->macs < 0 ? NULL : r->fields[columns->macs];
    if (macs != NULL && !(text_to_int64(macs, &t->macs[row]) && t->macs[row] > 0))
        return err_set(err, ERR_DATA, "%s:%" PRId64 ": 'macs' is not a positive whole number: '%s'",
                       r->path, r->number, macs);
    if (t->n_screens == 1)
        TRY(csv_number(r, columns->screens[0], columns->screen_name, &t->screens[row], err));
fail:
    return err->code;
}

/* Characters as they stand; they become values once all are known. */
static ErrCode read_genes(NasTable *t, const CsvReader *r, const Columns *columns, int32_t row,
                          Err *err)
{
    const char *genes = r->fields[columns->genes];
    const int n = (int)strlen(genes);
    if (t->space.n_genes == 0 && (n < 1 || n > GENESPACE_MAX_GENES))
        return err_set(err, ERR_DATA, "%s:%" PRId64 ": 'genes' has %d characters, not 1 to %d",
                       r->path, r->number, n, GENESPACE_MAX_GENES);
    if (t->space.n_genes == 0) {
        t->space.n_genes = n;
        t->points = mem_calloc((size_t)t->n_rows, (size_t)n);
        if (t->points == NULL)
            return err_memory(err, (size_t)t->n_rows * (size_t)n);
    }
    if (n != t->space.n_genes)
        return err_set(err, ERR_DATA, "%s:%" PRId64 ": 'genes' has %d characters, not %d", r->path,
                       r->number, n, t->space.n_genes);
    memcpy(t->points + (size_t)row * (size_t)n, genes, (size_t)n);
    return ERR_NONE;
}

static ErrCode read_rows(NasTable *t, CsvReader *r, const Columns *columns, Err *err)
{
    int32_t row = 0;
    for (; csv_next(r); row++) {
        TRY(csv_whole(r, columns->n, err));
        TRY(read_genes(t, r, columns, row, err));
        TRY(read_values(t, r, columns, row, err));
        TRY(read_counts(t, r, columns, row, err));
    }
    t->n_rows = row;
    if (row == 0)
        return err_set(err, ERR_DATA, "'%s' has no rows", r->path);
fail:
    return err->code;
}

static ErrCode make_room(NasTable *t, const Columns *columns, Err *err)
{
    const size_t n = (size_t)t->n_rows;
    t->values = mem_calloc(n * (size_t)t->n_seeds, sizeof *t->values);
    t->n_values = mem_calloc(n, sizeof *t->n_values);
    t->means = mem_calloc(n, sizeof *t->means);
    t->inside = mem_calloc(n, sizeof *t->inside);
    for (t->n_slots = 16; t->n_slots < 2 * n;)
        t->n_slots *= 2;
    t->slots = mem_calloc(t->n_slots, sizeof *t->slots);
    if (columns->macs >= 0)
        t->macs = mem_calloc(n, sizeof *t->macs);
    t->screens = mem_calloc(n * (size_t)t->n_screens + 1, sizeof *t->screens);
    if (t->values == NULL || t->n_values == NULL || t->means == NULL || t->inside == NULL ||
        t->slots == NULL || (columns->macs >= 0 && t->macs == NULL) || t->screens == NULL)
        return err_memory(err, n * (size_t)t->n_seeds * sizeof *t->values);
    return ERR_NONE;
}

static int32_t count_lines(const char *text)
{
    int32_t n = 1;
    for (const char *end = text; (end = strchr(end, '\n')) != NULL && n <= NASTABLE_MAX_ROWS; end++)
        n++;
    return n;
}

ErrCode nastable_read(NasTable *table, char *text, const NasTableSettings *settings, Err *err)
{
    CsvReader reader = csv_start(settings->path, text);
    Columns columns = {0};
    table->n_rows = count_lines(text);
    if (table->n_rows > NASTABLE_MAX_ROWS)
        return err_set(err, ERR_DATA, "'%s' has more than %d rows", settings->path,
                       NASTABLE_MAX_ROWS);
    TRY(read_head(table, &reader, settings, &columns, err));
    TRY(make_room(table, &columns, err));
    TRY(read_rows(table, &reader, &columns, err));
fail:
    return err->code;
}
