/*
 * results/verdict_o1.c: does each dimension alone raise accuracy, and with diminishing gain?
 *
 * For each of width, depth and resolution, with its sizes ordered by counted MACs. O1a: the largest
 * size minus the smallest. O1b: the slope of accuracy over MACs in the upper half of the sizes
 * minus that in the lower half, each by least squares over all sizes of the half; a size in the
 * middle belongs to both. Sizes of equal cost stay together, and two costs make no two slopes.
 */
#include "results/verdict_common.h"
#include "results/verdict_decide.h"
#include "results/verdict_field.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

enum { N_DIMENSIONS = 3, MIN_GAIN_COSTS = 2, MIN_SLOPE_COSTS = 3 };

static const char *const dimensions[N_DIMENSIONS] = {"width", "depth", "resolution"};

static const char claim_a[] = "Scaling any one of width, depth and resolution raises accuracy.";
static const char rule_a[] =
    "For each dimension: test top-1 of the size of most counted MACs minus that of fewest, by the "
    "block model over all networks of the study. CONFIRMED if all three lie above 0, one-sided 95 "
    "% each; REFUTED if one lies below 0, one-sided 95 % after Bonferroni over three; unripe "
    "networks decide nothing; else INCONCLUSIVE.";
static const char claim_b[] =
    "Scaling one dimension alone gains less and less accuracy the bigger the model is.";
static const char rule_b[] =
    "For each dimension, sizes ordered by counted MACs: the slope of test top-1 per baseline's "
    "worth of MACs over the upper half of the sizes minus that over the lower half, by the block "
    "model over all networks of the study. CONFIRMED if all three lie below 0, one-sided 95 % "
    "each; REFUTED if one lies above 0, one-sided 95 % after Bonferroni over three; unripe "
    "networks "
    "decide nothing; else INCONCLUSIVE. The same per ln MACs stands beside it.";

/* The sizes of a dimension. */
typedef struct Sizes {
    const StorePointResult **points; /* by counted MACs, then the plan's order */
    int n, n_costs;                  /* points; distinct costs among them */
} Sizes;

/* Distinct networks of a dimension; none without memory (arena_ok tells). */
static Sizes collect_sizes(const StoreResults *results, const char *dimension, Arena *arena)
{
    Sizes sizes = {.points = arena_zalloc(arena, results->n_points + 1, sizeof(*sizes.points))};
    for (size_t i = 0; sizes.points != NULL && i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!store_is_part(&p->point, "curves") || strcmp(p->point.series, dimension) != 0 ||
            p->point.trial_digest == NULL || verdict_has_network(sizes.points, sizes.n, p))
            continue;
        int at = sizes.n++;
        for (; at > 0 && sizes.points[at - 1]->point.macs > p->point.macs; at--)
            sizes.points[at] = sizes.points[at - 1];
        sizes.points[at] = p;
    }
    for (int i = 0; i < sizes.n; i++)
        sizes.n_costs += i == 0 || sizes.points[i]->point.macs != sizes.points[i - 1]->point.macs;
    return sizes;
}

/* Whether a dimension has what its contrast needs; else *out says what is missing. */
static bool has_costs(const Sizes *sizes, int n_least, const char *name, const char *unit,
                      Arena *arena, VerdictContrast *out)
{
    if (sizes->n_costs >= n_least)
        return true;
    *out =
        (VerdictContrast){.name = name,
                          .unit = unit,
                          .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE),
                          .note = arena_printf(arena, "%d of at least %d sizes of different cost",
                                               sizes->n_costs, n_least)};
    return false;
}

static VerdictContrast judge_gain(VerdictField *field, const char *dimension, Arena *arena)
{
    const Sizes sizes = collect_sizes(field->results, dimension, arena);
    const char *name = arena_printf(arena, "%s: gain", dimension);
    VerdictContrast out;
    if (!has_costs(&sizes, MIN_GAIN_COSTS, name, "points", arena, &out))
        return out;
    const VerdictTerm terms[] = {{sizes.points[sizes.n - 1], 1.0}, {sizes.points[0], -1.0}};
    return verdict_field_contrast(field, terms, (int)ARRAY_LEN(terms), name, "points");
}

/* Adds the weights of a slope over sizes [begin, end), times sign. */
static void add_slope(const Sizes *sizes, int begin, int end, const double *x, double sign,
                      VerdictTerm *terms)
{
    double mean = 0.0, squares = 0.0;
    for (int i = begin; i < end; i++)
        mean += x[i] / (end - begin);
    for (int i = begin; i < end; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    for (int i = begin; i < end; i++) {
        terms[i].point = sizes->points[i];
        terms[i].weight += sign * (x[i] - mean) / squares;
    }
}

/* Where the lower half of the costs ends and the upper begins: places among the sizes. */
static void halve(const Sizes *sizes, int *end_of_lower, int *begin_of_upper)
{
    const int last_lower = (sizes->n_costs - 1) / 2, first_upper = sizes->n_costs / 2;
    int cost = 0;
    *end_of_lower = *begin_of_upper = 0;
    for (int i = 0; i < sizes->n; i++) {
        cost += i > 0 && sizes->points[i]->point.macs != sizes->points[i - 1]->point.macs;
        if (cost <= last_lower)
            *end_of_lower = i + 1;
        if (cost < first_upper)
            *begin_of_upper = i + 1;
    }
}

/* Per baseline's worth of MACs, or per ln MACs. */
static VerdictContrast judge_fading(VerdictField *field, const char *dimension, bool is_log,
                                    Arena *arena)
{
    const Sizes sizes = collect_sizes(field->results, dimension, arena);
    const char *unit = is_log ? "points per ln MACs" : "points per 1x baseline MACs";
    const char *name = arena_printf(arena, "%s: slope%s, upper half minus lower", dimension,
                                    is_log ? " over ln MACs" : "");
    double *x = arena_zalloc(arena, (size_t)sizes.n, sizeof(*x));
    VerdictTerm *terms = arena_zalloc(arena, (size_t)sizes.n, sizeof(*terms));
    int end_of_lower, begin_of_upper;
    VerdictContrast out = {.name = ""};
    if (x == NULL || terms == NULL || !has_costs(&sizes, MIN_SLOPE_COSTS, name, unit, arena, &out))
        return out;
    for (int i = 0; i < sizes.n; i++) {
        const double macs = (double)sizes.points[i]->point.macs;
        x[i] = is_log ? log(macs) : macs / (double)field->results->revision.baseline_macs;
    }
    halve(&sizes, &end_of_lower, &begin_of_upper);
    add_slope(&sizes, 0, end_of_lower, x, -1.0, terms);
    add_slope(&sizes, begin_of_upper, sizes.n, x, 1.0, terms);
    out = verdict_field_contrast(field, terms, sizes.n, name, unit);
    if (is_log) {
        out.decides = false;
        out.note = out.note != NULL ? out.note : "beside it";
    }
    return out;
}

/* --- the verdicts --- */

/* Lists the deciding contrasts' intervals after `lead`, then what follows from the outcome. */
static const char *summarise(VerdictField *field, Verdict *v, const char *lead, Arena *arena)
{
    Text text = {0};
    bool any = false;
    const char *remedy = verdict_field_remedy(field, &v->epochs_to_try, arena);
    for (size_t i = 0; i < v->n_contrasts; i++) {
        const VerdictContrast *c = &v->contrasts[i];
        if (!c->decides)
            continue;
        const char *interval = verdict_interval_text(&c->interval, c->unit, arena);
        text_printf(&text, "%s%.*s %s", any ? ", " : lead, (int)strcspn(c->name, ":"), c->name,
                    interval != NULL ? interval : "");
        any = true;
    }
    text_append(&text, any ? "." : "The study has no dimension with sizes enough yet.");
    text_append(&text, remedy != NULL ? remedy : "");
    text_append(&text, verdict_more_seeds_text(v, arena));
    return verdict_summary(&text, field->results, arena);
}

/* Decides over the first three contrasts; those behind them are only shown. */
static void conclude(VerdictField *field, VerdictContrast *contrasts, size_t n, int sign,
                     const char *lead, Arena *arena, Verdict *out)
{
    VerdictClaim claim = {.sign = sign, .is_whole = true};
    for (int d = 0; d < N_DIMENSIONS; d++)
        claim.is_whole &= contrasts[d].decides;
    out->is_demo = field->results->study.is_demo;
    verdict_decide(out, contrasts, n, claim);
    verdict_field_sign(field, out, arena);
    out->summary = summarise(field, out, lead, arena);
}

ErrCode verdict_o1a(VerdictField *field, Arena *arena, Verdict *out, Err *err)
{
    VerdictContrast *contrasts = arena_zalloc(arena, N_DIMENSIONS, sizeof(*contrasts));
    if (contrasts == NULL)
        return arena_ok(arena, err);
    *out = (Verdict){.id = "O1a",
                     .claim = claim_a,
                     .rule = rule_a,
                     .effect_name = "smallest gain of a dimension"};
    for (int d = 0; d < N_DIMENSIONS; d++)
        contrasts[d] = judge_gain(field, dimensions[d], arena);
    conclude(field, contrasts, N_DIMENSIONS, 1,
             "From the smallest to the largest size, test accuracy changes: ", arena, out);
    return arena_ok(arena, err);
}

ErrCode verdict_o1b(VerdictField *field, Arena *arena, Verdict *out, Err *err)
{
    enum { N_CONTRASTS = 2 * N_DIMENSIONS };
    VerdictContrast *contrasts = arena_zalloc(arena, N_CONTRASTS, sizeof(*contrasts));
    if (contrasts == NULL)
        return arena_ok(arena, err);
    *out = (Verdict){.id = "O1b",
                     .claim = claim_b,
                     .rule = rule_b,
                     .effect_name = "least change of slope of a dimension"};
    for (int d = 0; d < N_DIMENSIONS; d++) {
        contrasts[d] = judge_fading(field, dimensions[d], false, arena);
        contrasts[N_DIMENSIONS + d] = judge_fading(field, dimensions[d], true, arena);
    }
    conclude(field, contrasts, N_CONTRASTS, -1,
             "From the lower to the upper half of the sizes, the slope of test accuracy changes: ",
             arena, out);
    return arena_ok(arena, err);
}
