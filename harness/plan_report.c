/* harness/plan_report.c: a plan for people. */
#include "harness/plan.h"
#include "harness/plan_inputs.h"
#include "harness/plan_power.h"
#include "harness/plan_range.h"
#include "harness/plan_search_report.h"
#include "harness/plan_transfer.h"
#include "harness/plan_words.h"

#include "base/sys.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Seeds below which an interval, and then a bar, cannot be given (results/blocks.h, stats.h). */
enum { MIN_SEEDS = 2, BAR_SEEDS = 5 };

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
static void put_note(const Plan *plan, const PlanPoint *point, const PlanPoint *alias,
                     bool notes_waste, Text *out)
{
    if (point->reason[0])
        text_append(out, point->reason);
    else if (point->waits_for_rate)
        text_printf(out, "waits for %s", plan->study->parts[plan->tune_part].id);
    else if (point->status == MATCH_AFTER_GRID)
        text_printf(out, "waits for %s", plan->study->parts[plan_source(plan, point)].id);
    else if (point->epochs != 0)
        text_printf(out, "%" PRId64 " epoch%s", point->epochs,
                    text_plural((uint64_t)point->epochs));
    else if (alias != NULL && alias->genes != NULL)
        text_printf(out, "alias of %s %s", alias->part_name, alias->genes);
    else if (alias != NULL)
        text_printf(out, "alias of %s %.4g %.4g %.4g", alias->part_name, alias->nominal.depth,
                    alias->nominal.width, alias->nominal.resolution);
    else if (point->trim != 1)
        text_printf(out, "width trimmed by %+.1f %%", 100 * (point->trim - 1));
    if (point->network == PLAN_NONE)
        return;
    const Waste *waste = &plan->networks[point->network].waste;
    if (!waste_is_large(waste))
        return;
    text_append(out, out->n_bytes ? "; * " : "* ");
    if (notes_waste)
        text_printf(out, "waste %.3g, ", waste->ratio);
    text_printf(out, "aligned: %d px", waste->aligned);
}

static void put_row(const Plan *plan, const PlanPoint *point, const PlanPoint *alias,
                    bool notes_waste, TextTable *table)
{
    const bool waits = point->status == MATCH_AFTER_GRID;
    char number[TEXT_NUMBER_BYTES], range[RANGE_BYTES];
    Text note = {0};
    text_table_cell(table, point->part_name);
    text_table_cell(table, point->series);
    text_table_cellf(table, "%.4g", point->x);
    if (point->genes != NULL)
        text_table_cell(table, point->genes);
    else
        cell_scale(table, point->nominal);
    cell_scale(table, point->built);
    text_table_cellf(table, waits ? "-" : "%d", point->resolution);
    if (point->network == PLAN_NONE)
        text_table_cell(table, "-");
    else
        text_table_cell(table, text_digits(number, plan->networks[point->network].waste.ratio));
    text_table_cell(
        table, macs_text(range, waits ? plan_range_macs(plan, point)
                                      : (PlanRange){(double)point->macs, (double)point->macs}));
    text_table_cell(table, waits ? "-" : text_digits(number, point->ratio));
    text_table_cell(table, match_status_name(point->status));
    put_note(plan, point, alias, notes_waste, &note);
    text_table_text(table, &note);
    text_release(&note);
}

/* False: there was no room for the column of waste, and no note says it. */
static bool points_table(const Plan *plan, bool notes_waste, Text *out)
{
    enum { WASTE = 6 };
    static const TextColumn columns[] = {
        {"part", TEXT_LEFT, 0},          {"series", TEXT_LEFT, 4},      {"x", TEXT_RIGHT, 2},
        {"nominal d w r", TEXT_LEFT, 0}, {"built d w r", TEXT_LEFT, 0}, {"px", TEXT_RIGHT, 3},
        {"waste", TEXT_RIGHT, 1},        {"MACs", TEXT_RIGHT, 0},       {"ratio", TEXT_RIGHT, 0},
        {"status", TEXT_LEFT, 0},        {"note", TEXT_NOTE, 0}};
    bool is_said = true;
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    const PlanPoint **first = mem_calloc(plan->n_networks + 1, sizeof(PlanPoint *));
    if (table == NULL || first == NULL) {
        out->failed = true;
        goto done;
    }
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        const PlanPoint **owner = point->network == PLAN_NONE ? NULL : &first[point->network];
        put_row(plan, point, owner != NULL ? *owner : NULL, notes_waste, table);
        if (owner != NULL && *owner == NULL)
            *owner = point;
    }
    text_table_render(table, out);
    is_said = notes_waste || text_table_shows(table, WASTE);
done:
    text_table_destroy(&table);
    mem_free(first);
    return is_said;
}

/* A note repeats the waste only where there is no room for its column. */
static void put_points(const Plan *plan, Text *out)
{
    Text table = {.columns = out->columns};
    if (!points_table(plan, false, &table)) {
        text_clear(&table);
        (void)points_table(plan, true, &table);
    }
    text_append(out, text_string(&table));
    out->failed |= table.failed;
    text_release(&table);
}

/*
 * A line for the networks whose pixels pay for nothing: each size once, with the nearest that does
 * not.
 */
static void waste_note(const Plan *plan, Text *out)
{
    size_t n = 0, n_named = 0;
    for (size_t i = 0; i < plan->n_networks; i++)
        n += waste_is_large(&plan->networks[i].waste);
    if (n == 0)
        return;
    text_printf(out,
                "* %zu network%s waste%s more than 5 %% of %s convolutions on maps rounded up at "
                "strides; nearest aligned:",
                n, text_plural(n), n == 1 ? "s" : "", n == 1 ? "its" : "their");
    for (size_t i = 0; i < plan->n_networks; i++) {
        const PlanNetwork *network = &plan->networks[i];
        bool is_named = !waste_is_large(&network->waste);
        for (size_t k = 0; k < i && !is_named; k++)
            is_named = plan->networks[k].network.resolution == network->network.resolution &&
                       plan->networks[k].waste.aligned == network->waste.aligned;
        if (!is_named)
            text_printf(out, "%s %d px for %d", n_named++ ? "," : "", network->waste.aligned,
                        network->network.resolution);
    }
    text_append_char(out, '\n');
}

/* Each line of `lines`, marked. */
static void put_marked(const char *mark, const Text *lines, Text *out)
{
    const char *at = text_string(lines), *line;
    size_t length;
    while ((line = plan_words_line(&at, &length)) != NULL) {
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
                    "%zu seed: no interval can be given, every verdict will be INCONCLUSIVE; at "
                    "least %d are needed, %d for bars\n",
                    n, MIN_SEEDS, BAR_SEEDS);
    else
        text_printf(out, "%zu seeds: intervals by the noise of all networks%s\n", n,
                    n < BAR_SEEDS ? "; figures show every seed, and no bars below 5" : "");
}

/* "12 s (10 s to 14 s)" */
static void put_time(const PlanNetwork *network, Text *out)
{
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES];
    text_printf(out, "%s (%s to %s)", text_duration(a, network->seconds),
                text_duration(b, network->seconds * timelaw_low(network->spread)),
                text_duration(c, network->seconds * timelaw_high(network->spread)));
}

/* The shortest and the longest trial, each with its interval. */
static void times_note(const Plan *plan, Text *out)
{
    const PlanNetwork *least = plan->networks, *most = plan->networks;
    if (plan->n_networks == 0)
        return;
    for (size_t i = 1; i < plan->n_networks; i++) {
        const PlanNetwork *n = &plan->networks[i];
        least = n->seconds < least->seconds ? n : least;
        most = n->seconds > most->seconds ? n : most;
    }
    text_append(out, "a trial takes ");
    put_time(least, out);
    if (most->seconds > least->seconds) {
        text_append(out, " up to ");
        put_time(most, out);
    }
    text_append(out, " on one thread\n");
}

static void put_power(const Plan *plan, Text *out)
{
    PlanPower power;
    Err err = {0};
    if (plan_power_find(&power, plan, &err) != ERR_NONE) {
        out->failed = true;
        return;
    }
    plan_power_text(plan, &power, out);
    put_marked("pilot: ", &plan->noise.remarks, out);
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
    if (plan->study->recipe.regularise.is_on) {
        text_append(out, "\nregularisation grows with the network: ");
        regularise_text(&plan->study->recipe.regularise, out);
    }
    text_append_char(out, '\n');
    plan_transfer_text(plan, out);
    text_append_char(out, '\n');
    put_points(plan, out);
    waste_note(plan, out);
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
    if (!isnan(seconds.low))
        times_note(plan, out);
    seeds_note(plan, out);
    judges_note(plan->study, out);
    plan_words_objective(plan, out);
    put_power(plan, out);
    Text warnings = {0};
    plan_words_warnings(plan, &warnings);
    put_marked("warning: ", &warnings, out);
    text_release(&warnings);
}
