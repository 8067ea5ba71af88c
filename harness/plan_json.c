/* harness/plan_json.c: the document of `plan --json`. */
#include "harness/plan.h"
#include "harness/plan_design.h"
#include "harness/plan_networks.h"
#include "harness/plan_power.h"
#include "harness/plan_range.h"
#include "harness/plan_search_report.h"
#include "harness/plan_words.h"

#include "base/json.h"
#include "base/sys.h"

#include <math.h>

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

/* Of the network's pixels; null where there is none. */
static void put_waste(const Plan *plan, const PlanPoint *point, JsonWriter *json)
{
    if (point->network == PLAN_NONE) {
        json_put_null(json, "waste");
        json_put_null(json, "aligned_resolution");
        return;
    }
    const Waste *waste = &plan->networks[point->network].waste;
    json_put_double(json, "waste", waste->ratio);
    json_put_int(json, "aligned_resolution", waste->aligned);
}

/* Of one trial on one thread; null where there is none, or nothing was predicted. */
static void put_seconds(const Plan *plan, const PlanPoint *point, JsonWriter *json)
{
    const PlanNetwork *n = point->network == PLAN_NONE ? NULL : &plan->networks[point->network];
    const double seconds = n == NULL ? (double)NAN : n->seconds;
    const double spread = n == NULL ? (double)NAN : n->spread;
    json_put_double(json, "trial_seconds", seconds);
    put_range(json, "trial_seconds_range",
              (PlanRange){seconds * timelaw_low(spread), seconds * timelaw_high(spread)});
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
                 point->network == PLAN_NONE ? plan_networks_point_epochs(plan, point)
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
    put_waste(plan, point, json);
    put_seconds(plan, point, json);
    json_put_double(json, "ratio", point->ratio);
    json_put_double(json, "naive_ratio", point->naive_ratio);
    json_put_text(json, "match", point->match);
    json_put_text(json, "status", match_status_name(point->status));
    json_put_text(json, "reason", point->reason[0] ? point->reason : NULL);
    json_close_map(json);
}

static void put_lines(JsonWriter *json, const char *key, const Text *lines)
{
    const char *at = text_string(lines), *line;
    size_t length;
    json_open_list(json, key);
    while ((line = plan_words_line(&at, &length)) != NULL) {
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
    plan_words_warnings(plan, &warnings);
    json_put_int(json, "epochs", recipe->epochs);
    json_put_int(json, "batch", recipe_batch_size(recipe, plan->n_train));
    json_put_int(json, "steps_per_epoch", recipe_steps_per_epoch(recipe, plan->n_train));
    json_put_int(json, "steps", recipe_steps(recipe, plan->n_train));
    json_put_double(json, "ema", recipe_ema(recipe, plan->n_train));
    Text grows = {0};
    if (recipe->regularise.is_on)
        regularise_text(&recipe->regularise, &grows);
    json_put_text(json, "scale_regularisation", grows.n_bytes ? text_string(&grows) : NULL);
    json->out->failed |= grows.failed;
    text_release(&grows);
    put_lines(json, "warnings", &warnings);
    text_release(&warnings);
}

static void put_objective(const Plan *plan, JsonWriter *json)
{
    Text notes = {0};
    plan_words_objective(plan, &notes);
    put_lines(json, "objective_notes", &notes);
    json->out->failed |= notes.failed;
    text_release(&notes);
}

ErrCode plan_json(const Plan *plan, PlanRange seconds, Text *out, PlanFlush *flush, Err *err)
{
    PlanPower power;
    JsonWriter json = json_writer(out, true);
    json.numbers = json_numbers_create();
    TRY(plan_power_find(&power, plan, err));
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
    json_put_double(&json, "seconds", plan_range_middle(seconds));
    put_range(&json, "seconds_range", seconds);
    json_put_int(&json, "trial_bytes", (int64_t)plan_trial_bytes(plan));
    json_put_int(&json, "train", plan->n_train);
    json_put_int(&json, "val", plan->n_val);
    json_put_int(&json, "test", plan->n_test);
    put_recipe(plan, &json);
    plan_search_json(plan, &json);
    plan_power_json(plan, &power, &json);
    if (plan->designs != NULL)
        plan_design_json(plan->designs, &json);
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
