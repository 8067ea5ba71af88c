/* harness/run_plan.c: the plan into the store, and its trials out of it. */
#include "harness/run_plan.h"

#include "harness/plan_search.h"
#include "harness/plan_tune.h"
#include "harness/run_sources.h"
#include "harness/study_judges.h"

#include "base/sys.h"
#include "base/text.h"
#include "nn/arithmetic.h"
#include "results/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define PERCENT 100.0

/* --- what is to be trained --- */

/* Rates are always chosen: what --only names may wait for them, as for what it begins with. */
static bool is_wanted(const RunState *run, int network)
{
    const Plan *plan = run->plan;
    const PlanTuning *tuning = plan_tune_of(plan, network);
    bool found = run->settings->only == NULL || (tuning != NULL && isnan(tuning->factor));
    for (size_t i = 0; !found && i < plan->n_points; i++) {
        const PlanPoint *point = &plan->points[i];
        const bool is_served = plan_tune_is_each(plan) && tuning != NULL &&
                               point->network != PLAN_NONE &&
                               plan_tune_of(plan, point->network) == tuning;
        const bool is_source =
            point->network != PLAN_NONE && plan->networks[point->network].source == network;
        found = (point->network == network || is_served || is_source) &&
                run_state_is_wanted(run, point->part);
    }
    return found;
}

/* Whether a trial of the plan, which need not be put yet, is not to be trained, or no more. */
static bool is_settled(const RunState *run, const StoreTrials *stored, const PlanTrial *trial)
{
    const char *digest = run->plan->networks[trial->network].trial_digest;
    bool found = !is_wanted(run, trial->network);
    for (size_t i = 0; i < stored->n && !found; i++)
        found =
            stored->items[i].seed == trial->seed && strcmp(stored->items[i].digest, digest) == 0 &&
            stored->items[i].status != STORE_PENDING && stored->items[i].status != STORE_RUNNING;
    return found;
}

ErrCode run_plan_seconds(const RunState *run, double *seconds, Err *err)
{
    Arena arena = {0};
    StoreTrials stored;
    *seconds = 0;
    TRY(store_trials(run->store, &arena, &stored, err));
    for (size_t i = 0; i < run->plan->n_trials; i++) {
        const PlanTrial *trial = &run->plan->trials[i];
        if (!is_settled(run, &stored, trial))
            *seconds += run->plan->networks[trial->network].seconds;
    }
fail:
    arena_release(&arena);
    return err->code;
}

double run_plan_search_seconds(const RunState *run)
{
    double macs = 0;
    for (size_t i = 0; i < run->study->n_parts; i++)
        if (run->plan->parts[i].search != NULL && run_state_is_wanted(run, (int)i))
            macs += plan_search_left(run->plan, (int)i);
    return macs * plan_seconds_per_mac(run->plan);
}

/* Weights to begin with need be there only for what begins. */
static ErrCode check_weights(const RunState *run, const StoreTrials *stored, Arena *arena, Err *err)
{
    const Plan *plan = run->plan;
    bool *is_pending;
    if (!run->study->recipe.finetune.is_on)
        return ERR_NONE;
    is_pending = arena_zalloc(arena, plan->n_networks + 1, sizeof *is_pending);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < plan->n_trials; i++)
        if (!is_settled(run, stored, &plan->trials[i]))
            is_pending[plan->trials[i].network] = true;
    TRY(plan_check_weights(run->plan, is_pending, err));
fail:
    return err->code;
}

/* --- plan -> store --- */

/*
 * A network's row; one that is there already keeps its name and text, which are not its identity.
 */
static ErrCode network_row(Store *store, const PlanNetwork *network, Arena *arena,
                           StoreNetwork *row, Err *err)
{
    Err missing = {0};
    const Network *n = &network->network;
    const ErrCode code = store_network(store, n->digest, arena, row, &missing);
    if (code == ERR_MISSING)
        *row = (StoreNetwork){n->digest, n->name, network->spec, n->resolution,
                              n->params, n->macs, n->acts};
    else if (code != ERR_NONE)
        *err = missing;
    return err->code;
}

static StorePoint point_row(const Plan *plan, const PlanPoint *p)
{
    const PlanNetwork *network = p->network == PLAN_NONE ? NULL : &plan->networks[p->network];
    return (StorePoint){.part = p->part_name,
                        .figure = p->figure,
                        .series = p->series,
                        .match = p->match,
                        .nominal = {p->nominal.depth, p->nominal.width, p->nominal.resolution},
                        .genes = p->genes,
                        .built = {p->built.depth, p->built.width, p->built.resolution},
                        .trim = p->trim,
                        .x = p->x,
                        .network = network != NULL ? network->network.digest : NULL,
                        .trial_digest = network != NULL ? network->trial_digest : NULL,
                        .resolution = p->resolution,
                        .macs = p->macs,
                        .target_macs = p->target_macs,
                        .ratio = p->ratio,
                        .naive_ratio = p->naive_ratio,
                        .status = match_status_name(p->status),
                        .reason = p->reason[0] ? p->reason : NULL};
}

static StoreStudy study_row(const RunState *run)
{
    const Plan *plan = run->plan;
    return (StoreStudy){.name = run->study->name,
                        .question = run->study->question,
                        .baseline = plan->baseline.name,
                        .data_name = run->study->data.name,
                        .data_digest = plan->split_digest,
                        .classes = plan->classes,
                        .n_train = plan->n_train,
                        .n_val = plan->n_val,
                        .n_test = plan->n_test,
                        .is_demo = plan->is_demo,
                        .arithmetic = arithmetic_revision()};
}

/*
 * What a point would be at the recipe's own rate, where each network has one of its own: a row
 * beside it, in no figure, so that verdicts can be given either way.
 */
static StorePoint common_row(const Plan *plan, const PlanPoint *point, const char *part)
{
    const PlanTuning *tuning = plan_tune_of(plan, point->network);
    StorePoint row = point_row(plan, point);
    row.part = part;
    row.figure = STUDY_TUNE_FIGURE;
    row.trial_digest = plan->networks[tuning->network].trial_digest;
    return row;
}

/* The part's name of such rows. */
static const char *common_part(const char *part, Arena *arena)
{
    return arena_printf(arena, VERDICT_COMMON_RATE "%s", part);
}

/* Appends them for all points that are shown. */
static void add_common_rows(const Plan *plan, StorePlan *out, StorePoint *points, Arena *arena)
{
    for (size_t i = 0; i < plan->n_points && plan_tune_is_each(plan); i++) {
        const PlanPoint *point = &plan->points[i];
        if (plan_tune_serves(plan, point) && point->network != PLAN_NONE && !point->is_past &&
            !point->waits_for_rate && point->status != MATCH_AFTER_GRID)
            points[out->n_points++] = common_row(plan, point, common_part(point->part_name, arena));
    }
}

/* Points that wait are not put, nor what was once decided and never trained. */
static bool is_shown(const Plan *plan, const PlanPoint *point, const StoreTrials *stored)
{
    if (point->status == MATCH_AFTER_GRID || !point->is_past)
        return point->status != MATCH_AFTER_GRID && !point->waits_for_rate;
    for (size_t i = 0; i < stored->n && point->network != PLAN_NONE; i++)
        if (stored->items[i].n_epochs > 0 &&
            strcmp(stored->items[i].digest, plan->networks[point->network].trial_digest) == 0)
            return true;
    return false;
}

static StorePlanned trial_row(const PlanNetwork *network, int64_t seed)
{
    return (StorePlanned){network->trial_digest, network->network.digest, seed, network->epochs};
}

/*
 * What has finished of networks that are only shown: built on what was decided before, or is to be
 * decided anew. At most stored->n rows.
 */
static size_t fill_shown_trials(const RunState *run, const StoreTrials *stored, StorePlanned *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < run->plan->n_networks; i++) {
        const PlanNetwork *network = &run->plan->networks[i];
        for (size_t k = 0; k < stored->n && !network->has_trials; k++) {
            const StoreTrial *trial = &stored->items[k];
            const bool is_finished =
                trial->status == STORE_TRIAL_DONE || trial->status == STORE_TRIAL_DIVERGED;
            if (is_finished && strcmp(trial->digest, network->trial_digest) == 0 &&
                (!run->settings->exact_seeds || yaml_has_int(&run->study->seeds, trial->seed) ||
                 yaml_has_int(&run->study->judge_seeds, trial->seed)))
                rows[n++] = trial_row(network, trial->seed);
        }
    }
    return n;
}

/* What carried networks are trained on. */
static ErrCode fill_carried(const RunState *run, StorePlan *out, Arena *arena, Err *err)
{
    const Plan *plan = run->plan;
    StoreCarried *rows = arena_zalloc(arena, plan->n_networks + 1, sizeof *rows);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < plan->n_networks; i++) {
        const PlanNetwork *network = &plan->networks[i];
        if (network->target == PLAN_NONE)
            continue;
        const PlanTarget *target = &plan->targets[network->target];
        StoreCarried *row = &rows[out->n_carried++];
        *row = (StoreCarried){.trial_digest = network->trial_digest,
                              .data_name = target->study->data.name,
                              .data_digest = target->split_digest,
                              .classes = target->classes,
                              .n_train = target->n_train,
                              .n_val = target->n_val,
                              .n_test = target->n_test,
                              .majority = PERCENT * target->majority_share,
                              .is_demo = target->is_demo,
                              .yaml = text_string(&target->yaml),
                              .init = ""};
        if (network->source == PLAN_NONE)
            continue;
        Text init = {0};
        finetune_emit(&run->study->parts[target->part].transfer.init, &init);
        row->source = plan->networks[network->source].trial_digest;
        row->init = arena_text(arena, text_string(&init));
        arena->failed |= init.failed;
        text_release(&init);
    }
    out->carried = rows;
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}

/* Seeds that parts keep to themselves: those of retrains, and of what is judged. */
static ErrCode fill_own_seeds(const Plan *plan, StorePlan *out, Arena *arena, Err *err)
{
    const Study *study = plan->study;
    size_t n = 0;
    for (size_t i = 0; i < study->n_parts; i++)
        n += study_judges_own(study, (int)i)->n;
    StoreOwnSeed *seeds = arena_zalloc(arena, 2 * n + 1, sizeof *seeds);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < study->n_parts; i++) {
        const YamlInts *own = study_judges_own(study, (int)i);
        const char *name = study->parts[i].name;
        for (size_t k = 0; k < own->n; k++)
            seeds[out->n_own_seeds++] = (StoreOwnSeed){name, own->v[k]};
        for (size_t k = 0; k < own->n && plan_tune_is_each(plan); k++)
            seeds[out->n_own_seeds++] = (StoreOwnSeed){common_part(name, arena), own->v[k]};
    }
    out->own_seeds = seeds;
    TRY(arena_ok(arena, err));
fail:
    return err->code;
}

static bool is_own(const Study *study, int64_t seed)
{
    for (size_t i = 0; i < study->n_parts; i++)
        if (yaml_has_int(study_judges_own(study, (int)i), seed))
            return true;
    return false;
}

/* What had seeds of its own goes on with some: its points would not show others. */
static ErrCode check_goes_on(const RunState *run, Arena *arena, Err *err)
{
    for (size_t i = 0; i < run->study->n_parts; i++) {
        const StudyPart *part = &run->study->parts[i];
        StoreTable kept;
        TRY(store_query(run->store, "SELECT 1 FROM own_seed WHERE part = ?1 LIMIT 1", part->name,
                        arena, &kept, err));
        if (kept.n_rows == 0 || study_judges_own(run->study, (int)i)->n > 0)
            continue;
        if (part->kind == STUDY_TUNE)
            return err_set(err, ERR_USAGE,
                           "part '%s' chose by seeds of its own when this study ran before, and "
                           "'tune.seeds' now shares one with 'seeds': give it seeds that are not "
                           "the study's, or use another --out",
                           part->id);
        return err_set(err, ERR_USAGE,
                       "part '%s' was judged on seeds of its own when this study ran before: leave "
                       "'judge_seeds' as it was, or use another --out",
                       part->id);
    }
fail:
    return err->code;
}

/* A part keeps a seed as long as the store lives: no other would show what it trains with it. */
static ErrCode check_kept_seeds(const RunState *run, Arena *arena, Err *err)
{
    const Plan *plan = run->plan;
    StoreTable kept;
    TRY(store_query(run->store, "SELECT seed, min(part) FROM own_seed GROUP BY seed", NULL, arena,
                    &kept, err));
    for (size_t i = 0; i < kept.n_rows; i++) {
        int64_t seed = 0;
        if (!text_to_int64(kept.cells[2 * i], &seed) || is_own(run->study, seed))
            continue;
        bool is_asked = yaml_has_int(&run->study->seeds, seed);
        for (size_t k = 0; k < plan->n_trials && !is_asked; k++) /* a search has more */
            is_asked = plan->trials[k].seed == seed;
        if (is_asked)
            return err_set(err, ERR_USAGE,
                           "seed %" PRId64 " was kept to itself by part '%s' when this study ran "
                           "before: take another seed, or another --out",
                           seed, kept.cells[2 * i + 1]);
    }
fail:
    return err->code;
}

/* The rows of networks, points and trials, in the arena's memory. */
static ErrCode fill_rows(RunState *run, StorePlan *out, Arena *arena, Err *err)
{
    const Plan *plan = run->plan;
    StoreTrials stored;
    TRY(store_trials(run->store, arena, &stored, err));
    TRY(check_weights(run, &stored, arena, err));
    StoreNetwork *networks = arena_zalloc(arena, plan->n_networks, sizeof *networks);
    StorePoint *points = arena_zalloc(arena, 2 * plan->n_points, sizeof *points);
    StorePlanned *trials = arena_zalloc(arena, plan->n_trials + stored.n, sizeof *trials);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < plan->n_networks; i++)
        TRY(network_row(run->store, &plan->networks[i], arena, &networks[i], err));
    for (size_t i = 0; i < plan->n_points; i++)
        if (is_shown(plan, &plan->points[i], &stored))
            points[out->n_points++] = point_row(plan, &plan->points[i]);
    add_common_rows(plan, out, points, arena);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < plan->n_trials; i++)
        if (run_sources_allow(plan, &stored, &plan->trials[i]))
            trials[out->n_trials++] =
                trial_row(&plan->networks[plan->trials[i].network], plan->trials[i].seed);
    TRY(check_kept_seeds(run, arena, err));
    TRY(check_goes_on(run, arena, err));
    TRY(fill_own_seeds(plan, out, arena, err));
    TRY(fill_carried(run, out, arena, err));
    out->networks = networks;
    out->n_networks = plan->n_networks;
    out->points = points;
    out->trials = trials;
    out->n_trials += fill_shown_trials(run, &stored, trials + out->n_trials);
fail:
    return err->code;
}

static ErrCode put_rows(RunState *run, const StorePlan *plan, Err *err)
{
    while (store_put_plan(run->store, plan, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            return err->code;
    return ERR_NONE;
}

ErrCode run_plan_put(RunState *run, Err *err)
{
    const Plan *plan = run->plan;
    Arena arena = {0};
    Text objective = {0}, recipe = {0};
    char digest[HASH_HEX_BYTES];
    StorePlan rows = {.study = study_row(run), .is_exact = run->settings->exact_seeds};
    objective_describe(&run->objective, &objective);
    recipe_summary(&run->study->recipe, &recipe);
    TRY(text_ok(&objective, err));
    TRY(text_ok(&recipe, err));
    rows.revision = (StoreRevision){
        .yaml = text_string(&run->study_yaml),
        .digest = hash_hex(hash_128(run->study_yaml.data, run->study_yaml.n_bytes), digest),
        .objective = text_string(&objective),
        .objective_w = objective_has_w(run->objective.form) ? run->objective.w : 0,
        .target_macs = plan->target_macs,
        .baseline_macs = plan->baseline_macs,
        .fairness_tolerance = run->study->fairness.tolerance,
        .epochs = run->study->recipe.epochs,
        .recipe = text_string(&recipe)};
    TRY(fill_rows(run, &rows, &arena, err));
    TRY(put_rows(run, &rows, err));
    TRY(run_plan_read_trials(run, err));
fail:
    text_release(&objective);
    text_release(&recipe);
    arena_release(&arena);
    return err->code;
}

/* --- store -> trials --- */

ErrCode run_plan_check_only(const RunState *run, Err *err)
{
    bool found = run->settings->only == NULL;
    for (size_t i = 0; !found && i < run->study->n_parts; i++)
        found = run_state_is_wanted(run, (int)i);
    if (!found)
        return err_set(err, ERR_USAGE, "the study has no part or figure '%s', see 'isoflop plan'",
                       run->settings->only);
    return ERR_NONE;
}

static int network_of_trial(const Plan *plan, const char *digest)
{
    for (size_t i = 0; i < plan->n_networks; i++)
        if (strcmp(plan->networks[i].trial_digest, digest) == 0)
            return (int)i;
    return PLAN_NONE;
}

/* The store knows of no attempt of a process that has not said hello yet. */
static bool has_process(const RunState *run, int64_t trial)
{
    for (int i = 0; i < run->n_slots && run->slots != NULL; i++)
        if (run->slots[i].proc.pid > 0 && run->slots[i].trial == trial)
            return true;
    return false;
}

/*
 * What this run knows of a trial besides its rows: luck, and that it runs. One that has failed and
 * is to be tried again begins with all its attempts forgiven.
 */
static void add_luck(const RunState *run, const RunTrial *before, size_t n_before, RunTrial *trial)
{
    const RunTrial *old = NULL;
    for (size_t i = 0; i < n_before && old == NULL; i++)
        if (before[i].number == trial->number)
            old = &before[i];
    if (old != NULL)
        trial->luck = old->luck;
    else if (trial->status == STORE_FAILED &&
             (run->settings->retry_failed || run->settings->retry == trial->number))
        trial->luck.n_forgiven = trial->n_counted;
    trial->n_counted -= trial->luck.n_forgiven;
    if (trial->status == STORE_FAILED && trial->n_counted < STORE_ATTEMPTS)
        trial->status = STORE_PENDING;
    if (trial->status == STORE_PENDING && old != NULL && old->status == STORE_RUNNING &&
        has_process(run, trial->number))
        trial->status = STORE_RUNNING;
}

ErrCode run_plan_read_trials(RunState *run, Err *err)
{
    Arena arena = {0};
    StoreTrials stored;
    RunTrial *before = NULL;
    size_t n_before = 0;
    TRY(store_trials(run->store, &arena, &stored, err));
    before = run->trials;
    n_before = run->n_trials;
    run->n_trials = 0;
    run->trials = mem_calloc(stored.n + 1, sizeof *run->trials);
    if (run->trials == NULL) {
        (void)err_memory(err, stored.n * sizeof *run->trials);
        goto fail;
    }
    for (size_t i = 0; i < stored.n; i++) {
        const StoreTrial *t = &stored.items[i];
        const int network = network_of_trial(run->plan, t->digest);
        if (!t->is_listed || network == PLAN_NONE)
            continue;
        const PlanNetwork *planned = &run->plan->networks[network];
        run->trials[run->n_trials++] = (RunTrial){.number = t->number,
                                                  .seed = t->seed,
                                                  .network = network,
                                                  .status = t->status,
                                                  .n_counted = t->n_counted,
                                                  .is_wanted = is_wanted(run, network),
                                                  .due = planned->due,
                                                  .seconds = planned->seconds};
        add_luck(run, before, n_before, &run->trials[run->n_trials - 1]);
    }
    run_sources_find(run);
fail:
    mem_free(before);
    arena_release(&arena);
    return err->code;
}
