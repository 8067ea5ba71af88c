/*
 * harness/cli/cmd_list.c: `isoflop list`: what this binary knows, and the files compiled into it.
 */
#include "harness/cli/command.h"
#include "harness/cli/inventory.h"

#include "base/json.h"
#include "harness/study.h"

#include <string.h>

static const char *const usage[] = {"[KIND...] [--json]", "--dump NAME", NULL};
static const char *const notes[] = {"KIND is one of networks, data, augmentations, strategies, "
                                    "spaces, studies, keys, figures, files; all without "
                                    "one but keys. `keys` is the manual of every key of a study, "
                                    "as Markdown. --dump prints a network, a "
                                    "space, a "
                                    "study or a file as it is compiled in.",
                                    NULL};

typedef struct ListSettings {
    const char *dump;
} ListSettings;

static const Option options[] = {
    {.name = "dump",
     .kind = OPTION_TEXT,
     .offset = offsetof(ListSettings, dump),
     .metavar = "NAME",
     .doc = "print what is compiled in under that name"},
};

static bool is_wanted(const Call *call, const char *kind)
{
    for (size_t i = 0; i < call->n_args; i++)
        if (strcmp(call->args[i], kind) == 0)
            return true;
    return call->n_args == 0;
}

static ErrCode check_kinds(const Call *call, Err *err)
{
    const char *names[INVENTORY_KINDS + 1] = {"keys"};
    for (size_t k = 0; k < INVENTORY_KINDS; k++)
        names[k + 1] = inventory_kinds[k].name;
    for (size_t i = 0; i < call->n_args; i++) {
        bool is_known = false;
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            is_known |= strcmp(call->args[i], names[k]) == 0;
        const char *near = text_nearest(call->args[i], names, ARRAY_LEN(names));
        if (!is_known)
            return err_set(err, ERR_USAGE, "nothing of kind '%s' to list, did you mean '%s'?",
                           call->args[i], near ? near : "networks");
    }
    return ERR_NONE;
}

static void print_kind(const InventoryKind *kind, const Inventory *rows, Text *out,
                       JsonWriter *json)
{
    size_t width = 0;
    json_open_list(json, kind->name);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->v[i].about[0] && text_width(rows->v[i].name) > width)
            width = text_width(rows->v[i].name);
    text_printf(out, "%s%s\n", out->n_bytes ? "\n" : "", kind->name);
    for (size_t i = 0; i < rows->n; i++) {
        text_printf(out, "  %s", rows->v[i].name);
        if (rows->v[i].about[0]) {
            text_repeat(out, ' ', width + 2 - text_width(rows->v[i].name));
            text_append(out, rows->v[i].about);
        }
        text_append_char(out, '\n');
        json_open_map(json, NULL);
        json_put_text(json, "name", rows->v[i].name);
        if (rows->v[i].about[0])
            json_put_text(json, "about", rows->v[i].about);
        json_close_map(json);
    }
    json_close_list(json);
}

/* `keys` is a piece of docs/study.md: its lines are not ours to break. */
static ErrCode list(const Call *call, Text *out, Text *keys, JsonWriter *json, Err *err)
{
    json_open_map(json, NULL);
    for (size_t k = 0; k < INVENTORY_KINDS; k++) {
        Inventory rows = {.n = 0};
        if (!is_wanted(call, inventory_kinds[k].name))
            continue;
        TRY(inventory_kinds[k].list(&rows, err));
        print_kind(&inventory_kinds[k], &rows, out, json);
    }
    if (call->n_args && is_wanted(call, "keys")) {
        text_append(out, out->n_bytes ? "\n" : "");
        study_describe(keys);
        json_put_text(json, "keys", text_string(keys));
    }
    json_close_map(json);
    text_append_char(json->out, '\n');
fail:
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const ListSettings *settings = call->settings;
    Text out = {.columns = call->columns}, keys = {0}, document = {0};
    JsonWriter json = json_writer(&document, true);
    if (settings->dump != NULL) {
        TRY(inventory_dump(settings->dump, &out, err));
        TRY(call_print(&out, err));
    } else {
        TRY(check_kinds(call, err));
        TRY(list(call, &out, &keys, &json, err));
        TRY(call_print_lines(call, call->json ? &document : &out, err));
        if (!call->json)
            TRY(call_print(&keys, err));
    }
fail:
    text_release(&out);
    text_release(&keys);
    text_release(&document);
    return err->code;
}

const Command cmd_list = {
    .name = "list",
    .summary = "networks, data sets, strategies, spaces, studies and files that are compiled in",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ListSettings),
    .max_args = INVENTORY_KINDS + 1,
    .shared = SHARED_JSON,
    .run = run,
};
