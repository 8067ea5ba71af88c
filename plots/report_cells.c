/* plots/report_cells.c: a cell is markup of ours around one formatted text. */
#include "plots/report_cells.h"

#include "plots/html.h"

#include <math.h>

void report_multipliers(Text *page, const double m[3])
{
    html_markup(page, "<td>");
    if (!isnan(m[0]))
        html_printf(page, "%.3g × %.3g × %.3g", m[0], m[1], m[2]);
    html_markup(page, "</td>");
}

void report_number(Text *page, const char *format, double value)
{
    html_markup(page, "<td>");
    if (!isnan(value)) {
        Text number = {0};
        text_printf(&number, format, value);
        html_words(page, text_string(&number));
        page->failed |= number.failed;
        text_release(&number);
    }
    html_markup(page, "</td>");
}

void report_left_out(Text *page, size_t n_rows, size_t most, const char *view)
{
    if (n_rows <= most)
        return;
    html_markup(page, "<p class=\"note\">");
    html_printf(page, "The first %zu of %zu rows", most, n_rows);
    if (view != NULL)
        html_printf(page, "; all of them: isoflop export --format csv DIR %s", view);
    html_markup(page, ".</p>\n");
}
