/* harness/cli/cmd_show.c: `isoflop show`: one trial with its epochs, attempts and provenance. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"

#include "base/json.h"
#include "results/export.h"
#include "results/trial_facts.h"

#include <assert.h>
#include <string.h>

static const char *const usage[] = {"DIR TRIAL [--json]", NULL};
static const char *const notes[] = {"TRIAL is a number as `isoflop trials DIR` lists it.", NULL};

enum { SHOW_MAX_COLUMNS = 16 };

static void print_record(const StoreTable *table, Text *out)
{
    for (size_t c = 0; c < table->n_columns && table->n_rows; c++) {
        text_printf(out, "  %-16s ", table->names[c]);
        text_append_visible(out, table->cells[c] != NULL ? table->cells[c] : "-");
        text_append_char(out, '\n');
    }
}

/* 1 for the word of `spared` that is `name` and comes first, 2 for the second, ...; else 0. */
static int place_of(const char *name, const char *spared)
{
    int place = 1;
    for (const char *word = spared; *word != '\0'; place++) {
        const size_t n = strcspn(word, " ");
        if (strlen(name) == n && strncmp(name, word, n) == 0)
            return place;
        word += n + (word[n] == ' ');
    }
    return 0;
}

/* Fractions with the digits that people read; all there are stand in the JSON. */
static void put_cell(TextTable *text, const char *cell, bool is_number)
{
    char digits[TEXT_NUMBER_BYTES];
    double value;
    const bool is_fraction =
        is_number && cell != NULL && strchr(cell, '.') != NULL && text_to_double(cell, &value);
    text_table_cell(text, is_fraction ? text_digits(digits, value) : cell);
}

static void print_rows(const TrialFacts *facts, Text *out)
{
    const StoreTable *table = &facts->table;
    TextColumn columns[SHOW_MAX_COLUMNS];
    assert(table->n_columns <= SHOW_MAX_COLUMNS);
    for (size_t c = 0; c < table->n_columns; c++) {
        const bool is_note = facts->note != NULL && strcmp(table->names[c], facts->note) == 0;
        columns[c] = (TextColumn){table->names[c],
                                  is_note               ? TEXT_NOTE
                                  : table->is_number[c] ? TEXT_RIGHT
                                                        : TEXT_LEFT,
                                  place_of(table->names[c], facts->spared)};
    }
    TextTable *text = text_table_create(columns, table->n_columns);
    if (text == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
        put_cell(text, table->cells[i], table->is_number[i % table->n_columns]);
    text_table_render(text, out);
    text_table_destroy(&text);
}

static void put_rows(JsonWriter *json, const TrialFacts *facts)
{
    if (!facts->is_record)
        json_open_list(json, facts->name);
    else if (!facts->table.n_rows)
        json_put_null(json, facts->name);
    for (size_t r = 0; r < facts->table.n_rows; r++)
        export_row(json, facts->is_record ? facts->name : NULL, &facts->table, r);
    if (!facts->is_record)
        json_close_list(json);
}

static void print_plain(const TrialFacts *facts, Text *out)
{
    text_printf(out, "%s%s\n", out->n_bytes ? "\n" : "", facts->name);
    if (facts->is_record)
        print_record(&facts->table, out);
    else if (facts->table.n_rows)
        print_rows(facts, out);
    else
        text_append(out, "  none\n");
}

static void show(const TrialFacts *facts, bool as_json, Text *out)
{
    JsonWriter json = json_writer(out, true);
    if (!as_json) {
        for (size_t i = 0; i < TRIAL_FACTS_SECTIONS; i++)
            print_plain(&facts[i], out);
        return;
    }
    json_open_map(&json, NULL);
    for (size_t i = 0; i < TRIAL_FACTS_SECTIONS; i++)
        put_rows(&json, &facts[i]);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    StudyFolder study = {0};
    TrialFacts facts[TRIAL_FACTS_SECTIONS];
    Text out = {.columns = call->columns};
    int64_t trial;
    if (!text_to_int64(call->args[1], &trial)) {
        (void)err_set(err, ERR_USAGE, "a trial is a whole number, not '%s'", call->args[1]);
        goto fail;
    }
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_STUDY, err));
    TRY(store_trust_trial(study.store, trial, err));
    TRY(trial_facts_read(study.store, trial, &study.arena, facts, err));
    if (facts[0].table.n_rows == 0) {
        (void)err_set(err, ERR_USAGE, "no trial %lld in '%s', see 'isoflop trials %s'",
                      (long long)trial, study.path, study.path);
        goto fail;
    }
    show(facts, call->json, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    study_folder_close(&study);
    text_release(&out);
    return err->code;
}

const Command cmd_show = {
    .name = "show",
    .summary = "one trial of a study with its provenance",
    .usage = usage,
    .notes = notes,
    .min_args = 2,
    .max_args = 2,
    .shared = SHARED_JSON,
    .run = run,
};
