/* search/constants.c: waits for every network of the grid, then takes the best. */
#include "search/constants.h"

#include "search/heard.h"

#include <stdio.h>

static size_t state_bytes(const void *settings)
{
    return heard_bytes(((const ConstantsSettings *)settings)->n_networks);
}

static void fold(const void *settings, void *state, const DeciderEntry *entry)
{
    (void)settings;
    heard_fold(state, entry);
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

static void yield_winner(const ConstantsSettings *s, const Heard *heard, size_t winner,
                         DeciderReply *reply)
{
    const ConstantsNetwork *network = &s->networks[winner];
    const DeciderResult *result = &heard->results[winner];
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
    const Heard *heard = state;
    if (heard->n_told < s->n_networks)
        return DECIDER_WAITS;
    HeardBest best = {.is_there = false};
    for (size_t i = 0; i < s->n_networks; i++)
        heard_consider(&best, heard, i, &s->objective, s->networks[i].macs);
    if (best.is_there)
        yield_winner(s, heard, best.place, reply);
    else
        snprintf(reply->reason, sizeof reply->reason,
                 "none of %zu networks has a score: %zu failed, the others diverged or lie outside "
                 "the objective's band",
                 s->n_networks, heard->n_failed);
    return DECIDER_ENDS;
}

const Decider constants_decider = {"constants", state_bytes, fold, decide};
