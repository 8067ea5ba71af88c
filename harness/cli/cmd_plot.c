/* harness/cli/cmd_plot.c: `isoflop plot`: draws figures of a study. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"

#include "base/file.h"
#include "base/json.h"
#include "base/sys.h"
#include "plots/figure.h"
#include "results/figure_names.h"

#include <string.h>

static const char *const usage[] = {"DIR [FIGURE...] [--json]", NULL};
static const char *const notes[] = {"FIGURE is a name as 'isoflop list figures' has it; "
                                    "without one, all that have data are drawn. Each becomes "
                                    "DIR/figures/FIGURE.{svg,png,pdf,gp,tsv}: the pictures, the "
                                    "gnuplot script that made them, the data.",
                                    NULL};

enum { PLOT_MAX_FIGURES = 16 };

static void put_figure(JsonWriter *json, const char *folder, const Figure *figure)
{
    json_open_map(json, NULL);
    json_put_text(json, "figure", figure->name);
    json_put_bool(json, "drawn", !figure->is_empty);
    json_put_text(json, "folder", figure->is_empty ? NULL : folder);
    json_put_text(json, "caption", figure->is_empty ? NULL : figure->caption);
    json_close_map(json);
}

static ErrCode draw_all(StudyFolder *study, const char *folder, const char *const *names, size_t n,
                        JsonWriter *json, Text *plain, Err *err)
{
    for (size_t i = 0; i < n; i++) {
        Figure figure = {0};
        TRY(figure_draw(study->store, names[i], folder, &study->arena, &figure, err));
        put_figure(json, folder, &figure);
        if (figure.is_empty)
            call_say("%s: no trial of it is done, nothing drawn", names[i]);
        else
            text_printf(plain, "%s/%s.svg\n", folder, names[i]);
    }
fail:
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    StudyFolder study;
    Text plain = {0}, document = {0};
    JsonWriter json = json_writer(&document, true);
    char *folder = NULL;
    size_t n = call->n_args - 1;
    const char *const *names = call->args + 1;
    if (n == 0)
        for (names = figure_names; names[n];)
            n++;
    TRY(study_folder_open(&study, call->args[0], err));
    TRY(store_trust(study.store, err));
    folder = study_folder_file(&study, "figures");
    if (folder == NULL) {
        (void)err_memory(err, strlen(call->args[0]));
        goto fail;
    }
    TRY(file_make_dirs_below(call->args[0], "figures", err));
    json_open_list(&json, NULL);
    TRY(draw_all(&study, folder, names, n, &json, &plain, err));
    json_close_list(&json);
    text_append_char(&document, '\n');
    TRY(call_print(call->json ? &document : &plain, err));
fail:
    study_folder_close(&study);
    mem_free(folder);
    text_release(&plain);
    text_release(&document);
    return err->code;
}

const Command cmd_plot = {
    .name = "plot",
    .summary = "draw figures of a study with their data and scripts",
    .usage = usage,
    .notes = notes,
    .min_args = 1,
    .max_args = 1 + PLOT_MAX_FIGURES,
    .shared = SHARED_JSON,
    .run = run,
};
