/*
 * search/strategy_local: local search: first improvement, shuffled neighbours, restarts.
 *
 * White, Nolen, Savani, "Exploring the Loss Landscape in Neural Architecture Search" (arXiv
 * 2005.02960), and den Ottelander et al., "Local Search is a Remarkably Strong Baseline for
 * Neural Architecture Search" (arXiv 2004.08996). A *climb* begins at a random point. Its
 * neighbours are tried in a shuffled order that stays for the climb; whichever is better than all
 * before is where it goes on, with the neighbour after that one, round and round. When no neighbour
 * is left that was not asked for, another climb begins.
 *
 * A neighbour is one changed gene and, where that leaves the limits, each single further change
 * that brings it back.
 */
#include "search/strategies.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* All of it implied by the log. Places are stored plus one, so that zeroed memory means none. */
typedef struct Climb {
    int32_t begin;   /* its first place */
    int32_t current; /* its best so far, or the first until one is told */
    int32_t cursor;  /* the neighbour, in the climb's order, that is tried next */
    int32_t n_open;  /* asked for in this climb, not told yet */
} Climb;

static size_t own_bytes(const StrategySettings *settings)
{
    (void)settings;
    return sizeof(Climb);
}

/* A climb's neighbours in order: number / (n + 1) is the first choice's place in `order`, number
 * % (n + 1) is 0, or one more than the second's. */
typedef struct Round {
    int n, n_all;
    int step; /* n + 1 without limits, where there is never a second choice */
    uint32_t order[GENESPACE_MAX_CHOICES];
} Round;

static void shuffle(const StrategyView *view, const Climb *climb, Round *round)
{
    const GeneSpace *space = view->settings->space;
    Rng rng = rng_start(view->settings->seed, RNG_SEARCH, STRATEGY_ORDERS, (uint64_t)climb->begin);
    round->n = genespace_n_choices(space);
    round->n_all = round->n * (round->n + 1);
    round->step = genespace_has_limits(space) ? 1 : round->n + 1;
    rng_permutation(&rng, round->order, (size_t)round->n);
}

/* The current point's neighbour of a number; false: there is none of it. */
static bool neighbour(const StrategyView *view, const Climb *climb, const Round *round, int number,
                      uint8_t *out)
{
    const int second = number % (round->n + 1) - 1;
    return genespace_neighbour(view->settings->space,
                               history_genes(&view->history, climb->current - 1),
                               (int)round->order[number / (round->n + 1)],
                               second < 0 ? -1 : (int)round->order[second], out);
}

/* What was asked for is a neighbour of the current point; all of those being known, it is not, and
 * begins a climb. */
static void asked(const StrategyView *view, int32_t place)
{
    Climb *climb = view->own;
    Round round;
    uint8_t genes[GENESPACE_MAX_GENES];
    climb->n_open++;
    if (climb->current != 0) {
        shuffle(view, climb, &round);
        for (int i = 0; i < round.n_all; i += round.step) {
            const int number = (climb->cursor + i) % round.n_all;
            if (!neighbour(view, climb, &round, number, genes) ||
                memcmp(genes, history_genes(&view->history, place),
                       (size_t)view->settings->space->n_genes) != 0)
                continue;
            climb->cursor = (number + round.step) % round.n_all;
            return;
        }
    }
    *climb = (Climb){.begin = place + 1, .current = place + 1, .n_open = 1};
}

static void told(const StrategyView *view, int32_t place)
{
    Climb *climb = view->own;
    const HistoryPoint *points = view->history.points;
    if (place + 1 < climb->begin)
        return;
    climb->n_open--;
    if (isnan(points[climb->current - 1].value) ||
        points[place].value > points[climb->current - 1].value)
        climb->current = isnan(points[place].value) ? climb->current : place + 1;
}

static StrategyAnswer propose(const StrategyView *view, Rng *rng, uint8_t *genes,
                              char reason[DECIDER_REASON_MAX])
{
    const Climb *climb = view->own;
    Round round;
    if (climb->current != 0) {
        shuffle(view, climb, &round);
        for (int i = 0; i < round.n_all; i += round.step)
            if (neighbour(view, climb, &round, (climb->cursor + i) % round.n_all, genes) &&
                history_find(&view->history, genes) < 0) {
                snprintf(reason, DECIDER_REASON_MAX, "neighbour of %" PRId64,
                         history_ticket(&view->history, climb->current - 1));
                return STRATEGY_POINT;
            }
        if (climb->n_open > 0)
            return STRATEGY_WAIT;
    }
    return strategy_random(view, rng, genes, reason);
}

const SearchStrategy strategy_local_row = {
    .name = "local",
    .summary = "first improvement, shuffled neighbours, restarts",
    .own_bytes = own_bytes,
    .asked = asked,
    .told = told,
    .propose = propose,
};
