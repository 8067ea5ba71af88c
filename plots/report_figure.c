/*
 * plots/report_figure.c: the picture as a data: URL, its marks laid over it, its caption as text.
 *
 * The picture stays an image: nothing in it can run, and its names cannot meet those of another.
 */
#include "plots/report_figure.h"

#include "plots/figure.h"
#include "plots/html.h"

#include "base/arena.h"

#include <inttypes.h>
#include <string.h>

/* A mark that can be pointed at and, where its trials have rows, chosen; keyboards have the rows.
 */
static void put_hit(Text *page, const FigureHit *hit, bool has_rows)
{
    const bool is_link = has_rows && hit->trials[0] != '\0';
    if (is_link) {
        html_markup(page, "<a tabindex=\"-1\" href=\"#trial=");
        for (const char *c = hit->trials; *c != '\0'; c++)
            text_append_char(page, *c == ' ' ? ',' : *c);
        html_markup(page, "\" data-t=\"");
        html_text(page, hit->trials);
        html_markup(page, "\">");
    }
    text_printf(page, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>", hit->x, hit->y,
                hit->radius);
    html_text(page, hit->words);
    html_markup(page, is_link ? "</title></circle></a>" : "</title></circle>");
}

static void put_hits(Text *page, const FigureHits *hits, bool has_rows)
{
    if (hits->n == 0)
        return;
    text_printf(page, "\n<svg class=\"hits\" viewBox=\"0 0 %g %g\" aria-hidden=\"true\">",
                hits->width, hits->height);
    for (size_t i = 0; i < hits->n; i++)
        put_hit(page, &hits->items[i], has_rows);
    html_markup(page, "</svg>");
}

static bool append_figure(Text *page, Store *store, const char *name, const FigurePlace *place,
                          const char *of, Arena *arena)
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
    html_markup(page, "<figure><div class=\"plot\"");
    if (figure.hits.width > 0) /* else the picture has its own size */
        text_printf(page, " style=\"--w:%g\"", figure.hits.width);
    html_markup(page, ">");
    html_markup(page, "<img alt=\"");
    html_text(page, figure.alt);
    html_markup(page, "\" src=\"data:image/svg+xml;base64,");
    html_base64(page, figure.svg, strlen(figure.svg));
    html_markup(page, "\">");
    put_hits(page, &figure.hits, of == NULL);
    html_markup(page, "</div>\n<figcaption><strong>");
    html_printf(page, "%s%s%s.", of != NULL ? of : "", of != NULL ? ": " : "", figure.title);
    html_markup(page, "</strong> ");
    html_printf(page, "%s Data and script: %s/%s.tsv, %s/%s.gp.", figure.caption, place->folder,
                name, place->folder, name);
    html_markup(page, "</figcaption></figure>\n");
    return true;
}

bool report_figure(Text *page, Store *store, const char *name, const Dir *in, const char *folder,
                   const char *of)
{
    const FigurePlace place = {.in = in, .folder = folder};
    Arena arena = {0}; /* of a large study a figure takes much, and a page has many */
    const bool is_whole = append_figure(page, store, name, &place, of, &arena);
    arena_release(&arena);
    return is_whole;
}
