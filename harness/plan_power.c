/* harness/plan_power.c: what claims can show, and what else the same compute could be spent on. */
#include "harness/plan_power.h"

#include "harness/plan.h"
#include "harness/plan_claims.h"
#include "harness/plan_survey.h"

#include "base/sys.h"

#include <math.h>
#include <string.h>

enum { MOST_SEEDS = 1000 };

/* Adds the claim of a part, if it makes one; of a part that makes none all points are used. */
static ErrCode add_claim(PlanPower *out, const PlanSurvey *s, int part, Err *err)
{
    const Plan *plan = s->plan;
    const ClaimKind *kind = plan_claims_kind(&plan->study->parts[part]);
    PartClaim found = {0};
    if (kind != NULL)
        TRY(kind->of(s, part, &found, err));
    if (found.n_contrasts == 0 || found.first == NULL) {
        for (size_t i = 0; i < plan->n_points; i++)
            s->used[i] |= plan->points[i].part == part;
        return ERR_NONE;
    }
    PlanClaim *claim = &out->claims[out->n_claims++];
    *claim = (PlanClaim){.id = kind->id,
                         .effect = kind->effect,
                         .part = part,
                         .design = {.sd = plan->noise.sd,
                                    .squares = found.squares,
                                    .confidence = PLAN_POWER_CONFIDENCE,
                                    .n_contrasts = found.n_contrasts,
                                    .n_networks = plan_survey_alike(s, found.first),
                                    .n_seeds = (int)found.first->seeds->n,
                                    .is_fit = kind->is_fit}};
    claim->detectable = power_detectable(&claim->design, PLAN_POWER);
    claim->seeds_needed = power_seeds(&claim->design, PLAN_POWER_EFFECT, PLAN_POWER, MOST_SEEDS);
fail:
    return err->code;
}

/* --- remedies --- */

/* Networks that no claim compares, and their share of the compute. */
static ErrCode find_idle(const PlanSurvey *s, int *n_idle, double *share, Err *err)
{
    const Plan *plan = s->plan;
    const PlanRange waiting = plan_waiting_macs(plan);
    double idle = 0;
    bool *is_used = mem_calloc(plan->n_networks + 1, sizeof *is_used);
    if (is_used == NULL)
        return err_memory(err, plan->n_networks);
    for (size_t i = 0; i < plan->n_points; i++)
        if (s->used[i] && plan->points[i].network != PLAN_NONE)
            is_used[plan->points[i].network] = true;
    *n_idle = 0;
    for (size_t i = 0; i < plan->n_networks; i++)
        *n_idle += plan->networks[i].has_trials && !is_used[i];
    for (size_t i = 0; i < plan->n_trials; i++)
        if (!is_used[plan->trials[i].network])
            idle += plan_trial_macs(plan, plan->trials[i].network);
    const double all = plan_total_macs(plan) + (waiting.low + waiting.high) / 2;
    *share = all > 0 ? idle / all : 0;
    mem_free(is_used);
    return ERR_NONE;
}

static void add_remedy(PlanPower *out, PlanRemedy remedy)
{
    PowerDesign design = out->weakest->design;
    design.n_networks = remedy.n_networks;
    design.n_seeds = remedy.n_seeds;
    remedy.detectable = power_detectable(&design, PLAN_POWER);
    if (remedy.n_seeds < 2 && remedy.kind != PLAN_MORE_EPOCHS)
        return;
    size_t at = out->n_remedies++;
    for (; at > 0 && remedy.kind != PLAN_MORE_EPOCHS &&
           out->remedies[at - 1].kind != PLAN_MORE_EPOCHS &&
           remedy.detectable < out->remedies[at - 1].detectable;
         at--)
        out->remedies[at] = out->remedies[at - 1];
    out->remedies[at] = remedy;
}

/* Unripe comparisons decide nothing whatever their seeds: longer training comes first. */
static ErrCode find_remedies(PlanPower *out, const PlanSurvey *s, Err *err)
{
    const PowerDesign *d = &out->weakest->design;
    const Recipe *recipe = &s->plan->study->recipe;
    const int64_t ripe = recipe_ripe_epochs(recipe, s->plan->n_train);
    double idle = 0;
    int n_idle = 0;
    TRY(find_idle(s, &n_idle, &idle, err));
    if (recipe->epochs < ripe)
        add_remedy(out, (PlanRemedy){.kind = PLAN_MORE_EPOCHS,
                                     .n_networks = d->n_networks,
                                     .n_seeds = (int)(d->n_seeds * recipe->epochs / ripe),
                                     .epochs = ripe});
    const int n_more = (int)(d->n_seeds / (1 - idle));
    if (n_more > d->n_seeds)
        add_remedy(out, (PlanRemedy){.kind = PLAN_FEWER_NETWORKS,
                                     .n_networks = d->n_networks - n_idle,
                                     .n_seeds = n_more,
                                     .epochs = recipe->epochs});
    if (recipe->epochs / 2 >= ripe)
        add_remedy(out, (PlanRemedy){.kind = PLAN_MORE_SEEDS,
                                     .n_networks = d->n_networks,
                                     .n_seeds = 2 * d->n_seeds,
                                     .epochs = recipe->epochs / 2});
fail:
    return err->code;
}

ErrCode plan_power_find(PlanPower *out, const Plan *plan, Err *err)
{
    PlanSurvey survey;
    *out = (PlanPower){.n_claims = 0};
    TRY(plan_survey_open(&survey, plan, err));
    for (size_t i = 0; i < plan->study->n_parts; i++)
        TRY(add_claim(out, &survey, (int)i, err));
    for (size_t i = 0; i < out->n_claims; i++) {
        const PlanClaim *claim = &out->claims[i];
        if (out->weakest == NULL || !(claim->detectable <= out->weakest->detectable))
            out->weakest = claim;
    }
    if (out->weakest != NULL)
        TRY(find_remedies(out, &survey, err));
fail:
    plan_survey_close(&survey);
    return err->code;
}
