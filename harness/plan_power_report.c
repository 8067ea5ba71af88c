/* harness/plan_power_report.c: claims, what they could show, and what would show more. */
#include "harness/plan_power.h"

#include <inttypes.h>
#include <math.h>

static const char *const remedy_names[] = {[PLAN_MORE_EPOCHS] = "longer training",
                                           [PLAN_FEWER_NETWORKS] = "fewer networks",
                                           [PLAN_MORE_SEEDS] = "more seeds"};

/* --- JSON --- */

static void put_claim(const Plan *plan, const PlanClaim *claim, JsonWriter *json)
{
    const PowerDesign *d = &claim->design;
    json_open_map(json, NULL);
    json_put_text(json, "id", claim->id);
    json_put_text(json, "part", plan->study->parts[claim->part].id);
    json_put_text(json, "effect", claim->effect);
    json_put_int(json, "contrasts", d->n_contrasts);
    json_put_int(json, "n_networks", d->n_networks);
    json_put_int(json, "n", d->n_seeds);
    json_put_double(json, "df", power_df(d));
    json_put_double(json, "detectable", claim->detectable);
    json_put_double(json, "seeds_for", PLAN_POWER_EFFECT);
    if (claim->seeds_needed > 0)
        json_put_int(json, "seeds_needed", claim->seeds_needed);
    else
        json_put_null(json, "seeds_needed");
    json_close_map(json);
}

void plan_power_json(const Plan *plan, const PlanPower *power, JsonWriter *json)
{
    const PlanNoise *noise = &plan->noise;
    json_open_map(json, "power");
    json_put_double(json, "sd", noise->sd);
    json_put_text(json, "pilot", noise->pilot);
    json_put_double(json, "sd_df", noise->pilot != NULL ? noise->df : (double)NAN);
    json_put_double(json, "power", PLAN_POWER);
    json_put_double(json, "confidence", PLAN_POWER_CONFIDENCE);
    json_open_list(json, "claims");
    for (size_t i = 0; i < power->n_claims; i++)
        put_claim(plan, &power->claims[i], json);
    json_close_list(json);
    json_put_text(json, "weakest", power->weakest != NULL ? power->weakest->id : NULL);
    json_open_list(json, "same_compute");
    for (size_t i = 0; i < power->n_remedies; i++) {
        const PlanRemedy *remedy = &power->remedies[i];
        json_open_map(json, NULL);
        json_put_text(json, "by", remedy_names[remedy->kind]);
        json_put_int(json, "n_networks", remedy->n_networks);
        json_put_int(json, "n", remedy->n_seeds);
        json_put_int(json, "n_epochs", remedy->epochs);
        json_put_double(json, "detectable", remedy->detectable);
        json_close_map(json);
    }
    json_close_list(json);
    json_close_map(json);
}

/* --- text --- */

static void put_noise(const PlanNoise *noise, Text *out)
{
    text_printf(out, "power: noise of %.2f points a trial, ", noise->sd);
    if (noise->pilot != NULL)
        text_printf(out, "that of '%s' (%.0f degrees of freedom)", noise->pilot, noise->df);
    else
        text_append(out, "assumed (--pilot DIR takes that of a study)");
    text_printf(out, "; %.0f %% power, %.0f %% two-sided\n", 100 * PLAN_POWER,
                100 * PLAN_POWER_CONFIDENCE);
}

static void claims_table(const Plan *plan, const PlanPower *power, Text *out)
{
    static const TextColumn columns[] = {
        {"claim", TEXT_LEFT, 0},       {"part", TEXT_LEFT, 2},
        {"contrasts", TEXT_LEFT, 0},   {"networks", TEXT_RIGHT, 3},
        {"seeds", TEXT_RIGHT, 0},      {"df", TEXT_RIGHT, 1},
        {"detectable", TEXT_RIGHT, 0}, {"seeds for 1 point", TEXT_RIGHT, 4}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < power->n_claims; i++) {
        const PlanClaim *claim = &power->claims[i];
        const PowerDesign *d = &claim->design;
        text_table_cell(table, claim->id);
        text_table_cell(table, plan->study->parts[claim->part].id);
        text_table_cellf(table, "%d x %s", d->n_contrasts, claim->effect);
        text_table_cellf(table, "%d", d->n_networks);
        text_table_cellf(table, "%d", d->n_seeds);
        text_table_cellf(table, "%.0f", power_df(d));
        if (isnan(claim->detectable))
            text_table_cell(table, "nothing");
        else
            text_table_cellf(table, "%.2f", claim->detectable);
        text_table_cellf(table, claim->seeds_needed > 0 ? "%d" : "above 1000", claim->seeds_needed);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

/* Epochs that may be ripe, for the same compute or, where that leaves no two seeds, for more. */
static void put_longer(const Plan *plan, const PlanPower *power, const PlanRemedy *remedy,
                       Text *out)
{
    enum { LEAST_SEEDS = 2 };
    const double times = (double)remedy->epochs / (double)plan->study->recipe.epochs;
    const double share = (double)LEAST_SEEDS / power->weakest->design.n_seeds;
    text_printf(out,
                "longer training, before all else, for what is unripe decides nothing: %" PRId64
                " epochs",
                remedy->epochs);
    if (remedy->n_seeds >= LEAST_SEEDS)
        text_printf(out, ", %d seeds: %.2f points\n", remedy->n_seeds, remedy->detectable);
    else
        text_printf(out, "; with %d seeds that is %.3g times the compute\n", LEAST_SEEDS,
                    times * share);
}

static void put_remedy(const Plan *plan, const PlanPower *power, const PlanRemedy *remedy,
                       Text *out)
{
    text_append(out, "  ");
    switch (remedy->kind) {
    case PLAN_MORE_EPOCHS:
        put_longer(plan, power, remedy, out);
        break;
    case PLAN_FEWER_NETWORKS:
        text_printf(out,
                    "fewer networks: without the %d that no claim compares (sizes between the "
                    "ends, lines between two), %d seeds: %.2f points\n",
                    power->weakest->design.n_networks - remedy->n_networks, remedy->n_seeds,
                    remedy->detectable);
        break;
    case PLAN_MORE_SEEDS:
        text_printf(out,
                    "more seeds: %d, of %" PRId64 " epochs each: %.2f points, if the noise stays "
                    "what it is\n",
                    remedy->n_seeds, remedy->epochs, remedy->detectable);
        break;
    }
}

void plan_power_text(const Plan *plan, const PlanPower *power, Text *out)
{
    if (power->weakest == NULL)
        return;
    put_noise(&plan->noise, out);
    claims_table(plan, power, out);
    text_printf(out,
                "detectable: points that every contrast of a claim must truly be, so that four "
                "studies of five see it\n");
    if (power->n_remedies > 0)
        text_printf(out, "for the same compute %s would see smaller effects with%s\n",
                    power->weakest->id, power->n_remedies > 1 ? ", the best first" : "");
    for (size_t i = 0; i < power->n_remedies; i++)
        put_remedy(plan, power, &power->remedies[i], out);
    if (power->n_remedies == 0)
        text_append(
            out,
            "no other design of the same compute sees smaller effects: only more compute does\n");
}
