/* plots/report_family.c: the families of a study, a table each, a row a member. */
#include "plots/html.h"
#include "plots/report_cells.h"
#include "plots/report_tables.h"

#include "results/stats.h"

#include <math.h>
#include <string.h>

static void cost_cells(Text *page, const StorePoint *p)
{
    const double *m = p->nominal;
    char macs[TEXT_NUMBER_BYTES];
    html_element(page, "td", p->macs ? text_human(macs, (double)p->macs) : "");
    report_number(page, "%.3f", p->macs ? p->ratio : (double)NAN);
    report_number(page, "%.3f", m[0] * m[1] * m[1] * m[2] * m[2]);
}

/* Accuracy of the seeds that are done; what is not, or why there is none. */
static void result_cells(Text *page, const StorePointResult *r, Arena *arena)
{
    double *val = arena_zalloc(arena, r->n_seeds + 1, sizeof *val);
    double *test = arena_zalloc(arena, r->n_seeds + 1, sizeof *test);
    int n = 0, n_diverged = 0, n_waiting = 0;
    for (size_t i = 0; i < r->n_seeds && val != NULL && test != NULL; i++) {
        const StoreStatus status = r->seeds[i].status;
        n_diverged += status == STORE_TRIAL_DIVERGED;
        n_waiting += status != STORE_TRIAL_DONE && status != STORE_TRIAL_DIVERGED;
        if (status != STORE_TRIAL_DONE)
            continue;
        val[n] = r->seeds[i].val_top1;
        test[n++] = r->seeds[i].test_top1;
    }
    report_mean_and_seeds(page, stats_mean(val, n), val, n);
    report_mean_and_seeds(page, stats_mean(test, n), test, n);
    html_markup(page, "<td>");
    html_printf(page, "%d", n);
    html_markup(page, "</td><td class=\"l w\">");
    html_text(page, r->point.reason != NULL ? r->point.reason : "");
    if (n_diverged)
        html_printf(page, "%d diverged ", n_diverged);
    if (n_waiting)
        html_printf(page, "%d not finished", n_waiting);
    html_markup(page, "</td>");
}

static void member_row(Text *page, const StorePointResult *r, Arena *arena)
{
    const StorePoint *p = &r->point;
    html_markup(page, "<tr>");
    report_number(page, "%g", p->x);
    report_multipliers(page, p->nominal);
    report_multipliers(page, p->built);
    report_number(page, "%g", p->macs ? p->resolution : (double)NAN);
    cost_cells(page, p);
    result_cells(page, r, arena);
    html_markup(page, "</tr>\n");
}

void report_families(Text *page, const StoreResults *results, Arena *arena)
{
    const char *series = NULL;
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        if (!store_is_part(p, "family"))
            continue;
        if (series == NULL)
            html_markup(
                page,
                "<section aria-labelledby=\"h-families\">\n<h2 id=\"h-families\">Families</h2>\n"
                "<p>Members α^φ, β^φ, γ^φ by the network's own rounding, as in the paper. Nothing "
                "is matched: each is counted, and costs what it costs. The nominal cost is "
                "(α·β²·γ²)^φ.</p>\n");
        if (series == NULL || strcmp(series, p->series) != 0) {
            html_markup(page, series != NULL ? "</tbody></table></div>\n<h3>" : "<h3>");
            html_text(page, p->series);
            html_markup(page,
                        "</h3>\n<div class=\"scroll\"><table><thead><tr><th>φ</th><th>nominal d × "
                        "w × r</th><th>built d × w × r</th><th>px</th><th>MACs</th><th>cost / "
                        "baseline</th><th>nominal cost</th><th class=\"l\">validation <small>every "
                        "seed</small></th><th class=\"l\">test <small>every seed</small></th>"
                        "<th>n</th><th class=\"l w\">remarks</th></tr></thead><tbody>\n");
        }
        series = p->series;
        member_row(page, &results->points[i], arena);
    }
    if (series != NULL)
        html_markup(page, "</tbody></table></div>\n</section>\n");
}
