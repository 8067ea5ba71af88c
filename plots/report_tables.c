/* plots/report_tables.c: verdict cards, ranking tables, the list of what was not compared. */
#include "plots/report_tables.h"

#include "plots/html.h"
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
    html_markup(page, "</td></tr>\n");
}

/* The summary. Where it does not begin with the effect, that stands above it. */
static void put_summary(Text *page, const Verdict *v, Arena *arena)
{
    const char *unit = v->effect_unit != NULL ? v->effect_unit : "points";
    const char *effect = verdict_interval_text(&v->effect, unit, arena);
    const char *lead =
        v->has_effect ? arena_printf(arena, "%s: %s", v->effect_name, effect != NULL ? effect : "")
                      : NULL;
    const size_t n = lead != NULL ? strlen(lead) : 0;
    const bool begins_with_it = lead != NULL && strncasecmp(v->summary, lead, n) == 0;
    if (lead != NULL && !begins_with_it) {
        html_markup(page, "<p class=\"effect\">");
        html_text(page, lead);
        html_markup(page, "</p>\n");
    }
    html_markup(page, "<p>");
    if (begins_with_it) {
        html_markup(page, "<strong>");
        html_printf(page, "%.*s", (int)n, v->summary);
        html_markup(page, "</strong>");
    }
    html_text(page, begins_with_it ? v->summary + n : v->summary);
    html_markup(page, "</p>");
}

static void put_basis(Text *page, const Verdict *v, Arena *arena)
{
    const char *basis = verdict_basis_text(v, arena);
    if (basis == NULL)
        return;
    html_markup(page, "\n<p class=\"note\"><strong>Basis.</strong> ");
    html_text(page, basis);
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
    const char *outcome = verdict_outcome_name(v->outcome);
    text_printf(page, "<article class=\"verdict %s\">\n<h3><span class=\"badge %s\">%s", outcome,
                outcome, outcome);
    if (v->outcome == VERDICT_INCONCLUSIVE && v->why != NULL)
        html_printf(page, " (%s)", v->why);
    html_markup(page, "</span>");
    if (v->is_demo)
        html_markup(page, "<span class=\"badge stamp\">DEMO</span>");
    if (v->is_nominal)
        html_markup(page, "<span class=\"badge stamp\">NOMINAL COST</span>");
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

/* --- rankings --- */

static void ranking_row(Text *page, const RankingRow *row, bool is_best)
{
    const StorePoint *p = &row->result->point;
    text_printf(page, "<tr class=\"%s\"><td>", is_best ? "best" : row->is_indistinct ? "near" : "");
    if (isnan(row->score))
        html_text(page, "none");
    else
        html_printf(page, "%d", row->rank);
    html_markup(page, "</td>");
    report_multipliers(page, p->nominal);
    report_multipliers(page, p->built);
    html_markup(page, "<td>");
    html_printf(page, "%d", p->resolution);
    html_markup(page, "</td><td>");
    if (p->trim == 1.0)
        html_text(page, "none");
    else
        html_printf(page, "%+.1f %%", 100.0 * (p->trim - 1.0));
    html_markup(page, "</td>");
    report_number(page, "%.3f", p->ratio);
    report_number(page, "%.2f", row->score);
    report_mean_and_seeds(page, row->mean_val, row->val_top1, row->n);
    report_mean_and_seeds(page, row->mean_test, row->test_top1, row->n);
    html_markup(page, "<td>");
    html_printf(page, "%d", row->n);
    html_markup(page, "</td><td class=\"l w\">");
    for (size_t i = 0; i < row->n_aliases; i++) {
        const double *m = row->aliases[i]->point.nominal;
        html_printf(page, "%s%.3g × %.3g × %.3g", i ? ", " : "also ", m[0], m[1], m[2]);
    }
    if (row->n_diverged)
        html_printf(page, " %d diverged", row->n_diverged);
    if (row->n_missing)
        html_printf(page, " %d not finished", row->n_missing);
    html_markup(page, "</td></tr>\n");
}

static const RankingRow *winner_of(const Ranking *r)
{
    return r != NULL && r->n_rows > 0 && !isnan(r->rows[0].score) ? &r->rows[0] : NULL;
}

static void ranking_table(Text *page, const Ranking *r)
{
    html_markup(page, "<h3>");
    html_printf(page, "%s, match: %s", r->part, r->match);
    html_markup(page, "</h3>\n<p>");
    html_printf(page, "%zu network%s", r->n_rows, text_plural(r->n_rows));
    if (!isnan(r->lowest_ratio))
        html_printf(page, "; counted cost %.3f to %.3f of the target", r->lowest_ratio,
                    r->highest_ratio);
    if (winner_of(r) != NULL)
        html_printf(page,
                    ". With this n, %zu of the others cannot be told from the first (marked ~; "
                    "paired t intervals of the objective, 90 %% after Bonferroni; fewer than 3 "
                    "seeds tell nothing).%s",
                    r->n_indistinct, r->is_complete ? "" : " Not all trials are finished.");
    else
        html_text(page, r->is_complete ? ". No trial has a result: there is no first."
                                       : ". No trial is finished yet.");
    html_markup(
        page,
        "</p>\n<div class=\"scroll\"><table><thead><tr><th>#</th><th>nominal d × w × "
        "r</th><th>built d × w × r</th><th>px</th><th>trim</th><th>cost / target</th>"
        "<th>objective</th><th class=\"l\">validation <small>every seed</small></th>"
        "<th class=\"l\">test <small>every seed</small></th><th>n</th><th class=\"l w\">aliases "
        "and remarks</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->n_rows; i++)
        ranking_row(page, &r->rows[i], i == 0 && !isnan(r->rows[i].score));
    html_markup(page, "</tbody></table></div>\n");
}

/* "d × w × r at 1.03 of the target, mean validation 50.2". */
static void describe_winner(Text *page, const RankingRow *row)
{
    const StorePoint *p = &row->result->point;
    html_printf(page,
                "%.3g × %.3g × %.3g (built %.3g × %.3g × %.3g, %d px) at %.2f of the target, mean "
                "validation %.2f %%, test %.2f %%",
                p->nominal[0], p->nominal[1], p->nominal[2], p->built[0], p->built[1], p->built[2],
                p->resolution, p->ratio, row->mean_val, row->mean_test);
}

/* Has the ranking changed since its grid, a part of that name, was decided? */
static void winner_fact(Text *page, const StoreResults *results, const RankingRow *winner)
{
    const char *part = winner->result->point.part;
    const size_t n_part = strlen(part);
    for (size_t i = 0; i < results->n_facts; i++) {
        const StoreFact *f = &results->facts[i];
        if (strncmp(f->name, part, n_part) != 0 || strcmp(f->name + n_part, "/winner") != 0 ||
            f->network == NULL || winner->result->point.network == NULL)
            continue;
        if (strcmp(f->network, winner->result->point.network) == 0)
            continue;
        html_markup(page, "<p>");
        html_printf(
            page,
            "The compound strategy of this study takes its constants from the winner at the "
            "time the grid was decided: alpha %.3g, beta %.3g, solved gamma %.3g; the "
            "ranking has changed since.",
            f->value[0], f->value[1], f->value[2]);
        html_markup(page, "</p>\n");
    }
}

void report_rankings(Text *page, const StoreResults *results, const Ranking *rankings,
                     size_t n_rankings)
{
    const RankingRow *matched = winner_of(ranking_find(rankings, n_rankings, "counted"));
    const RankingRow *naive = winner_of(ranking_find(rankings, n_rankings, "nominal"));
    if (n_rankings == 0) {
        html_markup(page, "<p>The study has no grid.</p>\n");
        return;
    }
    html_markup(page, "<p>");
    html_printf(page, "Objective: %s. ", results->revision.objective);
    if (strncmp(results->revision.objective, "soft", strlen("soft")) == 0)
        html_text(page, "T only rescales every score by the same factor and can never change the "
                        "ranking; the exponent alone picks the size. ");
    html_text(page, "Ranked by mean validation accuracy; test accuracy stands beside it and picked "
                    "nothing.");
    html_markup(page, "</p>\n");
    if (matched != NULL) {
        html_markup(page, "<p><strong>Winner at equal counted cost:</strong> ");
        describe_winner(page, matched);
        html_markup(page, ".</p>\n");
        winner_fact(page, results, matched);
    }
    if (naive != NULL) {
        html_markup(page, "<p><strong>What the naive comparison would have said</strong> (nominal "
                          "cost, not matched): ");
        describe_winner(page, naive);
        html_markup(page, ".</p>\n");
    }
    for (size_t i = 0; i < n_rankings; i++)
        ranking_table(page, &rankings[i]);
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
    for (size_t i = 0; i < results->n_points; i++)
        if (is_aside(&results->points[i].point))
            aside_row(page, &results->points[i].point);
    html_markup(page, "</tbody></table></div>\n");
}
