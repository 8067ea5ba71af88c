/* plots/report_profile.c: the shapes of a study, a table a budget, and what each budget says. */
#include "plots/html.h"
#include "plots/report_cells.h"
#include "plots/report_tables.h"

#include "results/profiles.h"
#include "results/ridge.h"

#include <math.h>

enum { MOST_SHAPES = 200 }; /* of a budget: a study may have many */

static void shape_row(Text *page, const Profile *p, const ProfileShape *shape)
{
    const StorePoint *point = &shape->point[0];
    char macs[TEXT_NUMBER_BYTES];
    Text note = {0};
    html_markup(page, "<tr>");
    for (int k = 0; k < 3; k++)
        report_number(page, "%.2f", shape->shares.x[k]);
    report_multipliers(page, point->built);
    html_element(page, "td", text_human(macs, (double)point->macs));
    report_number(page, "%.3f", point->ratio);
    report_number(page, "%g", point->resolution);
    report_number(page, "%.2f", shape->top1);
    report_number(page, "%.2f", shape->sd);
    report_number(page, "%.2f",
                  p->why_not == NULL ? profiles_top1(p, &shape->shares) : (double)NAN);
    report_number(page, "%.4f", shape->loss);
    report_number(page, "%g", shape->n);
    profiles_note(shape, &note);
    html_element(page, "td class=\"l w\"", text_string(&note));
    page->failed |= note.failed;
    text_release(&note);
    html_markup(page, "</tr>\n");
}

static void put_shapes(Text *page, const Profile *p)
{
    html_markup(page,
                "<div class=\"scroll\"><table><thead><tr><th>depth</th><th>width</th>"
                "<th>resolution</th><th>built d × w × r</th><th>MACs</th><th>cost / target</th>"
                "<th>px</th><th>test top-1</th><th>sd</th><th>fit</th><th>test loss</th><th>n</th>"
                "<th class=\"l w\">remarks</th></tr></thead><tbody>\n");
    for (int i = 0; i < p->n_shapes && i < MOST_SHAPES; i++)
        shape_row(page, p, &p->shapes[i]);
    html_markup(page, "</tbody></table></div>\n");
    report_left_out(page, (size_t)p->n_shapes, MOST_SHAPES, "current_point");
}

static void put_rules(Text *page, const Profile *p)
{
    html_markup(page, "<p>Scaling rules on this surface:</p>\n"
                      "<div class=\"scroll\"><table><thead><tr><th class=\"l\">rule</th><th>depth"
                      "</th><th>width</th><th>resolution</th><th>points below the optimum</th>"
                      "<th>90 % interval</th></tr></thead><tbody>\n");
    for (int r = 0; r < p->n_rules; r++) {
        const ShapeRule *rule = &p->rules[r];
        html_markup(page, "<tr>");
        html_element(page, "td class=\"l\"", rule->name);
        for (int k = 0; k < 3; k++)
            report_number(page, "%.2f", rule->shares.x[k]);
        report_number(page, "%.2f", rule->below.effect);
        html_markup(page, "<td>");
        html_printf(page, "%.2f to %.2f", rule->below.low, rule->below.high);
        html_markup(page, "</td></tr>\n");
    }
    html_markup(page, "</tbody></table></div>\n");
}

static void put_loss_kind(Text *page, const Profile *p)
{
    Text words = {0};
    profiles_loss_kind(p, &words);
    html_text(page, text_string(&words));
    page->failed |= words.failed;
    text_release(&words);
}

/* A flat direction of the surface, as an exchange rate. */
static void put_exchange(Text *page, const ShapeFit *fit)
{
    Text words = {0};
    ridge_words(fit->exchange, &words);
    html_printf(page, " The optimum lies on a ridge: nothing is lost by %s.", text_string(&words));
    page->failed |= words.failed;
    text_release(&words);
}

/* The kind in one sentence, and what follows from it. */
static void put_answer(Text *page, const Profile *p)
{
    const double *x = p->top1.optimum.x;
    char lack[TEXT_NUMBER_BYTES], trend[TEXT_NUMBER_BYTES];
    html_markup(page, "<p>");
    if (p->why_not != NULL) {
        html_printf(page, "There is no fit: %s.", p->why_not);
        html_markup(page, "</p>\n");
        return;
    }
    html_markup(page, "<strong>");
    html_printf(page, "%s: %s.", shapefit_kind_name(p->top1.kind),
                shapefit_kind_text(p->top1.kind));
    html_markup(page, "</strong>");
    if (p->top1.has_optimum)
        html_printf(page,
                    " The fit is highest, %.2f %%, at shares %.2f of depth, %.2f of width, %.2f of "
                    "resolution: %.3g × the blocks, %.3g × the channels, %.3g × the pixels; %.2f "
                    "points (90 %% interval %.2f to %.2f) above the best single dimension.",
                    profiles_top1(p, &p->top1.optimum), x[0], x[1], x[2], p->multipliers[0],
                    p->multipliers[1], p->multipliers[2], p->gain.effect, p->gain.low,
                    p->gain.high);
    if (p->top1.has_ridge)
        put_exchange(page, &p->top1);
    html_printf(
        page,
        " Noise: sd %.2f points with %g degrees of freedom; lack of fit %s, shape matters %s; ",
        p->sd, p->top1.blocks.df, text_p_value(lack, p->top1.lack_of_fit_p),
        text_p_value(trend, p->top1.trend_p));
    put_loss_kind(page, p);
    html_markup(page, ".</p>\n");
}

static void put_profile(Text *page, const Profile *p)
{
    html_markup(page, "<h3>");
    html_printf(page, "%s: %.4g × the baseline's MACs", p->part, p->budget);
    html_markup(page, "</h3>\n");
    put_answer(page, p);
    put_shapes(page, p);
    if (p->why_not == NULL && p->top1.has_optimum)
        put_rules(page, p);
}

void report_profiles(Text *page, const StoreResults *results, Arena *arena)
{
    Profile *profiles = NULL;
    size_t n = 0;
    Err err = {0};
    if (profiles_find(results, arena, &profiles, &n, &err) != ERR_NONE) {
        html_element(page, "p class=\"note\"", err.msg);
        return;
    }
    if (n == 0)
        return;
    html_markup(
        page,
        "<section aria-labelledby=\"h-profiles\">\n<h2 id=\"h-profiles\">Shapes</h2>\n"
        "<p>Every network of a budget has the same counted cost; its shares say how much of what "
        "was "
        "added went to depth, width and resolution, as built. A Scheffé polynomial over the "
        "triangle "
        "of shares is fitted to the logits of test top-1, with seeds as blocks, and told in points "
        "at the height of its optimum. So the optimum is chosen on test images, and validation "
        "chooses nothing here: its gain stands beside it with an interval that counts the noise of "
        "seeds alone. Where a part compare trains it once more, other seeds judge it, on the same "
        "test images.</p>\n");
    for (size_t i = 0; i < n; i++)
        put_profile(page, &profiles[i]);
    html_markup(page, "</section>\n");
}
