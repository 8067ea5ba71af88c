/*
 * plots/ternary_layout.h: where the parts of a triangle's panel stand; private to plots/.
 *
 * Lengths are in the picture's units, a twelfth of a line of text. On a screen every panel is
 * the same, two beside each other. On a page all text has one size, so that the triangle takes
 * what texts leave: panels stand below each other where two do not fit, long lines of words are
 * broken.
 */
#ifndef PLOTS_TERNARY_LAYOUT_H
#define PLOTS_TERNARY_LAYOUT_H

#include "plots/figure_style.h"

#include "base/arena.h"

#define TERNARY_HEIGHT_OVER_SIDE 0.86602540378443865

typedef struct TernaryLayout {
    int columns;          /* of panels */
    double width, height; /* of the picture without title and note */
    double panel_width, panel_height;
    double side, left, top; /* of the triangle in its panel: left corner, upper corner */
    double head_left, head, head_row;
    double key_mark, key_text, key_top, key_row;
    int key_columns;
    double value_font, level_font;
    double word_font; /* lines are broken as this font needs; 0: they are not */
} TernaryLayout;

/* For n_panels, one or more. */
TernaryLayout ternary_layout(const FigureStyle *style, int n_panels);

/*
 * The next line of *text at x of a panel, in the arena, *text then behind it; NULL at the end,
 * or without memory (arena_ok tells).
 */
const char *ternary_layout_line(const TernaryLayout *layout, double x, const char **text,
                                Arena *arena);

#endif
