/* plots/report_takeoff.c: one table over all parts, a sentence a test. */
#include "plots/report_takeoff.h"

#include "plots/html.h"
#include "plots/report_cells.h"

#include "results/takeoff.h"

#include <inttypes.h>
#include <math.h>

static const char *groups_name(const TakeoffPart *part)
{
    return part->is_by_network ? "networks" : "series";
}

/* What a time is, and of how many trials. */
static void put_words(Text *page, const Takeoff *t)
{
    html_markup(page, "<p>");
    html_printf(page,
                "Steps until the mean training loss of an epoch is below ln K − %.1f = %.2f nats, "
                "half a nat better than guessing. ",
                TAKEOFF_FALL, t->threshold);
    if (t->smoothing > 0.0)
        html_printf(page,
                    "Label smoothing of %.3g is in that loss: guessing costs the same with it, and "
                    "the loss can fall no lower than %.2f. ",
                    t->smoothing, t->least_loss);
    if (!t->can_be_seen) {
        html_text(page, "That is not below the threshold: take-off cannot be seen here.");
        html_markup(page, "</p>\n");
        return;
    }
    if (t->steps > 0)
        html_printf(page,
                    "The loss is kept by epoch, so times are multiples of an epoch's %" PRId64
                    " step%s. ",
                    t->steps, text_plural((size_t)t->steps));
    html_printf(
        page,
        "Of %d trials %d took off late, after the first epoch and the first eighth, and %d "
        "never: these count as under way to the end of their planned run, diverged ones too. "
        "Medians are Kaplan and Meier's. Trials of several series of a part are in no test. "
        "The log-rank's chi-square is a law of many trials, each for itself: read the p of "
        "shuffles, which deal groups out among the trials of each seed or, where a series has "
        "several networks, among networks. None of this decides a verdict.",
        t->n, t->n_late, t->n_never);
    html_markup(page, "</p>\n");
}

static void put_row(Text *page, const Takeoff *t, const TakeoffPart *part, const TakeoffGroup *g)
{
    const double steps = t->steps > 0 ? (double)t->steps : (double)NAN;
    const bool is_reached = !isnan(g->median_epochs);
    html_markup(page, "<tr>");
    html_element(page, "td class=\"l\"", part->part);
    html_element(page, "td class=\"l w\"", g->name);
    html_markup(page, "<td>");
    html_printf(page, "%d", g->n);
    html_markup(page, "</td><td>");
    html_printf(page, "%d", g->n_censored);
    html_markup(page, "</td>");
    if (is_reached) {
        report_number(page, "%.0f", g->median_epochs * steps);
        report_number(page, "%.0f", g->median_epochs);
    } else {
        html_markup(page, "<td>not reached</td><td></td>");
    }
    html_markup(page, "</tr>\n");
}

static void put_table(Text *page, const Takeoff *t)
{
    size_t n_rows = 0;
    html_markup(page, "<div class=\"scroll\"><table><thead><tr><th class=\"l\">part</th><th "
                      "class=\"l\">series or network</th><th>n</th><th>censored</th><th>median "
                      "steps</th><th>epoch</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < t->n_parts; i++)
        for (int k = 0; k < t->parts[i].n_groups; k++)
            if (n_rows++ < REPORT_MOST_ROWS)
                put_row(page, t, &t->parts[i], &t->parts[i].groups[k]);
    html_markup(page, "</tbody></table></div>\n");
    report_left_out(page, n_rows, REPORT_MOST_ROWS, "epoch");
}

/* "compare: log-rank over 4 series, ...", or why there is none. */
static void put_test(Text *page, const TakeoffPart *part)
{
    const SurvivalTest *test = &part->test;
    html_markup(page, "<li>");
    html_printf(page, "%s: ", part->part);
    if (part->n_tested < 2)
        html_printf(page, "no test, for fewer than two %s have trials of their own.",
                    groups_name(part));
    else if (part->n_tested > TAKEOFF_MOST_GROUPS)
        html_printf(page, "no test of more than %d %s.", TAKEOFF_MOST_GROUPS, groups_name(part));
    else if (test->df == 0)
        html_printf(page,
                    "no test, for none took off, all still under way did in one epoch, or one of "
                    "the %s alone was still under way.",
                    groups_name(part));
    else
        html_printf(page,
                    "log-rank over %d %s, chi-square %.2f at %d degree%s of freedom, p %.2g; "
                    "%s shuffled: p %.2g.",
                    part->n_tested, groups_name(part), test->chi2, test->df,
                    text_plural((size_t)test->df), test->p,
                    part->shuffles_networks ? "networks" : "trials of each seed", test->p_shuffled);
    if (part->n_elsewhere > 0)
        html_printf(page, " %d trial%s from elsewhere, without a curve.", part->n_elsewhere,
                    text_plural((size_t)part->n_elsewhere));
    html_markup(page, "</li>\n");
}

void report_takeoff(Text *page, const StoreResults *results, Arena *arena)
{
    Takeoff t;
    Err err = {0};
    if (takeoff_find(results, arena, &t, &err) != ERR_NONE) {
        html_element(page, "p class=\"note\"", err.msg);
        return;
    }
    if (t.can_be_seen && !t.is_short)
        return;
    html_markup(page, "<section aria-labelledby=\"h-takeoff\">\n<h2 id=\"h-takeoff\">Take-off</h2>"
                      "\n");
    put_words(page, &t);
    if (t.can_be_seen) {
        put_table(page, &t);
        html_markup(page, "<ul>\n");
        for (size_t i = 0; i < t.n_parts; i++)
            put_test(page, &t.parts[i]);
        html_markup(page, "</ul>\n");
    }
    html_markup(page, "</section>\n");
}
