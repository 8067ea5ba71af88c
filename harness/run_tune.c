/* harness/run_tune.c: one choice for each tuning of a wave. */
#include "harness/run_tune.h"

#include "harness/plan_outcomes.h"
#include "harness/plan_tune.h"
#include "harness/run_decider.h"

#include "base/arena.h"

#include <math.h>

/* What a candidate came to. */
typedef struct Tried {
    double factor, value; /* mean validation accuracy, percent; NaN: no seed finished */
    bool has_diverged;
} Tried;

/* False while trials of a candidate have not ended. */
static bool collect(const RunState *run, const StoreTrials *trials, int network,
                    const YamlInts *seeds, Tried *tried)
{
    const char *digest = run->plan->networks[network].trial_digest;
    double sum = 0;
    int n = 0;
    for (size_t i = 0; i < seeds->n; i++) {
        const StoreTrial *trial = run_decider_find_trial(trials, digest, seeds->v[i]);
        if (!run_decider_is_over(trial) || run_state_is_begun_again(run, trial))
            return false;
        tried->has_diverged |= trial->status == STORE_TRIAL_DIVERGED;
        if (trial->status != STORE_TRIAL_DONE)
            continue;
        sum += trial->val_top1;
        n++;
    }
    tried->value = n > 0 ? sum / n : (double)NAN;
    return true;
}

/* How far a factor is from the recipe's rate, without a logarithm: 2 and 1/2 are as far. */
static double distance(double factor)
{
    return factor > 1 ? factor : 1 / factor;
}

static bool is_better(const Tried *a, const Tried *b)
{
    if (isnan(a->value) || isnan(b->value))
        return !isnan(a->value);
    if (a->has_diverged != b->has_diverged)
        return b->has_diverged;
    if (a->value != b->value)
        return a->value > b->value;
    if (distance(a->factor) != distance(b->factor))
        return distance(a->factor) < distance(b->factor);
    return a->factor < b->factor;
}

/* The chosen one, and the recipe's own; false while candidates are in training. */
static bool choose(const RunState *run, const StoreTrials *trials, const PlanTuning *tuning,
                   Tried *chosen, Tried *own)
{
    const StudyTune *tune = &run->study->parts[run->plan->tune_part].tune;
    Tried all[STUDY_MAX_FACTORS] = {{0}};
    for (size_t i = 0; i < tune->lr.n; i++) {
        all[i].factor = tune->lr.v[i];
        if (!collect(run, trials, tuning->candidates[i], &tune->seeds, &all[i]))
            return false;
        if (all[i].factor == 1)
            *own = all[i];
    }
    *chosen = *own;
    for (size_t i = 0; i < tune->lr.n; i++)
        if (is_better(&all[i], chosen))
            *chosen = all[i];
    return true;
}

static ErrCode put_fact(RunState *run, const PlanTuning *tuning, const Tried *chosen,
                        const Tried *own, Err *err)
{
    enum { SHORT_DIGEST = 8 };
    const PlanNetwork *network = &run->plan->networks[tuning->network];
    const double lr = run->study->recipe.lr;
    Arena arena = {0};
    bool is_new = false, is_anew = false;
    StoreFact fact = {.name = plan_tune_is_each(run->plan)
                                  ? arena_printf(&arena, "tune/%.*s %d", SHORT_DIGEST,
                                                 network->network.digest, (int)network->epochs)
                                  : "tune/baseline",
                      .network = network->network.digest,
                      .value = {chosen->factor, lr * chosen->factor, chosen->value}};
    fact.text = isnan(chosen->value)
                    ? arena_printf(&arena, "%s: no rate has a result, the recipe's %g stays",
                                   network->network.name, lr)
                    : arena_printf(&arena,
                                   "%s: learning rate %g, %g times the recipe's, by validation "
                                   "top-1 %.2f; the recipe's has %.2f",
                                   network->network.name, lr * chosen->factor, chosen->factor,
                                   chosen->value, own->value);
    TRY(arena_ok(&arena, err));
    TRY(run_decider_put_fact(run, &fact, FACT_SAME_TEXT, &is_new, &is_anew, err));
    if (is_new)
        run_state_note(run, "a rate is chosen%s: %s", is_anew ? " anew" : "", fact.text);
fail:
    arena_release(&arena);
    return err->code;
}

/* Whether every network is known that may ask for a rate. */
static bool is_complete(const Plan *plan)
{
    bool is_waiting = false;
    for (size_t i = 0; i < plan->n_points && !is_waiting; i++)
        is_waiting = plan->points[i].status == MATCH_AFTER_GRID;
    return plan->n_tunings > 0 && !is_waiting;
}

/* What all rates have cost; known to the end, so that going on says the same. */
static ErrCode put_ledger(RunState *run, Err *err)
{
    const Plan *plan = run->plan;
    const StudyTune *tune = &run->study->parts[plan->tune_part].tune;
    const size_t n_trials = plan->n_tunings * tune->lr.n * tune->seeds.n;
    Arena arena = {0};
    double macs = 0;
    bool is_new = false, is_anew = false;
    for (size_t i = 0; i < plan->n_tunings; i++)
        for (size_t k = 0; k < tune->lr.n; k++)
            macs += plan_trial_macs(plan, plan->tunings[i].candidates[k]) * (double)tune->seeds.n;
    const StoreFact fact = {
        .name = "tune/ledger",
        .value = {macs, (double)n_trials, (double)NAN},
        .text = arena_printf(&arena, "%.0f counted training MACs in %zu trials, for %zu network%s",
                             macs, n_trials, plan->n_tunings, text_plural(plan->n_tunings))};
    TRY(arena_ok(&arena, err));
    TRY(run_decider_put_fact(run, &fact, FACT_SAME_TEXT, &is_new, &is_anew, err));
fail:
    arena_release(&arena);
    return err->code;
}

ErrCode run_tune_advance(RunState *run, const StoreTrials *trials, bool *is_changed, Err *err)
{
    Plan *plan = run->plan;
    Tried chosen = {0}, own = {0};
    *is_changed = false;
    if (!plan_tune_is_open(plan))
        return is_complete(plan) ? put_ledger(run, err) : ERR_NONE;
    for (size_t i = 0; i < plan->n_tunings; i++)
        if (isnan(plan->tunings[i].factor) &&
            !choose(run, trials, &plan->tunings[i], &chosen, &own))
            return ERR_NONE;
    for (size_t i = 0; i < plan->n_tunings; i++) {
        PlanTuning *tuning = &plan->tunings[i];
        if (!isnan(tuning->factor))
            continue;
        (void)choose(run, trials, tuning, &chosen, &own);
        TRY(put_fact(run, tuning, &chosen, &own, err));
        tuning->factor = chosen.factor;
    }
    *is_changed = true;
    TRY(plan_take_rates(plan, err));
fail:
    return err->code;
}
