/* plots/report_part_network.c: columns of a part's table: which network, at what cost. */
#include "plots/report_part_lists.h"

#include <inttypes.h>
#include <math.h>

static const StorePoint *point_of(const void *row)
{
    return &((const PartRow *)row)->result->point;
}

void report_part_number(Text *out, double value)
{
    if (!isnan(value))
        text_append_double(out, value);
}

void report_part_fixed(Text *out, const char *format, double value)
{
    if (!isnan(value))
        text_printf(out, format, value);
}

void report_part_multipliers(Text *out, const double m[3])
{
    if (!isnan(m[0]))
        text_printf(out, "%.3g × %.3g × %.3g", m[0], m[1], m[2]);
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
    report_part_number(out, point_of(row)->x);
}

static void genes(Text *out, const void *row)
{
    text_append(out, point_of(row)->genes != NULL ? point_of(row)->genes : "");
}

static void nominal(Text *out, const void *row)
{
    report_part_multipliers(out, point_of(row)->nominal);
}

static void nominal_d(Text *out, const void *row)
{
    report_part_number(out, point_of(row)->nominal[0]);
}

static void nominal_w(Text *out, const void *row)
{
    report_part_number(out, point_of(row)->nominal[1]);
}

static void nominal_r(Text *out, const void *row)
{
    report_part_number(out, point_of(row)->nominal[2]);
}

static void built(Text *out, const void *row)
{
    report_part_multipliers(out, point_of(row)->built);
}

static void built_d(Text *out, const void *row)
{
    report_part_number(out, point_of(row)->built[0]);
}

static void built_w(Text *out, const void *row)
{
    report_part_number(out, point_of(row)->built[1]);
}

static void built_r(Text *out, const void *row)
{
    report_part_number(out, point_of(row)->built[2]);
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
    report_part_fixed(out, "%.3f", point_of(row)->macs > 0 ? point_of(row)->ratio : (double)NAN);
}

static void ratio_in_full(Text *out, const void *row)
{
    report_part_number(out, point_of(row)->macs > 0 ? point_of(row)->ratio : (double)NAN);
}

static void nominal_cost(Text *out, const void *row)
{
    const double *m = point_of(row)->nominal;
    report_part_fixed(out, "%.3f", m[0] * m[1] * m[1] * m[2] * m[2]);
}

static void epochs(Text *out, const void *row)
{
    const int64_t n = ((const PartRow *)row)->result->epochs;
    if (n > 0)
        text_printf(out, "%" PRId64, n);
}

/* --- the list --- */

const PartColumn report_part_network_list[] = {
    {PART_GRID, {.heading = "#", .name = "rank", .hint = "rank by the objective", .shown = rank}},
    {PART_ANY & ~PART_GRID,
     {.heading = "series", .name = "series", .is_text = true, .shown = series}},
    {PART_GENES,
     {.heading = "genes",
      .name = "genes",
      .hint = "one character a gene of the space",
      .is_text = true,
      .shown = genes}},
    {PART_FAMILY,
     {.heading = "φ", .name = "phi", .hint = "exponent of all three constants", .shown = x_value}},
    {PART_LINES, {.name = "x", .shown = x_value}},
    {PART_SCALED,
     {.heading = "nominal d × w × r",
      .hint = "multipliers of depth, width and resolution as asked for",
      .shown = nominal}},
    {PART_SCALED, {.name = "nominal_d", .shown = nominal_d}},
    {PART_SCALED, {.name = "nominal_w", .shown = nominal_w}},
    {PART_SCALED, {.name = "nominal_r", .shown = nominal_r}},
    {PART_SCALED,
     {.heading = "built d × w × r",
      .hint = "the same as built, in whole layers, channels and pixels",
      .shown = built}},
    {PART_SCALED, {.name = "built_d", .shown = built_d}},
    {PART_SCALED, {.name = "built_w", .shown = built_w}},
    {PART_SCALED, {.name = "built_r", .shown = built_r}},
    {PART_ANY,
     {.heading = "px",
      .name = "pixels",
      .hint = "height and width of its images",
      .shown = pixels}},
    {PART_ANY,
     {.heading = "MACs",
      .name = "macs",
      .hint = "counted multiply-adds for one image",
      .shown = macs,
      .raw = macs_in_full}},
    {PART_ANY,
     {.heading = "params",
      .name = "params",
      .hint = "trainable parameters",
      .shown = params,
      .raw = params_in_full}},
    {PART_ANY | PART_TARGETS,
     {.heading = "cost / target",
      .name = "ratio",
      .hint = "counted cost over what it was matched to",
      .shown = ratio,
      .raw = ratio_in_full}},
    {PART_ANY | PART_NO_TARGETS,
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
    {PART_ANY | PART_EPOCHS,
     {.heading = "epochs", .name = "epochs", .hint = "of each of its trainings", .shown = epochs}},
    {0},
};
