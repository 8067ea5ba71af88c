/* harness/cli/fit_shape.c: reads the table, fits, prints points, kind, optimum, named rules. */
#include "harness/cli/fit_shape.h"

#include "harness/cli/shape_facts.h"

#include "results/power.h"
#include "results/shaperules.h"
#include "results/stats.h"

#define POWER 0.80

/* What is printed. */
typedef struct Answer {
    ShapeTable table;
    ShapeFit fit;
    ShapeRule rules[SHAPERULES_N];
    BlocksContrast *against_mean; /* [n_shapes] each shape less the mean of all */
    double detectable;            /* between two shapes */
} Answer;

static const char *unit_of(const Answer *a)
{
    return a->table.is_loss ? "nats" : "points";
}

/* Two shapes told apart. */
static PowerDesign pair_design(const Answer *a)
{
    return (PowerDesign){.sd = a->fit.blocks.sd,
                         .squares = 2.0,
                         .confidence = SHAPEFIT_CONFIDENCE,
                         .n_contrasts = 1,
                         .n_networks = a->table.n_shapes,
                         .n_seeds = a->table.n_seeds};
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
        a->against_mean[p] = blocks_contrast(&a->fit.blocks, c, NULL, SHAPEFIT_CONFIDENCE);
    }
    const PowerDesign pair = pair_design(a);
    a->detectable = power_detectable(&pair, POWER);
fail:
    return err->code;
}

/* --- JSON --- */

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
    shape_facts_optimum(&json, &a->fit, &a->fit.gain);
    json_put_double(&json, "lack_of_fit_p", a->fit.lack_of_fit_p);
    json_put_double(&json, "df", a->fit.blocks.df);
    json_put_double(&json, "sd", a->fit.blocks.sd);
    json_put_int(&json, "shapes", a->table.n_shapes);
    json_put_int(&json, "seeds", a->table.n_seeds);
    shape_facts_fit(&json, &a->fit, unit_of(a));
    json_put_double(&json, "detectable", a->detectable);
    put_points(&json, a);
    shape_facts_rules(&json, &a->fit, a->rules, SHAPERULES_N);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* --- text --- */

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
        shape_facts_put_shares(table, &a->table.shares[p]);
        text_table_cell(table, text_digits(digits, a->fit.blocks.means[p]));
        text_table_cell(table, text_digits(digits, a->fit.fitted[p]));
        text_table_cellf(table, "%+.3f", interval->mean);
        text_table_cellf(table, "%+.3f to %+.3f", interval->low, interval->high);
        text_table_cell(table, a->table.clamped[p] ? "a negative share is taken as 0" : NULL);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void put_noise(const Answer *a, Text *out)
{
    const PowerDesign pair = pair_design(a);
    const int needed = power_seeds(&pair, 2.0 * a->fit.margin, POWER, STATS_MAX_SEEDS);
    text_printf(out, "noise: sd %.3f %s over %d shapes and %d seeds, %g degrees of freedom; ",
                a->fit.blocks.sd, unit_of(a), a->table.n_shapes, a->table.n_seeds,
                a->fit.blocks.df);
    text_printf(out, "two shapes are told apart from a difference of %.3f on (power 80 %%)",
                a->detectable);
    if (needed > a->table.n_seeds)
        text_printf(out, ", of %g with %d seeds", 2.0 * a->fit.margin, needed);
    text_append_char(out, '\n');
    shape_facts_put_fit(&a->fit, out);
}

static void put_text(const Answer *a, Text *out)
{
    put_points_table(a, out);
    text_printf(out, "\n%s: %s\n", shapefit_kind_name(a->fit.kind),
                shapefit_kind_text(a->fit.kind));
    if (a->fit.has_optimum)
        shape_facts_put_optimum(&a->fit, &a->fit.gain, unit_of(a), out);
    put_noise(a, out);
    if (a->fit.has_optimum)
        shape_facts_put_rules(a->rules, SHAPERULES_N, out);
}

ErrCode fit_shape(const Call *call, const char *path, char *text, Err *err)
{
    Arena arena = {0};
    Answer answer = {0};
    Text out = {.columns = call->columns};
    TRY(shapetable_read(&answer.table, path, text, &arena, err));
    shaperules_fill(answer.rules);
    TRY(shapefit_run(&answer.fit, &answer.table, answer.rules, SHAPERULES_N, &arena, err));
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
