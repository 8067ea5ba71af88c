/* search/constants.c: waits for every network of the grid, then takes the best. */
#include "search/constants.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* The log's summary: how many were heard, and what each came to. */
typedef struct ConstantsState {
    size_t n_told, n_failed;
    DeciderResult results[]; /* by ticket - 1 */
} ConstantsState;

static size_t state_bytes(const void *settings)
{
    const ConstantsSettings *s = settings;
    return sizeof(ConstantsState) + s->n_networks * sizeof(DeciderResult);
}

static void fold(const void *settings, void *state, const DeciderEntry *entry)
{
    (void)settings;
    ConstantsState *s = state;
    if (entry->kind != DECIDER_TELL)
        return;
    s->n_told++;
    s->n_failed += entry->result.outcome == DECIDER_FAILED;
    s->results[entry->ticket - 1] = entry->result;
}

static double score_of(const ConstantsSettings *s, const ConstantsState *state, size_t i)
{
    return objective_score(&s->objective, state->results[i].value, (double)s->networks[i].macs);
}

/* Whether network a beats b; both have a score. */
static bool is_better(const ConstantsSettings *s, const ConstantsState *state, size_t a, size_t b)
{
    const bool has_a = state->results[a].outcome == DECIDER_DONE,
               has_b = state->results[b].outcome == DECIDER_DONE;
    if (has_a != has_b)
        return has_a;
    const double score_a = score_of(s, state, a), score_b = score_of(s, state, b);
    if (score_a != score_b)
        return score_a > score_b;
    return s->networks[a].macs < s->networks[b].macs;
}

/* The place of the winner; n_networks if no network has a score. */
static size_t find_winner(const ConstantsSettings *s, const ConstantsState *state)
{
    size_t best = s->n_networks;
    for (size_t i = 0; i < s->n_networks; i++)
        if (!isnan(score_of(s, state, i)) &&
            (best == s->n_networks || is_better(s, state, i, best)))
            best = i;
    return best;
}

/* How far nominal depth and width lie from what was built; + - x / only, for it decides. */
static double alias_distance(const Scale *nominal, const Scale *built)
{
    const double depth = built->depth / nominal->depth - 1,
                 width = built->width / nominal->width - 1;
    return depth * depth + width * width;
}

static const Scale *nearest_alias(const ConstantsNetwork *network)
{
    const Scale *best = &network->aliases[0];
    for (size_t i = 1; i < network->n_aliases; i++) {
        const Scale *alias = &network->aliases[i];
        const double a = alias_distance(alias, &network->built),
                     b = alias_distance(best, &network->built);
        if (a < b || (a == b && alias->depth < best->depth))
            best = alias;
    }
    return best;
}

static void yield_winner(const ConstantsSettings *s, const ConstantsState *state, size_t winner,
                         DeciderReply *reply)
{
    const ConstantsNetwork *network = &s->networks[winner];
    const DeciderResult *result = &state->results[winner];
    const Scale *alias = nearest_alias(network), *built = &network->built;
    reply->yield = (DeciderYield){.has_constants = true,
                                  .constants = {alias->depth, alias->width, built->resolution},
                                  .ticket = (int64_t)winner + 1};
    snprintf(reply->reason, sizeof reply->reason,
             "a ray of alpha %.4g, beta %.4g, solved gamma %.4g; its network is nominal %.4g %.4g "
             "%.4g, built %.4g %.4g %.4g: best of %zu by validation, n = %d",
             alias->depth, alias->width, built->resolution, alias->depth, alias->width,
             alias->resolution, built->depth, built->width, built->resolution, s->n_networks,
             result->n);
}

static DeciderAnswer decide(const void *settings, uint64_t seed, int64_t ticket, const void *state,
                            DeciderReply *reply)
{
    (void)seed;
    (void)ticket;
    const ConstantsSettings *s = settings;
    const ConstantsState *log = state;
    if (log->n_told < s->n_networks)
        return DECIDER_WAITS;
    const size_t winner = find_winner(s, log);
    if (winner < s->n_networks)
        yield_winner(s, log, winner, reply);
    else
        snprintf(reply->reason, sizeof reply->reason,
                 "none of %zu networks has a score: %zu failed, the others diverged or lie outside "
                 "the objective's band",
                 s->n_networks, log->n_failed);
    return DECIDER_ENDS;
}

const Decider constants_decider = {"constants", state_bytes, fold, decide};
