/* harness/cli/shape_facts.c: the same words and keys wherever a surface is told of. */
#include "harness/cli/shape_facts.h"

#include "base/arena.h"
#include "results/ridge.h"

#include <math.h>

/* --- JSON --- */

static void put_effect(JsonWriter *json, const char *key, const ShapeEffect *effect)
{
    json_open_map(json, key);
    json_put_double(json, "effect", effect->effect);
    json_put_double(json, "low", effect->low);
    json_put_double(json, "high", effect->high);
    json_close_map(json);
}

void shape_facts_optimum(JsonWriter *json, const ShapeFit *fit, const ShapeEffect *gain)
{
    json_put_doubles(json, "shares", fit->optimum.x, fit->has_optimum ? 3 : 0);
    json_open_list(json, "region");
    for (int i = 0; i < fit->n_region; i++)
        json_put_doubles(json, NULL, fit->region[i].x, 3);
    json_close_list(json);
    if (fit->has_optimum)
        put_effect(json, "gain", gain);
    else
        json_put_null(json, "gain");
}

void shape_facts_fit(JsonWriter *json, const ShapeFit *fit, const char *unit)
{
    json_put_text(json, "unit", unit);
    json_put_int(json, "terms", fit->n_terms);
    json_put_double(json, "trend_p", fit->trend_p);
    if (fit->has_ridge)
        json_put_doubles(json, "exchange", fit->exchange, 3);
    else
        json_put_null(json, "exchange");
}

void shape_facts_rules(JsonWriter *json, const ShapeFit *fit, const ShapeRule *rules, int n)
{
    json_open_list(json, "rules");
    for (int r = 0; fit->has_optimum && r < n; r++) {
        json_open_map(json, NULL);
        json_put_text(json, "rule", rules[r].name);
        json_put_doubles(json, "shares", rules[r].shares.x, 3);
        put_effect(json, "below_optimum", &rules[r].below);
        json_close_map(json);
    }
    json_close_list(json);
}

/* --- text --- */

void shape_facts_put_shares(TextTable *table, const Shares *shares)
{
    for (int k = 0; k < 3; k++)
        text_table_cellf(table, "%.3f", shares->x[k]);
}

void shape_facts_put_optimum(const ShapeFit *fit, const ShapeEffect *gain, const char *unit,
                             Text *out)
{
    const double *x = fit->optimum.x;
    double low[] = {x[0], x[1], x[2]}, high[] = {x[0], x[1], x[2]};
    for (int i = 0; i < fit->n_region; i++)
        for (int k = 0; k < 3; k++) {
            low[k] = fmin(low[k], fit->region[i].x[k]);
            high[k] = fmax(high[k], fit->region[i].x[k]);
        }
    text_printf(out,
                "optimum: depth %.2f (%.2f to %.2f), width %.2f (%.2f to %.2f), resolution %.2f "
                "(%.2f to %.2f)\n",
                x[0], low[0], high[0], x[1], low[1], high[1], x[2], low[2], high[2]);
    text_printf(out,
                "at s times the cost: s^%.2f times the blocks, s^%.2f times the channels, s^%.2f "
                "times the pixels on a side\n",
                x[0], x[1] / 2.0, x[2] / 2.0);
    text_printf(out, "gain over the best single dimension: %.3f %s (90 %% interval %.3f to %.3f)\n",
                gain->effect, unit, gain->low, gain->high);
    if (fit->has_ridge) {
        text_append(out, "a ridge: nothing is lost by ");
        ridge_words(fit->exchange, out);
        text_append_char(out, '\n');
    }
}

void shape_facts_put_rules(const ShapeRule *rules, int n, Text *out)
{
    static const TextColumn columns[] = {
        {"rule", TEXT_LEFT, 0},        {"depth", TEXT_RIGHT, 0},         {"width", TEXT_RIGHT, 0},
        {"resolution", TEXT_RIGHT, 0}, {"below optimum", TEXT_RIGHT, 0}, {"90 %", TEXT_LEFT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int r = 0; r < n; r++) {
        const ShapeRule *rule = &rules[r];
        text_table_cell(table, rule->name);
        shape_facts_put_shares(table, &rule->shares);
        text_table_cellf(table, "%.3f", rule->below.effect);
        text_table_cellf(table, "%.3f to %.3f", rule->below.low, rule->below.high);
    }
    text_append_char(out, '\n');
    text_table_render(table, out);
    text_table_destroy(&table);
}

void shape_facts_put_fit(const ShapeFit *fit, Text *out)
{
    char lack[TEXT_NUMBER_BYTES], trend[TEXT_NUMBER_BYTES];
    text_printf(out, "fit: Scheffe's %s; lack of fit %s, shape matters %s\n",
                fit->n_terms == SCHEFFE_CUBIC ? "special cubic" : "quadratic",
                text_p_value(lack, fit->lack_of_fit_p), text_p_value(trend, fit->trend_p));
}
