/* harness/plan_points.c: grid, curves, lines and compare, each a short walk over its settings. */
#include "harness/plan_points.h"

#include "base/sys.h"
#include "models/match_memo.h"
#include "models/resolve.h"
#include "search/grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A new zeroed point at the end of the plan. */
static PlanPoint *add_point(Plan *plan, int part, const char *match, Err *err)
{
    if (mem_grow(&plan->points, &plan->point_room, plan->n_points + 1, sizeof *plan->points, err) !=
        ERR_NONE)
        return NULL;
    PlanPoint *point = &plan->points[plan->n_points++];
    memset(point, 0, sizeof *point);
    int before = 0;
    for (int i = 0; i < part; i++)
        before += plan->study->parts[i].kind == plan->study->parts[part].kind;
    const char *key = study_part_key(plan->study->parts[part].kind);
    if (before)
        snprintf(point->part_name, sizeof point->part_name, "%s-%d", key, before + 1);
    else
        snprintf(point->part_name, sizeof point->part_name, "%s", key);
    point->part = part;
    point->figure = plan->study->parts[part].figure;
    point->match = match;
    point->trim = 1;
    point->naive_ratio = (double)NAN;
    point->network = PLAN_NONE;
    return point;
}

/* Takes over what matching found, and adds the network unless it is unfair. */
static ErrCode fill_point(Plan *plan, PlanPoint *point, const MatchPoint *found, int64_t target,
                          Err *err)
{
    point->nominal = found->nominal;
    point->built = found->built;
    point->trim = 1 + found->width_trim;
    point->macs = found->macs;
    point->target_macs = target;
    point->ratio = found->ratio;
    point->resolution = found->spec.resolution;
    point->status = found->status;
    point->network = PLAN_NONE;
    point->reason[0] = '\0';
    if (found->status == MATCH_UNFAIR) {
        snprintf(point->reason, sizeof point->reason,
                 "the nearest network costs %.3f of the target, tolerance %.3f", found->ratio,
                 plan->study->fairness.tolerance);
        return ERR_NONE;
    }
    if (found->status == MATCH_OFF_RAY)
        snprintf(point->reason, sizeof point->reason,
                 "built depth %.3f, width %.3f, resolution %.3f: more than 15 %% off its ray",
                 found->built.depth, found->built.width, found->built.resolution);
    return plan_add_network(plan, found, &point->network, err);
}

static ErrCode add_grid_point(Plan *plan, int index, const Matching *matching,
                              const GridPoint *grid, Err *err)
{
    const Scale scale = grid_scale(grid);
    const bool is_counted = plan->study->parts[index].match == STUDY_COUNTED;
    MatchPoint found;
    double naive;
    TRY(match_nominal_ratio(&naive, matching, scale, err));
    if (is_counted)
        TRY(match_grid_point(&found, matching, scale, err));
    else
        TRY(match_nominal(&found, matching, scale, err));
    PlanPoint *point = add_point(plan, index, is_counted ? "counted" : "nominal", err);
    if (point == NULL)
        return err->code;
    snprintf(point->series, sizeof point->series, "%s", point->part_name);
    point->x = plan->study->objective.target;
    point->naive_ratio = naive;
    point->is_extra = grid->is_extra;
    return fill_point(plan, point, &found, plan->target_macs, err);
fail:
    return err->code;
}

static ErrCode expand_grid(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    const GridSettings settings = {part->step, part->product, part->tolerance,
                                   (const double(*)[STUDY_DIMENSIONS])part->also, part->n_also};
    Matching matching = match_target(&plan->baseline, plan->study->objective.target,
                                     plan->study->fairness.tolerance);
    GridPoint *grid = NULL;
    size_t n = 0;
    TRY(match_memo_create(&matching.memo, err));
    TRY(grid_enumerate(&grid, &n, &settings, err));
    for (size_t i = 0; i < n; i++)
        TRY(add_grid_point(plan, index, &matching, &grid[i], err));
    match_memo_destroy(&matching.memo);
    mem_free(grid);
    return ERR_NONE;
fail:
    match_memo_destroy(&matching.memo);
    mem_free(grid);
    return err->code;
}

/* One unmatched point: cost is its x. */
static ErrCode add_unmatched(Plan *plan, int index, const char *series, double x, Scale scale,
                             Err *err)
{
    const Matching matching = match_target(&plan->baseline, 1, plan->study->fairness.tolerance);
    MatchPoint found;
    PlanPoint *point = add_point(plan, index, "none", err);
    if (point == NULL)
        return err->code;
    snprintf(point->series, sizeof point->series, "%s", series);
    point->x = x;
    if (match_nominal(&found, &matching, scale, err) != ERR_NONE)
        return err_wrap(err, "part '%s', series '%s'", point->part_name, series);
    return fill_point(plan, point, &found, 0, err);
}

static ErrCode expand_curves(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    for (size_t i = 0; i < part->width.n; i++)
        TRY(add_unmatched(plan, index, "width", part->width.v[i], (Scale){1, part->width.v[i], 1},
                          err));
    for (size_t i = 0; i < part->depth.n; i++)
        TRY(add_unmatched(plan, index, "depth", part->depth.v[i], (Scale){part->depth.v[i], 1, 1},
                          err));
    for (size_t i = 0; i < part->resolution.n; i++)
        TRY(add_unmatched(plan, index, "resolution", part->resolution.v[i],
                          (Scale){1, 1, part->resolution.v[i]}, err));
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode expand_lines(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    for (size_t b = 0; b < part->n_bases; b++) {
        char series[PLAN_SERIES_MAX];
        const double depth = part->bases[b][0], resolution = part->bases[b][1];
        snprintf(series, sizeof series, "d=%.4g%s r=%.4g%s", depth,
                 depth == floor(depth) ? ".0" : "", resolution,
                 resolution == floor(resolution) ? ".0" : "");
        for (size_t i = 0; i < part->width.n; i++) {
            const double width = part->width.v[i];
            TRY(add_unmatched(plan, index, series, width, (Scale){depth, width, resolution}, err));
        }
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* A strategy's name; with its constants where another entry of the part has the same name. */
static void name_series(const StudyPart *part, size_t index, char series[PLAN_SERIES_MAX])
{
    const StudyStrategy *strategy = &part->strategies[index];
    bool is_shared = false;
    for (size_t i = 0; i < part->n_strategies; i++)
        is_shared |= i != index && strcmp(part->strategies[i].name, strategy->name) == 0;
    if (is_shared && strategy->has_constants)
        snprintf(series, PLAN_SERIES_MAX, "%s %.9g %.9g %.9g", strategy->name,
                 strategy->constants[0], strategy->constants[1], strategy->constants[2]);
    else
        snprintf(series, PLAN_SERIES_MAX, "%s", strategy->name);
}

static bool needs_winner(const StudyStrategy *strategy)
{
    const Strategy *known = scaling_find(strategy->name);
    return known != NULL && known->n_constants == STUDY_DIMENSIONS && !strategy->has_constants;
}

static ErrCode match_strategy(Plan *plan, PlanPoint *point, const char *name,
                              const double *constants, size_t n_constants, Err *err)
{
    const Matching matching =
        match_target(&plan->baseline, point->x, plan->study->fairness.tolerance);
    Ray ray;
    MatchPoint found;
    TRY(scaling_ray(&ray, name, constants, n_constants, err));
    TRY(match_ray(&found, &matching, &ray, err));
    TRY(fill_point(plan, point, &found, point->target_macs, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "strategy '%s' at %g times the baseline", name, point->x);
}

/*
 * Points of one target that ended in one network are tied; earlier ties are judged anew. What is
 * off its ray stays that, for it decides nothing whatever it is tied with.
 */
static void mark_ties(Plan *plan)
{
    for (size_t i = 0; i < plan->n_points; i++) {
        PlanPoint *a = &plan->points[i];
        if (plan->study->parts[a->part].kind != STUDY_COMPARE || a->network == PLAN_NONE ||
            a->status == MATCH_OFF_RAY)
            continue;
        for (size_t k = 0; k < plan->n_points; k++) {
            const PlanPoint *b = &plan->points[k];
            if (k == i || b->part != a->part || b->x != a->x || b->network != a->network)
                continue;
            a->status = MATCH_TIED;
            snprintf(a->reason, sizeof a->reason, "the same network as '%.48s'", b->series);
        }
    }
}

static ErrCode expand_compare(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    for (size_t m = 0; m < part->macs.n; m++) {
        for (size_t s = 0; s < part->n_strategies; s++) {
            const StudyStrategy *strategy = &part->strategies[s];
            PlanPoint *point = add_point(plan, index, "counted", err);
            if (point == NULL)
                return err->code;
            name_series(part, s, point->series);
            point->x = part->macs.v[m];
            point->target_macs = llround(part->macs.v[m] * (double)plan->baseline_macs);
            if (needs_winner(strategy)) {
                point->status = MATCH_AFTER_GRID;
                point->nominal = point->built = (Scale){(double)NAN, (double)NAN, (double)NAN};
                point->ratio = (double)NAN;
                continue;
            }
            if (match_strategy(plan, point, strategy->name, strategy->constants,
                               strategy->has_constants ? STUDY_DIMENSIONS : 0, err) != ERR_NONE)
                return err->code;
        }
    }
    return ERR_NONE;
}

static ErrCode check_winner_exists(const Plan *plan, Err *err)
{
    bool has_grid = false;
    for (size_t i = 0; i < plan->study->n_parts; i++)
        has_grid |= plan->study->parts[i].kind == STUDY_GRID;
    if (plan_is_waiting(plan) && !has_grid)
        return err_set(
            err, ERR_USAGE,
            "strategy 'compound' has no constants and the study no grid to take them from: "
            "add a grid, or write {compound: [1.2, 1.1, 1.15]}");
    return ERR_NONE;
}

ErrCode plan_points_expand(Plan *plan, Err *err)
{
    static ErrCode (*const expand[])(Plan *, int, Err *) = {
        [STUDY_GRID] = expand_grid,
        [STUDY_CURVES] = expand_curves,
        [STUDY_LINES] = expand_lines,
        [STUDY_COMPARE] = expand_compare,
    };
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if (expand[plan->study->parts[i].kind](plan, (int)i, err) != ERR_NONE)
            return err->code;
    mark_ties(plan);
    return check_winner_exists(plan, err);
}

ErrCode plan_points_resolve_waiting(Plan *plan, const double constants[STUDY_DIMENSIONS], Err *err)
{
    for (size_t i = 0; i < plan->n_points; i++) {
        PlanPoint *point = &plan->points[i];
        if (point->status != MATCH_AFTER_GRID)
            continue;
        if (match_strategy(plan, point, "compound", constants, STUDY_DIMENSIONS, err) != ERR_NONE)
            return err->code;
    }
    mark_ties(plan);
    return ERR_NONE;
}
