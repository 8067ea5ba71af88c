/*
 * search/strategy_evolution: regularised (ageing) evolution.
 *
 * Real, Aggarwal, Huang, Le, "Regularized Evolution for Image Classifier Architecture Search"
 * (arXiv 1802.01548), algorithm 1: the first `population` points are random; then the best of
 * `sample` drawn from those alive, with replacement, gets a child by one mutation; the oldest dies.
 * Alive are the last `population` points told. Exactly one gene changes, to another value (under
 * limits as genespace_mutate says); a child that was asked for before is bred anew. The paper's
 * population of 100 and sample of 25 were made for 20,000 points.
 */
#include "search/strategies.h"

#include <inttypes.h>
#include <stdio.h>

enum { OPTION_POPULATION, OPTION_SAMPLE, OPTION_PAPER };
enum { PAPER_POPULATION = 100, PAPER_SAMPLE = 25, MAX_POPULATION = 100000 };
enum { MAX_CHILDREN = 256 }; /* bred in vain before a random point is taken */

static const StrategyOption options[] = {
    [OPTION_POPULATION] = {"population", 20, 1, MAX_POPULATION, true, "points alive"},
    [OPTION_SAMPLE] = {"sample", 5, 1, MAX_POPULATION, true, "of which the best is a parent"},
    [OPTION_PAPER] = {"paper", 0, 0, 1, true, "the paper's population of 100, sample of 25"},
};

static int32_t population_of(const StrategySettings *s)
{
    return s->options[OPTION_PAPER] != 0 ? PAPER_POPULATION
                                         : (int32_t)s->options[OPTION_POPULATION];
}

static int32_t sample_of(const StrategySettings *s)
{
    return s->options[OPTION_PAPER] != 0 ? PAPER_SAMPLE : (int32_t)s->options[OPTION_SAMPLE];
}

static ErrCode check(const StrategySettings *settings, Err *err)
{
    const int32_t population = population_of(settings), sample = sample_of(settings);
    if (sample > population)
        return err_set(err, ERR_USAGE,
                       "option 'sample' of strategy 'evolution' must not exceed the population of "
                       "%" PRId32 ", not %" PRId32,
                       population, sample);
    return ERR_NONE;
}

/* The best of a sample of those alive; equal values: the one drawn first. */
static int32_t pick_parent(const StrategyView *view, Rng *rng)
{
    const int32_t n_valued = view->history.head->n_valued;
    const int32_t population = population_of(view->settings);
    const int32_t n_alive = n_valued < population ? n_valued : population;
    int32_t best = -1;
    for (int32_t i = 0; i < sample_of(view->settings); i++) {
        const int32_t place = strategy_latest(view, (int32_t)rng_below(rng, (uint32_t)n_alive));
        if (best < 0 || view->history.points[place].value > view->history.points[best].value)
            best = place;
    }
    return best;
}

static StrategyAnswer propose(const StrategyView *view, Rng *rng, uint8_t *genes,
                              char reason[DECIDER_REASON_MAX])
{
    const HistoryHead *head = view->history.head;
    if (head->n_asked - head->n_free < population_of(view->settings) || head->n_valued == 0)
        return strategy_random(view, rng, genes, reason);
    for (int i = 0; i < MAX_CHILDREN; i++) {
        const int32_t parent = pick_parent(view, rng);
        if (!genespace_mutate(view->settings->space, history_genes(&view->history, parent), rng,
                              genes) ||
            history_find(&view->history, genes) >= 0)
            continue;
        snprintf(reason, DECIDER_REASON_MAX, "child of %" PRId64,
                 history_ticket(&view->history, parent));
        return STRATEGY_POINT;
    }
    return strategy_random(view, rng, genes, reason);
}

const SearchStrategy strategy_evolution_row = {
    .name = "evolution",
    .summary = "regularised: the oldest dies, one gene of a tournament's winner changes",
    .options = options,
    .n_options = ARRAY_LEN(options),
    .check = check,
    .propose = propose,
};
