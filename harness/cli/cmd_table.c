/* harness/cli/cmd_table.c: `isoflop table`: the paper's tables beside counted numbers. */
#include "harness/cli/command.h"
#include "harness/cli/families_table.h"

#include "base/json.h"
#include "paper/tables.h"

#include <limits.h>

static const char *const usage[] = {"1|2|3|7 [--json]", "2 --study DIR [--json]", NULL};
static const char *const notes[] = {"Printed and counted numbers side by side; where they cannot "
                                    "agree the notes say why. No counter is "
                                    "bent to hit a printed number.",
                                    "--study: table 2's layout for the parts 'family' of a study, "
                                    "with what was trained: members of the first family by cost, "
                                    "below each the other families' networks whose accuracy it is "
                                    "the first to reach, with ratios to it, beside each the "
                                    "paper's.",
                                    NULL};

typedef struct TableOptions {
    const char *study;
} TableOptions;

static const Option options[] = {
    {.name = "study",
     .kind = OPTION_TEXT,
     .offset = offsetof(TableOptions, study),
     .metavar = "DIR",
     .doc = "table 2 for the families of this study"},
};

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const TableOptions *settings = call->settings;
    Table table;
    Text out = {.columns = call->columns};
    int64_t number;
    if (!text_to_int64(call->args[0], &number) || number < 0 || number > INT_MAX) {
        (void)err_set(err, ERR_USAGE, "no table '%s', only 1, 2, 3 and 7", call->args[0]);
        goto fail;
    }
    if (settings->study != NULL && number != 2) {
        (void)err_set(err, ERR_USAGE, "a study has no table %d: only table 2 is one of families",
                      (int)number);
        goto fail;
    }
    if (settings->study != NULL)
        return families_table(call, settings->study, err);
    TRY(tables_count(&table, (int)number, err));
    if (call->json) {
        JsonWriter json = json_writer(&out, true);
        tables_json(&table, &json);
        text_append_char(&out, '\n');
    } else {
        tables_text(&table, &out);
    }
    TRY(call_print_lines(call, &out, err));
fail:
    text_release(&out);
    return err->code;
}

const Command cmd_table = {
    .name = "table",
    .summary = "a table of the EfficientNet paper, printed beside counted",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(TableOptions),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
