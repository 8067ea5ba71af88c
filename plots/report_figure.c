/* plots/report_figure.c: the picture as a data: URL, its caption as text. */
#include "plots/report_figure.h"

#include "plots/figure.h"
#include "plots/html.h"

#include "base/arena.h"

#include <inttypes.h>
#include <string.h>

static bool append_figure(Text *page, Store *store, const char *name, const FigurePlace *place,
                          const char *before, Arena *arena)
{
    Figure figure = {0};
    Err err = {0};
    if (figure_draw(store, name, place, arena, &figure, &err) != ERR_NONE) {
        html_markup(page, "<p class=\"note\">");
        html_printf(page, "Figure %s is missing: %s.", name, err.msg);
        html_markup(page, "</p>\n");
        return false;
    }
    if (figure.missing != NULL && figure.n_diverged > 0) {
        html_markup(page, "<p class=\"note\">");
        html_printf(page,
                    "Figure %s has nothing to draw: %" PRId64 " trial%s diverged, none is done.",
                    name, figure.n_diverged, text_plural((uint64_t)figure.n_diverged));
        html_markup(page, "</p>\n");
    }
    if (figure.missing != NULL)
        return true;
    html_markup(page, "<figure><img alt=\"");
    html_text(page, figure.alt);
    html_markup(page, "\" src=\"data:image/svg+xml;base64,");
    html_base64(page, figure.svg, strlen(figure.svg));
    html_markup(page, "\">\n<figcaption><strong>");
    html_printf(page, "%s%s.", before, figure.title);
    html_markup(page, "</strong> ");
    html_printf(page, "%s Data and script: %s/%s.tsv, %s/%s.gp.", figure.caption, place->folder,
                name, place->folder, name);
    html_markup(page, "</figcaption></figure>\n");
    return true;
}

bool report_figure(Text *page, Store *store, const char *name, const Dir *in, const char *folder,
                   const char *before)
{
    const FigurePlace place = {.in = in, .folder = folder};
    Arena arena = {0}; /* of a large study a figure takes much, and a page has many */
    const bool is_whole = append_figure(page, store, name, &place, before, &arena);
    arena_release(&arena);
    return is_whole;
}
