/* plots/report_figure.c: the picture as a data: URL, its caption as text. */
#include "plots/report_figure.h"

#include "plots/figure.h"
#include "plots/html.h"

#include <inttypes.h>
#include <string.h>

bool report_figure(Text *page, Store *store, const char *name, const Dir *in, const char *folder,
                   const char *before, Arena *arena)
{
    Figure figure = {0};
    Err err = {0};
    const FigurePlace place = {.in = in, .folder = folder};
    if (figure_draw(store, name, &place, arena, &figure, &err) != ERR_NONE) {
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
    html_printf(page, "%s Data and script: %s/%s.tsv, %s/%s.gp.", figure.caption, folder, name,
                folder, name);
    html_markup(page, "</figcaption></figure>\n");
    return true;
}
