/*
 * plots/figure_script.h: gnuplot's script of a figure: its data, where things stand (layout.gp),
 * how they look (style.gp), what is drawn (NAME.gp); private to plots/.
 *
 * Scripts reckon in units of which twelve are a line of text: a pixel on a screen, 8/12 points on a
 * page. Heads of NAME.gp: `# size: WIDTH HEIGHT` on a screen, `# narrow: HEIGHT` of what is drawn
 * without axis, legend and note where the width is small, `# legend: BLOCK` whose groups it names
 * (`# most: N`: unless they are more).
 * A line `# place labels` stands for place.gp.
 */
#ifndef PLOTS_FIGURE_SCRIPT_H
#define PLOTS_FIGURE_SCRIPT_H

#include "plots/figure_data.h"
#include "plots/figure_style.h"

#include "base/arena.h"
#include "base/text.h"

enum { FIGURE_MAX_NOTES = 8 };

typedef struct FigureScript {
    const char *name, *body; /* body: the text of NAME.gp */
    const char *title, *stamp;
    const char *notes[FIGURE_MAX_NOTES]; /* what stands under the plot, none empty */
    size_t n_notes;
    const FigureData *data;
    FigureStyle style;
} FigureScript;

/* The rest of the head line "# KEY: ..." of a .gp file, or "". */
const char *figure_script_head(const char *body, const char *key, Arena *arena);

/* Appends the script that draws OUT.svg, OUT.png and OUT.pdf. */
void figure_script_append(const FigureScript *script, const char *out, Arena *arena, Text *text);

#endif
