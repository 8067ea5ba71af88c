/*
 * plots/report_part_columns.c: one list of all columns; which of them a part has is a mask.
 *
 * CSV has each number in a column of its own, in full; the page and LaTeX have what people read.
 */
#include "plots/report_part_columns.h"

#include "plots/html.h"
#include "plots/report_part_marks.h"

#include "base/sys.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const StorePoint *point_of(const void *row)
{
    return &((const PartRow *)row)->result->point;
}

static void put_number(Text *out, double value)
{
    if (!isnan(value))
        text_append_double(out, value);
}

static void put_fixed(Text *out, const char *format, double value)
{
    if (!isnan(value))
        text_printf(out, format, value);
}

/* "1.2 × 1.1 × 1.15" */
static void put_multipliers(Text *out, const double m[3])
{
    if (!isnan(m[0]))
        text_printf(out, "%.3g × %.3g × %.3g", m[0], m[1], m[2]);
}

/* "50.21 ± 0.83"; one value has no deviation. */
static void put_mean(Text *out, double mean, double sd)
{
    put_fixed(out, "%.2f", mean);
    if (!isnan(sd))
        text_printf(out, " ± %.2f", sd);
}

/* --- which network --- */

static void rank(Text *out, const void *row)
{
    const RankingRow *r = ((const PartRow *)row)->ranked;
    if (!isnan(r->score))
        text_printf(out, "%d", r->rank);
}

static void series(Text *out, const void *row)
{
    text_append(out, point_of(row)->series);
}

static void x_value(Text *out, const void *row)
{
    put_number(out, point_of(row)->x);
}

static void genes(Text *out, const void *row)
{
    text_append(out, point_of(row)->genes != NULL ? point_of(row)->genes : "");
}

static void nominal(Text *out, const void *row)
{
    put_multipliers(out, point_of(row)->nominal);
}

static void nominal_d(Text *out, const void *row)
{
    put_number(out, point_of(row)->nominal[0]);
}

static void nominal_w(Text *out, const void *row)
{
    put_number(out, point_of(row)->nominal[1]);
}

static void nominal_r(Text *out, const void *row)
{
    put_number(out, point_of(row)->nominal[2]);
}

static void built(Text *out, const void *row)
{
    put_multipliers(out, point_of(row)->built);
}

static void built_d(Text *out, const void *row)
{
    put_number(out, point_of(row)->built[0]);
}

static void built_w(Text *out, const void *row)
{
    put_number(out, point_of(row)->built[1]);
}

static void built_r(Text *out, const void *row)
{
    put_number(out, point_of(row)->built[2]);
}

/* --- what it costs --- */

static void pixels(Text *out, const void *row)
{
    if (point_of(row)->resolution > 0)
        text_printf(out, "%d", point_of(row)->resolution);
}

static void macs(Text *out, const void *row)
{
    char number[TEXT_NUMBER_BYTES];
    if (point_of(row)->macs > 0)
        text_append(out, text_human(number, (double)point_of(row)->macs));
}

static void macs_in_full(Text *out, const void *row)
{
    if (point_of(row)->macs > 0)
        text_printf(out, "%" PRId64, point_of(row)->macs);
}

static void params(Text *out, const void *row)
{
    char number[TEXT_NUMBER_BYTES];
    if (((const PartRow *)row)->params >= 0)
        text_append(out, text_human(number, (double)((const PartRow *)row)->params));
}

static void params_in_full(Text *out, const void *row)
{
    if (((const PartRow *)row)->params >= 0)
        text_printf(out, "%" PRId64, ((const PartRow *)row)->params);
}

static void ratio(Text *out, const void *row)
{
    put_fixed(out, "%.3f", point_of(row)->macs > 0 ? point_of(row)->ratio : (double)NAN);
}

static void ratio_in_full(Text *out, const void *row)
{
    put_number(out, point_of(row)->macs > 0 ? point_of(row)->ratio : (double)NAN);
}

static void nominal_cost(Text *out, const void *row)
{
    const double *m = point_of(row)->nominal;
    put_fixed(out, "%.3f", m[0] * m[1] * m[1] * m[2] * m[2]);
}

static void epochs(Text *out, const void *row)
{
    const int64_t n = ((const PartRow *)row)->result->epochs;
    if (n > 0)
        text_printf(out, "%" PRId64, n);
}

/* --- what it came to --- */

static void objective(Text *out, const void *row)
{
    put_fixed(out, "%.2f", ((const PartRow *)row)->ranked->score);
}

static void objective_in_full(Text *out, const void *row)
{
    put_number(out, ((const PartRow *)row)->ranked->score);
}

static void validation(Text *out, const void *row)
{
    put_mean(out, ((const PartRow *)row)->val_mean, ((const PartRow *)row)->val_sd);
}

static void val_mean(Text *out, const void *row)
{
    put_number(out, ((const PartRow *)row)->val_mean);
}

static void val_sd(Text *out, const void *row)
{
    put_number(out, ((const PartRow *)row)->val_sd);
}

static void test(Text *out, const void *row)
{
    put_mean(out, ((const PartRow *)row)->test.mean, ((const PartRow *)row)->test.sd);
}

static void test_mean(Text *out, const void *row)
{
    put_number(out, ((const PartRow *)row)->test.mean);
}

static void test_sd(Text *out, const void *row)
{
    put_number(out, ((const PartRow *)row)->test.sd);
}

static void interval(Text *out, const void *row)
{
    const StatsInterval *i = &((const PartRow *)row)->test;
    if (!isnan(i->low))
        text_printf(out, "%.2f to %.2f", i->low, i->high);
}

static void interval_low(Text *out, const void *row)
{
    put_number(out, ((const PartRow *)row)->test.low);
}

static void interval_high(Text *out, const void *row)
{
    put_number(out, ((const PartRow *)row)->test.high);
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
        put_multipliers(out, ranked->aliases[i]->point.nominal);
    }
}

static void remarks(Text *out, const void *of)
{
    const PartRow *row = of;
    const StorePoint *p = point_of(row);
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

enum {
    ANY = PART_GRID | PART_FAMILY | PART_GENES | PART_LINES,
    SCALED = ANY & ~PART_GENES, /* by multipliers */
    TARGETS = 16,               /* only with, */
    NO_TARGETS = 32,            /* only without targets */
    EPOCHS = 64,                /* only where they differ */
    REMARKS = 128,              /* only where there are some */
};

static const struct {
    unsigned kinds;
    TabularColumn column;
} all[] = {
    {PART_GRID, {.heading = "#", .name = "rank", .hint = "rank by the objective", .shown = rank}},
    {ANY & ~PART_GRID, {.heading = "series", .name = "series", .is_text = true, .shown = series}},
    {PART_GENES,
     {.heading = "genes",
      .name = "genes",
      .hint = "one character a gene of the space",
      .is_text = true,
      .shown = genes}},
    {PART_FAMILY,
     {.heading = "φ", .name = "phi", .hint = "exponent of all three constants", .shown = x_value}},
    {PART_LINES, {.name = "x", .shown = x_value}},
    {SCALED,
     {.heading = "nominal d × w × r",
      .hint = "multipliers of depth, width and resolution as asked for",
      .shown = nominal}},
    {SCALED, {.name = "nominal_d", .shown = nominal_d}},
    {SCALED, {.name = "nominal_w", .shown = nominal_w}},
    {SCALED, {.name = "nominal_r", .shown = nominal_r}},
    {SCALED,
     {.heading = "built d × w × r",
      .hint = "the same as built, in whole layers, channels and pixels",
      .shown = built}},
    {SCALED, {.name = "built_d", .shown = built_d}},
    {SCALED, {.name = "built_w", .shown = built_w}},
    {SCALED, {.name = "built_r", .shown = built_r}},
    {ANY,
     {.heading = "px",
      .name = "pixels",
      .hint = "height and width of its images",
      .shown = pixels}},
    {ANY,
     {.heading = "MACs",
      .name = "macs",
      .hint = "counted multiply-adds for one image",
      .shown = macs,
      .raw = macs_in_full}},
    {ANY,
     {.heading = "params",
      .name = "params",
      .hint = "trainable parameters",
      .shown = params,
      .raw = params_in_full}},
    {ANY | TARGETS,
     {.heading = "cost / target",
      .name = "ratio",
      .hint = "counted cost over what it was matched to",
      .shown = ratio,
      .raw = ratio_in_full}},
    {ANY | NO_TARGETS,
     {.heading = "cost / baseline",
      .name = "ratio",
      .hint = "counted cost over the baseline's",
      .shown = ratio,
      .raw = ratio_in_full}},
    {PART_FAMILY,
     {.heading = "nominal cost",
      .name = "nominal_cost",
      .hint = "(α·β²·γ²)^φ",
      .shown = nominal_cost}},
    {ANY | EPOCHS,
     {.heading = "epochs", .name = "epochs", .hint = "of each of its trainings", .shown = epochs}},
    {PART_GRID,
     {.heading = "objective",
      .name = "objective",
      .hint = "of the mean validation accuracy",
      .shown = objective,
      .raw = objective_in_full}},
    {ANY,
     {.heading = "validation %",
      .hint = "top-1, mean over seeds ± their standard deviation",
      .shown = validation}},
    {ANY, {.name = "val_top1_mean", .shown = val_mean}},
    {ANY, {.name = "val_top1_sd", .shown = val_sd}},
    {ANY,
     {.heading = "test %",
      .hint = "top-1, mean over seeds ± their standard deviation",
      .shown = test}},
    {ANY, {.name = "test_top1_mean", .shown = test_mean}},
    {ANY, {.name = "test_top1_sd", .shown = test_sd}},
    {ANY,
     {.heading = "90 % interval",
      .hint = "of the mean test accuracy, by Student's t; from three seeds on",
      .shown = interval}},
    {ANY, {.name = "test_top1_low", .shown = interval_low}},
    {ANY, {.name = "test_top1_high", .shown = interval_high}},
    {ANY, {.heading = "n", .name = "n", .hint = "seeds that finished", .shown = count}},
    {ANY,
     {.heading = "every seed",
      .name = "test_top1_by_seed",
      .hint = "test accuracy of each, from the table's lowest to its highest",
      .raw = by_seed,
      .markup = report_part_marks}},
    {ANY | REMARKS,
     {.heading = "remarks",
      .name = "remarks",
      .is_text = true,
      .is_prose = true,
      .shown = remarks}},
};

/* Whether any row has something to remark. */
static bool has_remarks(const PartTable *table)
{
    Text all_of_them = {0};
    for (size_t i = 0; i < table->n_rows; i++)
        remarks(&all_of_them, &table->rows[i]);
    const bool is_there = all_of_them.n_bytes > 0 || all_of_them.failed;
    text_release(&all_of_them);
    return is_there;
}

size_t report_part_columns(const PartTable *table, TabularColumn columns[PART_MOST_COLUMNS])
{
    const unsigned has = (unsigned)table->kind | (table->has_targets ? TARGETS : NO_TARGETS) |
                         (table->has_epochs ? EPOCHS : 0) | (has_remarks(table) ? REMARKS : 0);
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        const unsigned conditions = all[i].kinds & ~(unsigned)ANY;
        if ((all[i].kinds & (unsigned)table->kind) != 0 && (has & conditions) == conditions)
            columns[n++] = all[i].column;
    }
    return n;
}

void report_part_attributes(Text *page, const void *of)
{
    const PartRow *row = of;
    const char *between = "";
    if (row->ranked != NULL && row->ranked->rank == 1 && !isnan(row->ranked->score))
        html_markup(page, " class=\"best\"");
    else if (row->ranked != NULL && row->ranked->is_indistinct)
        html_markup(page, " class=\"near\"");
    html_markup(page, " data-t=\"");
    for (size_t i = 0; i < row->result->n_seeds; i++) {
        text_printf(page, "%s%" PRId64, between, row->result->seeds[i].trial);
        between = " ";
    }
    html_markup(page, "\"");
}
