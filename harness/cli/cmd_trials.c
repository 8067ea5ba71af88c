/* harness/cli/cmd_trials.c: `isoflop trials`: all trials of a study, one a line. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"

#include "base/json.h"

#include <math.h>

static const char *const usage[] = {"DIR [--json]", NULL};

static void put_trial(JsonWriter *json, const StudyFolder *study, const StoreTrial *trial)
{
    Text label = {0};
    study_folder_label(study, trial->digest, trial->seed, &label);
    json_open_map(json, NULL);
    json_put_int(json, "trial", trial->number);
    json_put_text(json, "status", store_status_name(trial->status));
    json_put_int(json, "seed", trial->seed);
    json_put_text(json, "point", text_string(&label));
    json->out->failed |= label.failed;
    json_put_text(json, "network", trial->network);
    json_put_text(json, "digest", trial->digest);
    json_put_bool(json, "listed", trial->is_listed);
    json_put_int(json, "macs", trial->macs);
    json_put_int(json, "epochs", trial->n_epochs);
    json_put_double(json, "val_top1", trial->val_top1);
    json_put_double(json, "test_top1", trial->test_top1);
    json_put_int(json, "attempts", trial->n_attempts);
    json_put_text(json, "reason", trial->reason);
    json_close_map(json);
    text_release(&label);
}

static void percent_cell(TextTable *table, double value)
{
    if (isnan(value))
        text_table_cell(table, NULL);
    else
        text_table_cellf(table, "%.2f", value);
}

static void add_row(TextTable *table, const StudyFolder *study, const StoreTrial *trial)
{
    Text label = {0};
    char macs[TEXT_NUMBER_BYTES];
    study_folder_label(study, trial->digest, trial->seed, &label);
    text_table_cellf(table, "%06lld", (long long)trial->number);
    text_table_cellf(table, "%s%s", store_status_name(trial->status),
                     trial->is_listed ? "" : ", not listed");
    text_table_text(table, &label);
    text_table_cellf(table, "%lld", (long long)trial->seed);
    text_table_cell(table, text_human(macs, (double)trial->macs));
    text_table_cellf(table, "%lld", (long long)trial->n_epochs);
    percent_cell(table, trial->val_top1);
    percent_cell(table, trial->test_top1);
    text_table_cellf(table, "%lld", (long long)trial->n_attempts);
    text_table_cell(table, trial->reason);
    text_release(&label);
}

/* Where the trials go: a table or JSON. */
typedef struct Lister {
    const StudyFolder *study;
    TextTable *table; /* NULL: JSON */
    JsonWriter json;
} Lister;

static ErrCode list_trial(void *user, const StoreTrial *trial, Err *err)
{
    Lister *lister = user;
    (void)err; /* a text or table that failed remembers it */
    if (lister->table != NULL)
        add_row(lister->table, lister->study, trial);
    else
        put_trial(&lister->json, lister->study, trial);
    return ERR_NONE;
}

static ErrCode print_table(const StudyFolder *study, Text *out, Err *err)
{
    static const TextColumn columns[] = {
        {"trial", TEXT_LEFT, 0},      {"status", TEXT_LEFT, 0},      {"point", TEXT_LEFT, 0},
        {"seed", TEXT_RIGHT, 0},      {"MACs", TEXT_RIGHT, 3},       {"epochs", TEXT_RIGHT, 2},
        {"val top-1", TEXT_RIGHT, 0}, {"test top-1", TEXT_RIGHT, 0}, {"attempts", TEXT_RIGHT, 1},
        {"last end", TEXT_NOTE, 0}};
    Lister lister = {.study = study, .table = text_table_create(columns, ARRAY_LEN(columns))};
    if (lister.table == NULL) {
        (void)err_memory(err, sizeof(columns));
        goto fail;
    }
    TRY(store_each_trial(study->store, list_trial, &lister, err));
    text_table_render(lister.table, out);
fail:
    text_table_destroy(&lister.table);
    return err->code;
}

static ErrCode print_json(const StudyFolder *study, Text *out, Err *err)
{
    Lister lister = {.study = study, .json = json_writer(out, true)};
    json_open_list(&lister.json, NULL);
    TRY(store_each_trial(study->store, list_trial, &lister, err));
    json_close_list(&lister.json);
    text_append_char(out, '\n');
fail:
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    StudyFolder study;
    Text out = {.columns = call->columns};
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_TRIALS, err));
    TRY(study_folder_read_points(&study, err));
    if (call->json)
        TRY(print_json(&study, &out, err));
    else
        TRY(print_table(&study, &out, err));
    TRY(call_print_lines(call, &out, err));
fail:
    study_folder_close(&study);
    text_release(&out);
    return err->code;
}

const Command cmd_trials = {
    .name = "trials",
    .summary = "list the trials of a study",
    .usage = usage,
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
