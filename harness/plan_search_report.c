/* harness/plan_search_report.c: budgets divided by what the space's networks cost. */
#include "harness/plan_search_report.h"

#include "harness/plan_search.h"

#include <inttypes.h>
#include <math.h>

/* How many trainings a budget holds, at the dearest and at the cheapest network of the space. */
static PlanRange count_trainings(const PlanSearch *search, double budget, double factor)
{
    const double inside = search->survey.inside;
    const PlanRange n = {floor(budget / ((double)search->survey.most * factor)),
                         floor(budget / ((double)search->survey.least * factor))};
    return (PlanRange){fmin(n.low, inside), fmin(n.high, inside)};
}

/* In full, and on the short schedule. */
static void count_of(const PlanSearch *search, const PlanSearcher *searcher, PlanRange *full,
                     PlanRange *quick)
{
    const NetSpaceSurvey *survey = &search->survey;
    const double budget = (double)search->budget_macs, half = budget / 2;
    *quick = (PlanRange){0, 0};
    *full = count_trainings(search, budget, search->full_factor);
    if (!searcher->has_screen)
        return;
    /* Short ones end where one more does not fit, or with the space; what they leave is in full. */
    const double all = (double)survey->least * survey->inside,
                 spent = fmin(half - (double)survey->most * search->short_factor,
                              all * search->short_factor);
    *quick = count_trainings(search, half, search->short_factor);
    full->low = fmin(count_trainings(search, half, search->full_factor).low, quick->low);
    full->high = fmin(count_trainings(search, budget - fmax(spent, 0), search->full_factor).high,
                      quick->high);
}

PlanRange plan_search_macs(const Plan *plan, int part)
{
    const PlanSearch *search = plan->parts[part].search;
    const double budget = (double)search->budget_macs, least = (double)search->survey.least,
                 most = (double)search->survey.most;
    PlanRange sum = {0, 0};
    for (size_t i = 0; i < search->n_searchers; i++) {
        PlanRange full, quick;
        count_of(search, &search->searchers[i], &full, &quick);
        const double low =
            least * (full.low * search->full_factor + quick.low * search->short_factor);
        const double all = most * search->survey.inside *
                           (search->full_factor + (quick.high > 0 ? search->short_factor : 0));
        sum.low += low;
        sum.high += fmin(budget, all);
    }
    return sum;
}

/* --- JSON --- */

static void put_pair(JsonWriter *json, const char *key, PlanRange range)
{
    const double values[] = {range.low, range.high};
    json_put_doubles(json, key, values, ARRAY_LEN(values));
}

static void put_searcher(const PlanSearch *search, const PlanSearcher *searcher, JsonWriter *json)
{
    PlanRange full, quick;
    count_of(search, searcher, &full, &quick);
    json_open_map(json, NULL);
    json_put_text(json, "series", searcher->series);
    json_put_text(json, "strategy", searcher->settings.search.strategy->name);
    json_put_bool(json, "is_rival", !searcher->is_main);
    json_put_int(json, "run", searcher->run + 1);
    json_put_int(json, "seeds", (int64_t)searcher->seeds.n);
    put_pair(json, "trainings", full);
    put_pair(json, "short_trainings", quick);
    json_close_map(json);
}

void plan_search_json(const Plan *plan, JsonWriter *json)
{
    json_open_list(json, "searches");
    for (size_t i = 0; i < plan->study->n_parts; i++) {
        const PlanSearch *search = plan->parts[i].search;
        if (search == NULL)
            continue;
        const NetSpaceSurvey *survey = &search->survey;
        json_open_map(json, NULL);
        json_put_text(json, "id", plan->study->parts[i].id);
        json_put_text(json, "space", netspace_name(search->space));
        json_put_double(json, "size", survey->size);
        json_put_bool(json, "exact", survey->is_exact);
        json_put_double(json, "inside", survey->inside);
        put_pair(json, "macs_range", (PlanRange){(double)survey->least, (double)survey->most});
        json_put_int(json, "target_macs", search->target_macs);
        json_put_int(json, "budget_macs", search->budget_macs);
        json_put_int(json, "epochs", search->full_epochs);
        json_put_int(json, "short_epochs", search->short_epochs);
        json_put_int(json, "virtual_workers", plan->study->parts[i].search.virtual_workers);
        json_open_list(json, "searchers");
        for (size_t k = 0; k < search->n_searchers; k++)
            put_searcher(search, &search->searchers[k], json);
        json_close_list(json);
        json_close_map(json);
    }
    json_close_list(json);
}

/* --- text --- */

/* "6", or "6 to 8". */
static void append_range(PlanRange range, Text *out)
{
    text_printf(out, "%.0f", range.low);
    if (range.high > range.low)
        text_printf(out, " to %.0f", range.high);
}

/* What a searcher may spend in each of its runs. */
static void put_searcher_line(const Plan *plan, int part, const PlanSearcher *searcher, Text *out)
{
    const PlanSearch *search = plan->parts[part].search;
    const int n_runs = plan->study->parts[part].search.runs;
    char number[TEXT_NUMBER_BYTES];
    PlanRange full, quick;
    count_of(search, searcher, &full, &quick);
    text_printf(out, "  %s: at most %s training MACs, ", searcher->series,
                text_human(number, (double)search->budget_macs));
    if (searcher->has_screen) {
        append_range(quick, out);
        text_printf(out, " networks for %" PRId64 " epoch%s, then ", search->short_epochs,
                    text_plural((uint64_t)search->short_epochs));
    }
    append_range(full, out);
    text_append(out, " in full");
    if (n_runs > 1)
        text_printf(out, ", in each of %d runs", n_runs);
    text_append_char(out, '\n');
}

static void put_one(const Plan *plan, int part, Text *out)
{
    const PlanSearch *search = plan->parts[part].search;
    const NetSpaceSurvey *survey = &search->survey;
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES], d[TEXT_NUMBER_BYTES];
    text_printf(out, "search %s in %s: %s genotypes, %s%s networks of %s to %s MACs inside; ",
                plan->study->parts[part].id, netspace_name(search->space),
                text_human(a, survey->size), survey->is_exact ? "" : "about ",
                text_human(b, survey->inside), text_human(c, (double)survey->least),
                text_human(d, (double)survey->most));
    objective_describe(&search->objective, out);
    text_printf(out, ", T %s\n", text_grouped(a, search->target_macs));
    objective_explain(&search->objective, out);
    for (size_t i = 0; i < search->n_searchers; i++)
        if (search->searchers[i].run == 0)
            put_searcher_line(plan, part, &search->searchers[i], out);
}

void plan_search_text(const Plan *plan, Text *out)
{
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if (plan->parts[i].search != NULL)
            put_one(plan, (int)i, out);
}

void plan_search_warnings(const Plan *plan, Text *out)
{
    enum { WORKERS_A_JOB = 2 };
    for (size_t i = 0; i < plan->study->n_parts; i++) {
        const StudyPart *part = &plan->study->parts[i];
        if (part->kind == STUDY_SEARCH &&
            part->search.virtual_workers < WORKERS_A_JOB * plan->n_jobs)
            text_printf(out,
                        "search %s: %d virtual workers are fewer than twice the %d jobs, some of "
                        "which will wait; more decide with less known\n",
                        part->id, part->search.virtual_workers, plan->n_jobs);
    }
}
