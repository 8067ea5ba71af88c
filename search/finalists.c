/* search/finalists.c: waits for every network, then takes the best candidate. */
#include "search/finalists.h"

#include "search/heard.h"

#include <math.h>
#include <stdio.h>

enum { VALUE_BYTES = 16 }; /* of an accuracy in percent */

static size_t state_bytes(const void *settings)
{
    return heard_bytes(((const FinalistsSettings *)settings)->n_networks);
}

static void fold(const void *settings, void *state, const DeciderEntry *entry)
{
    (void)settings;
    heard_fold(state, entry);
}

static DeciderAnswer decide(const void *settings, uint64_t seed, int64_t ticket, const void *state,
                            DeciderReply *reply)
{
    (void)seed;
    (void)ticket;
    const FinalistsSettings *s = settings;
    const Heard *heard = state;
    if (heard->n_told < s->n_networks)
        return DECIDER_WAITS;
    HeardBest best = {.is_there = false};
    for (size_t i = 0; i < s->n_candidates; i++)
        heard_consider(&best, heard, i, s->objective, s->macs[i]);
    if (!best.is_there) {
        snprintf(reply->reason, sizeof reply->reason,
                 "none of %zu candidates has a score after training anew", s->n_candidates);
        return DECIDER_ENDS;
    }
    reply->yield.ticket = (int64_t)best.place + 1;
    char first[VALUE_BYTES] = "none";
    if (!isnan(heard->results[0].value))
        snprintf(first, sizeof first, "%.2f", heard->results[0].value);
    snprintf(reply->reason, sizeof reply->reason,
             "candidate %zu of %zu by validation, trained anew: top-1 %.2f, n = %d; the search's "
             "first has %s",
             best.place + 1, s->n_candidates, heard->results[best.place].value,
             heard->results[best.place].n, first);
    return DECIDER_ENDS;
}

const Decider finalists_decider = {"finalists", state_bytes, fold, decide};
