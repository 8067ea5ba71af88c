/* harness/cli/fit_shape.c: reads the table, fits, prints points, kind, optimum, named rules. */
#include "harness/cli/fit_shape.h"

#include "base/json.h"
#include "models/scaling.h"
#include "results/shapefit.h"

#include <math.h>
#include <stdio.h>

enum { MAX_RULES = 16 };
#define POWER 0.80

/* What is printed. */
typedef struct Answer {
    ShapeTable table;
    ShapeFit fit;
    ShapeRule rules[MAX_RULES];
    int n_rules;
    BlocksContrast *against_mean; /* [n_shapes] each shape less the mean of all */
    double detectable;            /* between two shapes */
} Answer;

static const char *unit_of(const Answer *a)
{
    return a->table.is_loss ? "nats" : "points";
}

/* The strategies as points of the triangle; compound with Tan and Le's constants. */
static ErrCode collect_rules(Answer *a, Err *err)
{
    static const double constants[] = {1.2, 1.1, 1.15};
    for (size_t i = 0; i < scaling_n_strategies() && a->n_rules < MAX_RULES; i++) {
        const Strategy *strategy = scaling_strategy(i);
        Ray ray;
        Shares shares;
        if (strategy->n_constants != 0 && strategy->n_constants != ARRAY_LEN(constants))
            continue;
        TRY(scaling_ray(&ray, strategy->name, constants, (size_t)strategy->n_constants, err));
        const Scale scale = scaling_at(&ray, 1.0);
        if (scheffe_shares(scale.depth, scale.width, scale.resolution, &shares))
            a->rules[a->n_rules++] = (ShapeRule){.name = strategy->name, .shares = shares};
    }
fail:
    return err->code;
}

static ErrCode compare_points(Answer *a, Arena *arena, Err *err)
{
    const int n = a->table.n_shapes;
    double *c = arena_alloc(arena, (size_t)n, sizeof *c);
    a->against_mean = arena_alloc(arena, (size_t)n, sizeof *a->against_mean);
    TRY(arena_ok(arena, err));
    for (int p = 0; p < n; p++) {
        for (int i = 0; i < n; i++)
            c[i] = (i == p) - 1.0 / n;
        a->against_mean[p] = blocks_contrast(&a->fit.blocks, c, SHAPEFIT_CONFIDENCE);
    }
    a->detectable =
        blocks_detectable(a->fit.blocks.sd, 2.0, n, a->table.n_seeds, SHAPEFIT_CONFIDENCE, POWER);
fail:
    return err->code;
}

/* --- JSON --- */

static void put_effect(JsonWriter *json, const char *key, const ShapeEffect *effect)
{
    json_open_map(json, key);
    json_put_double(json, "effect", effect->effect);
    json_put_double(json, "low", effect->low);
    json_put_double(json, "high", effect->high);
    json_close_map(json);
}

static void put_optimum(JsonWriter *json, const ShapeFit *fit)
{
    json_put_doubles(json, "shares", fit->optimum.x, fit->has_optimum ? 3 : 0);
    json_open_list(json, "region");
    for (int i = 0; i < fit->n_region; i++)
        json_put_doubles(json, NULL, fit->region[i].x, 3);
    json_close_list(json);
    if (fit->has_optimum)
        put_effect(json, "gain", &fit->gain);
    else
        json_put_null(json, "gain");
}

static void put_points(JsonWriter *json, const Answer *a)
{
    json_open_list(json, "points");
    for (int p = 0; p < a->table.n_shapes; p++) {
        const StatsInterval *interval = &a->against_mean[p].interval;
        json_open_map(json, NULL);
        json_put_doubles(json, "shares", a->table.shares[p].x, 3);
        json_put_bool(json, "clamped", a->table.clamped[p]);
        json_put_double(json, "mean", a->fit.blocks.means[p]);
        json_put_double(json, "fitted", a->fit.fitted[p]);
        json_put_double(json, "above_mean", interval->mean);
        json_put_double(json, "low", interval->low);
        json_put_double(json, "high", interval->high);
        json_put_double(json, "p", a->against_mean[p].p);
        json_put_double(json, "p_unshrunk", a->against_mean[p].p_alone);
        json_close_map(json);
    }
    json_close_list(json);
}

static void put_json(const Answer *a, Text *out)
{
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_put_text(&json, "kind", shapefit_kind_name(a->fit.kind));
    put_optimum(&json, &a->fit);
    json_put_double(&json, "lack_of_fit_p", a->fit.lack_of_fit_p);
    json_put_double(&json, "df", a->fit.blocks.df);
    json_put_double(&json, "sd", a->fit.blocks.sd);
    json_put_text(&json, "unit", unit_of(a));
    json_put_int(&json, "terms", a->fit.n_terms);
    json_put_double(&json, "trend_p", a->fit.trend_p);
    json_put_int(&json, "shapes", a->table.n_shapes);
    json_put_int(&json, "seeds", a->table.n_seeds);
    if (a->fit.has_ridge)
        json_put_doubles(&json, "exchange", a->fit.exchange, 3);
    else
        json_put_null(&json, "exchange");
    json_put_double(&json, "detectable", a->detectable);
    put_points(&json, a);
    json_open_list(&json, "rules");
    for (int r = 0; a->fit.has_optimum && r < a->n_rules; r++) {
        json_open_map(&json, NULL);
        json_put_text(&json, "rule", a->rules[r].name);
        json_put_doubles(&json, "shares", a->rules[r].shares.x, 3);
        put_effect(&json, "below_optimum", &a->rules[r].below);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* --- text --- */

static void put_shares(TextTable *table, const Shares *shares)
{
    for (int k = 0; k < 3; k++)
        text_table_cellf(table, "%.3f", shares->x[k]);
}

static void put_points_table(const Answer *a, Text *out)
{
    static const TextColumn columns[] = {
        {"depth", TEXT_RIGHT, 0}, {"width", TEXT_RIGHT, 0}, {"resolution", TEXT_RIGHT, 0},
        {"mean", TEXT_RIGHT, 0},  {"fit", TEXT_RIGHT, 0},   {"against all", TEXT_RIGHT, 0},
        {"90 %", TEXT_LEFT, 0},   {"note", TEXT_NOTE, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int p = 0; p < a->table.n_shapes; p++) {
        char digits[TEXT_NUMBER_BYTES];
        const StatsInterval *interval = &a->against_mean[p].interval;
        put_shares(table, &a->table.shares[p]);
        text_table_cell(table, text_digits(digits, a->fit.blocks.means[p]));
        text_table_cell(table, text_digits(digits, a->fit.fitted[p]));
        text_table_cellf(table, "%+.3f", interval->mean);
        text_table_cellf(table, "%+.3f to %+.3f", interval->low, interval->high);
        text_table_cell(table, a->table.clamped[p] ? "a negative share is taken as 0" : NULL);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

/* "1 % more depth for 0.5 % less width": what may be exchanged without loss. */
static void put_ridge(const Answer *a, Text *out)
{
    static const char *const names[] = {"depth", "width", "resolution"};
    const double least = 0.05; /* percent; less is not worth a word */
    text_append(out, "a ridge: nothing is lost by");
    for (int sign = 1; sign >= -1; sign -= 2) {
        const char *before = sign > 0 ? "" : " for";
        for (int k = 0; k < 3; k++)
            if (sign * a->fit.exchange[k] >= least) {
                text_printf(out, "%s %.2g %% %s %s", before, sign * a->fit.exchange[k],
                            sign > 0 ? "more" : "less", names[k]);
                before = " and";
            }
    }
    text_append_char(out, '\n');
}

static void put_optimum_lines(const Answer *a, Text *out)
{
    const double *x = a->fit.optimum.x;
    double low[] = {x[0], x[1], x[2]}, high[] = {x[0], x[1], x[2]};
    for (int i = 0; i < a->fit.n_region; i++)
        for (int k = 0; k < 3; k++) {
            low[k] = fmin(low[k], a->fit.region[i].x[k]);
            high[k] = fmax(high[k], a->fit.region[i].x[k]);
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
                a->fit.gain.effect, unit_of(a), a->fit.gain.low, a->fit.gain.high);
    if (a->fit.has_ridge)
        put_ridge(a, out);
}

static void put_rules_table(const Answer *a, Text *out)
{
    static const TextColumn columns[] = {
        {"rule", TEXT_LEFT, 0},        {"depth", TEXT_RIGHT, 0},         {"width", TEXT_RIGHT, 0},
        {"resolution", TEXT_RIGHT, 0}, {"below optimum", TEXT_RIGHT, 0}, {"90 %", TEXT_LEFT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int r = 0; r < a->n_rules; r++) {
        const ShapeRule *rule = &a->rules[r];
        text_table_cell(table, rule->name);
        put_shares(table, &rule->shares);
        text_table_cellf(table, "%.3f", rule->below.effect);
        text_table_cellf(table, "%.3f to %.3f", rule->below.low, rule->below.high);
    }
    text_append_char(out, '\n');
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void put_noise(const Answer *a, Text *out)
{
    const int needed = blocks_seeds_needed(a->fit.blocks.sd, 2.0, a->table.n_shapes,
                                           2.0 * a->fit.margin, SHAPEFIT_CONFIDENCE, POWER);
    text_printf(out, "noise: sd %.3f %s over %d shapes and %d seeds, %g degrees of freedom; ",
                a->fit.blocks.sd, unit_of(a), a->table.n_shapes, a->table.n_seeds,
                a->fit.blocks.df);
    text_printf(out, "two shapes are told apart from a difference of %.3f on (power 80 %%)",
                a->detectable);
    if (needed > a->table.n_seeds)
        text_printf(out, ", of %g with %d seeds", 2.0 * a->fit.margin, needed);
    text_printf(out, "\nfit: Scheffe's %s; lack of fit p = %.3f, shape matters p = %.3f\n",
                a->fit.n_terms == SCHEFFE_CUBIC ? "special cubic" : "quadratic",
                a->fit.lack_of_fit_p, a->fit.trend_p);
}

static void put_text(const Answer *a, Text *out)
{
    put_points_table(a, out);
    text_printf(out, "\n%s: %s\n", shapefit_kind_name(a->fit.kind),
                shapefit_kind_text(a->fit.kind));
    if (a->fit.has_optimum)
        put_optimum_lines(a, out);
    put_noise(a, out);
    if (a->fit.has_optimum)
        put_rules_table(a, out);
}

ErrCode fit_shape(const Call *call, const char *path, char *text, Err *err)
{
    Arena arena = {0};
    Answer answer = {0};
    Text out = {.columns = call->columns};
    TRY(shapetable_read(&answer.table, path, text, &arena, err));
    TRY(collect_rules(&answer, err));
    TRY(shapefit_run(&answer.fit, &answer.table, answer.rules, answer.n_rules, &arena, err));
    TRY(compare_points(&answer, &arena, err));
    if (call->json)
        put_json(&answer, &out);
    else
        put_text(&answer, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    arena_release(&arena);
    text_release(&out);
    return err->code;
}
