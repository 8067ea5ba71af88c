/* harness/plan_report.c: a plan as JSON and as text. */
#include "harness/plan.h"
#include "harness/plan_networks.h"
#include "harness/plan_range.h"
#include "harness/plan_search_report.h"

#include "base/json.h"
#include "base/sys.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Seeds below which an interval, and then a bar, cannot be given (results/stats.h). */
enum { MIN_SEEDS = 3, BAR_SEEDS = 5 };

#define FLUSH_BYTES ((size_t)1 << 20) /* of JSON before it is handed on */

static void put_scale(JsonWriter *json, const char *key, Scale scale)
{
    const double values[STUDY_DIMENSIONS] = {scale.depth, scale.width, scale.resolution};
    json_put_doubles(json, key, values, STUDY_DIMENSIONS);
}

static void put_range(JsonWriter *json, const char *key, PlanRange range)
{
    const double values[] = {range.low, range.high};
    json_put_doubles(json, key, values, ARRAY_LEN(values));
}

static void put_point(const Plan *plan, const PlanPoint *point, JsonWriter *json)
{
    json_open_map(json, NULL);
    json_put_text(json, "part", study_part_key(plan->study->parts[point->part].kind));
    json_put_text(json, "name", point->part_name);
    json_put_text(json, "id", plan->study->parts[point->part].id);
    json_put_text(json, "figure", point->figure);
    json_put_text(json, "series", point->series);
    json_put_double(json, "x", point->x);
    put_scale(json, "nominal", point->nominal);
    put_scale(json, "built", point->built);
    json_put_text(json, "genes", point->genes);
    json_put_double(json, "trim", point->trim);
    json_put_text(json, "network",
                  point->network == PLAN_NONE ? NULL
                                              : plan->networks[point->network].network.digest);
    json_put_int(json, "epochs",
                 point->network == PLAN_NONE ? plan_networks_epochs(plan, point->part)
                                             : plan->networks[point->network].epochs);
    if (point->status == MATCH_AFTER_GRID) {
        json_put_null(json, "resolution");
        json_put_null(json, "macs");
        put_range(json, "macs_range", plan_range_macs(plan, point));
    } else {
        json_put_int(json, "resolution", point->resolution);
        json_put_int(json, "macs", point->macs);
        json_put_null(json, "macs_range");
    }
    json_put_double(json, "ratio", point->ratio);
    json_put_double(json, "naive_ratio", point->naive_ratio);
    json_put_text(json, "match", point->match);
    json_put_text(json, "status", match_status_name(point->status));
    json_put_text(json, "reason", point->reason[0] ? point->reason : NULL);
    json_close_map(json);
}

/* The line at *at, without its end, or NULL behind the last; moves *at to the next. */
static const char *next_line(const char **at, size_t *length)
{
    const char *line = *at;
    *length = strcspn(line, "\n");
    *at = line + *length + (line[*length] == '\n');
    return line[0] != '\0' ? line : NULL;
}

static void put_lines(JsonWriter *json, const char *key, const Text *lines)
{
    const char *at = text_string(lines), *line;
    size_t length;
    json_open_list(json, key);
    while ((line = next_line(&at, &length)) != NULL) {
        Text text = {0};
        text_append_bytes(&text, line, length);
        json_put_text(json, NULL, text_string(&text));
        json->out->failed |= text.failed;
        text_release(&text);
    }
    json_close_list(json);
}

/* What is in force of the recipe, and what of it is probably not meant. */
static void put_recipe(const Plan *plan, JsonWriter *json)
{
    const Recipe *recipe = &plan->study->recipe;
    Text warnings = {0};
    recipe_warnings(recipe, plan->n_train, &warnings);
    plan_search_warnings(plan, &warnings);
    json_put_int(json, "epochs", recipe->epochs);
    json_put_int(json, "batch", recipe_batch_size(recipe, plan->n_train));
    json_put_int(json, "steps_per_epoch", recipe_steps_per_epoch(recipe, plan->n_train));
    json_put_int(json, "steps", recipe_steps(recipe, plan->n_train));
    json_put_double(json, "ema", recipe_ema(recipe, plan->n_train));
    put_lines(json, "warnings", &warnings);
    text_release(&warnings);
}

/* The study's objective, where a part is ranked by it: all are but searches and retrains. */
static void explain_objective(const Plan *plan, Text *out)
{
    const Objective objective = study_objective(plan->study, plan->target_macs);
    bool is_used = false;
    for (size_t i = 0; i < plan->study->n_parts; i++)
        is_used |= plan->parts[i].search == NULL && plan->parts[i].retrain == NULL;
    if (is_used)
        objective_explain(&objective, out);
}

static void put_objective(const Plan *plan, JsonWriter *json)
{
    Text notes = {0};
    explain_objective(plan, &notes);
    put_lines(json, "objective_notes", &notes);
    json->out->failed |= notes.failed;
    text_release(&notes);
}

ErrCode plan_json(const Plan *plan, PlanRange seconds, Text *out, PlanFlush *flush, Err *err)
{
    JsonWriter json = json_writer(out, true);
    json.numbers = json_numbers_create();
    json_open_map(&json, NULL);
    json_put_text(&json, "study", plan->study->name);
    json_put_text(&json, "baseline", plan->baseline.name);
    json_put_int(&json, "baseline_macs", plan->baseline_macs);
    json_put_int(&json, "target_macs", plan->target_macs);
    put_objective(plan, &json);
    json_put_int(&json, "trials", (int64_t)(plan->n_trials + plan->n_after_grid));
    json_put_int(&json, "trials_after_grid", (int64_t)plan->n_after_grid);
    json_put_int(&json, "networks", (int64_t)plan->n_networks);
    json_put_int(&json, "seeds", (int64_t)plan->study->seeds.n);
    json_put_ints(&json, "judge_seeds", plan->study->judge_seeds.v, plan->study->judge_seeds.n);
    put_lines(&json, "data_notes", &plan->data_notes);
    json_put_double(&json, "total_macs", plan_total_macs(plan));
    put_range(&json, "waiting_macs", plan_waiting_macs(plan));
    json_put_double(&json, "seconds", (seconds.low + seconds.high) / 2);
    put_range(&json, "seconds_range", seconds);
    json_put_int(&json, "trial_bytes", (int64_t)plan_trial_bytes(plan));
    json_put_int(&json, "train", plan->n_train);
    json_put_int(&json, "val", plan->n_val);
    json_put_int(&json, "test", plan->n_test);
    put_recipe(plan, &json);
    plan_search_json(plan, &json);
    json_open_list(&json, "points");
    for (size_t i = 0; i < plan->n_points; i++) {
        put_point(plan, &plan->points[i], &json);
        if (flush != NULL && out->n_bytes >= FLUSH_BYTES)
            TRY(flush(out, err));
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
    json_numbers_destroy(&json.numbers);
    return ERR_NONE;
fail:
    json_numbers_destroy(&json.numbers);
    return err->code;
}

/* --- text --- */

enum { RANGE_BYTES = 2 * TEXT_NUMBER_BYTES + 4 };

static const char *range_text(char out[RANGE_BYTES], const char *low, const char *high)
{
    const bool is_one = strcmp(low, high) == 0;
    snprintf(out, RANGE_BYTES, "%s%s%s", low, is_one ? "" : " to ", is_one ? "" : high);
    return out;
}

static void cell_scale(TextTable *table, Scale scale)
{
    if (isnan(scale.depth))
        text_table_cell(table, "-");
    else
        text_table_cellf(table, "%.4g %.4g %.4g", scale.depth, scale.width, scale.resolution);
}

/* "1.5M", or "1.5M to 3M" where it shows a difference. */
static const char *macs_text(char out[RANGE_BYTES], PlanRange macs)
{
    char low[TEXT_NUMBER_BYTES], high[TEXT_NUMBER_BYTES];
    return range_text(out, text_human(low, macs.low), text_human(high, macs.high));
}

/* `alias`: the first point with the same network if it is an earlier one, or NULL. */
static void cell_note(TextTable *table, const Plan *plan, const PlanPoint *point,
                      const PlanPoint *alias)
{
    const StudyPart *part = &plan->study->parts[point->part];
    if (point->reason[0])
        text_table_cell(table, point->reason);
    else if (point->status == MATCH_AFTER_GRID)
        text_table_cellf(table, "waits for %s",
                         plan->study
                             ->parts[plan->parts[point->part].has_baseline ? part->constants_part
                                                                           : part->baseline_part]
                             .id);
    else if (alias != NULL && alias->genes != NULL)
        text_table_cellf(table, "alias of %s %s", alias->part_name, alias->genes);
    else if (alias != NULL)
        text_table_cellf(table, "alias of %s %.4g %.4g %.4g", alias->part_name,
                         alias->nominal.depth, alias->nominal.width, alias->nominal.resolution);
    else if (point->trim != 1)
        text_table_cellf(table, "width trimmed by %+.1f %%", 100 * (point->trim - 1));
    else
        text_table_cell(table, "");
}

static void points_table(const Plan *plan, Text *out)
{
    static const TextColumn columns[] = {
        {"part", TEXT_LEFT, 0},          {"series", TEXT_LEFT, 3},      {"x", TEXT_RIGHT, 1},
        {"nominal d w r", TEXT_LEFT, 0}, {"built d w r", TEXT_LEFT, 0}, {"px", TEXT_RIGHT, 2},
        {"MACs", TEXT_RIGHT, 0},         {"ratio", TEXT_RIGHT, 0},      {"status", TEXT_LEFT, 0},
        {"note", TEXT_NOTE, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    const PlanPoint **first = mem_calloc(plan->n_networks + 1, sizeof(PlanPoint *));
    if (table == NULL || first == NULL) {
        out->failed = true;
        goto done;
    }
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        const bool waits = point->status == MATCH_AFTER_GRID;
        char number[TEXT_NUMBER_BYTES], range[RANGE_BYTES];
        text_table_cell(table, point->part_name);
        text_table_cell(table, point->series);
        text_table_cellf(table, "%.4g", point->x);
        if (point->genes != NULL)
            text_table_cell(table, point->genes);
        else
            cell_scale(table, point->nominal);
        cell_scale(table, point->built);
        text_table_cellf(table, waits ? "-" : "%d", point->resolution);
        text_table_cell(
            table, macs_text(range, waits ? plan_range_macs(plan, point)
                                          : (PlanRange){(double)point->macs, (double)point->macs}));
        text_table_cell(table, waits ? "-" : text_digits(number, point->ratio));
        text_table_cell(table, match_status_name(point->status));
        const PlanPoint **owner = point->network == PLAN_NONE ? NULL : &first[point->network];
        cell_note(table, plan, point, owner != NULL ? *owner : NULL);
        if (owner != NULL && *owner == NULL)
            *owner = point;
    }
    text_table_render(table, out);
done:
    text_table_destroy(&table);
    mem_free(first);
}

/* Each line of `lines`, marked. */
static void put_marked(const char *mark, const Text *lines, Text *out)
{
    const char *at = text_string(lines), *line;
    size_t length;
    while ((line = next_line(&at, &length)) != NULL) {
        text_append(out, mark);
        text_append_bytes(out, line, length);
        text_append_char(out, '\n');
    }
    out->failed |= lines->failed;
}

/* On whose seeds `compare` is judged, where the study has one. */
static void judges_note(const Study *study, Text *out)
{
    const YamlInts *judges = &study->judge_seeds;
    bool is_judged = false;
    for (size_t i = 0; i < study->n_parts; i++)
        is_judged |= study->parts[i].kind == STUDY_COMPARE;
    if (!is_judged)
        return;
    if (judges->n == 0) {
        text_append(out, "compare is judged on the seeds that choose (judge_seeds: 0)\n");
        return;
    }
    text_append(out, "compare is trained with judge seeds alone:");
    for (size_t i = 0; i < judges->n; i++)
        text_printf(out, "%s %" PRId64, i ? "," : "", judges->v[i]);
    text_append_char(out, '\n');
}

static void seeds_note(const Plan *plan, Text *out)
{
    const size_t n = plan->study->seeds.n;
    if (n < MIN_SEEDS)
        text_printf(out,
                    "%zu seed%s: no interval can be given, every verdict will be INCONCLUSIVE; "
                    "at least %d are needed, %d for bars\n",
                    n, text_plural(n), MIN_SEEDS, BAR_SEEDS);
    else
        text_printf(out, "%zu seeds: intervals by paired t%s\n", n,
                    n < BAR_SEEDS ? "; figures show every seed, and no bars below 5" : "");
}

void plan_text(const Plan *plan, PlanRange seconds, Text *out)
{
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES], range[RANGE_BYTES];
    size_t n_fair = 0, n_unfair = 0;
    for (size_t i = 0; i < plan->n_points; i++) {
        n_fair += plan->points[i].status == MATCH_FAIR;
        n_unfair += plan->points[i].status == MATCH_UNFAIR;
    }
    const char *question = plan->study->question;
    text_printf(out, "study %s%s%s\n", plan->study->name, question[0] ? ": " : "", question);
    text_printf(out, "baseline %s: %s MACs at %d px, %d classes; target %s\n", plan->baseline.name,
                text_grouped(a, plan->baseline_macs), plan->baseline.resolution, plan->classes,
                text_grouped(b, plan->target_macs));
    text_printf(out, "data %s: %lld train, %lld validation, %lld test%s\n", plan->study->data.name,
                (long long)plan->n_train, (long long)plan->n_val, (long long)plan->n_test,
                plan->is_demo ? " (DEMO: constructed)" : "");
    put_marked("  ", &plan->data_notes, out);
    text_printf(out, "recipe %" PRId64 " epoch%s, ", plan->study->recipe.epochs,
                text_plural(plan->study->recipe.epochs));
    recipe_in_force(&plan->study->recipe, plan->n_train, out);
    text_append(out, "\n\n");
    points_table(plan, out);
    text_append_char(out, '\n');
    plan_search_text(plan, out);
    text_printf(out, "%zu point%s, %zu fair, %zu unfair; %zu network%s, %zu trial%s",
                plan->n_points, text_plural(plan->n_points), n_fair, n_unfair, plan->n_networks,
                text_plural(plan->n_networks), plan->n_trials, text_plural(plan->n_trials));
    if (plan->n_after_grid)
        text_printf(out, " and %zu that wait", plan->n_after_grid);
    text_printf(out, "\n%s MACs in all", text_human(a, plan_total_macs(plan)));
    if (plan_waiting_macs(plan).high > 0)
        text_printf(out, " and %s of what waits", macs_text(range, plan_waiting_macs(plan)));
    if (plan->n_trials > 0)
        text_printf(out, ", at most %s a trial", text_human_bytes(b, plan_trial_bytes(plan)));
    if (!isnan(seconds.low))
        text_printf(
            out, ", predicted %s",
            range_text(range, text_duration(a, seconds.low), text_duration(b, seconds.high)));
    text_append_char(out, '\n');
    seeds_note(plan, out);
    judges_note(plan->study, out);
    explain_objective(plan, out);
    Text warnings = {0};
    recipe_warnings(&plan->study->recipe, plan->n_train, &warnings);
    plan_search_warnings(plan, &warnings);
    put_marked("warning: ", &warnings, out);
    text_release(&warnings);
}
