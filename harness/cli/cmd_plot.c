/* harness/cli/cmd_plot.c: `isoflop plot`: draws figures of a study. */
#include "harness/cli/command.h"
#include "harness/cli/study_folder.h"

#include "base/dir.h"
#include "base/json.h"
#include "base/sys.h"
#include "plots/figure.h"
#include "results/figure_names.h"

#include <string.h>

static const char *const usage[] = {
    "DIR [FIGURE...] [--out FOLDER] [--width W [--height H]] [--no-title] [--json]", NULL};
static const char *const notes[] = {"FIGURE is a name as 'isoflop list figures' has it; "
                                    "without one, all that have data are drawn. Each becomes "
                                    "DIR/figures/FIGURE.{svg,png,pdf,gp,tsv}, with --out "
                                    "FOLDER/FIGURE...: the pictures, the "
                                    "gnuplot script that made them, the data as one table "
                                    "with a line of names.",
                                    "With --width a figure is made for a page: of that width in "
                                    "svg, pdf and png (300 dpi), all text 8 pt. W and H are "
                                    "numbers with in, cm, mm, pt or px (1/96 in): --width 3.3in.",
                                    NULL};

typedef struct PlotSettings {
    const char *out, *width, *height;
    bool is_untitled;
} PlotSettings;

static const Option options[] = {
    {.name = "out",
     .kind = OPTION_TEXT,
     .offset = offsetof(PlotSettings, out),
     .metavar = "FOLDER",
     .doc = "write there instead of into the study's directory"},
    {.name = "width",
     .kind = OPTION_TEXT,
     .offset = offsetof(PlotSettings, width),
     .metavar = "W",
     .doc = "width on a page, as 3.3in or 84mm; text is 8 pt"},
    {.name = "height",
     .kind = OPTION_TEXT,
     .offset = offsetof(PlotSettings, height),
     .metavar = "H",
     .doc = "height there (default: what the figure needs)"},
    {.name = "no-title",
     .kind = OPTION_FLAG,
     .offset = offsetof(PlotSettings, is_untitled),
     .doc = "leave title and note to the caption"},
};

enum { PLOT_MAX_FIGURES = 16 };

static void put_figure(JsonWriter *json, const char *folder, const Figure *figure)
{
    json_open_map(json, NULL);
    json_put_text(json, "figure", figure->name);
    json_put_bool(json, "drawn", figure->missing == NULL);
    json_put_text(json, "folder", figure->missing != NULL ? NULL : folder);
    json_put_text(json, "caption", figure->missing != NULL ? NULL : figure->caption);
    json_close_map(json);
}

/* Into `out`, or else into the study's own folder of figures; `folder` is its path for people. */
static ErrCode draw_all(StudyFolder *study, const PlotSettings *settings, const char *folder,
                        const char *const *names, size_t n, JsonWriter *json, Text *plain, Err *err)
{
    const char *out = settings->out;
    FigurePlace place = {.folder = out != NULL ? out : "figures",
                         .style = {.is_untitled = settings->is_untitled}};
    Dir *in = NULL, *made = NULL;
    TRY(figure_style_read(&place.style, settings->width, settings->height, err));
    if (out == NULL)
        TRY(dir_open(&in, NULL, study->path, err));
    place.in = in;
    TRY(dir_make(&made, in, place.folder, err));
    for (size_t i = 0; i < n; i++) {
        Figure figure = {0};
        TRY(figure_draw(study->store, names[i], &place, &study->arena, &figure, err));
        put_figure(json, folder, &figure);
        if (figure.missing != NULL)
            call_say("%s: %s, nothing drawn", names[i], figure.missing);
        else
            text_printf(plain, "%s/%s.svg\n", folder, names[i]);
    }
fail:
    dir_close(&made);
    dir_close(&in);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const PlotSettings *settings = call->settings;
    StudyFolder study;
    Text plain = {0}, document = {0};
    JsonWriter json = json_writer(&document, true);
    char *folder = NULL;
    size_t n = call->n_args - 1;
    const char *const *names = call->args + 1;
    if (n == 0)
        for (names = figure_names; names[n];)
            n++;
    TRY(study_folder_open(&study, call->args[0], STORE_GROUND_RESULTS, err));
    folder =
        settings->out != NULL ? mem_strdup(settings->out) : study_folder_file(&study, "figures");
    if (folder == NULL) {
        (void)err_memory(err, strlen(study.path));
        goto fail;
    }
    json_open_list(&json, NULL);
    TRY(draw_all(&study, settings, folder, names, n, &json, &plain, err));
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
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(PlotSettings),
    .min_args = 1,
    .max_args = 1 + PLOT_MAX_FIGURES,
    .shared = SHARED_JSON,
    .run = run,
};
