/* harness/plan_transfer.c: targets, the points of each, and a network with another classifier. */
#include "harness/plan_transfer.h"

#include "harness/plan_networks.h"
#include "harness/plan_points.h"
#include "harness/study_data.h"
#include "harness/study_derive.h"
#include "harness/study_transfer.h"

#include "base/sys.h"
#include "models/resolve.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- targets --- */

static ErrCode take_images(const Plan *plan, PlanTarget *target, const char *data_root, Err *err)
{
    StudyImages images;
    SplitMajority majority;
    const StudyData *data = &target->study->data;
    if (study_data_open(&images, data, data_root, plan->n_threads, err) != ERR_NONE)
        return err->code;
    TRY(split_majority(&images.split, images.set, PART_TEST, &majority, err));
    target->majority_share = majority.share;
    memcpy(target->split_digest, images.digest, sizeof target->split_digest);
    target->n_train = images.split.count[PART_TRAIN];
    target->n_val = images.split.count[PART_VAL];
    target->n_test = images.split.count[PART_TEST];
    target->classes = dataset_n_classes(images.set);
    target->is_demo = dataset_kind(images.set)->is_demo;
    if (strcmp(target->split_digest, plan->split_digest) == 0)
        err_set(err, ERR_USAGE,
                "'%s' with these subsets is what the study trains on: there is nothing to carry "
                "to it",
                data->name);
fail:
    study_data_close(&images);
    return err->code;
}

static ErrCode open_target(Plan *plan, int part, size_t index, const char *data_root, Err *err)
{
    PlanTarget *target = &plan->targets[plan->n_targets++];
    *target = (PlanTarget){.part = part};
    TRY(study_derive(&target->study, &target->yaml, plan->study, part, index, err));
    TRY(take_images(plan, target, data_root, err));
    return ERR_NONE;
fail:
    return err_wrap(err, "part '%s'", plan->study->parts[part].id);
}

ErrCode plan_transfer_open(Plan *plan, const char *data_root, Err *err)
{
    const Study *study = plan->study;
    size_t n = 0;
    for (size_t i = 0; i < study->n_parts; i++)
        n += study->parts[i].transfer.n_data;
    plan->targets = mem_calloc(n + 1, sizeof *plan->targets);
    if (plan->targets == NULL)
        return err_memory(err, n * sizeof *plan->targets);
    for (size_t i = 0; i < study->n_parts; i++)
        for (size_t k = 0; k < study->parts[i].transfer.n_data; k++)
            TRY(open_target(plan, (int)i, k, data_root, err));
fail:
    return err->code;
}

void plan_transfer_close(Plan *plan)
{
    for (size_t i = 0; i < plan->n_targets; i++) {
        study_destroy(&plan->targets[i].study);
        text_release(&plan->targets[i].yaml);
    }
    mem_free(plan->targets);
}

/* --- points --- */

static ErrCode add_point(Plan *plan, int target, int way, size_t carried, Err *err)
{
    const int part = plan->targets[target].part;
    const StudyTransfer *transfer = &plan->study->parts[part].transfer;
    PlanPoint *point = plan_points_add(plan, part, plan->points[carried].match, err);
    if (point == NULL)
        return err->code;
    const PlanPoint *source = &plan->points[carried]; /* points may have moved */
    const int n =
        snprintf(point->series, sizeof point->series, "%s/%s/%s",
                 plan->targets[target].study->data.name, study_way_name(way), source->series);
    if (n >= (int)sizeof point->series)
        return err_set(err, ERR_USAGE, "the name '%s...' is too long: give '%s' a shorter one",
                       point->series, source->series);
    point->target = target;
    point->way = way;
    point->carried = carried;
    point->x = source->x;
    point->nominal = source->nominal;
    point->target_macs = source->target_macs;
    point->seeds = transfer->seeds.n > 0 ? &transfer->seeds : source->seeds;
    return ERR_NONE;
}

static ErrCode expand_target(Plan *plan, int target, Err *err)
{
    const StudyPart *part = &plan->study->parts[plan->targets[target].part];
    const size_t n_points = plan->n_points;
    for (size_t w = 0; w < part->transfer.way_names.n; w++)
        for (size_t i = 0; i < n_points; i++)
            if (plan->points[i].part == part->carried_part)
                TRY(add_point(plan, target, part->transfer.ways[w], i, err));
fail:
    return err->code;
}

ErrCode plan_transfer_expand(Plan *plan, Err *err)
{
    for (size_t i = 0; i < plan->n_targets; i++)
        TRY(expand_target(plan, (int)i, err));
fail:
    return err->code;
}

/* --- networks --- */

/* The other point's network with the target's classes, not yet at rates that grow with its cost. */
static ErrCode carry_spec(const Plan *plan, const PlanPoint *point, Spec *out, Err *err)
{
    const PlanNetwork *network = &plan->networks[plan->points[point->carried].network];
    ResolveOptions options = resolve_options();
    Spec spec;
    options.classes = plan->targets[point->target].classes;
    TRY(spec_parse(&spec, "a network of the plan", network->spec, strlen(network->spec), err));
    TRY(resolve_apply(out, &spec, &options, err));
fail:
    return err->code;
}

/*
 * Epochs on the target that cost as many training MACs as those before it and `epochs` on it
 * together: whole ones, at least one more.
 */
static int64_t total_epochs(const Plan *plan, const PlanPoint *point, int64_t macs, int64_t epochs)
{
    const PlanNetwork *before = &plan->networks[plan->points[point->carried].network];
    const double spent =
        (double)before->network.macs * (double)plan->n_train * (double)before->epochs;
    const double one = (double)macs * (double)plan->targets[point->target].n_train;
    const int64_t more = llround(spent / one);
    return epochs + (more > 0 ? more : 1);
}

static void leave_unfair(const Plan *plan, PlanPoint *point)
{
    const PlanPoint *source = &plan->points[point->carried];
    point->status = MATCH_UNFAIR;
    point->nominal = source->nominal;
    point->ratio = source->ratio;
    snprintf(point->reason, sizeof point->reason, "it is unfair in part '%.64s'",
             plan->study->parts[source->part].id);
}

ErrCode plan_transfer_resolve(Plan *plan, PlanPoint *point, bool is_trained, Err *err)
{
    const PlanPoint *source = &plan->points[point->carried];
    const FineTune *init = &plan->study->parts[point->part].transfer.init;
    const bool is_tuned = point->way == STUDY_FINETUNE;
    Network network = {0};
    Spec spec;
    if (source->network == PLAN_NONE) {
        leave_unfair(plan, point);
        return ERR_NONE;
    }
    TRY(carry_spec(plan, point, &spec, err));
    TRY(resolve_network(&network, &spec, err));
    if (is_tuned)
        TRY(finetune_check_layers(init, &network, err));
    if (point->way == STUDY_SCRATCH_TOTAL)
        point->epochs =
            total_epochs(plan, point, network.macs, plan_networks_epochs(plan, point->part));
    point->nominal = source->nominal;
    point->built = source->built;
    point->trim = source->trim;
    point->target_macs = source->target_macs;
    point->ratio = source->ratio;
    point->macs = network.macs;
    point->resolution = spec.resolution;
    point->status = source->status;
    TRY(plan_networks_carry(plan, &spec, network.digest, plan_networks_point_epochs(plan, point),
                            point->target, is_tuned ? source->network : PLAN_NONE,
                            is_trained ? point->seeds : NULL, &point->network, err));
fail:
    network_release(&network);
    return err->code == ERR_NONE
               ? ERR_NONE
               : err_wrap(err, "part '%s', '%s'", point->part_name, point->series);
}

void plan_transfer_mark(Plan *plan)
{
    for (size_t i = 0; i < plan->n_points; i++) {
        PlanPoint *point = &plan->points[i];
        if (point->target == PLAN_NONE || point->network == PLAN_NONE)
            continue;
        const PlanPoint *source = &plan->points[point->carried];
        point->status = source->status;
        memcpy(point->reason, source->reason, sizeof point->reason);
    }
}

/* --- words --- */

void plan_transfer_text(const Plan *plan, Text *out)
{
    for (size_t i = 0; i < plan->n_targets; i++) {
        const PlanTarget *target = &plan->targets[i];
        const Recipe *recipe = &target->study->recipe;
        text_printf(out,
                    "carried to %s: %" PRId64 " train, %" PRId64 " validation, %" PRId64
                    " test, %d classes%s; %" PRId64 " epoch%s, ",
                    target->study->data.name, target->n_train, target->n_val, target->n_test,
                    target->classes, target->is_demo ? " (DEMO: constructed)" : "", recipe->epochs,
                    text_plural(recipe->epochs));
        recipe_in_force(recipe, target->n_train, out);
        text_append_char(out, '\n');
    }
}
