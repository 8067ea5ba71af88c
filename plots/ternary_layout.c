/* plots/ternary_layout.c: one layout of fixed places, one of what a page's texts leave. */
#include "plots/ternary_layout.h"

#include "plots/labels.h"

#include <math.h>
#include <stddef.h>

static TernaryLayout for_screen(int n_panels)
{
    const int columns = 2;
    TernaryLayout screen = {.columns = columns,
                            .width = n_panels > 1 ? 1200 : 640,
                            .panel_width = 600,
                            .panel_height = 625,
                            .side = 400,
                            .left = 100,
                            .top = 90,
                            .head_left = 62,
                            .head = 12,
                            .head_row = 20,
                            .key_mark = 70,
                            .key_text = 88,
                            .key_top = 500,
                            .key_row = 21,
                            .key_columns = 2,
                            .value_font = 13,
                            .level_font = 12};
    const int n_rows = (n_panels + columns - 1) / columns;
    screen.height = screen.panel_height * n_rows;
    return screen;
}

/* Heads have three lines, keys nine, if they are in one column. */
static TernaryLayout for_page(const FigureStyle *style, int n_panels)
{
    const double unit = FIGURE_STYLE_TEXT_POINTS / FIGURE_STYLE_UNITS_A_LINE;
    const double least_width = 350, corners = 100, most_side = 400, least_side = 80;
    const double above = 108, below = 64, two_keys = 620, line = FIGURE_STYLE_UNITS_A_LINE;
    const double width = style->width / unit, frame = style->is_untitled ? 18 : 76;
    TernaryLayout page = {.columns = n_panels > 1 && width >= 2 * least_width ? 2 : 1,
                          .width = width,
                          .top = above,
                          .head_left = 4,
                          .head = 12,
                          .head_row = 17,
                          .key_mark = 14,
                          .key_text = 30,
                          .key_row = 17,
                          .value_font = line,
                          .level_font = line,
                          .word_font = line};
    const int rows = (n_panels + page.columns - 1) / page.columns;
    page.panel_width = width / page.columns;
    page.key_columns = page.panel_width >= two_keys ? 2 : 1;
    const double keys = page.key_row * (page.key_columns == 2 ? 5 : 9) + 8;
    page.side = fmin(most_side, page.panel_width - corners);
    if (style->height > 0.0)
        page.side = fmin(page.side, ((style->height / unit - frame) / rows - above - below - keys) /
                                        TERNARY_HEIGHT_OVER_SIDE);
    page.side = fmax(page.side, least_side);
    page.left = (page.panel_width - page.side) / 2.0;
    page.key_top = above + page.side * TERNARY_HEIGHT_OVER_SIDE + below;
    page.panel_height = page.key_top + keys;
    page.height = page.panel_height * rows;
    return page;
}

TernaryLayout ternary_layout(const FigureStyle *style, int n_panels)
{
    return style->width > 0.0 ? for_page(style, n_panels) : for_screen(n_panels);
}

const char *ternary_layout_line(const TernaryLayout *layout, double x, const char **text,
                                Arena *arena)
{
    const char *const start = *text, *end = start;
    if (start == NULL || *start == '\0')
        return NULL;
    for (const char *c = start;; c++) {
        if (*c != ' ' && *c != '\0')
            continue;
        const char *words = arena_printf(arena, "%.*s", (int)(c - start), start);
        if (words == NULL || (end > start && layout->word_font > 0.0 &&
                              x + labels_width(words, layout->word_font) > layout->panel_width))
            break;
        end = c;
        if (*c == '\0')
            break;
    }
    *text = *end == ' ' ? end + 1 : end;
    return arena_printf(arena, "%.*s", (int)(end - start), start);
}
