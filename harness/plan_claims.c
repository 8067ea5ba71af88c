/* harness/plan_claims.c: which points a part compares, and what its contrasts cost in variance. */
#include "harness/plan_claims.h"

#include "harness/plan_inputs.h"

#include "results/power.h"

#include <math.h>
#include <string.h>

enum { LEAST_SHAPES = 7 };

static bool is_of(const PlanPoint *point, int part)
{
    return point->part == part && plan_survey_is_trained(point);
}

static void use(const PlanSurvey *s, size_t i, PartClaim *claim)
{
    s->used[i] = true;
    claim->first = &s->plan->points[i];
}

/* The trained point of a series of the part with the smallest (sign -1) or largest x; PLAN_NONE. */
static int end_of(const Plan *plan, int part, const char *series, int sign)
{
    int best = PLAN_NONE;
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        if (is_of(point, part) && strcmp(point->series, series) == 0 &&
            (best == PLAN_NONE || sign * point->x > sign * plan->points[best].x))
            best = (int)i;
    }
    return best;
}

/* Marks both ends of a series; false if it has only one size. */
static bool use_ends(const PlanSurvey *s, int part, const char *series, PartClaim *claim)
{
    const PlanPoint *points = s->plan->points;
    const int low = end_of(s->plan, part, series, -1), high = end_of(s->plan, part, series, 1);
    if (low == PLAN_NONE || points[low].x == points[high].x)
        return false;
    use(s, (size_t)low, claim);
    use(s, (size_t)high, claim);
    return true;
}

static ErrCode claim_of_curves(const PlanSurvey *s, int part, PartClaim *claim, Err *err)
{
    static const char *const dimensions[STUDY_DIMENSIONS] = {"depth", "width", "resolution"};
    for (size_t d = 0; d < ARRAY_LEN(dimensions); d++)
        claim->n_contrasts += use_ends(s, part, dimensions[d], claim);
    claim->squares = 2;
    return err->code;
}

/* The series of the line whose depth and resolution are both the largest (sign 1) or smallest. */
static const char *line_of(const Plan *plan, int part, int sign)
{
    const PlanPoint *end = NULL;
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *p = &plan->points[i];
        if (is_of(p, part) &&
            (end == NULL || (sign * p->nominal.depth >= sign * end->nominal.depth &&
                             sign * p->nominal.resolution >= sign * end->nominal.resolution)))
            end = p;
    }
    for (size_t i = 0; end != NULL && i < plan->n_points; i++) {
        const PlanPoint *p = &plan->points[i];
        if (is_of(p, part) && (sign * p->nominal.depth > sign * end->nominal.depth ||
                               sign * p->nominal.resolution > sign * end->nominal.resolution))
            return NULL;
    }
    return end != NULL ? end->series : NULL;
}

/*
 * Variance of a line's slope a doubling of the width, by least squares over all its sizes: one over
 * the squares of log2 of the built width about their mean. Of one size, or none built: infinite.
 */
static double slope_squares(const PlanSurvey *s, int part, const char *series, PartClaim *claim)
{
    double n = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < s->plan->n_points; i++) {
        const PlanPoint *p = &s->plan->points[i];
        if (!is_of(p, part) || strcmp(p->series, series) != 0 || isnan(p->built.width))
            continue;
        const double x = log2(p->built.width), before = x - (n > 0 ? sum / n : 0);
        use(s, i, claim);
        sum += x;
        n++;
        squares += before * (x - sum / n); /* Welford's */
    }
    return 1 / squares;
}

/* The slope of the largest line less that of the smallest. */
static ErrCode claim_of_lines(const PlanSurvey *s, int part, PartClaim *claim, Err *err)
{
    const char *large = line_of(s->plan, part, 1), *small = line_of(s->plan, part, -1);
    if (large == NULL || small == NULL || strcmp(large, small) == 0)
        return err->code;
    claim->squares = slope_squares(s, part, large, claim) + slope_squares(s, part, small, claim);
    claim->n_contrasts = isfinite(claim->squares);
    return err->code;
}

static bool is_single(const char *strategy)
{
    return strcmp(strategy, "depth") == 0 || strcmp(strategy, "width") == 0 ||
           strcmp(strategy, "resolution") == 0;
}

/* At each target the compound less each single dimension. */
static ErrCode claim_of_compare(const PlanSurvey *s, int part, PartClaim *claim, Err *err)
{
    const Plan *plan = s->plan;
    const StudyPart *p = &plan->study->parts[part];
    bool has_compound = false;
    for (size_t k = 0; k < p->n_strategies; k++)
        has_compound |= strcmp(p->strategies[k].name, "compound") == 0;
    for (size_t i = 0; i < plan->n_points && has_compound; i++) {
        const PlanPoint *point = &plan->points[i];
        const bool may_decide = point->status == MATCH_FAIR || point->status == MATCH_AFTER_GRID;
        if (!is_of(point, part) || !may_decide)
            continue;
        const StudyStrategy *strategy = plan_inputs_strategy(plan, point);
        if (strategy == NULL)
            continue;
        const char *name = strategy->name;
        if (is_single(name) || strcmp(name, "compound") == 0)
            use(s, i, claim);
        claim->n_contrasts += is_single(name);
    }
    claim->squares = 2;
    return err->code;
}

/* Whether a compare trains a profile's optimum and corner once more, and no single dimensions. */
static bool judges_optimum(const StudyPart *part)
{
    bool has[STUDY_N_CHOSEN] = {false}, has_single = false;
    for (size_t k = 0; k < part->n_strategies; k++) {
        has[part->strategies[k].chosen] = true;
        has_single |= is_single(part->strategies[k].name);
    }
    return has[STUDY_OPTIMUM] && has[STUDY_CORNER] && !has_single;
}

/* At each budget the optimum less the best corner, each trained once more. */
static ErrCode claim_of_optimum(const PlanSurvey *s, int part, PartClaim *claim, Err *err)
{
    const Plan *plan = s->plan;
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        const StudyStrategy *strategy = plan_inputs_strategy(plan, point);
        if (!is_of(point, part) || strategy == NULL)
            continue;
        const int chosen = strategy->chosen;
        if (chosen != STUDY_GIVEN)
            use(s, i, claim);
        claim->n_contrasts += chosen == STUDY_OPTIMUM;
    }
    claim->squares = 2;
    return err->code;
}

/* Distinct networks of one target, as shares; how many. */
static int shares_at(const PlanSurvey *s, int part, int64_t target, Shares *shares,
                     PartClaim *claim)
{
    int n = 0;
    for (size_t i = 0; i < s->plan->n_points; i++) {
        const PlanPoint *point = &s->plan->points[i];
        if (!is_of(point, part) || point->target_macs != target)
            continue;
        use(s, i, claim);
        if (s->is_first[i] && point->network != PLAN_NONE && !isnan(point->built.depth) &&
            scheffe_shares(point->built.depth, point->built.width, point->built.resolution,
                           &shares[n]))
            scheffe_clamp(&shares[n++]);
    }
    return n;
}

/* Whether no earlier point of the part has its target. */
static bool is_new_target(const Plan *plan, int part, size_t i)
{
    if (!is_of(&plan->points[i], part))
        return false;
    for (size_t k = 0; k < i; k++)
        if (is_of(&plan->points[k], part) &&
            plan->points[k].target_macs == plan->points[i].target_macs)
            return false;
    return true;
}

/* At each target the optimum less each corner, by the fit over its shapes. */
static ErrCode claim_of_shapes(const PlanSurvey *s, int part, PartClaim *claim, Err *err)
{
    Arena arena = {0};
    Shares *shares = arena_alloc(&arena, s->plan->n_points + 1, sizeof *shares);
    TRY(arena_ok(&arena, err));
    for (size_t i = 0; i < s->plan->n_points; i++) {
        double squares;
        if (!is_new_target(s->plan, part, i))
            continue;
        const int n = shares_at(s, part, s->plan->points[i].target_macs, shares, claim);
        TRY(power_shape_squares(&squares, shares, n, &arena, err));
        if (n < LEAST_SHAPES || isnan(squares))
            continue;
        claim->n_contrasts += STUDY_DIMENSIONS;
        claim->squares = fmax(claim->squares, squares);
    }
fail:
    arena_release(&arena);
    return err->code;
}

const ClaimKind *plan_claims_kind(const StudyPart *part)
{
    static const ClaimKind curves = {"O1a", "largest less smallest size", false, claim_of_curves},
                           lines = {"O3", "points a doubling of width, largest line less smallest",
                                    false, claim_of_lines},
                           compare = {"O2", "compound less each single dimension", false,
                                      claim_of_compare},
                           shapes = {"O2s", "best shape less each corner", true, claim_of_shapes},
                           optimum = {"O2s", "best shape less best corner, trained once more",
                                      false, claim_of_optimum};
    switch (part->kind) {
    case STUDY_CURVES:
        return &curves;
    case STUDY_LINES:
        return &lines;
    case STUDY_PROFILE:
        return &shapes;
    case STUDY_COMPARE:
        return judges_optimum(part) ? &optimum : &compare;
    case STUDY_GRID:
        return part->match == STUDY_COUNTED ? &shapes : NULL;
    default:
        return NULL;
    }
}
