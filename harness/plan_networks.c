/* harness/plan_networks.c: networks and trials out of points, and their digests. */
#include "harness/plan_networks.h"

#include "harness/identity.h"

#include "base/sys.h"
#include "models/cost.h"
#include "models/resolve.h"

#include <math.h>
#include <string.h>

enum { OPTIMIZER_COPIES = 4, PLAN_MAX_TRIALS = 999999 };

static ErrCode trial_digest(const Plan *plan, const char *network, int64_t epochs, double factor,
                            char out[HASH_HEX_BYTES], Err *err)
{
    Recipe recipe = plan->study->recipe;
    recipe.epochs = epochs;
    recipe.lr *= factor;
    const Identity identity = {network, plan->split_digest, &recipe};
    return identity_digest(&identity, plan->study->version, out, err);
}

static bool has_trial(const Plan *plan, int network, int64_t seed)
{
    for (size_t i = 0; i < plan->n_trials; i++)
        if (plan->trials[i].network == network && plan->trials[i].seed == seed)
            return true;
    return false;
}

ErrCode plan_networks_train(Plan *plan, int index, const YamlInts *seeds, Err *err)
{
    PlanNetwork *network = &plan->networks[index];
    if (network->has_trials && network->seeds == seeds)
        return ERR_NONE;
    if (plan->n_trials + seeds->n > PLAN_MAX_TRIALS)
        return err_set(err, ERR_USAGE, "the study has more than %d trials", PLAN_MAX_TRIALS);
    if (mem_grow(&plan->trials, &plan->trial_room, plan->n_trials + seeds->n, sizeof *plan->trials,
                 err) != ERR_NONE)
        return err->code;
    for (size_t i = 0; i < seeds->n; i++)
        if (!network->has_trials || !has_trial(plan, index, seeds->v[i]))
            plan->trials[plan->n_trials++] = (PlanTrial){index, seeds->v[i]};
    network->seeds = seeds;
    network->has_trials = true;
    return ERR_NONE;
}

/*
 * The network at the end of the plan, without trials. Its regularisation follows from its cost
 * alone, so that specifications of one digest go on having one.
 */
static ErrCode append_network(Plan *plan, const Spec *scaled, int64_t epochs, double factor,
                              Err *err)
{
    Spec own = *scaled;
    const Spec *spec = &own;
    Network network = {0};
    Text yaml = {0};
    CostMemory memory;
    const int64_t batch = recipe_batch_size(&plan->study->recipe, plan->n_train);
    regularise_spec(&plan->study->recipe.regularise,
                    (double)resolve_macs(scaled, 0) / (double)plan->baseline_macs, &own);
    TRY(resolve_network(&network, spec, err));
    TRY(network_check_batch(&network, batch, err));
    TRY(mem_grow(&plan->networks, &plan->network_room, plan->n_networks + 1, sizeof *plan->networks,
                 err));
    PlanNetwork *added = &plan->networks[plan->n_networks];
    *added = (PlanNetwork){
        .epochs = epochs, .factor = factor, .seconds = (double)NAN, .spread = (double)NAN};
    TRY(trial_digest(plan, network.digest, epochs, factor, added->trial_digest, err));
    TRY(cost_memory(&memory, &network, err));
    spec_write_yaml(spec, &yaml);
    TRY(text_take(&yaml, &added->spec, err));
    added->bytes =
        (uint64_t)(OPTIMIZER_COPIES * memory.params_bytes + batch * memory.training_bytes);
    added->waste = waste_count(spec);
    added->network = network;
    plan->n_networks++;
    return ERR_NONE;
fail:
    text_release(&yaml);
    network_release(&network);
    return err->code;
}

ErrCode plan_networks_check(const Plan *plan, const Spec *spec, Err *err)
{
    Network network = {0};
    TRY(resolve_network(&network, spec, err));
    TRY(network_check_batch(&network, recipe_batch_size(&plan->study->recipe, plan->n_train), err));
fail:
    network_release(&network);
    return err->code;
}

/* What a network of the plan is known by. */
typedef struct NetworkKey {
    char digest[NETWORK_DIGEST_MAX];
    int64_t epochs;
    double factor;
} NetworkKey;

static ErrCode add(Plan *plan, const Spec *spec, const char *digest, int64_t epochs, double factor,
                   const YamlInts *seeds, int *index, Err *err)
{
    NetworkKey key;
    size_t known;
    memset(&key, 0, sizeof key);
    memcpy(key.digest, digest, strlen(digest));
    key.epochs = epochs;
    key.factor = factor;
    if (plan->keys == NULL)
        TRY(intern_create(&plan->keys, sizeof key, err));
    TRY(intern_index(plan->keys, &key, &known, err));
    if (known == plan->n_networks)
        TRY(append_network(plan, spec, epochs, factor, err));
    *index = (int)known;
    if (seeds != NULL)
        TRY(plan_networks_train(plan, *index, seeds, err));
fail:
    return err->code;
}

ErrCode plan_networks_add(Plan *plan, const Spec *spec, const char *digest, int64_t epochs,
                          const YamlInts *seeds, int *index, Err *err)
{
    return add(plan, spec, digest, epochs, 1, seeds, index, err);
}

ErrCode plan_networks_at(Plan *plan, int network, double factor, const YamlInts *seeds, int *index,
                         Err *err)
{
    const PlanNetwork *known = &plan->networks[network];
    char digest[NETWORK_DIGEST_MAX];
    Spec spec;
    if (known->factor == factor) {
        *index = network;
        return seeds != NULL ? plan_networks_train(plan, network, seeds, err) : ERR_NONE;
    }
    memcpy(digest, known->network.digest, sizeof digest); /* networks may move */
    TRY(spec_parse(&spec, "a network of the plan", known->spec, strlen(known->spec), err));
    TRY(add(plan, &spec, digest, known->epochs, factor, seeds, index, err));
fail:
    return err->code;
}

int64_t plan_networks_epochs(const Plan *plan, int part)
{
    const StudyPart *p = &plan->study->parts[part];
    if (p->kind == STUDY_RETRAIN && p->epochs == 0)
        return plan_networks_epochs(plan, p->baseline_part);
    return p->epochs ? p->epochs : plan->study->recipe.epochs;
}

int64_t plan_networks_point_epochs(const Plan *plan, const PlanPoint *point)
{
    return point->epochs ? point->epochs : plan_networks_epochs(plan, point->part);
}

double plan_networks_passes(const Plan *plan, int64_t epochs)
{
    const TimeWork work = {epochs, plan->n_train, plan->n_val, plan->n_test};
    return timelaw_passes(&work);
}
