/* harness/plan_points.c: what each kind of part asks for, a short walk over its settings. */
#include "harness/plan_points.h"

#include "harness/study_judges.h"

#include "base/sys.h"
#include "search/grid.h"
#include "search/netspace_survey.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_TABLE = 5000 }; /* networks of a table */

static const Scale no_scale = {(double)NAN, (double)NAN, (double)NAN};

PlanPoint *plan_points_add(Plan *plan, int index, const char *match, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    if (mem_grow(&plan->points, &plan->point_room, plan->n_points + 1, sizeof *plan->points, err) !=
        ERR_NONE)
        return NULL;
    PlanPoint *point = &plan->points[plan->n_points++];
    *point = (PlanPoint){.part = index,
                         .part_name = part->name,
                         .figure = part->figure,
                         .match = match,
                         .nominal = no_scale,
                         .built = no_scale,
                         .trim = 1,
                         .ratio = (double)NAN,
                         .naive_ratio = (double)NAN,
                         .network = PLAN_NONE,
                         .target = PLAN_NONE,
                         .seeds = &plan->study->seeds,
                         .status = MATCH_AFTER_GRID};
    return point;
}

PlanPoint *plan_points_copy(Plan *plan, size_t index, Err *err)
{
    if (mem_grow(&plan->points, &plan->point_room, plan->n_points + 1, sizeof *plan->points, err) !=
        ERR_NONE)
        return NULL;
    plan->points[plan->n_points] = plan->points[index];
    return &plan->points[plan->n_points++];
}

static ErrCode expand_grid(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    const GridSettings settings = {part->step, part->product, part->tolerance,
                                   (const double(*)[STUDY_DIMENSIONS])part->also, part->n_also};
    GridPoint *grid = NULL;
    size_t n = 0;
    TRY(grid_enumerate(&grid, &n, &settings, err));
    for (size_t i = 0; i < n; i++) {
        PlanPoint *point =
            plan_points_add(plan, index, part->match == STUDY_COUNTED ? "counted" : "nominal", err);
        if (point == NULL)
            goto fail;
        snprintf(point->series, sizeof point->series, "%s", part->name);
        point->x = plan->study->objective.target;
        point->nominal = grid_scale(&grid[i]);
        point->target_macs = plan->target_macs;
        point->is_extra = grid[i].is_extra;
    }
    mem_free(grid);
    return ERR_NONE;
fail:
    mem_free(grid);
    return err->code;
}

/* One unmatched point: cost is its x. */
static ErrCode add_unmatched(Plan *plan, int index, const char *series, double x, Scale scale,
                             Err *err)
{
    PlanPoint *point = plan_points_add(plan, index, "none", err);
    if (point == NULL)
        return err->code;
    snprintf(point->series, sizeof point->series, "%s", series);
    point->x = x;
    point->nominal = scale;
    return ERR_NONE;
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

/*
 * A strategy's name; with its constants where another entry of the part has the same name; always
 * with the shares, and a ladder's last knot, which are all that tells them. A profile's are its
 * shares. What a profile chooses has its part's name behind it, unless that is the first's.
 */
static void name_series(const Study *study, const StudyPart *part, size_t index,
                        char series[PLAN_SERIES_MAX])
{
    const StudyStrategy *strategy = &part->strategies[index];
    const StrategyTakes takes = scaling_find(strategy->name)->takes;
    const double *c = strategy->constants;
    if (part->kind == STUDY_PROFILE) {
        snprintf(series, PLAN_SERIES_MAX, "%.3g %.3g %.3g", c[0], c[1], c[2]);
        return;
    }
    if (strategy->chosen != STUDY_GIVEN) {
        const char *profile = study->parts[part->profile_part].name;
        const bool is_first = strcmp(profile, study_part_key(STUDY_PROFILE)) == 0;
        snprintf(series, PLAN_SERIES_MAX, "%s%s%s", study_chosen_name(strategy->chosen),
                 is_first ? "" : " ", is_first ? "" : profile);
        return;
    }
    bool is_shared = takes == STRATEGY_TAKES_SHARES || takes == STRATEGY_TAKES_KNOTS;
    for (size_t i = 0; i < part->n_strategies; i++)
        is_shared |= i != index && strcmp(part->strategies[i].name, strategy->name) == 0;
    if (is_shared && c != NULL) {
        c += strategy->n_constants - STUDY_DIMENSIONS;
        snprintf(series, PLAN_SERIES_MAX, "%s %.9g %.9g %.9g", strategy->name, c[0], c[1], c[2]);
    } else {
        snprintf(series, PLAN_SERIES_MAX, "%s", strategy->name);
    }
}

/* The baseline as it is, with the seeds of those that are compared with it. */
static ErrCode add_compared_baseline(Plan *plan, int index, Err *err)
{
    const Scale one = {1, 1, 1};
    TRY(add_unmatched(plan, index, "baseline", 1, one, err));
    PlanPoint *point = &plan->points[plan->n_points - 1];
    point->is_baseline = true;
    point->seeds = study_judges_seeds(plan->study);
fail:
    return err->code;
}

static ErrCode expand_rays(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    for (size_t m = 0; m < part->macs.n; m++) {
        for (size_t s = 0; s < part->n_strategies; s++) {
            if (study_needs_constants(&part->strategies[s]) && part->constants_part == STUDY_NONE)
                return err_set(
                    err, ERR_USAGE,
                    "strategy 'compound' has no constants and the study no grid to take them from: "
                    "add a grid, or write {compound: [1.2, 1.1, 1.15]}");
            PlanPoint *point = plan_points_add(plan, index, "counted", err);
            if (point == NULL)
                return err->code;
            name_series(plan->study, part, s, point->series);
            point->strategy = s;
            if (part->kind == STUDY_COMPARE)
                point->seeds = study_judges_seeds(plan->study);
            point->x = part->macs.v[m];
            point->target_macs = llround(part->macs.v[m] * (double)plan->baseline_macs);
        }
    }
    if (part->with_baseline)
        TRY(add_compared_baseline(plan, index, err));
fail:
    return err->code;
}

/*
 * Its baseline: the id of the part that decides it, or the network's name; where another family
 * has the same, with its constants or the id of the grid that gives them.
 */
static void name_family(const Plan *plan, int index, char series[PLAN_SERIES_MAX])
{
    const StudyPart *parts = plan->study->parts, *part = &parts[index];
    const char *name = part->baseline_part != STUDY_NONE ? parts[part->baseline_part].id
                       : part->baseline != NULL          ? part->baseline
                                                         : plan->baseline.name;
    const double *c = part->own_constants;
    bool is_shared = false;
    for (size_t i = 0; i < plan->study->n_parts; i++)
        is_shared |= (int)i != index && parts[i].kind == STUDY_FAMILY &&
                     parts[i].baseline_part == part->baseline_part &&
                     strcmp(parts[i].baseline != NULL ? parts[i].baseline : "",
                            part->baseline != NULL ? part->baseline : "") == 0;
    if (is_shared && part->has_constants)
        snprintf(series, PLAN_SERIES_MAX, "%.20s %.9g %.9g %.9g", name, c[0], c[1], c[2]);
    else if (is_shared && part->constants_part != STUDY_NONE)
        snprintf(series, PLAN_SERIES_MAX, "%.40s %s", name, parts[part->constants_part].id);
    else
        snprintf(series, PLAN_SERIES_MAX, "%s", name);
}

static ErrCode expand_family(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    if (!part->has_constants && part->constants_part == STUDY_NONE)
        return err_set(err, ERR_USAGE,
                       "family '%s' has no constants and the study no grid to take them from: add "
                       "a grid, or write constants: [1.2, 1.1, 1.15]",
                       part->id);
    for (size_t i = 0; i < part->phi.n; i++) {
        char series[PLAN_SERIES_MAX];
        name_family(plan, index, series);
        TRY(add_unmatched(plan, index, series, part->phi.v[i], no_scale, err));
    }
fail:
    return err->code;
}

/* A point for each network of the space, in the order of their genes. */
static ErrCode expand_table(Plan *plan, int index, Err *err)
{
    const StudyPart *part = &plan->study->parts[index];
    uint8_t *genes = NULL;
    size_t n = 0;
    NetSpace *space = NULL;
    TRY(study_space(&space, plan->study, part->space, err));
    plan->parts[index].space = space;
    TRY(netspace_enumerate(space, MAX_TABLE, &genes, &n, err));
    const size_t n_genes = (size_t)netspace_n_genes(space);
    for (size_t i = 0; i < n; i++) {
        PlanPoint *point = plan_points_add(plan, index, "none", err);
        char *text = arena_alloc(&plan->texts, n_genes + 1, 1);
        TRY(arena_ok(&plan->texts, err));
        if (point == NULL)
            goto fail;
        netspace_to_text(space, genes + i * n_genes, text);
        point->genes = text;
        point->x = (double)NAN;
        snprintf(point->series, sizeof point->series, "%s", netspace_name(space));
    }
    mem_free(genes);
    return ERR_NONE;
fail:
    mem_free(genes);
    return err_wrap(err, "part '%s'", part->id);
}

ErrCode plan_points_expand(Plan *plan, Err *err)
{
    static ErrCode (*const expand[])(Plan *, int, Err *) = {
        [STUDY_GRID] = expand_grid,    [STUDY_CURVES] = expand_curves,
        [STUDY_LINES] = expand_lines,  [STUDY_COMPARE] = expand_rays,
        [STUDY_PROFILE] = expand_rays, [STUDY_FAMILY] = expand_family,
        [STUDY_TABLE] = expand_table,
    };
    /* The points of a search come as they are asked for, those of a retrain after all others, those
     * of a tune with the networks that it serves, those of sizes by plan_sizes.c, those of a
     * transfer by plan_transfer.c. */
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if (plan->parts[i].search == NULL && plan->parts[i].retrain == NULL &&
            plan->study->parts[i].kind != STUDY_TUNE && plan->study->parts[i].kind != STUDY_SIZES &&
            plan->study->parts[i].kind != STUDY_TRANSFER)
            TRY(expand[plan->study->parts[i].kind](plan, (int)i, err));
fail:
    return err->code;
}
