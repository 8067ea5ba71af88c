/* harness/plan_resolve.c: matches one point by the rule of its part's kind. */
#include "harness/plan_resolve.h"

#include "harness/plan_networks.h"
#include "harness/plan_retrain.h"
#include "harness/plan_transfer.h"

#include "models/resolve.h"

#include <math.h>
#include <stdio.h>

/* Takes over what matching found, and adds the network unless it is unfair. */
static ErrCode fill_point(Plan *plan, PlanPoint *point, const MatchPoint *found, int64_t target,
                          bool is_trained, Err *err)
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
    return plan_networks_add(plan, &found->spec, found->digest,
                             plan_networks_point_epochs(plan, point),
                             is_trained ? point->seeds : NULL, &point->network, err);
}

static ErrCode resolve_grid(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    Matching matching = match_target(inputs->baseline, plan->study->objective.target,
                                     plan->study->fairness.tolerance);
    MatchPoint found;
    matching.memo = inputs->memo;
    TRY(match_nominal_ratio(&point->naive_ratio, &matching, point->nominal, err));
    if (plan->study->parts[point->part].match == STUDY_COUNTED)
        TRY(match_grid_point(&found, &matching, point->nominal, err));
    else
        TRY(match_nominal(&found, &matching, point->nominal, err));
    TRY(fill_point(plan, point, &found, inputs->target_macs, inputs->is_trained, err));
fail:
    return err->code;
}

/* Curves and lines, and the baseline that is compared with. */
static ErrCode resolve_unmatched(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    const Matching matching = match_target(inputs->baseline, 1, plan->study->fairness.tolerance);
    MatchPoint found;
    if (match_nominal(&found, &matching, point->nominal, err) != ERR_NONE)
        return err_wrap(err, "part '%s', series '%s'", point->part_name, point->series);
    return fill_point(plan, point, &found, 0, inputs->is_trained, err);
}

static ErrCode resolve_ray(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    const StudyStrategy *strategy = &plan->study->parts[point->part].strategies[point->strategy];
    const bool has_own = strategy->constants != NULL;
    const double *constants = has_own ? strategy->constants : inputs->constants;
    const size_t n_given = constants != NULL ? STUDY_DIMENSIONS : 0;
    const int64_t target = llround(point->x * (double)inputs->baseline_macs);
    const Matching matching =
        match_target(inputs->baseline, point->x, plan->study->fairness.tolerance);
    Ray ray;
    MatchPoint found;
    TRY(scaling_ray(&ray, strategy->name, constants, has_own ? strategy->n_constants : n_given,
                    err));
    TRY(match_ray(&found, &matching, &ray, err));
    TRY(fill_point(plan, point, &found, target, inputs->is_trained, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "strategy '%s' at %g times the baseline", strategy->name, point->x);
}

/*
 * A member whose constants are a grid's may be beyond what can be built, which nobody could know
 * before: it is listed with the reason, and nothing is trained.
 */
static void refuse_member(PlanPoint *point, Scale nominal, const char *reason)
{
    point->nominal = nominal;
    point->ratio = scaling_nominal_cost(nominal);
    point->status = MATCH_UNFAIR;
    point->network = PLAN_NONE;
    snprintf(point->reason, sizeof point->reason, "%.159s", reason);
}

static ErrCode resolve_family(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    const StudyPart *part = &plan->study->parts[point->part];
    const double *constants = part->has_constants ? part->own_constants : inputs->constants;
    const Scale nominal = scaling_compound(constants[0], constants[1], constants[2], point->x);
    const Matching matching = match_target(inputs->baseline, 1, plan->study->fairness.tolerance);
    MatchPoint found;
    Err why = {0};
    ErrCode code = match_nominal(&found, &matching, nominal, &why);
    if (code == ERR_NONE)
        code = plan_networks_check(plan, &found.spec, &why);
    else if (code == ERR_USAGE)
        (void)err_set(&why, code, "cannot be built: it is larger than networks may be");
    if (code == ERR_NONE)
        return fill_point(plan, point, &found, 0, inputs->is_trained, err);
    if (code == ERR_USAGE)
        refuse_member(point, nominal, why.msg);
    else
        *err = why;
    return err->code;
}

/* A network of a space as its genes have it, with the study's keys and classes: cost is its x. */
static ErrCode resolve_genes(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    const NetSpace *space = plan->parts[point->part].space;
    uint8_t genes[NETSPACE_MAX_GENES];
    Spec spec, own;
    MatchPoint found;
    ResolveOptions options = resolve_options();
    options.classes = plan->classes;
    TRY(netspace_from_text(space, point->genes, genes, err));
    netspace_spec(space, genes, &spec);
    TRY(study_override(&own, &spec, plan->study, err));
    TRY(resolve_apply(&spec, &own, &options, err));
    const Matching matching = match_target(inputs->baseline, 1, plan->study->fairness.tolerance);
    TRY(match_as_is(&found, &matching, &spec, err));
    point->x = found.ratio;
    TRY(fill_point(plan, point, &found, 0, inputs->is_trained, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "part '%s', network %s", point->part_name, point->genes);
}

static ErrCode resolve_retrain(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    return plan_retrain_resolve(plan, point, inputs->is_trained, err);
}

static ErrCode resolve_compare(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    return point->is_baseline ? resolve_unmatched(plan, point, inputs, err)
                              : resolve_ray(plan, point, inputs, err);
}

static ErrCode resolve_transfer(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    return plan_transfer_resolve(plan, point, inputs->is_trained, err);
}

ErrCode plan_resolve_point(Plan *plan, PlanPoint *point, const PlanInputs *inputs, Err *err)
{
    static ErrCode (*const resolve[])(Plan *, PlanPoint *, const PlanInputs *, Err *) = {
        [STUDY_GRID] = resolve_grid,       [STUDY_CURVES] = resolve_unmatched,
        [STUDY_LINES] = resolve_unmatched, [STUDY_COMPARE] = resolve_compare,
        [STUDY_PROFILE] = resolve_ray,     [STUDY_FAMILY] = resolve_family,
        [STUDY_TABLE] = resolve_genes,     [STUDY_RETRAIN] = resolve_retrain,
        [STUDY_SIZES] = resolve_ray,       [STUDY_TRANSFER] = resolve_transfer,
    };
    return resolve[plan->study->parts[point->part].kind](plan, point, inputs, err);
}
