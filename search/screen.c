/* search/screen: the strategy's own fold and answers first; then its history, from the best on. */
#include "search/screen.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define ALIGNED(n_bytes) (((n_bytes) + 63) & ~(size_t)63)

/* What is known of the full trainings; it lies behind the strategy's state. */
typedef struct Full {
    int64_t first_ticket; /* of the first one; 0: none was asked for */
    int32_t n_asked, n_told, n_free;
    int32_t best;     /* one more than which of them it is; 0: none has a value */
    double value;     /* of the best */
    int64_t spent;    /* counted training MACs of those that are not free */
    int32_t places[]; /* [n_asked] in the history of the short ones */
} Full;

/* Those that fail or are refused are made up for, as long as there is room. */
static int32_t full_room(const ScreenSettings *s)
{
    return (int32_t)(2 * s->n_full);
}

static size_t state_bytes(const void *settings)
{
    const ScreenSettings *s = settings;
    return ALIGNED(strategy_decider.state_bytes(&s->search)) + sizeof(Full) +
           (size_t)full_room(s) * sizeof(int32_t);
}

static Full *full_of(const ScreenSettings *s, void *state)
{
    return (void *)((char *)state + ALIGNED(strategy_decider.state_bytes(&s->search)));
}

static History short_ones(const ScreenSettings *s, void *state)
{
    return history_view(s->search.space, strategy_room(&s->search), state);
}

/* What the network at a place of the short ones costs in full; 0 where MACs are not counted. */
static int64_t cost_of(const ScreenSettings *s, const History *history, int32_t place)
{
    const GeneSpace *space = history->space;
    if (s->budget_macs == 0)
        return 0;
    return strategy_cost((double)space->macs(space->user, history_genes(history, place)),
                         s->full_factor);
}

/* --- the log --- */

static void fold_ask(const ScreenSettings *s, const History *history, Full *full,
                     const DeciderEntry *entry)
{
    uint8_t genes[GENESPACE_MAX_GENES];
    if (!genespace_from_text(history->space, entry->point.genes, genes))
        return;
    if (full->n_asked == 0)
        full->first_ticket = entry->ticket;
    const int32_t place = history_find(history, genes);
    full->places[full->n_asked++] = place;
    full->spent += cost_of(s, history, place);
}

static void fold_tell(const ScreenSettings *s, const History *history, Full *full,
                      const DeciderEntry *entry)
{
    const DeciderResult *result = &entry->result;
    const int32_t which = (int32_t)(entry->ticket - full->first_ticket);
    const double value = history_value(history, full->places[which], result, s->search.objective);
    full->n_told++;
    if (result->outcome == DECIDER_FAILED || result->outcome == DECIDER_REFUSED) {
        full->n_free++;
        full->spent -= cost_of(s, history, full->places[which]);
    }
    if (isnan(value) || isinf(value))
        return;
    if (full->best == 0 || value > full->value ||
        (value == full->value && which < full->best - 1)) {
        full->value = value;
        full->best = which + 1;
    }
}

static void fold(const void *settings, void *state, const DeciderEntry *entry)
{
    const ScreenSettings *s = settings;
    Full *full = full_of(s, state);
    const History history = short_ones(s, state);
    if (entry->kind == DECIDER_ASK && entry->point.epochs != s->search.epochs)
        fold_ask(s, &history, full, entry);
    else if (entry->kind == DECIDER_TELL && full->n_asked > 0 &&
             entry->ticket >= full->first_ticket)
        fold_tell(s, &history, full, entry);
    else
        strategy_decider.fold(&s->search, state, entry);
}

/* --- which one is trained in full --- */

/* Whether the place a comes before b: by value, then by time. */
static bool precedes(const History *history, int32_t a, int32_t b)
{
    const double value_a = history->points[a].value, value_b = history->points[b].value;
    return value_a > value_b || (value_a == value_b && a < b);
}

/* The best place after the last one asked for; -1: none is left that did not diverge. */
static int32_t next_place(const History *history, const Full *full)
{
    int32_t best = -1;
    for (int32_t i = 0; i < history->head->n_valued; i++) {
        const int32_t place = history->valued[i];
        if (!isinf(history->points[place].value) &&
            (full->n_asked == 0 || precedes(history, full->places[full->n_asked - 1], place)) &&
            (best < 0 || precedes(history, place, best)))
            best = place;
    }
    return best;
}

static DeciderAnswer end(const Full *full, DeciderReply *reply)
{
    if (full->n_told < full->n_asked)
        return DECIDER_WAITS;
    if (full->best > 0)
        reply->yield.ticket = full->first_ticket + full->best - 1;
    snprintf(reply->reason, sizeof reply->reason, "best of %" PRId32 " trained in full",
             full->n_told);
    return DECIDER_ENDS;
}

static DeciderAnswer decide(const void *settings, uint64_t seed, int64_t ticket, const void *state,
                            DeciderReply *reply)
{
    const ScreenSettings *s = settings;
    const Full *full = full_of(s, (void *)(uintptr_t)state);
    const History history = short_ones(s, (void *)(uintptr_t)state);
    if (full->n_asked == 0) {
        const DeciderAnswer answer =
            strategy_decider.decide(&s->search, seed, ticket, state, reply);
        if (answer != DECIDER_ENDS)
            return answer;
        reply->yield = (DeciderYield){0};
    }
    const bool has_room = full->n_asked - full->n_free < s->n_full && full->n_asked < full_room(s);
    const int32_t place = has_room ? next_place(&history, full) : -1;
    if (place < 0 || (s->budget_macs > 0 && cost_of(s, &history, place) >
                                                s->budget_macs - history.head->spent - full->spent))
        return end(full, reply);
    genespace_to_text(s->search.space, history_genes(&history, place), reply->point.genes);
    reply->point.epochs = s->full_epochs;
    snprintf(reply->reason, sizeof reply->reason, "number %" PRId32 " of the short ones, %" PRId64,
             full->n_asked + 1, history_ticket(&history, place));
    return DECIDER_ASKS;
}

const Decider screen_decider = {"screen", state_bytes, fold, decide};

ErrCode screen_divide(ScreenSettings *settings, const StrategySettings *search, double cost,
                      int64_t epochs, Err *err)
{
    if (search->budget < 2)
        return err_set(err, ERR_USAGE,
                       "a screen needs a budget of at least 2 full trainings, not %" PRId64,
                       search->budget);
    if (!(cost > 0 && cost < 1))
        return err_set(err, ERR_USAGE,
                       "a short schedule costs more than 0 and less than 1 full training, not %g",
                       cost);
    *settings = (ScreenSettings){.search = *search, .n_full = search->budget / 2};
    const double n_short = floor((double)(search->budget - settings->n_full) / cost + 1e-9);
    if (n_short > STRATEGY_MAX_BUDGET)
        return err_set(err, ERR_USAGE, "%.0f short trainings are more than %d", n_short,
                       STRATEGY_MAX_BUDGET);
    settings->search.budget = (int64_t)n_short;
    settings->search.epochs = epochs;
    return ERR_NONE;
}

void screen_divide_macs(ScreenSettings *settings, const StrategySettings *search,
                        double short_factor, int64_t epochs, int64_t min_macs)
{
    *settings = (ScreenSettings){.search = *search,
                                 .n_full = search->budget,
                                 .budget_macs = search->budget_macs,
                                 .full_factor = search->macs_factor};
    settings->search.epochs = epochs;
    strategy_set_macs(&settings->search, search->budget_macs / 2, short_factor, min_macs);
}
