/* search/heard.c: one result a ticket. */
#include "search/heard.h"

#include <math.h>

size_t heard_bytes(size_t n)
{
    return sizeof(Heard) + n * sizeof(DeciderResult);
}

void heard_fold(Heard *heard, const DeciderEntry *entry)
{
    if (entry->kind != DECIDER_TELL)
        return;
    heard->n_told++;
    heard->n_failed += entry->result.outcome == DECIDER_FAILED;
    heard->results[entry->ticket - 1] = entry->result;
}

/* Both have a score. */
static bool is_better(const HeardBest *a, const HeardBest *b)
{
    const bool has_a = a->outcome == DECIDER_DONE, has_b = b->outcome == DECIDER_DONE;
    if (has_a != has_b)
        return has_a;
    return a->score != b->score ? a->score > b->score : a->macs < b->macs;
}

void heard_consider(HeardBest *best, const Heard *heard, size_t place, const Objective *objective,
                    int64_t macs)
{
    const DeciderResult *result = &heard->results[place];
    const HeardBest one = {.is_there = true,
                           .place = place,
                           .outcome = result->outcome,
                           .score = objective != NULL
                                        ? objective_score(objective, result->value, (double)macs)
                                        : result->value,
                           .macs = macs};
    if (!isnan(one.score) && (!best->is_there || is_better(&one, best)))
        *best = one;
}
