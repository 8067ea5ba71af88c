/* plots/report_part_result.c: columns of a part's table: accuracy, seeds, remarks. */
#include "plots/report_part_lists.h"
#include "plots/report_part_marks.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* "50.21 ± 0.83"; one value has no deviation. */
static void put_mean(Text *out, double mean, double sd)
{
    report_part_fixed(out, "%.2f", mean);
    if (!isnan(sd))
        text_printf(out, " ± %.2f", sd);
}

static void objective(Text *out, const void *row)
{
    report_part_fixed(out, "%.2f", ((const PartRow *)row)->ranked->score);
}

static void objective_in_full(Text *out, const void *row)
{
    report_part_number(out, ((const PartRow *)row)->ranked->score);
}

static void validation(Text *out, const void *row)
{
    put_mean(out, ((const PartRow *)row)->val_mean, ((const PartRow *)row)->val_sd);
}

static void val_mean(Text *out, const void *row)
{
    report_part_number(out, ((const PartRow *)row)->val_mean);
}

static void val_sd(Text *out, const void *row)
{
    report_part_number(out, ((const PartRow *)row)->val_sd);
}

static void test(Text *out, const void *row)
{
    put_mean(out, ((const PartRow *)row)->test.mean, ((const PartRow *)row)->test.sd);
}

static void test_mean(Text *out, const void *row)
{
    report_part_number(out, ((const PartRow *)row)->test.mean);
}

static void test_sd(Text *out, const void *row)
{
    report_part_number(out, ((const PartRow *)row)->test.sd);
}

static void interval(Text *out, const void *row)
{
    const StatsInterval *i = &((const PartRow *)row)->test;
    if (!isnan(i->low))
        text_printf(out, "%.2f to %.2f", i->low, i->high);
}

static void interval_low(Text *out, const void *row)
{
    report_part_number(out, ((const PartRow *)row)->test.low);
}

static void interval_high(Text *out, const void *row)
{
    report_part_number(out, ((const PartRow *)row)->test.high);
}

static void count(Text *out, const void *row)
{
    text_printf(out, "%d", ((const PartRow *)row)->n);
}

/* "1:50.25 2:51.5": seed and test accuracy. */
static void by_seed(Text *out, const void *row)
{
    const StorePointResult *r = ((const PartRow *)row)->result;
    const char *between = "";
    for (size_t i = 0; i < r->n_seeds; i++)
        if (r->seeds[i].status == STORE_TRIAL_DONE) {
            text_printf(out, "%s%" PRId64 ":", between, r->seeds[i].seed);
            text_append_double(out, r->seeds[i].test_top1);
            between = " ";
        }
}

static void put_aliases(Text *out, const RankingRow *ranked)
{
    for (size_t i = 0; i < ranked->n_aliases; i++) {
        text_append(out, i ? ", " : "also ");
        report_part_multipliers(out, ranked->aliases[i]->point.nominal);
    }
}

static void remarks(Text *out, const void *of)
{
    const PartRow *row = of;
    const StorePoint *p = (&row->result->point);
    const size_t before = out->n_bytes;
    if (row->ranked != NULL)
        put_aliases(out, row->ranked);
    if (row->n_diverged)
        text_printf(out, "%s%d diverged", out->n_bytes > before ? "; " : "", row->n_diverged);
    if (row->n_waiting)
        text_printf(out, "%s%d not finished", out->n_bytes > before ? "; " : "", row->n_waiting);
    if (strcmp(p->status, "fair") != 0 && strcmp(p->status, "unmatched") != 0)
        text_printf(out, "%s%s", out->n_bytes > before ? "; " : "", p->status);
    if (p->reason != NULL)
        text_printf(out, "%s%s", out->n_bytes > before ? ": " : "", p->reason);
}

/* --- the list --- */

const PartColumn report_part_result_list[] = {
    {PART_GRID,
     {.heading = "objective",
      .name = "objective",
      .hint = "of the mean validation accuracy",
      .shown = objective,
      .raw = objective_in_full}},
    {PART_ANY,
     {.heading = "validation %",
      .hint = "top-1, mean over seeds ± their standard deviation",
      .shown = validation}},
    {PART_ANY, {.name = "val_top1_mean", .shown = val_mean}},
    {PART_ANY, {.name = "val_top1_sd", .shown = val_sd}},
    {PART_ANY,
     {.heading = "test %",
      .hint = "top-1, mean over seeds ± their standard deviation",
      .shown = test}},
    {PART_ANY, {.name = "test_top1_mean", .shown = test_mean}},
    {PART_ANY, {.name = "test_top1_sd", .shown = test_sd}},
    {PART_ANY,
     {.heading = "90 % interval",
      .hint = "of the mean test accuracy, by Student's t; from three seeds on",
      .shown = interval}},
    {PART_ANY, {.name = "test_top1_low", .shown = interval_low}},
    {PART_ANY, {.name = "test_top1_high", .shown = interval_high}},
    {PART_ANY, {.heading = "n", .name = "n", .hint = "seeds that finished", .shown = count}},
    {PART_ANY,
     {.heading = "every seed",
      .name = "test_top1_by_seed",
      .hint = "test accuracy of each, from the table's lowest to its highest",
      .raw = by_seed,
      .markup = report_part_marks}},
    {PART_ANY | PART_REMARKS,
     {.heading = "remarks",
      .name = "remarks",
      .is_text = true,
      .is_prose = true,
      .shown = remarks}},
    {0},
};
