/* harness/plan_networks.c: networks and trials out of points, and their digests. */
#include "harness/plan_networks.h"

#include "harness/identity.h"

#include "base/sys.h"
#include "models/cost.h"
#include "models/resolve.h"

#include <math.h>
#include <string.h>

enum { OPTIMIZER_COPIES = 4, PLAN_MAX_TRIALS = 999999 };

/* What a network of the plan is known by: how it is trained, and its digest. */
typedef struct NetworkKey {
    char digest[NETWORK_DIGEST_MAX];
    int64_t epochs;
    double factor;
    int target, source;
} NetworkKey;

const Study *plan_networks_study(const Plan *plan, int target)
{
    return target == PLAN_NONE ? plan->study : plan->targets[target].study;
}

TimeWork plan_networks_work(const Plan *plan, int target, int64_t epochs)
{
    if (target == PLAN_NONE)
        return (TimeWork){epochs, plan->n_train, plan->n_val, plan->n_test};
    const PlanTarget *t = &plan->targets[target];
    return (TimeWork){epochs, t->n_train, t->n_val, t->n_test};
}

double plan_networks_passes(const Plan *plan, int64_t epochs)
{
    const TimeWork work = plan_networks_work(plan, PLAN_NONE, epochs);
    return timelaw_passes(&work);
}

/* Weights that a trial begins with are known by the digest of the trial that ends with them. */
static ErrCode trial_digest(const Plan *plan, const NetworkKey *key, const char *network,
                            char out[HASH_HEX_BYTES], Err *err)
{
    const PlanTarget *target = key->target == PLAN_NONE ? NULL : &plan->targets[key->target];
    Recipe recipe = plan_networks_study(plan, key->target)->recipe;
    recipe.epochs = key->epochs;
    recipe.lr *= key->factor;
    if (target != NULL && key->source != PLAN_NONE) { /* what is carried has a target */
        recipe.finetune = plan->study->parts[target->part].transfer.init;
        recipe.finetune.trial = plan->networks[key->source].trial_digest;
    }
    const Identity identity = {network, target != NULL ? target->split_digest : plan->split_digest,
                               &recipe};
    return identity_digest(&identity, plan->study->version, out, err);
}

static int64_t batch_size(const Plan *plan, int target)
{
    return recipe_batch_size(&plan_networks_study(plan, target)->recipe,
                             plan_networks_work(plan, target, 0).n_train);
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
static ErrCode append_network(Plan *plan, const Spec *scaled, const NetworkKey *key, Err *err)
{
    Spec own = *scaled;
    const Spec *spec = &own;
    Network network = {0};
    Text yaml = {0};
    CostMemory memory;
    const int64_t batch = batch_size(plan, key->target);
    regularise_spec(&plan_networks_study(plan, key->target)->recipe.regularise,
                    (double)resolve_macs(scaled, 0) / (double)plan->baseline_macs, &own);
    TRY(resolve_network(&network, spec, err));
    TRY(network_check_batch(&network, batch, err));
    TRY(mem_grow(&plan->networks, &plan->network_room, plan->n_networks + 1, sizeof *plan->networks,
                 err));
    PlanNetwork *added = &plan->networks[plan->n_networks];
    *added = (PlanNetwork){.epochs = key->epochs,
                           .factor = key->factor,
                           .target = key->target,
                           .source = key->source,
                           .seconds = (double)NAN,
                           .spread = (double)NAN};
    TRY(trial_digest(plan, key, network.digest, added->trial_digest, err));
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
    TRY(network_check_batch(&network, batch_size(plan, PLAN_NONE), err));
fail:
    network_release(&network);
    return err->code;
}

static ErrCode add(Plan *plan, const Spec *spec, const char *digest, NetworkKey how,
                   const YamlInts *seeds, int *index, Err *err)
{
    NetworkKey key;
    size_t known;
    memset(&key, 0, sizeof key); /* with whatever lies between its fields */
    memcpy(key.digest, digest, strlen(digest));
    key.epochs = how.epochs;
    key.factor = how.factor;
    key.target = how.target;
    key.source = how.source;
    if (plan->keys == NULL)
        TRY(intern_create(&plan->keys, sizeof key, err));
    TRY(intern_index(plan->keys, &key, &known, err));
    if (known == plan->n_networks)
        TRY(append_network(plan, spec, &key, err));
    *index = (int)known;
    if (seeds != NULL)
        TRY(plan_networks_train(plan, *index, seeds, err));
fail:
    return err->code;
}

ErrCode plan_networks_add(Plan *plan, const Spec *spec, const char *digest, int64_t epochs,
                          const YamlInts *seeds, int *index, Err *err)
{
    const NetworkKey how = {
        .epochs = epochs, .factor = 1, .target = PLAN_NONE, .source = PLAN_NONE};
    return add(plan, spec, digest, how, seeds, index, err);
}

ErrCode plan_networks_carry(Plan *plan, const Spec *spec, const char *digest, int64_t epochs,
                            int target, int source, const YamlInts *seeds, int *index, Err *err)
{
    const NetworkKey how = {.epochs = epochs, .factor = 1, .target = target, .source = source};
    return add(plan, spec, digest, how, seeds, index, err);
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
    const NetworkKey how = {.epochs = known->epochs,
                            .factor = factor,
                            .target = known->target,
                            .source = known->source};
    TRY(add(plan, &spec, digest, how, seeds, index, err));
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
