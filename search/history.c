/* search/history: arrays side by side in one block, and an open-addressed table of hashes. */
#include "search/history.h"

#include "base/hash.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define ALIGNED(n_bytes) (((n_bytes) + 63) & ~(size_t)63)

/* At most half of the slots are taken. */
static uint32_t slots_for(int32_t room)
{
    uint32_t n = 16;
    while (n < 2 * (uint32_t)room)
        n *= 2;
    return n;
}

/* Measures, and carves where there is memory. */
static size_t lay_out(History *h, char *state)
{
    size_t used = 0;
    const size_t room = (size_t)h->room;
    const struct {
        void **place;
        size_t n_bytes;
    } parts[] = {{(void **)&h->head, sizeof(HistoryHead)},
                 {(void **)&h->points, room * sizeof(HistoryPoint)},
                 {(void **)&h->valued, room * sizeof(int32_t)},
                 {(void **)&h->slots, h->n_slots * sizeof(uint32_t)},
                 {(void **)&h->genes, room * (size_t)h->space->n_genes}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        *parts[i].place = state == NULL ? NULL : state + used;
        used += ALIGNED(parts[i].n_bytes);
    }
    return used;
}

size_t history_bytes(const GeneSpace *space, int32_t room)
{
    History h = {.space = space, .room = room, .n_slots = slots_for(room)};
    return lay_out(&h, NULL);
}

History history_view(const GeneSpace *space, int32_t room, void *state)
{
    History h = {.space = space, .room = room, .n_slots = slots_for(room)};
    lay_out(&h, state);
    return h;
}

const uint8_t *history_genes(const History *history, int32_t place)
{
    return history->genes + (size_t)place * (size_t)history->space->n_genes;
}

int64_t history_ticket(const History *history, int32_t place)
{
    return history->head->first_ticket + place;
}

/* The slot of a point, or the empty one where it belongs. */
static uint32_t *slot_of(const History *h, const uint8_t *genes)
{
    const size_t n = (size_t)h->space->n_genes;
    uint32_t i = (uint32_t)hash_64(genes, n) & (h->n_slots - 1);
    while (h->slots[i] != 0 && memcmp(history_genes(h, (int32_t)h->slots[i] - 1), genes, n) != 0)
        i = (i + 1) & (h->n_slots - 1);
    return &h->slots[i];
}

int32_t history_find(const History *history, const uint8_t *genes)
{
    return (int32_t)*slot_of(history, genes) - 1;
}

double history_value(const History *history, int32_t place, const DeciderResult *result,
                     const Objective *objective)
{
    const GeneSpace *space = history->space;
    if (result->outcome == DECIDER_DIVERGED)
        return (double)-INFINITY;
    if (result->outcome != DECIDER_DONE)
        return (double)NAN;
    if (objective == NULL || objective->form == OBJECTIVE_PARETO)
        return result->value;
    const int64_t macs = space->macs(space->user, history_genes(history, place));
    return objective_score(objective, result->value, (double)macs);
}

int32_t history_ask(const History *history, const DeciderEntry *entry)
{
    HistoryHead *head = history->head;
    uint8_t genes[GENESPACE_MAX_GENES];
    if (head->n_asked == history->room ||
        !genespace_from_text(history->space, entry->point.genes, genes))
        return -1;
    if (head->n_asked == 0)
        head->first_ticket = entry->ticket;
    const int32_t place = head->n_asked++;
    memcpy(history->genes + (size_t)place * (size_t)history->space->n_genes, genes,
           (size_t)history->space->n_genes);
    history->points[place].value = (double)NAN;
    uint32_t *slot = slot_of(history, genes);
    if (*slot == 0)
        *slot = (uint32_t)place + 1;
    return place;
}

int32_t history_tell(const History *history, const DeciderEntry *entry, const Objective *objective)
{
    HistoryHead *head = history->head;
    const int64_t place = entry->ticket - head->first_ticket;
    if (head->n_asked == 0 || place < 0 || place >= head->n_asked)
        return -1;
    HistoryPoint *point = &history->points[place];
    assert(!point->is_told);
    point->is_told = true;
    point->value = history_value(history, (int32_t)place, &entry->result, objective);
    head->n_told++;
    head->n_free +=
        entry->result.outcome == DECIDER_FAILED || entry->result.outcome == DECIDER_REFUSED;
    if (isnan(point->value))
        return (int32_t)place;
    history->valued[head->n_valued++] = (int32_t)place;
    const double best = head->best ? history->points[head->best - 1].value : (double)-INFINITY;
    if (head->best == 0 || point->value > best || (point->value == best && place < head->best - 1))
        head->best = (int32_t)place + 1;
    return (int32_t)place;
}
