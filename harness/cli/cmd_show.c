/* harness/cli/cmd_show.c: `isoflop show`: one trial with its epochs, attempts and provenance. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

static const char *const usage[] = {"DIR TRIAL [--json]", NULL};
static const char *const notes[] = {"TRIAL is a number as `isoflop trials DIR` lists it.", NULL};

/* What is shown, section by section: facts of the store as they are. ?1 is the trial's number. */
typedef struct ShowSection {
    const char *name;
    const char *sql;
    bool is_record; /* one row, shown as lines "name  value" */
} ShowSection;

static const ShowSection sections[] = {
    {"trial",
     "SELECT t.id AS trial, t.status, t.seed, t.digest, n.name AS network, t.network AS "
     "network_digest, "
     "n.resolution, n.params, n.macs, n.acts, t.n_epochs AS epochs, t.val_top1, t.test_top1, "
     "(SELECT f.first_bad_step FROM finished f WHERE f.trial = t.id) AS first_bad_step "
     "FROM trial t JOIN network n ON n.digest = t.network WHERE t.id = CAST(?1 AS INTEGER)",
     true},
    {"points",
     "SELECT p.figure, p.series, p.nominal_d, p.nominal_w, p.nominal_r, round(p.built_d, 4) AS "
     "built_d, "
     "round(p.built_w, 4) AS built_w, round(p.built_r, 4) AS built_r, round(p.ratio, 4) AS ratio, "
     "p.status "
     "FROM current_point p JOIN planned t ON t.digest = p.digest WHERE t.id = CAST(?1 AS INTEGER) "
     "ORDER BY p.place",
     false},
    {"epochs",
     "SELECT epoch, round(train_loss, 5) AS train_loss, round(val_loss, 5) AS val_loss, val_top1, "
     "round(lr, 6) AS lr, round(seconds, 2) AS seconds, round(images_per_second) AS "
     "images_per_second "
     "FROM epoch WHERE trial = CAST(?1 AS INTEGER) ORDER BY epoch",
     false},
    {"attempts",
     "SELECT a.number AS attempt, a.started_utc AS started, a.threads, "
     "e.reason, "
     "e.is_counted AS counted, round(e.seconds, 2) AS seconds, e.detail FROM attempt a "
     "LEFT JOIN attempt_end e ON e.trial = a.trial AND e.attempt = a.number "
     "WHERE a.trial = CAST(?1 AS INTEGER) ORDER BY a.number",
     false},
    {"files",
     "SELECT kind, path, n_bytes, xxh3 FROM artifact WHERE trial = CAST(?1 AS INTEGER) ORDER BY "
     "kind",
     false},
    {"provenance",
     "SELECT v.version, v.git_commit, v.is_dirty, v.compiler, v.flags, v.kernels, v.host, v.cpu, "
     "v.system, "
     "v.libraries FROM attempt a JOIN environment v ON v.id = a.environment "
     "WHERE a.trial = CAST(?1 AS INTEGER) ORDER BY a.number DESC LIMIT 1",
     true},
};

enum { SHOW_MAX_COLUMNS = 16 };

static void print_record(const StoreTable *table, Text *out)
{
    for (size_t c = 0; c < table->n_columns && table->n_rows; c++)
        text_printf(out, "  %-16s %s\n", table->names[c],
                    table->cells[c] != NULL ? table->cells[c] : "-");
}

static void print_rows(const StoreTable *table, Text *out)
{
    TextAlign aligns[SHOW_MAX_COLUMNS];
    for (size_t c = 0; c < ARRAY_LEN(aligns); c++) {
        int64_t whole;
        double number;
        const char *cell = c < table->n_columns && table->n_rows ? table->cells[c] : NULL;
        const bool is_number =
            cell != NULL && (text_to_int64(cell, &whole) || text_to_double(cell, &number));
        aligns[c] = is_number ? TEXT_RIGHT : TEXT_LEFT;
    }
    TextTable *text = text_table_create(table->names, aligns, table->n_columns);
    if (text == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
        text_table_cell(text, table->cells[i]);
    text_table_render(text, out);
    text_table_destroy(&text);
}

/* Columns of texts that may look like numbers. */
static const char *const text_columns[] = {
    "digest",  "network_digest", "network", "xxh3",   "git_commit",
    "version", "kernels",        "host",    "series", NULL};

static bool is_text_column(const char *name)
{
    for (size_t i = 0; text_columns[i]; i++)
        if (strcmp(text_columns[i], name) == 0)
            return true;
    return false;
}

static void put_rows(JsonWriter *json, const ShowSection *section, const StoreTable *table)
{
    if (!section->is_record)
        json_open_list(json, section->name);
    else if (!table->n_rows)
        json_put_null(json, section->name);
    for (size_t r = 0; r < table->n_rows; r++) {
        json_open_map(json, section->is_record ? section->name : NULL);
        for (size_t c = 0; c < table->n_columns; c++) {
            const char *cell = table->cells[r * table->n_columns + c];
            double number;
            if (cell != NULL && !is_text_column(table->names[c]) && text_to_double(cell, &number))
                json_put_raw(json, table->names[c], cell);
            else
                json_put_text(json, table->names[c], cell);
        }
        json_close_map(json);
    }
    if (!section->is_record)
        json_close_list(json);
}

static ErrCode show(StudyFolder *study, const char *trial, JsonWriter *json, Text *plain, Err *err)
{
    json_open_map(json, NULL);
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        StoreTable table = {0};
        TRY(store_query(study->store, sections[i].sql, trial, &study->arena, &table, err));
        if (i == 0 && table.n_rows == 0) {
            (void)err_set(err, ERR_USAGE, "no trial %s in '%s', see 'isoflop trials %s'", trial,
                          study->path, study->path);
            goto fail;
        }
        put_rows(json, &sections[i], &table);
        text_printf(plain, "%s%s\n", i ? "\n" : "", sections[i].name);
        if (sections[i].is_record)
            print_record(&table, plain);
        else if (table.n_rows)
            print_rows(&table, plain);
        else
            text_append(plain, "  none\n");
    }
    json_close_map(json);
    text_append_char(json->out, '\n');
fail:
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    StudyFolder study = {0};
    Text plain = {0}, document = {0};
    JsonWriter json = json_writer(&document, true);
    int64_t number;
    char trial[TEXT_NUMBER_BYTES];
    if (!text_to_int64(call->args[1], &number)) {
        (void)err_set(err, ERR_USAGE, "a trial is a whole number, not '%s'", call->args[1]);
        goto fail;
    }
    (void)snprintf(trial, sizeof trial, "%lld", (long long)number);
    TRY(study_folder_open(&study, call->args[0], err));
    TRY(show(&study, trial, &json, &plain, err));
    TRY(call_print(call->json ? &document : &plain, err));
fail:
    study_folder_close(&study);
    text_release(&plain);
    text_release(&document);
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
