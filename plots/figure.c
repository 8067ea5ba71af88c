/*
 * plots/figure.c: one script per figure, run once, kept as a file the user can run again.
 *
 * The script that is run and the one that is saved differ in a line: where the pictures go.
 */
#include "plots/figure.h"

#include "plots/figure_data.h"
#include "plots/figure_noise.h"
#include "plots/figure_paper.h"
#include "plots/figure_ripe.h"
#include "plots/figure_script.h"
#include "plots/figure_sizes.h"
#include "plots/figure_thin.h"
#include "plots/gnuplot.h"
#include "plots/ternary.h"

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
    FigurePlace place;
    FigureData data;
    FigureScript script;
    Figure figure;
    Arena *arena;
} Drawing;

/* --- words --- */

static const char *head_line(const Drawing *d, const char *key)
{
    return figure_script_head(d->body, key, d->arena);
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

/* What is not drawn since it is too much, "" if nothing is. */
static const char *thinned_text(const Drawing *d)
{
    const FigureBlock *block = figure_data_block(&d->data, "thinned");
    return block != NULL && block->table.n_rows > 0 ? block->table.cells[0] : "";
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
        else if (strcmp(key, "start_text") == 0)
            text_append(&text, figure_data_rows(&d->data, "start") > 0
                                   ? "; lines begin at it"
                                   : "; the baseline was not trained here, so lines begin "
                                     "at their first point");
        else if (strcmp(key, "thinned_text") == 0 && *thinned_text(d))
            text_printf(&text, " Not all is drawn, but an even choice: %s.", thinned_text(d));
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

/* Adds a text to what stands under the plot, unless it is empty. */
static void add_note(Drawing *d, const char *text)
{
    if (text != NULL && *text && d->script.n_notes < FIGURE_MAX_NOTES)
        d->script.notes[d->script.n_notes++] = text;
}

/* Fills title, caption, alt, note and stamp. */
static void describe(Drawing *d)
{
    static const char between[] = "; ";
    const char *stamp = stamp_text(d), *missing = missing_text(d, between);
    d->figure.title = d->script.title = head_line(d, "title");
    d->script.stamp = stamp;
    add_note(d, arena_printf(d->arena, "%s on %s", figure_data_text(&d->data, "baseline"),
                             figure_data_text(&d->data, "data")));
    add_note(d, seeds_text(d));
    add_note(d, has_seeds(d) ? "small: seeds, large: mean" : "");
    add_note(d, has_bars(d) ? "bars: 90 % t intervals" : "");
    add_note(d, chance_text(d, ""));
    add_note(d, *missing ? missing + strlen(between) : "");
    add_note(d, *thinned_text(d) ? arena_printf(d->arena, "drawn: %s", thinned_text(d)) : "");
    const char *caption = fill_in(d, head_line(d, "caption"));
    d->figure.caption =
        arena_printf(d->arena, "%s%s%s", stamp != NULL && *stamp ? stamp : "",
                     stamp != NULL && *stamp ? ". " : "", caption != NULL ? caption : "");
    d->figure.alt = fill_in(d, head_line(d, "alt"));
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
    figure_script_append(&d->script, out, d->arena, &script);
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
    figure_script_append(&d->script, d->name, d->arena, &saved);
    figure_data_tsv(&d->data, d->arena, &tsv);
    const char *script_name = arena_printf(d->arena, "%s.gp", d->name);
    const char *tsv_name = arena_printf(d->arena, "%s.tsv", d->name);
    TRY(text_ok(&saved, err));
    TRY(text_ok(&tsv, err));
    TRY(arena_ok(d->arena, err));
    TRY(dir_make(&folder, d->place.in, d->place.folder, err));
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

/* What is fitted to what was read. */
static ErrCode add_computed(FigureData *data, const char *name, Arena *arena, Err *err)
{
    static const struct {
        const char *name;
        ErrCode (*add)(FigureData *data, Arena *arena, Err *err);
    } computed[] = {{"residuals", figure_noise_residuals},
                    {"power", figure_noise_power},
                    {"sizes", figure_sizes_fit},
                    {"curves", figure_ripe_mark},
                    {"fig1", figure_paper_params},
                    {"fig5", figure_paper_macs},
                    {"grid", figure_thin_grid}};
    for (size_t i = 0; i < ARRAY_LEN(computed); i++)
        if (strcmp(computed[i].name, name) == 0)
            TRY(computed[i].add(data, arena, err));
fail:
    return err->code;
}

/* Why there is nothing to draw, or NULL. */
static const char *find_missing(const Drawing *d)
{
    const char *block = head_line(d, "needs");
    if (figure_data_int(&d->data, "n_done") == 0)
        return "no trial of it is done";
    return *block && figure_data_rows(&d->data, block) == 0 ? head_line(d, "without") : NULL;
}

static ErrCode unknown_figure(const char *name, Err *err)
{
    Text why = {0};
    figure_names_complain(name, &why);
    const ErrCode code = err_set(err, ERR_USAGE, "%s", text_string(&why));
    text_release(&why);
    return code;
}

ErrCode figure_draw(Store *store, const char *name, const FigurePlace *place, Arena *arena,
                    Figure *out, Err *err)
{
    if (!figure_names_has(name))
        return unknown_figure(name, err);
    const char *file_name = arena_printf(arena, "%s.gp", name);
    const EmbeddedFile *file = file_name != NULL ? embed_find(plots_files, file_name) : NULL;
    Drawing d = {.name = name, .place = *place, .arena = arena, .figure = {.name = name}};
    TRY(arena_ok(arena, err));
    if (file == NULL)
        return err_set(err, ERR_INTERNAL, "no script for figure '%s'", name);
    d.body = (const char *)file->data;
    TRY(figure_data_read(store, name, arena, &d.data, err));
    TRY(add_computed(&d.data, name, arena, err));
    if (strcmp(name, "ternary") == 0)
        TRY(ternary_add(store, &place->style, &d.data, arena, err));
    d.script = (FigureScript){.name = name, .body = d.body, .data = &d.data, .style = place->style};
    describe(&d);
    d.figure.n_diverged = figure_data_int(&d.data, "n_diverged");
    d.figure.missing = find_missing(&d);
    if (d.figure.missing == NULL) {
        TRY(draw(&d, err));
        d.figure.hits = figure_hits_find(d.figure.svg, d.body, &d.data, arena);
        TRY(arena_ok(arena, err));
    }
    if (out != NULL)
        *out = d.figure;
    return ERR_NONE;
fail:
    return err_wrap(err, "drawing figure '%s'", name);
}
