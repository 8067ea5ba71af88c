/* harness/plan.c: networks and trials out of points, their digests, cost and time. */
#include "harness/plan.h"

#include "harness/identity.h"
#include "harness/plan_points.h"
#include "harness/stepbench.h"
#include "harness/study_data.h"

#include "base/sys.h"
#include "models/cost.h"
#include "models/resolve.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A training step costs its forward pass, and twice that backward: data and weights. */
enum {
    STEP_OVER_FORWARD = 3,
    CALIBRATION_BATCH = 32,
    OPTIMIZER_COPIES = 4,
    PLAN_MAX_TRIALS = 999999
};

/* --- trials --- */

static ErrCode trial_digest(const Plan *plan, const char *network, char out[HASH_HEX_BYTES],
                            Err *err)
{
    const Identity identity = {network, plan->split_digest, &plan->study->recipe};
    return identity_digest(&identity, plan->study->version, out, err);
}

static ErrCode add_trials(Plan *plan, int network, Err *err)
{
    const YamlInts *seeds = &plan->study->seeds;
    if (plan->n_trials + seeds->n > PLAN_MAX_TRIALS)
        return err_set(err, ERR_USAGE, "the study has more than %d trials", PLAN_MAX_TRIALS);
    if (mem_grow(&plan->trials, &plan->trial_room, plan->n_trials + seeds->n, sizeof *plan->trials,
                 err) != ERR_NONE)
        return err->code;
    for (size_t i = 0; i < seeds->n; i++)
        plan->trials[plan->n_trials++] = (PlanTrial){network, seeds->v[i]};
    return ERR_NONE;
}

/* The network and its trials, at the end of the plan. */
static ErrCode append_network(Plan *plan, const Spec *spec, Err *err)
{
    Network network = {0};
    Text yaml = {0};
    CostMemory memory;
    TRY(resolve_network(&network, spec, err));
    TRY(mem_grow(&plan->networks, &plan->network_room, plan->n_networks + 1, sizeof *plan->networks,
                 err));
    PlanNetwork *added = &plan->networks[plan->n_networks];
    memset(added, 0, sizeof *added);
    added->seconds = (double)NAN;
    TRY(trial_digest(plan, network.digest, added->trial_digest, err));
    TRY(cost_memory(&memory, &network, err));
    spec_write_yaml(spec, &yaml);
    TRY(text_take(&yaml, &added->spec, err));
    const int64_t batch = recipe_batch_size(&plan->study->recipe, plan->n_train);
    added->bytes =
        (uint64_t)(OPTIMIZER_COPIES * memory.params_bytes + batch * memory.training_bytes);
    added->network = network;
    return add_trials(plan, (int)plan->n_networks++, err);
fail:
    text_release(&yaml);
    network_release(&network);
    return err->code;
}

ErrCode plan_add_network(Plan *plan, const MatchPoint *found, int *index, Err *err)
{
    size_t known;
    if (plan->digests == NULL)
        TRY(intern_create(&plan->digests, sizeof found->digest, err));
    TRY(intern_index(plan->digests, found->digest, &known, err));
    if (known == plan->n_networks)
        TRY(append_network(plan, &found->spec, err));
    *index = (int)known;
    return ERR_NONE;
fail:
    return err->code;
}

/* Trials that the waiting points will ask for, if each of them builds a network of its own. */
static void count_waiting(Plan *plan)
{
    plan->n_after_grid = 0;
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].status == MATCH_AFTER_GRID)
            plan->n_after_grid += plan->study->seeds.n;
}

/* --- life --- */

static ErrCode take_images(Plan *plan, const char *data_root, int threads, Err *err)
{
    StudyImages images;
    if (study_data_open(&images, &plan->study->data, data_root, threads, err) != ERR_NONE)
        return err->code;
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
    study_data_close(&images);
    return text_ok(&plan->data_notes, err);
}

ErrCode plan_create(Plan **out, const Study *study, const char *data_root, int threads, Err *err)
{
    Plan *plan = mem_calloc(1, sizeof *plan);
    if (plan == NULL)
        return err_memory(err, sizeof *plan);
    plan->study = study;
    Spec spec;
    ResolveOptions options = resolve_options();
    TRY(take_images(plan, data_root, threads, err));
    options.classes = plan->classes;
    TRY(study_baseline(&spec, study, err));
    TRY(resolve_apply(&plan->baseline, &spec, &options, err));
    plan->baseline_macs = resolve_macs(&plan->baseline, 0);
    plan->target_macs = llround(study->objective.target * (double)plan->baseline_macs);
    TRY(plan_points_expand(plan, err));
    count_waiting(plan);
    *out = plan;
    return ERR_NONE;
fail:
    plan_destroy(&plan);
    return err->code;
}

bool plan_is_waiting(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].status == MATCH_AFTER_GRID)
            return true;
    return false;
}

ErrCode plan_set_winner(Plan *plan, const double constants[STUDY_DIMENSIONS], Err *err)
{
    TRY(plan_points_resolve_waiting(plan, constants, err));
    count_waiting(plan);
    return ERR_NONE;
fail:
    return err->code;
}

void plan_destroy(Plan **plan)
{
    if (!*plan)
        return;
    for (size_t i = 0; i < (*plan)->n_networks; i++) {
        network_release(&(*plan)->networks[i].network);
        mem_free((*plan)->networks[i].spec);
    }
    text_release(&(*plan)->data_notes);
    intern_destroy(&(*plan)->digests);
    mem_free((*plan)->points);
    mem_free((*plan)->networks);
    mem_free((*plan)->trials);
    mem_free(*plan);
    *plan = NULL;
}

/* --- cost and time --- */

/* Images a trial sends through the network, in units of one forward pass. */
static double trial_passes(const Plan *plan)
{
    const double epochs = (double)plan->study->recipe.epochs;
    return epochs * (STEP_OVER_FORWARD * (double)plan->n_train + (double)plan->n_val) +
           2 * (double)plan->n_test;
}

double plan_trial_macs(const Plan *plan, int network)
{
    return trial_passes(plan) * (double)plan->networks[network].network.macs;
}

double plan_total_macs(const Plan *plan)
{
    double sum = 0;
    for (size_t i = 0; i < plan->n_trials; i++)
        sum += plan_trial_macs(plan, plan->trials[i].network);
    return sum;
}

ErrCode plan_predict(Plan *plan, CpuLevel level, Err *err)
{
    if (plan->baseline_step_s == 0) {
        Network network = {0};
        StepbenchReport report;
        const StepbenchSettings settings = {.batch = CALIBRATION_BATCH,
                                            .threads = 1,
                                            .level = level,
                                            .steps = STEPBENCH_MIN_STEPS,
                                            .is_cpu_time = true};
        ErrCode code = resolve_network(&network, &plan->baseline, err);
        if (code == ERR_NONE)
            code = stepbench_run(&network, &settings, &report, err);
        network_release(&network);
        if (code != ERR_NONE)
            return code;
        plan->baseline_step_s = 1 / report.images_per_second;
    }
    const double seconds_per_mac =
        plan->baseline_step_s / (STEP_OVER_FORWARD * (double)plan->baseline_macs);
    for (size_t i = 0; i < plan->n_networks; i++)
        plan->networks[i].seconds = plan_trial_macs(plan, (int)i) * seconds_per_mac;
    return ERR_NONE;
}

double plan_total_seconds(const Plan *plan, int n_jobs)
{
    if (plan->baseline_step_s == 0)
        return (double)NAN;
    const double per_mac =
        plan->baseline_step_s / (STEP_OVER_FORWARD * (double)plan->baseline_macs);
    double sum = plan_total_macs(plan) * per_mac;
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].status == MATCH_AFTER_GRID)
            sum += (double)plan->study->seeds.n * trial_passes(plan) *
                   (double)plan->points[i].target_macs * per_mac;
    return sum / (n_jobs > 0 ? n_jobs : 1);
}

uint64_t plan_trial_bytes(const Plan *plan)
{
    uint64_t most = 0;
    for (size_t i = 0; i < plan->n_networks; i++)
        if (plan->networks[i].bytes > most)
            most = plan->networks[i].bytes;
    return most;
}
