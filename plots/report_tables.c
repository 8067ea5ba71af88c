/* plots/report_tables.c: verdict cards, the list of what was not compared. */
#include "plots/report_tables.h"

#include "plots/html.h"
#include "plots/report_answer.h"
#include "plots/report_cells.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

/* --- verdicts --- */

static void contrast_row(Text *page, const VerdictContrast *c)
{
    html_markup(page, "<tr>");
    html_element(page, "td class=\"l w\"", c->name);
    html_markup(page, "<td>");
    if (c->interval.n > 0)
        html_printf(page, "%+.2f", c->interval.mean);
    html_markup(page, "</td><td>");
    if (!isnan(c->interval.low) && c->interval.confidence != VERDICT_CONFIDENCE)
        html_printf(page, "%.2f to %.2f (%.0f %%)", c->interval.low, c->interval.high,
                    100.0 * c->interval.confidence);
    else if (!isnan(c->interval.low))
        html_printf(page, "%.2f to %.2f", c->interval.low, c->interval.high);
    else
        html_text(page, "none");
    html_markup(page, "</td>");
    html_element(page, "td class=\"l\"", c->unit);
    html_markup(page, "<td>");
    html_printf(page, "%d", c->interval.n);
    html_markup(page, "</td><td class=\"l w\">");
    html_text(page, c->decides ? verdict_outcome_name(c->outcome) : "decides nothing");
    if (c->ripeness == VERDICT_UNRIPE)
        html_text(page, " (unripe)");
    if (c->has_p)
        html_printf(page, ", p %.2g", c->p);
    if (c->has_p && !isnan(c->p_alone))
        html_printf(page, " (by its own variance %.2g)", c->p_alone);
    if (c->note != NULL)
        html_printf(page, ": %s", c->note);
    if (c->n_diverged)
        html_printf(page, " (%d seed%s left out: diverged)", c->n_diverged,
                    text_plural(c->n_diverged));
    if (verdict_is_mixed(&c->origin))
        html_printf(page, " (%d of %d trials from elsewhere)", c->origin.n_imported,
                    c->origin.n_trials);
    html_markup(page, "</td></tr>\n");
}

/* The summary. Where it does not begin with the effect, that stands above it. */
static void put_summary(Text *page, const Verdict *v, Arena *arena)
{
    const char *effect = verdict_effect_text(v, arena);
    const char *lead =
        v->has_effect ? arena_printf(arena, "%s: %s", v->effect_name, effect != NULL ? effect : "")
                      : NULL;
    const size_t n = lead != NULL ? strlen(lead) : 0;
    const bool begins_with_it = lead != NULL && strncasecmp(v->summary, lead, n) == 0;
    if (lead != NULL && !begins_with_it) {
        html_markup(page, "<p class=\"effect\">");
        html_words(page, lead);
        html_markup(page, "</p>\n");
    }
    html_markup(page, "<p>");
    if (begins_with_it) {
        html_markup(page, "<strong>");
        html_printf(page, "%.*s", (int)n, v->summary);
        html_markup(page, "</strong>");
    }
    html_words(page, begins_with_it ? v->summary + n : v->summary);
    html_markup(page, "</p>");
}

static void put_basis(Text *page, const Verdict *v, Arena *arena)
{
    const char *basis = verdict_basis_text(v, arena);
    if (basis == NULL)
        return;
    html_markup(page, "\n<p class=\"note\"><strong>Basis.</strong> ");
    html_words(page, basis);
    html_markup(page, "</p>");
}

/* What a verdict rests on, a row each. */
static void put_contrasts(Text *page, const Verdict *v)
{
    html_markup(page, "<details open><summary>What it rests on</summary><div class=\"scroll\">"
                      "<table><thead><tr><th class=\"l\">contrast</th><th>mean</th><th>90 % "
                      "interval</th><th class=\"l\">unit</th><th>n</th><th class=\"l\">outcome</th>"
                      "</tr></thead><tbody>\n");
    for (size_t i = 0; i < v->n_contrasts; i++)
        contrast_row(page, &v->contrasts[i]);
    html_markup(page, "</tbody></table></div></details>\n");
}

void report_verdict(Text *page, const Verdict *v, Arena *arena)
{
    text_printf(page, "<article class=\"verdict %s\" id=\"%s\">\n<h3>",
                verdict_outcome_name(v->outcome), v->id);
    report_answer_badges(page, v);
    html_printf(page, " %s. %s", v->id, v->claim);
    html_markup(page, "</h3>\n");
    put_summary(page, v, arena);
    put_basis(page, v, arena);
    html_markup(page, "\n<p class=\"note\"><strong>Rule, fixed beforehand.</strong> ");
    html_text(page, v->rule);
    html_markup(page, "</p>\n");
    if (v->n_contrasts > 0)
        put_contrasts(page, v);
    html_markup(page, "</article>\n");
}

/* --- what was not compared --- */

static bool is_aside(const StorePoint *p)
{
    return strcmp(p->status, "fair") != 0 && strcmp(p->status, "unmatched") != 0;
}

static void aside_row(Text *page, const StorePoint *p)
{
    html_markup(page, "<tr>");
    html_element(page, "td class=\"l\"", p->figure);
    html_element(page, "td class=\"l\"", p->series);
    report_multipliers(page, p->nominal);
    report_number(page, "%.3f", p->macs ? p->ratio : (double)NAN);
    html_element(page, "td class=\"l\"", p->status);
    html_element(page, "td class=\"l w\"", p->reason);
    html_markup(page, "</tr>\n");
}

static void naive_range(Text *page, const Ranking *rankings, size_t n_rankings)
{
    const Ranking *r = ranking_find(rankings, n_rankings, "counted");
    if (r == NULL || isnan(r->naive_lowest))
        return;
    html_markup(page, "<p>");
    html_printf(page,
                "Without matching, the grid's points would really cost %.2f to %.2f of the target: "
                "whole layers, rounded channels and whole pixels are not the nominal multipliers.",
                r->naive_lowest, r->naive_highest);
    html_markup(page, "</p>\n");
}

void report_unfair(Text *page, const StoreResults *results, const Ranking *rankings,
                   size_t n_rankings)
{
    size_t n = 0;
    for (size_t i = 0; i < results->n_points; i++)
        n += is_aside(&results->points[i].point);
    html_markup(page, "<p>");
    html_printf(page,
                "Networks are compared only if their counted MACs are within %.3g %% of the "
                "target. Points that cannot be brought there are unfair and not trained; points "
                "of a strategy that end more than 15 %% off its ray decide no verdict. Strategies "
                "that end in the same network are tied; a compound tied with a single dimension "
                "decides no verdict, for it balances nothing.",
                100.0 * results->revision.fairness_tolerance);
    html_markup(page, "</p>\n");
    naive_range(page, rankings, n_rankings);
    if (n == 0) {
        html_markup(page, "<p>All points of this study could be matched.</p>\n");
        return;
    }
    html_markup(page, "<div class=\"scroll\"><table><thead><tr><th class=\"l\">figure</th><th "
                      "class=\"l\">series</th><th>nominal d × w × r</th><th>cost / target</th><th "
                      "class=\"l\">status</th><th class=\"l\">why</th></tr></thead><tbody>\n");
    size_t n_rows = 0;
    for (size_t i = 0; n_rows < REPORT_MOST_ROWS && i < results->n_points; i++)
        if (is_aside(&results->points[i].point)) {
            aside_row(page, &results->points[i].point);
            n_rows++;
        }
    html_markup(page, "</tbody></table></div>\n");
    report_left_out(page, n, REPORT_MOST_ROWS, "current_point");
}
