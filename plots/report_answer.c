/* plots/report_answer.c: outcome, claim, effect; the rest is in the cards below. */
#include "plots/report_answer.h"

#include "plots/html.h"
#include "plots/report_parts.h"

#include <math.h>
#include <string.h>

static bool badge_says_why(const Verdict *v)
{
    return v->outcome == VERDICT_INCONCLUSIVE && v->why != NULL;
}

void report_answer_badges(Text *page, const Verdict *v)
{
    const char *outcome = verdict_outcome_name(v->outcome);
    text_printf(page, "<span class=\"badge %s\">%s", outcome, outcome);
    if (badge_says_why(v))
        html_printf(page, " (%s)", v->why);
    html_markup(page, "</span>");
    if (v->is_demo)
        html_markup(page, "<span class=\"badge stamp\">DEMO</span>");
    if (v->is_nominal)
        html_markup(page, "<span class=\"badge stamp\">NOMINAL COST</span>");
    if (v->is_mixed)
        html_markup(page, "<span class=\"badge stamp\">MIXED ORIGIN</span>");
}

void report_answer_effect(Text *page, const Verdict *v, Arena *arena)
{
    const char *effect = verdict_effect_text(v, arena);
    if (effect != NULL)
        html_printf(page, ": %s %s.", v->effect_name, effect);
    else if (badge_says_why(v))
        html_text(page, ".");
    else
        html_printf(page, ": %s.", v->why != NULL ? v->why : "there is no effect to name");
}

/* "At equal cost ... (O2): balance minus the best dimension +1.2 points (...)." */
static void put_claim(Text *page, const Verdict *v, Arena *arena)
{
    const size_t n_claim = strlen(v->claim) - text_ends_with(v->claim, ".");
    html_markup(page, "<li>");
    report_answer_badges(page, v);
    html_printf(page, " %.*s (", (int)n_claim, v->claim);
    text_printf(page, "<a href=\"#%s\">", v->id);
    html_text(page, v->id);
    html_markup(page, "</a>)");
    report_answer_effect(page, v, arena);
    html_markup(page, "</li>\n");
}

static void put_winner(Text *page, const Ranking *r)
{
    if (r->n_rows == 0 || isnan(r->rows[0].score))
        return;
    html_markup(page, "<li><span class=\"badge\">BEST</span> ");
    html_printf(page, "Of %s the network ", r->part);
    report_parts_winner(page, &r->rows[0]);
    html_printf(page, "; %zu other%s cannot be told from it with this n.", r->n_indistinct,
                text_plural(r->n_indistinct));
    html_markup(page, "</li>\n");
}

void report_answer_claims(Text *page, const Verdict *verdicts, size_t n, Arena *arena)
{
    for (size_t i = 0; i < n; i++)
        put_claim(page, &verdicts[i], arena);
}

void report_answer_winners(Text *page, const Ranking *rankings, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_winner(page, &rankings[i]);
}
