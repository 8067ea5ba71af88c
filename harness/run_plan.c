/* harness/run_plan.c: the plan into the store, and the grid's winner out of it. */
#include "harness/run_plan.h"

#include "base/sys.h"
#include "nn/arithmetic.h"
#include "results/ranking.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WINNER_FACT "grid/winner"

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

static void objective_text(const Study *study, Text *out)
{
    static const char *const texts[] = {
        [OBJECTIVE_SOFT] = "soft: ACC x (MACs/T)^",
        [OBJECTIVE_HARD] = "hard: ACC up to T, ACC x (MACs/T)^-1 above",
        [OBJECTIVE_BAND] = "band: best ACC within the tolerance of T"};
    text_append(out, texts[study->objective.form]);
    if (study->objective.form == OBJECTIVE_SOFT)
        text_append_double(out, study->objective.w);
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

/* The rows of networks, points and trials, in memory of `keep`. */
static ErrCode fill_rows(RunState *run, StorePlan *out, Arena *arena, Err *err)
{
    const Plan *plan = run->plan;
    StoreNetwork *networks = arena_zalloc(arena, plan->n_networks, sizeof *networks);
    StorePoint *points = arena_zalloc(arena, plan->n_points, sizeof *points);
    StorePlanned *trials = arena_zalloc(arena, plan->n_trials, sizeof *trials);
    if (arena_ok(arena, err) != ERR_NONE)
        return err->code;
    for (size_t i = 0; i < plan->n_networks; i++)
        if (network_row(run->store, &plan->networks[i], arena, &networks[i], err) != ERR_NONE)
            return err->code;
    for (size_t i = 0; i < plan->n_points; i++)
        if (plan->points[i].status != MATCH_AFTER_GRID)
            points[out->n_points++] = point_row(plan, &plan->points[i]);
    for (size_t i = 0; i < plan->n_trials; i++) {
        const PlanNetwork *network = &plan->networks[plan->trials[i].network];
        trials[i] = (StorePlanned){network->trial_digest, network->network.digest,
                                   plan->trials[i].seed, run->study->recipe.epochs};
    }
    out->networks = networks;
    out->n_networks = plan->n_networks;
    out->points = points;
    out->trials = trials;
    out->n_trials = plan->n_trials;
    return ERR_NONE;
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
    objective_text(run->study, &objective);
    recipe_summary(&run->study->recipe, &recipe);
    TRY(text_ok(&objective, err));
    TRY(text_ok(&recipe, err));
    rows.revision = (StoreRevision){
        .yaml = text_string(&run->study_yaml),
        .digest = hash_hex(hash_128(run->study_yaml.data, run->study_yaml.n_bytes), digest),
        .objective = text_string(&objective),
        .objective_w = run->study->objective.form == OBJECTIVE_SOFT ? run->study->objective.w : 0,
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

/* Whether --only names the point's part or figure. */
static bool is_named(const RunState *run, const PlanPoint *p, const char *only)
{
    return strcmp(p->part_name, only) == 0 || strcmp(p->figure, only) == 0 ||
           strcmp(study_part_key(run->study->parts[p->part].kind), only) == 0;
}

static bool is_wanted(const RunState *run, int network)
{
    const char *only = run->settings->only;
    bool found = only == NULL;
    for (size_t i = 0; !found && i < run->plan->n_points; i++)
        found =
            run->plan->points[i].network == network && is_named(run, &run->plan->points[i], only);
    return found;
}

ErrCode run_plan_check_only(const RunState *run, Err *err)
{
    const char *only = run->settings->only;
    bool found = only == NULL;
    for (size_t i = 0; !found && i < run->plan->n_points; i++)
        found = is_named(run, &run->plan->points[i], only);
    if (!found)
        return err_set(err, ERR_USAGE, "the study has no part or figure '%s', see 'isoflop plan'",
                       only);
    return ERR_NONE;
}

static int network_of_trial(const Plan *plan, const char *digest)
{
    for (size_t i = 0; i < plan->n_networks; i++)
        if (strcmp(plan->networks[i].trial_digest, digest) == 0)
            return (int)i;
    return PLAN_NONE;
}

ErrCode run_plan_read_trials(RunState *run, Err *err)
{
    Arena arena = {0};
    StoreTrials stored;
    TRY(store_trials(run->store, &arena, &stored, err));
    mem_free(run->trials);
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
        run->trials[run->n_trials++] = (RunTrial){.number = t->number,
                                                  .seed = t->seed,
                                                  .network = network,
                                                  .status = t->status,
                                                  .n_counted = t->n_counted,
                                                  .is_wanted = is_wanted(run, network),
                                                  .seconds = run->plan->networks[network].seconds};
    }
fail:
    arena_release(&arena);
    return err->code;
}

/* --- the grid's winner --- */

static double score(double top1, double macs, const void *context)
{
    return objective_score(context, top1, macs);
}

/* How far nominal depth and width lie from what was built; + - x / only, for it decides. */
static double alias_distance(const StorePoint *p)
{
    const double depth = p->built[0] / p->nominal[0] - 1, width = p->built[1] / p->nominal[1] - 1;
    return depth * depth + width * width;
}

/* Alpha and beta of the alias nearest to what was built (ties: smaller alpha). */
static const StorePoint *nearest_alias(const RankingRow *row)
{
    const StorePoint *best = &row->result->point;
    for (size_t i = 0; i < row->n_aliases; i++) {
        const StorePoint *p = &row->aliases[i]->point;
        const double a = alias_distance(p), b = alias_distance(best);
        if (a < b || (a == b && p->nominal[0] < best->nominal[0]))
            best = p;
    }
    return best;
}

static ErrCode record_winner(RunState *run, const RankingRow *row, Err *err)
{
    const StorePoint *alias = nearest_alias(row);
    const double constants[STUDY_DIMENSIONS] = {alias->nominal[0], alias->nominal[1],
                                                (double)alias->resolution /
                                                    run->plan->baseline.resolution};
    Text text = {0};
    text_printf(&text, "alpha %.4g, beta %.4g, gamma %.4g: best of the grid by validation, n = %d",
                constants[0], constants[1], constants[2], row->n);
    const StoreFact fact = {.name = WINNER_FACT,
                            .network = alias->network,
                            .value = {constants[0], constants[1], constants[2]},
                            .text = text_string(&text)};
    TRY(text_ok(&text, err));
    while (store_put_fact(run->store, &fact, err) != ERR_NONE)
        if (!run_state_waits_for_space(run, err))
            goto fail;
    run_state_note(run, "the grid is complete: %s", text_string(&text));
    TRY(plan_set_winner(run->plan, constants, err));
fail:
    text_release(&text);
    return err->code;
}

ErrCode run_plan_known_winner(RunState *run, Err *err)
{
    Arena arena = {0};
    StoreFact fact;
    bool is_there = false;
    TRY(store_fact(run->store, WINNER_FACT, &arena, &fact, &is_there, err));
    if (is_there)
        TRY(plan_set_winner(run->plan, fact.value, err));
fail:
    arena_release(&arena);
    return err->code;
}

ErrCode run_plan_find_winner(RunState *run, bool *is_new, Err *err)
{
    Arena arena = {0};
    StoreResults results;
    Ranking *rankings = NULL;
    size_t n = 0;
    *is_new = false;
    if (!plan_is_waiting(run->plan))
        return ERR_NONE;
    TRY(store_results(run->store, &arena, &results, err));
    TRY(ranking_all(&results, score, &run->objective, &arena, &rankings, &n, err));
    const Ranking *grid = ranking_find(rankings, n, "counted");
    if (grid == NULL)
        grid = ranking_find(rankings, n, "nominal");
    if (grid != NULL && grid->is_complete && grid->n_rows > 0 && grid->rows[0].n > 0) {
        TRY(record_winner(run, &grid->rows[0], err));
        TRY(plan_predict(run->plan, run->settings->level, err));
        TRY(run_plan_put(run, err));
        *is_new = true;
    }
fail:
    arena_release(&arena);
    return err->code;
}
