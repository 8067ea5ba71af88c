/*
 * results/verdict_o3.c: does width pay more where depth and resolution are larger?
 *
 * Each line of figure 4 scales the width at one depth and resolution. Its slope is that of accuracy
 * over the doublings of the built width, by least squares over all its sizes. The interaction is
 * the slope of the line with the largest depth and resolution minus that with the smallest of both.
 * Near 100 % every slope flattens, and near chance too: so the same must hold for logits, where a
 * ceiling fakes nothing.
 */
#include "results/verdict_common.h"
#include "results/verdict_decide.h"
#include "results/verdict_field.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

enum { POINTS, LOGITS, N_DECIDING };

static const char claim[] = "Width pays more where depth and resolution are larger.";
static const char rule[] =
    "Over the lines of figure 4: the slope of test top-1 per doubling of the built width, by least "
    "squares over all sizes of a line, at the largest depth and resolution minus at the smallest, "
    "in points and in logits, by the block model over all networks of the study. CONFIRMED if both "
    "lie above 0, one-sided 95 % each; REFUTED if both lie below; unripe networks decide nothing; "
    "else INCONCLUSIVE.";

/* One line: points of one depth and resolution. */
typedef struct Line {
    double depth, resolution; /* multipliers asked for */
    const char *series;
    const StorePointResult **points; /* distinct networks */
    double *doublings;               /* [n] log2 of the built width */
    int n;
} Line;

static Line *find_line(Line *lines, int *n_lines, const StorePoint *point)
{
    for (int i = 0; i < *n_lines; i++)
        if (lines[i].depth == point->nominal[0] && lines[i].resolution == point->nominal[2])
            return &lines[i];
    lines[*n_lines] = (Line){
        .depth = point->nominal[0], .resolution = point->nominal[2], .series = point->series};
    return &lines[(*n_lines)++];
}

/* The lines of the study; their number into *n_lines. NULL without memory. */
static Line *collect_lines(const StoreResults *results, int *n_lines, Arena *arena)
{
    Line *lines = arena_zalloc(arena, results->n_points + 1, sizeof(*lines));
    *n_lines = 0;
    for (size_t i = 0; lines != NULL && i < results->n_points; i++) {
        const StorePointResult *p = &results->points[i];
        if (!store_is_part(&p->point, "lines") || p->point.trial_digest == NULL)
            continue;
        Line *line = find_line(lines, n_lines, &p->point);
        if (line->points == NULL) {
            line->points = arena_zalloc(arena, results->n_points - i, sizeof(*line->points));
            line->doublings = arena_zalloc(arena, results->n_points - i, sizeof(double));
        }
        if (line->points == NULL || line->doublings == NULL)
            return NULL;
        if (verdict_has_network(line->points, line->n, p))
            continue;
        line->doublings[line->n] = log2(p->point.built[1]);
        line->points[line->n++] = p;
    }
    return lines;
}

/* The line whose depth and resolution are both the largest (sign 1) or smallest; NULL: none. */
static const Line *find_end(const Line *lines, int n_lines, int sign)
{
    const Line *end = n_lines > 0 ? &lines[0] : NULL;
    for (int i = 1; i < n_lines; i++)
        if (sign * lines[i].depth >= sign * end->depth &&
            sign * lines[i].resolution >= sign * end->resolution)
            end = &lines[i];
    for (int i = 0; i < n_lines; i++)
        if (sign * lines[i].depth > sign * end->depth ||
            sign * lines[i].resolution > sign * end->resolution)
            return NULL;
    return end;
}

/* Appends sign times the weights of a line's slope; false: its widths are all one. */
static bool add_slope(const Line *line, double sign, VerdictTerm *terms, int *n_terms)
{
    double mean = 0.0, squares = 0.0;
    for (int i = 0; i < line->n; i++)
        mean += line->doublings[i] / line->n;
    for (int i = 0; i < line->n; i++)
        squares += (line->doublings[i] - mean) * (line->doublings[i] - mean);
    for (int i = 0; i < line->n; i++)
        terms[(*n_terms)++] =
            (VerdictTerm){line->points[i], sign * (line->doublings[i] - mean) / squares};
    return squares > 0.0;
}

static VerdictContrast no_contrast(const VerdictField *field, const char *note)
{
    return (VerdictContrast){.name = "largest depth and resolution minus smallest: slope",
                             .unit = field->scale == VERDICT_POINTS
                                         ? "points per doubling of width"
                                         : "logits per doubling of width",
                             .interval = stats_interval(NULL, 0, VERDICT_CONFIDENCE),
                             .note = note};
}

/* One line's slope minus another's. */
static VerdictContrast compare_lines(VerdictField *field, const Line *large, const Line *small,
                                     Arena *arena)
{
    const VerdictContrast none = no_contrast(field, "a line with a single width");
    const char *name = arena_printf(arena, "%s minus %s: slope%s", large->series, small->series,
                                    field->scale == VERDICT_POINTS ? "" : " in logits");
    VerdictTerm *terms = arena_zalloc(arena, (size_t)large->n + (size_t)small->n, sizeof(*terms));
    int n_terms = 0;
    if (terms == NULL || !add_slope(large, 1.0, terms, &n_terms) ||
        !add_slope(small, -1.0, terms, &n_terms))
        return none;
    return verdict_field_contrast(field, terms, n_terms, name, none.unit);
}

/* That of the line with the larger of both minus that with the smaller. */
static VerdictContrast judge_ends(VerdictField *field, const Line *large, const Line *small,
                                  Arena *arena)
{
    if (large == NULL || small == NULL || large->depth == small->depth ||
        large->resolution == small->resolution)
        return no_contrast(field, "no line has both the largest depth and the largest resolution, "
                                  "and another both the smallest");
    return compare_lines(field, large, small, arena);
}

/* CONFIRMED by agreement above 0, REFUTED by agreement below. */
static void decide(Verdict *out, VerdictContrast *contrasts)
{
    const VerdictContrast *points = &contrasts[POINTS];
    Verdict below = {0};
    double p_above = 0.0, p_below = 0.0;
    verdict_decide(&below, contrasts, N_DECIDING, (VerdictClaim){.sign = -1, .is_whole = true});
    verdict_decide(out, contrasts, N_DECIDING, (VerdictClaim){.sign = 1, .is_whole = true});
    const bool is_one_sure = out->outcome == VERDICT_REFUTED || below.outcome == VERDICT_REFUTED;
    if (below.outcome == VERDICT_CONFIRMED) {
        out->outcome = VERDICT_REFUTED;
        out->why = "every contrast contradicts";
    } else if (out->outcome != VERDICT_CONFIRMED) {
        out->outcome = VERDICT_INCONCLUSIVE;
        out->why = is_one_sure ? "points and logits do not agree" : out->why;
    }
    for (int i = 0; i < N_DECIDING; i++) {
        p_above = fmax(p_above, verdict_side_p(&contrasts[i], 1));
        p_below = fmax(p_below, verdict_side_p(&contrasts[i], -1));
    }
    out->p = fmin(p_above, p_below);
    out->effect = points->interval;
    out->effect_unit = points->unit;
    out->has_effect = points->interval.n > 0;
}

static const char *summarise(VerdictField *field, Verdict *v, Arena *arena)
{
    Text text = {0};
    const char *remedy = verdict_field_remedy(field, &v->epochs_to_try, arena);
    const char *interval = verdict_interval_text(&v->effect, v->contrasts[POINTS].unit, arena);
    if (v->has_effect)
        text_printf(&text, "Interaction: %s.", interval != NULL ? interval : "");
    else
        text_printf(&text, "Nothing is said: %s.", v->contrasts[POINTS].note);
    text_append(&text, remedy != NULL ? remedy : "");
    text_append(&text, verdict_more_seeds_text(v, arena));
    return verdict_summary(&text, field->results, arena);
}

ErrCode verdict_o3(VerdictField *field, Arena *arena, Verdict *out, Err *err)
{
    int n_lines = 0;
    VerdictField logits;
    VerdictContrast *contrasts = NULL;
    *out = (Verdict){.id = "O3", .claim = claim, .rule = rule, .effect_name = "interaction"};
    out->is_demo = field->results->study.is_demo;
    TRY(verdict_field_make(&logits, field->results, VERDICT_LOGITS, arena, err));
    const Line *lines = collect_lines(field->results, &n_lines, arena);
    contrasts = arena_zalloc(arena, N_DECIDING + (size_t)n_lines, sizeof(*contrasts));
    TRY(arena_ok(arena, err));
    const Line *large = find_end(lines, n_lines, 1), *small = find_end(lines, n_lines, -1);
    size_t n = N_DECIDING;
    contrasts[POINTS] = judge_ends(field, large, small, arena);
    contrasts[LOGITS] = judge_ends(&logits, large, small, arena);
    decide(out, contrasts);
    for (int i = 0; i < n_lines && small != NULL; i++) {
        if (&lines[i] == large || &lines[i] == small)
            continue;
        contrasts[n] = compare_lines(field, &lines[i], small, arena);
        contrasts[n].decides = false;
        contrasts[n].note = "one of the two is larger";
        n += contrasts[n].interval.n > 0;
    }
    out->n_contrasts = n;
    verdict_field_sign(field, out, arena);
    out->summary = summarise(field, out, arena);
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}
