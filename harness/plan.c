/* harness/plan.c: a plan's life and its cost. */
#include "harness/plan.h"

#include "harness/plan_networks.h"
#include "harness/plan_outcomes.h"
#include "harness/plan_points.h"
#include "harness/plan_range.h"
#include "harness/plan_retrain.h"
#include "harness/plan_search.h"
#include "harness/plan_search_report.h"
#include "harness/plan_sizes.h"
#include "harness/plan_transfer.h"
#include "harness/plan_tune.h"
#include "harness/study_data.h"

#include "base/sys.h"
#include "models/resolve.h"
#include "results/power.h"

#include <math.h>
#include <string.h>

/* --- life --- */

static ErrCode take_images(Plan *plan, const char *data_root, int threads, Err *err)
{
    StudyImages images;
    SplitMajority majority;
    if (study_data_open(&images, &plan->study->data, data_root, threads, err) != ERR_NONE)
        return err->code;
    TRY(split_majority(&images.split, images.set, PART_TEST, &majority, err));
    plan->majority_share = majority.share;
    memcpy(plan->split_digest, images.digest, sizeof plan->split_digest);
    memcpy(plan->data_contents, dataset_contents(images.set), sizeof plan->data_contents);
    plan->n_train = images.split.count[PART_TRAIN];
    plan->n_val = images.split.count[PART_VAL];
    plan->n_test = images.split.count[PART_TEST];
    plan->classes = dataset_n_classes(images.set);
    plan->is_demo = dataset_kind(images.set)->is_demo;
    for (uint32_t i = 0; i < dataset_n_notes(images.set); i++) {
        text_append_visible(&plan->data_notes, dataset_note(images.set, i));
        text_append_char(&plan->data_notes, '\n');
    }
    TRY(text_ok(&plan->data_notes, err));
fail:
    study_data_close(&images);
    return err->code;
}

static ErrCode take_baseline(Plan *plan, Err *err)
{
    const Study *study = plan->study;
    ResolveOptions options = resolve_options();
    Spec spec;
    options.classes = plan->classes;
    TRY(study_baseline(&spec, study, err));
    TRY(resolve_apply(&plan->baseline, &spec, &options, err));
    plan->baseline_macs = resolve_macs(&plan->baseline, 0);
    plan->target_macs = llround(study->objective.target * (double)plan->baseline_macs);
fail:
    return err->code;
}

ErrCode plan_create(Plan **out, const Study *study, const char *data_root, int threads, Err *err)
{
    Plan *plan = mem_calloc(1, sizeof *plan);
    if (plan == NULL)
        return err_memory(err, sizeof *plan);
    plan->study = study;
    plan->n_threads = threads;
    plan->noise.sd = POWER_DEFAULT_SD;
    plan->tune_part = STUDY_NONE;
    plan->parts = mem_calloc(study->n_parts + 1, sizeof *plan->parts);
    if (plan->parts == NULL) {
        (void)err_memory(err, study->n_parts * sizeof *plan->parts);
        goto fail;
    }
    TRY(take_images(plan, data_root, threads, err));
    TRY(take_baseline(plan, err));
    TRY(plan_search_open(plan, err));
    TRY(plan_retrain_open(plan, err));
    TRY(plan_transfer_open(plan, data_root, err));
    TRY(plan_points_expand(plan, err));
    TRY(plan_sizes_expand(plan, err));
    TRY(plan_retrain_expand(plan, err));
    TRY(plan_transfer_expand(plan, err));
    TRY(plan_outcomes_begin(plan, err));
    *out = plan;
    return ERR_NONE;
fail:
    plan_destroy(&plan);
    return err->code;
}

ErrCode plan_check_weights(Plan *plan, const bool *is_pending, Err *err)
{
    const FineTune *tune = &plan->study->recipe.finetune;
    for (size_t i = 0; i < plan->n_networks && tune->is_on; i++) {
        PlanNetwork *network = &plan->networks[i];
        if (network->fits_weights || !network->has_trials || network->target != PLAN_NONE ||
            (is_pending != NULL && !is_pending[i]))
            continue;
        if (!plan->has_weights)
            TRY(finetune_verify(tune, err));
        plan->has_weights = true;
        TRY(finetune_check(tune, &network->network, err));
        network->fits_weights = true;
    }
fail:
    return err->code;
}

void plan_destroy(Plan **plan)
{
    if (*plan == NULL)
        return;
    for (size_t i = 0; i < (*plan)->n_networks; i++) {
        network_release(&(*plan)->networks[i].network);
        mem_free((*plan)->networks[i].spec);
    }
    plan_search_close(*plan);
    plan_retrain_close(*plan);
    plan_transfer_close(*plan);
    text_release(&(*plan)->data_notes);
    text_release(&(*plan)->noise.remarks);
    intern_destroy(&(*plan)->keys);
    arena_release(&(*plan)->texts);
    for (size_t i = 0; (*plan)->parts != NULL && i < (*plan)->study->n_parts; i++)
        netspace_destroy(&(*plan)->parts[i].space);
    mem_free((*plan)->parts);
    mem_free((*plan)->points);
    mem_free((*plan)->networks);
    mem_free((*plan)->trials);
    mem_free((*plan)->tunings);
    mem_free(*plan);
    *plan = NULL;
}

/* --- cost --- */

double plan_trial_macs(const Plan *plan, int network)
{
    const PlanNetwork *n = &plan->networks[network];
    const TimeWork work = plan_networks_work(plan, n->target, n->epochs);
    return timelaw_passes(&work) * (double)n->network.macs;
}

double plan_total_macs(const Plan *plan)
{
    double sum = 0;
    for (size_t i = 0; i < plan->n_trials; i++)
        sum += plan_trial_macs(plan, plan->trials[i].network);
    return sum;
}

PlanRange plan_waiting_macs(const Plan *plan)
{
    PlanRange sum = {0, 0};
    for (size_t i = 0; i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        if (point->status != MATCH_AFTER_GRID && !point->waits_for_rate)
            continue;
        const PlanRange macs = plan_range_macs(plan, point);
        const TimeWork work =
            plan_networks_work(plan, point->target, plan_networks_point_epochs(plan, point));
        const double passes = (double)plan_tune_to_come(plan, point) * timelaw_passes(&work);
        sum.low += passes * macs.low;
        sum.high += passes * macs.high;
    }
    for (size_t i = 0; i < plan->study->n_parts; i++)
        if (plan->parts[i].search != NULL) {
            const PlanRange macs = plan_search_macs(plan, (int)i);
            sum.low += macs.low;
            sum.high += macs.high;
        }
    return sum;
}

uint64_t plan_trial_bytes(const Plan *plan)
{
    uint64_t most = 0;
    for (size_t i = 0; i < plan->n_networks; i++)
        if (plan->networks[i].bytes > most)
            most = plan->networks[i].bytes;
    return most;
}
