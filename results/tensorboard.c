/*
 * results/tensorboard.c: protobuf by hand: three messages, of which no field has more than one
 * shape (tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto).
 */
#include "results/tensorboard.h"

#include "results/tfrecord.h"

#include "base/dir.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FILE_NAME "events.out.tfevents.isoflop"

/* --- protobuf --- */

typedef enum Wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 } Wire;

static void put_varint(Text *message, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        text_append_char(message, (char)(value | 0x80));
    text_append_char(message, (char)value);
}

static void put_key(Text *message, unsigned field, Wire wire)
{
    put_varint(message, field << 3 | (unsigned)wire);
}

static void put_fixed(Text *message, uint64_t bits, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++)
        text_append_char(message, (char)(bits >> (8 * i)));
}

static void put_double(Text *message, unsigned field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(message, field, WIRE_64);
    put_fixed(message, bits, sizeof bits);
}

static void put_float(Text *message, unsigned field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(message, field, WIRE_32);
    put_fixed(message, bits, sizeof bits);
}

static void put_bytes(Text *message, unsigned field, const char *data, size_t n_bytes)
{
    put_key(message, field, WIRE_BYTES);
    put_varint(message, n_bytes);
    text_append_bytes(message, data, n_bytes);
}

/* --- events --- */

/* Appends an Event; `last` is its last field, as bytes. */
static void put_event(Text *file, double wall, int64_t step, unsigned last, const char *data,
                      size_t n_bytes)
{
    enum { WALL_TIME = 1, STEP = 2 };
    Text event = {0};
    put_double(&event, WALL_TIME, wall);
    put_key(&event, STEP, WIRE_VARINT);
    put_varint(&event, (uint64_t)step);
    put_bytes(&event, last, data, n_bytes);
    tfrecord_append(file, event.data, event.n_bytes);
    file->failed |= event.failed;
    text_release(&event);
}

/* The first event of a file says which version of the format it has. */
static void put_version(Text *file, double wall)
{
    enum { FILE_VERSION = 3 };
    static const char version[] = "brain.Event:2";
    put_event(file, wall, 0, FILE_VERSION, version, sizeof version - 1);
}

/* Adds a Value to a Summary, unless it is not a number. */
static void put_scalar(Text *summary, const char *tag, double value)
{
    enum { SUMMARY_VALUE = 1, TAG = 1, SIMPLE_VALUE = 2 };
    Text scalar = {0};
    if (isnan(value))
        return;
    put_bytes(&scalar, TAG, tag, strlen(tag));
    put_float(&scalar, SIMPLE_VALUE, (float)value);
    put_bytes(summary, SUMMARY_VALUE, scalar.data, scalar.n_bytes);
    summary->failed |= scalar.failed;
    text_release(&scalar);
}

/* --- runs --- */

static const char *query(const char *name)
{
    return (const char *)embed_find(results_files, name)->data;
}

static double cell_number(const StoreTable *t, size_t row, size_t column)
{
    double value = NAN;
    const char *cell = t->cells[row * t->n_columns + column];
    return cell != NULL && text_to_double(cell, &value) ? value : (double)NAN;
}

/* All events of one run, from what tensorboard_epochs.sql says. */
static void put_run(const StoreTable *epochs, Text *file)
{
    enum { EPOCH, WALL, SCALARS, SUMMARY = 5 };
    put_version(file, cell_number(epochs, 0, WALL));
    for (size_t i = 0; i < epochs->n_rows; i++) {
        Text summary = {0};
        for (size_t c = SCALARS; c < epochs->n_columns; c++)
            put_scalar(&summary, epochs->names[c], cell_number(epochs, i, c));
        if (summary.n_bytes > 0)
            put_event(file, cell_number(epochs, i, WALL), (int64_t)cell_number(epochs, i, EPOCH),
                      SUMMARY, summary.data, summary.n_bytes);
        file->failed |= summary.failed;
        text_release(&summary);
    }
}

/* "000012-compare-depth-d2-w1-r1-s1": the number tells runs apart, so the rest may be cut and
 * cleaned. */
static void append_run_name(Text *out, const char *trial, const char *seed, const char *point)
{
    enum { MOST_BYTES = 64 };
    static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    int64_t number = 0;
    text_printf(out, "%06" PRId64 "-", text_to_int64(trial, &number) ? number : 0);
    for (const char *c = point != NULL ? point : "unlisted"; *c && out->n_bytes < MOST_BYTES; c++)
        if (strchr(kept, *c) != NULL)
            text_append_char(out, *c);
        else if (!text_ends_with(text_string(out), "-"))
            text_append_char(out, '-');
    text_printf(out, "-s%s", seed);
}

static ErrCode write_run(Store *store, const Dir *folder, const char *trial, const char *name,
                         Err *err)
{
    Arena arena = {0};
    StoreTable epochs;
    Text file = {0};
    Dir *run = NULL;
    TRY(store_query(store, query("tensorboard_epochs.sql"), trial, &arena, &epochs, err));
    put_run(&epochs, &file);
    TRY(text_ok(&file, err));
    TRY(dir_make(&run, folder, name, err));
    TRY(dir_write(run, FILE_NAME, file.data, file.n_bytes, err));
fail:
    dir_close(&run);
    text_release(&file);
    arena_release(&arena);
    return err->code;
}

ErrCode tensorboard_write(Store *store, const char *folder, int64_t *n_runs, Err *err)
{
    enum { TRIAL, SEED, POINT };
    Arena arena = {0};
    StoreTable runs;
    Text name = {0};
    Dir *dir = NULL;
    *n_runs = 0;
    TRY(store_query(store, query("tensorboard_runs.sql"), NULL, &arena, &runs, err));
    TRY(dir_make(&dir, NULL, folder, err));
    for (size_t i = 0; i < runs.n_rows; i++) {
        const char *const *row = runs.cells + i * runs.n_columns;
        text_clear(&name);
        append_run_name(&name, row[TRIAL], row[SEED], row[POINT]);
        TRY(text_ok(&name, err));
        TRY(write_run(store, dir, row[TRIAL], text_string(&name), err));
        ++*n_runs;
    }
fail:
    dir_close(&dir);
    text_release(&name);
    arena_release(&arena);
    return err->code == ERR_NONE ? ERR_NONE : err_wrap(err, "writing event files to '%s'", folder);
}
