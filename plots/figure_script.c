/* plots/figure_script.c: variables, then one loop over the three formats. */
#include "plots/figure_script.h"

#include "plots/gnuplot.h"
#include "plots/plots_files.h"

#include "base/embed.h"

#include <stdio.h>
#include <string.h>

/* On paper. */
#define PAGE_DPI 300.0
#define POINTS_AN_INCH 72.0
#define PIXELS_AN_INCH 96.0 /* of an SVG */
/* gnuplot's cairo terminals take 12 for 16: points at 96 dots an inch. */
#define CAIRO_FONT "0.75"

const char *figure_script_head(const char *body, const char *key, Arena *arena)
{
    char start[32];
    snprintf(start, sizeof(start), "# %s: ", key);
    const char *line = strstr(body, start);
    if (line == NULL)
        return "";
    line += strlen(start);
    const char *text = arena_printf(arena, "%.*s", (int)strcspn(line, "\n"), line);
    return text != NULL ? text : "";
}

static void append_variable(Text *text, const char *name, const char *value)
{
    text_printf(text, "%s = ", name);
    gnuplot_append_quoted(text, value != NULL ? value : "");
    text_append_char(text, '\n');
}

static void append_file(Text *text, const char *name)
{
    const EmbeddedFile *file = embed_find(plots_files, name);
    text_append(text, file != NULL ? (const char *)file->data : "");
}

/* NAME.gp, with place.gp in the place of each line `# place labels`. */
static void append_body(Text *text, const char *body)
{
    static const char marker[] = "# place labels\n";
    for (const char *at = strstr(body, marker); at != NULL; at = strstr(body, marker)) {
        text_append_bytes(text, body, (size_t)(at - body));
        append_file(text, "place.gp");
        body = at + strlen(marker);
    }
    text_append(text, body);
}

static void append_words(const FigureScript *s, const char *out, Text *text)
{
    text_printf(text, "# Figure '%s' of a study of isoflop. Draw it again with: gnuplot %s.gp\n",
                s->name, s->name);
    append_variable(text, "out", out);
    append_variable(text, "title_text", s->title);
    append_variable(text, "stamp", s->stamp);
    text_printf(text, "has_title = %d\nn_note = %zu\narray note[%zu]\n", !s->style.is_untitled,
                s->n_notes, s->n_notes + 1);
    for (size_t i = 0; i < s->n_notes; i++) {
        text_printf(text, "note[%zu] = ", i + 1);
        gnuplot_append_quoted(text, s->notes[i]);
        text_append_char(text, '\n');
    }
}

static void append_legend(const FigureScript *s, Arena *arena, Text *text)
{
    const char *block = figure_script_head(s->body, "legend", arena);
    const char *most = figure_script_head(s->body, "most", arena); /* beyond it there is none */
    if (*block)
        text_printf(text, "legend_n = n_%s > %s ? 0 : n_%s\nlegend_name(i) = names_%s[i]\n", block,
                    *most ? most : "1e9", block, block);
    else
        text_append(text, "legend_n = 0\nlegend_name(i) = ''\n");
}

/*
 * Width, layout, height; then how large a unit is in each format. Text of a page has one size,
 * which is that of a line.
 */
static void append_size(const FigureScript *s, Arena *arena, Text *text)
{
    const char *size = figure_script_head(s->body, "size", arena);
    const int n_width = (int)strcspn(size, " ");
    const bool is_page = s->style.width > 0.0;
    const double unit =
        is_page ? FIGURE_STYLE_TEXT_POINTS / FIGURE_STYLE_UNITS_A_LINE : 1.0; /* points */
    text_printf(text, "is_page = %d\nfigure_width = ", is_page);
    if (is_page)
        text_append_double(text, s->style.width / unit);
    else
        text_printf(text, "%.*s", n_width, size);
    text_append(text, "\nfigure_height = ");
    text_append_double(text, s->style.height / unit);
    text_append_char(text, '\n');
    append_file(text, "layout.gp");
    text_printf(text,
                "if (figure_height == 0) { figure_height = is_narrow ? top_room + (%s) + axis_room "
                "+ legend_below + bottom_room : (%s)*figure_width/(1.0*%.*s) }\n",
                figure_script_head(s->body, "narrow", arena), size + n_width, n_width, size);
    text_append(text, "svg_unit = ");
    text_append_double(text, is_page ? unit * PIXELS_AN_INCH / POINTS_AN_INCH : 1.0);
    text_append(text, "\npng_unit = ");
    text_append_double(text, is_page ? unit * PAGE_DPI / POINTS_AN_INCH : 2.0);
    text_append(text, "\npdf_unit = ");
    text_append_double(text, unit);
    text_append_char(text, '\n');
}

void figure_script_append(const FigureScript *s, const char *out, Arena *arena, Text *text)
{
    const bool is_page = s->style.width > 0.0;
    append_words(s, out, text);
    figure_data_script(s->data, text);
    append_legend(s, arena, text);
    append_size(s, arena, text);
    text_printf(
        text,
        "do for [format in 'svg png pdf'] {\n"
        "reset\n"
        "mark = format eq 'svg' ? svg_unit : 1\n"
        "if (format eq 'svg') { set terminal svg size "
        "floor(svg_unit*figure_width+0.5),floor(svg_unit*figure_height+0.5) %s background rgb "
        "'white' font 'DejaVu Sans,Helvetica,Arial,sans-serif,12' fontscale svg_unit linewidth "
        "svg_unit }\n"
        "if (format eq 'png') { set terminal pngcairo size "
        "floor(png_unit*figure_width+0.5),floor(png_unit*figure_height+0.5) fontscale " CAIRO_FONT
        "*png_unit "
        "linewidth png_unit pointscale png_unit background rgb 'white' font 'DejaVu Sans,12' }\n"
        "if (format eq 'pdf') { set terminal pdfcairo size "
        "pdf_unit*figure_width/72.0,pdf_unit*figure_height/72.0 font 'DejaVu Sans,12' "
        "fontscale " CAIRO_FONT "*pdf_unit linewidth pdf_unit pointscale pdf_unit }\n"
        "set output out.'.'.format\n",
        is_page ? "fixed" : "dynamic");
    append_file(text, "style.gp");
    append_body(text, s->body);
    text_append(text, "set output\n}\n");
}
