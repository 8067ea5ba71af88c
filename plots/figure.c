/*
 * plots/figure.c: one script per figure, run once, kept as a file the user can run again.
 *
 * The script that is run and the one that is saved differ in a line: where the pictures go.
 */
#include "plots/figure.h"

#include "plots/figure_data.h"
#include "plots/gnuplot.h"

#include "base/dir.h"
#include "base/proc.h"
#include "base/sys.h"
#include "base/text.h"
#include "results/figure_names.h"
#include "results/stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const formats[] = {"svg", "png", "pdf"};

/* A figure being drawn. */
typedef struct Drawing {
    const char *name, *body; /* body: the .gp file */
    const Dir *in;           /* what `folder` is in */
    const char *folder;
    FigureData data;
    Figure figure;
    const char *note, *stamp; /* texts in the picture */
    Arena *arena;
} Drawing;

/* --- words --- */

/* The rest of the head line "# KEY: ..." of a .gp file, or "". */
static const char *head_line(const Drawing *d, const char *key)
{
    char start[32];
    snprintf(start, sizeof(start), "# %s: ", key);
    const char *line = strstr(d->body, start);
    if (line == NULL)
        return "";
    line += strlen(start);
    const char *text = arena_printf(d->arena, "%.*s", (int)strcspn(line, "\n"), line);
    return text != NULL ? text : "";
}

/* "n = 2 seeds" or "n = 1 to 3 seeds". */
static const char *seeds_text(const Drawing *d)
{
    const int64_t low = figure_data_int(&d->data, "n_low");
    const int64_t high = figure_data_int(&d->data, "n_high");
    const char *text =
        low == high ? arena_printf(d->arena, "n = %" PRId64 " seed%s", high, text_plural(high))
                    : arena_printf(d->arena, "n = %" PRId64 " to %" PRId64 " seeds", low, high);
    return text != NULL ? text : "";
}

/* What is missing from the picture, with `lead` in front of each remark. */
static const char *missing_text(const Drawing *d, const char *lead)
{
    const int64_t diverged = figure_data_int(&d->data, "n_diverged");
    const int64_t waiting = figure_data_int(&d->data, "n_waiting");
    Text text = {0};
    if (diverged)
        text_printf(&text, "%s%" PRId64 " diverged trial%s not drawn", lead, diverged,
                    text_plural(diverged));
    if (waiting)
        text_printf(&text, "%s%" PRId64 " trial%s not finished", lead, waiting,
                    text_plural(waiting));
    const char *copy = arena_text(d->arena, text_string(&text));
    d->arena->failed |= text.failed;
    text_release(&text);
    return copy != NULL ? copy : "";
}

/* Does the figure draw seeds and their means? Its caption says so. */
static bool has_dots(const Drawing *d)
{
    return strstr(head_line(d, "caption"), "{dots}") != NULL;
}

/* Intervals are drawn from STATS_BAR_N seeds on. */
static bool has_bars(const Drawing *d)
{
    return has_dots(d) && figure_data_int(&d->data, "n_high") >= STATS_BAR_N;
}

/* Is there more than one seed behind a mark? */
static bool has_seeds(const Drawing *d)
{
    return has_dots(d) && figure_data_int(&d->data, "n_high") > 1;
}

/*
 * "dotted: chance, 10 %" where it is drawn, with `lead` in front; "largest class" instead of
 * "chance" where classes are uneven.
 */
static const char *chance_text(const Drawing *d, const char *lead)
{
    double chance = 0;
    if (!figure_data_int(&d->data, "has_chance") ||
        !text_to_double(figure_data_text(&d->data, "chance"), &chance))
        return "";
    const char *text = arena_printf(d->arena, "%sdotted: %s, %.3g %%", lead,
                                    figure_data_text(&d->data, "chance_name"), chance);
    return text != NULL ? text : "";
}

/* "Dots are seeds, ...": how to read the marks. */
static const char *dots_text(const Drawing *d)
{
    return arena_printf(
        d->arena, "%s, %s; %s%s%s%s.",
        has_seeds(d) ? "Small dots are seeds, large marks their means" : "Each mark is one run",
        seeds_text(d),
        has_bars(d) ? "bars 90 % t intervals of the mean" : "no intervals are drawn below 5 seeds",
        chance_text(d, "; "), missing_text(d, "; "),
        figure_data_int(&d->data, "is_nominal") ? "; costs are nominal, not matched" : "");
}

/* Replaces {key} by variables of the figure and a few texts made here. */
static const char *fill_in(const Drawing *d, const char *pattern)
{
    Text text = {0};
    const int64_t aside = figure_data_int(&d->data, "n_aside");
    const int64_t unfair = figure_data_int(&d->data, "n_unfair");
    char key[32];
    for (; *pattern; pattern++) {
        const size_t n = *pattern == '{' ? strcspn(pattern, "}") : 0;
        if (n == 0 || n >= sizeof(key)) {
            text_append_char(&text, *pattern);
            continue;
        }
        snprintf(key, sizeof(key), "%.*s", (int)n - 1, pattern + 1);
        pattern += n;
        if (strcmp(key, "dots") == 0)
            text_append(&text, dots_text(d) != NULL ? dots_text(d) : "");
        else if (strcmp(key, "seeds") == 0)
            text_append(&text, seeds_text(d));
        else if (strcmp(key, "aside_text") == 0)
            text_append(&text, aside ? " Ringed points are off their ray, or tied: one "
                                       "network with another strategy."
                                     : "");
        else if (strcmp(key, "unfair_text") == 0 && unfair)
            text_printf(&text, " %" PRId64 " point%s could not be matched and %s left out.", unfair,
                        text_plural(unfair), unfair == 1 ? "is" : "are");
        else
            text_append(&text, figure_data_text(&d->data, key));
    }
    const char *copy = arena_text(d->arena, text_string(&text));
    d->arena->failed |= text.failed;
    text_release(&text);
    return copy;
}

static const char *stamp_text(const Drawing *d)
{
    const bool is_demo = figure_data_int(&d->data, "is_demo") != 0;
    const char *demo = is_demo ? "DEMO: constructed data" : "";
    double low = 1.0, high = 1.0;
    if (!figure_data_int(&d->data, "is_nominal"))
        return demo;
    if (!text_to_double(figure_data_text(&d->data, "ratio_low"), &low) ||
        !text_to_double(figure_data_text(&d->data, "ratio_high"), &high))
        low = high = 1.0;
    return arena_printf(d->arena, "%s%snominal cost: really %.2f to %.2f of the target", demo,
                        is_demo ? ", " : "", low, high);
}

/* Fills title, caption, alt, note and stamp. */
static void describe(Drawing *d)
{
    d->figure.title = head_line(d, "title");
    d->stamp = stamp_text(d);
    d->note =
        arena_printf(d->arena, "%s on %s  |  %s%s%s%s%s", figure_data_text(&d->data, "baseline"),
                     figure_data_text(&d->data, "data"), seeds_text(d),
                     has_seeds(d) ? "  |  small: seeds, large: mean" : "",
                     has_bars(d) ? ", bars: 90 % t intervals" : "", chance_text(d, "  |  "),
                     missing_text(d, "  |  "));
    const char *caption = fill_in(d, head_line(d, "caption"));
    d->figure.caption =
        arena_printf(d->arena, "%s%s%s", d->stamp != NULL && *d->stamp ? d->stamp : "",
                     d->stamp != NULL && *d->stamp ? ". " : "", caption != NULL ? caption : "");
    d->figure.alt = fill_in(d, head_line(d, "alt"));
}

/* --- the script --- */

static void append_variable(Text *script, const char *name, const char *value)
{
    text_printf(script, "%s = ", name);
    gnuplot_append_quoted(script, value != NULL ? value : "");
    text_append_char(script, '\n');
}

/* `out` makes the pictures' names: OUT.svg. */
static void append_script(const Drawing *d, const char *out, Text *script)
{
    char width[16] = "", height[48] = "";
    const EmbeddedFile *style = embed_find(plots_files, "style.gp");
    const char *size = head_line(d, "size");
    const size_t n_width = strcspn(size, " ");
    snprintf(width, sizeof(width), "%.*s", (int)n_width, size);
    snprintf(height, sizeof(height), "%s", size + n_width);
    text_printf(script, "# Figure '%s' of a study of isoflop. Draw it again with: gnuplot %s.gp\n",
                d->name, d->name);
    append_variable(script, "out", out);
    append_variable(script, "title_text", d->figure.title);
    append_variable(script, "stamp", d->stamp);
    append_variable(script, "note", d->note);
    figure_data_script(&d->data, script);
    text_printf(script, "figure_width = %s\nfigure_height = %s\n", width, height);
    text_append(
        script,
        "do for [format in 'svg png pdf'] {\n"
        "reset\n"
        "if (format eq 'svg') { set terminal svg size figure_width,figure_height "
        "dynamic background rgb 'white' font 'DejaVu Sans,Helvetica,Arial,sans-serif,12' }\n"
        "if (format eq 'png') { set terminal pngcairo size 2*figure_width,2*figure_height "
        "fontscale 2 linewidth 2 pointscale 2 background rgb 'white' font 'DejaVu "
        "Sans,12' }\n"
        "if (format eq 'pdf') { set terminal pdfcairo size "
        "figure_width/72.0,figure_height/72.0 font 'DejaVu Sans,12' }\n"
        "set output out.'.'.format\n");
    text_append(script, style != NULL ? (const char *)style->data : "");
    text_append(script, d->body);
    text_append(script, "set output\n}\n");
}

/* --- files --- */

/* Takes the pictures of a run that ended well; reads the svg for the report. */
static ErrCode accept_pictures(Drawing *d, const Dir *drawn, const Dir *folder, Err *err)
{
    enum { MAX_SVG_BYTES = 1 << 26 };
    char *svg = NULL;
    size_t n_bytes = 0;
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        TRY(gnuplot_accept(drawn, folder, d->name, formats[i], err));
    const char *name = arena_printf(d->arena, "%s.svg", d->name);
    TRY(arena_ok(d->arena, err));
    TRY(dir_read(folder, name, MAX_SVG_BYTES, &svg, &n_bytes, err));
    d->figure.svg = arena_text(d->arena, svg);
    mem_free(svg);
    return arena_ok(d->arena, err);
fail:
    return err->code;
}

/*
 * Runs gnuplot, which follows links, in a folder of its own that nobody else can put any into, and
 * takes what it drew from there.
 */
static ErrCode draw_pictures(Drawing *d, const Dir *folder, Err *err)
{
    Text script = {0};
    Dir *drawn = NULL;
    Err ignored = {0};
    char path[DIR_PROC_BYTES];
    const char *own = arena_printf(d->arena, "%s.tmp-%ld-0", d->name, (long)proc_pid());
    TRY(arena_ok(d->arena, err));
    TRY(dir_remove_tree(folder, own, err)); /* of a dead process that had our number */
    TRY(dir_make_private(&drawn, folder, own, err));
    const char *out = arena_printf(d->arena, "%s/%s", dir_proc_path(drawn, path), d->name);
    TRY(arena_ok(d->arena, err));
    append_script(d, out, &script);
    TRY(text_ok(&script, err));
    TRY(gnuplot_run(&script, FIGURE_TIMEOUT_S, err));
    TRY(accept_pictures(d, drawn, folder, err));
fail:
    if (drawn != NULL && dir_remove_tree(folder, own, &ignored) != ERR_NONE &&
        err->code == ERR_NONE)
        *err = ignored;
    dir_close(&drawn);
    text_release(&script);
    return err->code;
}

static ErrCode draw(Drawing *d, Err *err)
{
    Text saved = {0}, tsv = {0};
    Dir *folder = NULL;
    FileWriter *writer = NULL;
    append_script(d, d->name, &saved);
    figure_data_tsv(&d->data, &tsv);
    const char *script_name = arena_printf(d->arena, "%s.gp", d->name);
    const char *tsv_name = arena_printf(d->arena, "%s.tsv", d->name);
    TRY(text_ok(&saved, err));
    TRY(text_ok(&tsv, err));
    TRY(arena_ok(d->arena, err));
    TRY(dir_make(&folder, d->in, d->folder, err));
    /* Before gnuplot, which does not say why it cannot write. */
    TRY(dir_begin(&writer, folder, script_name, err));
    TRY(draw_pictures(d, folder, err));
    TRY(file_writer_put(writer, saved.data, saved.n_bytes, err));
    TRY(file_writer_commit(&writer, err));
    TRY(dir_write(folder, tsv_name, tsv.data, tsv.n_bytes, err));
fail:
    file_writer_abort(&writer);
    dir_close(&folder);
    text_release(&saved);
    text_release(&tsv);
    return err->code;
}

static ErrCode unknown_figure(const char *name, Err *err)
{
    Text why = {0};
    figure_names_complain(name, &why);
    const ErrCode code = err_set(err, ERR_USAGE, "%s", text_string(&why));
    text_release(&why);
    return code;
}

ErrCode figure_draw(Store *store, const char *name, const Dir *in, const char *folder, Arena *arena,
                    Figure *out, Err *err)
{
    if (!figure_names_has(name))
        return unknown_figure(name, err);
    const char *file_name = arena_printf(arena, "%s.gp", name);
    const EmbeddedFile *file = file_name != NULL ? embed_find(plots_files, file_name) : NULL;
    Drawing d = {
        .name = name, .in = in, .folder = folder, .arena = arena, .figure = {.name = name}};
    TRY(arena_ok(arena, err));
    if (file == NULL)
        return err_set(err, ERR_INTERNAL, "no script for figure '%s'", name);
    d.body = (const char *)file->data;
    TRY(figure_data_read(store, name, arena, &d.data, err));
    describe(&d);
    d.figure.n_diverged = figure_data_int(&d.data, "n_diverged");
    d.figure.is_empty = figure_data_int(&d.data, "n_done") == 0;
    if (!d.figure.is_empty)
        TRY(draw(&d, err));
    if (out != NULL)
        *out = d.figure;
    return ERR_NONE;
fail:
    return err_wrap(err, "drawing figure '%s'", name);
}
