/* harness/cli/cmd_table.c: `isoflop table`: the paper's tables beside counted numbers. */
#include "harness/cli/command.h"

#include "base/json.h"
#include "paper/tables.h"

#include <limits.h>

static const char *const usage[] = {"1|2|3|7 [--json]", NULL};
static const char *const notes[] = {"Printed and counted numbers side by side; where they cannot "
                                    "agree the notes say why. No counter is "
                                    "bent to hit a printed number.",
                                    NULL};

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    Table table;
    Text out = {.columns = call->columns};
    int64_t number;
    if (!text_to_int64(call->args[0], &number) || number < 0 || number > INT_MAX) {
        (void)err_set(err, ERR_USAGE, "no table '%s', only 1, 2, 3 and 7", call->args[0]);
        goto fail;
    }
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
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
