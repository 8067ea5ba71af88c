/*
 * harness/cli/cmd_list.c: `isoflop list`: what this binary knows, and the files compiled into it.
 */
#include "harness/cli/command.h"

#include "base/json.h"
#include "data/augment.h"
#include "data/dataset.h"
#include "harness/study.h"
#include "models/resolve.h"
#include "models/scaling.h"
#include "models/zoo.h"
#include "plots/figure.h"
#include "results/figure_names.h"
#include "results/store.h"

#include <stdio.h>
#include <string.h>

static const char *const usage[] = {"[KIND...] [--json]", "--dump NAME", NULL};
static const char *const notes[] = {"KIND is one of networks, data, augmentations, strategies, "
                                    "studies, keys, figures, files; all without "
                                    "one but keys. `keys` is the manual of every key of a study, "
                                    "as Markdown. --dump prints a network, a "
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

enum { LIST_MAX_ROWS = 256, LIST_MAX_ABOUT = 96 };

/* Rows are (name, what it is), collected by one function a kind. */
typedef struct Row {
    const char *name;
    char about[LIST_MAX_ABOUT];
} Row;

typedef struct Rows {
    Row v[LIST_MAX_ROWS];
    size_t n;
} Rows;

static void add(Rows *rows, const char *name, const char *about)
{
    if (rows->n == LIST_MAX_ROWS)
        return;
    Row *row = &rows->v[rows->n++];
    row->name = name;
    snprintf(row->about, sizeof row->about, "%s", about);
}

static ErrCode list_networks(Rows *rows, Err *err)
{
    for (size_t i = 0; i < zoo_count(); i++) {
        Spec spec;
        TRY(zoo_load(&spec, zoo_name(i), err));
        char about[LIST_MAX_ABOUT], macs[TEXT_NUMBER_BYTES];
        snprintf(about, sizeof about, "%d px, %d classes, %s MACs", spec.resolution, spec.classes,
                 text_human(macs, (double)resolve_macs(&spec, 0)));
        add(rows, zoo_name(i), about);
    }
fail:
    return err->code;
}

static ErrCode list_data(Rows *rows, Err *err)
{
    (void)err;
    size_t n = 0;
    const DatasetKind *kinds = dataset_kinds(&n);
    for (size_t i = 0; i < n; i++)
        add(rows, kinds[i].name, kinds[i].format);
    return ERR_NONE;
}

static ErrCode list_augmentations(Rows *rows, Err *err)
{
    (void)err;
    size_t n = 0;
    const AugmentName *names = augment_names(&n);
    for (size_t i = 0; i < n; i++)
        add(rows, names[i].name, names[i].doc);
    return ERR_NONE;
}

static ErrCode list_strategies(Rows *rows, Err *err)
{
    (void)err;
    for (size_t i = 0; i < scaling_n_strategies(); i++)
        add(rows, scaling_strategy(i)->name, scaling_strategy(i)->summary);
    return ERR_NONE;
}

static void add_embedded(Rows *rows, const EmbeddedFile *files)
{
    for (size_t i = 0; files[i].name != NULL; i++)
        add(rows, files[i].name, "");
}

static ErrCode list_studies(Rows *rows, Err *err)
{
    (void)err;
    add_embedded(rows, study_builtins);
    return ERR_NONE;
}

static ErrCode list_figures(Rows *rows, Err *err)
{
    (void)err;
    for (size_t i = 0; figure_names[i]; i++)
        add(rows, figure_names[i], "");
    return ERR_NONE;
}

static ErrCode list_files(Rows *rows, Err *err)
{
    (void)err;
    add_embedded(rows, results_files);
    add_embedded(rows, plots_files);
    return ERR_NONE;
}

typedef struct Kind {
    const char *name;
    ErrCode (*list)(Rows *rows, Err *err);
} Kind;

static const Kind kinds[] = {
    {"networks", list_networks},
    {"data", list_data},
    {"augmentations", list_augmentations},
    {"strategies", list_strategies},
    {"studies", list_studies},
    {"figures", list_figures},
    {"files", list_files},
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
    const char *names[ARRAY_LEN(kinds) + 1] = {"keys"};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        names[k + 1] = kinds[k].name;
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

static void print_kind(const Kind *kind, const Rows *rows, Text *out, JsonWriter *json)
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

static bool dump_embedded(const EmbeddedFile *files, const char *name, Text *out)
{
    for (size_t i = 0; files[i].name != NULL; i++) {
        const size_t n = strlen(name);
        if (strncmp(files[i].name, name, n) != 0 ||
            (files[i].name[n] != '\0' && strcmp(files[i].name + n, ".yaml") != 0))
            continue;
        text_append_bytes(out, files[i].data, files[i].size);
        return true;
    }
    return false;
}

static ErrCode dump(const char *name, Text *out, Err *err)
{
    if (zoo_text(name) != NULL)
        text_append(out, zoo_text(name));
    else if (!dump_embedded(study_builtins, name, out) &&
             !dump_embedded(results_files, name, out) && !dump_embedded(plots_files, name, out))
        return err_set(err, ERR_USAGE, "nothing is compiled in as '%s', see 'isoflop list'", name);
    return ERR_NONE;
}

static ErrCode list(const Call *call, Text *out, JsonWriter *json, Err *err)
{
    json_open_map(json, NULL);
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        Rows rows = {.n = 0};
        if (!is_wanted(call, kinds[k].name))
            continue;
        TRY(kinds[k].list(&rows, err));
        print_kind(&kinds[k], &rows, out, json);
    }
    if (call->n_args && is_wanted(call, "keys")) {
        Text manual = {0};
        study_describe(&manual);
        text_printf(out, "%s%s", out->n_bytes ? "\n" : "", text_string(&manual));
        json_put_text(json, "keys", text_string(&manual));
        text_release(&manual);
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
    Text out = {0}, document = {0};
    JsonWriter json = json_writer(&document, true);
    if (settings->dump != NULL) {
        TRY(dump(settings->dump, &out, err));
        TRY(call_print(&out, err));
    } else {
        TRY(check_kinds(call, err));
        TRY(list(call, &out, &json, err));
        TRY(call_print(call->json ? &document : &out, err));
    }
fail:
    text_release(&out);
    text_release(&document);
    return err->code;
}

const Command cmd_list = {
    .name = "list",
    .summary = "networks, data sets, strategies, studies and files that are compiled in",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(ListSettings),
    .max_args = ARRAY_LEN(kinds) + 1,
    .shared = SHARED_JSON,
    .run = run,
};
