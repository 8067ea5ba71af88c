/*
 * search/strategy_nsga2: accuracy against counted MACs, by non-dominated sorting.
 *
 * Deb, Pratap, Agarwal, Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II",
 * IEEE Transactions on Evolutionary Computation 6, 2002, in the steady state of Durillo, Nebro,
 * Luna, Alba (EMO 2009): every result enters the `population`, and the last by front, then by
 * crowding distance, leaves it. (Whole generations found 0.3 % less of NAS-Bench-Macro's front
 * after 400 evaluations, and let workers wait.) Parents are winners of tournaments of two; uniform
 * crossover, then each gene changes with probability `mutation`. Ties go to the earlier ticket.
 * Points outside the limits are never asked for, so that no constraint needs to be dominated.
 */
#include "search/strategies.h"

#include "search/fronts.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_POPULATION, OPTION_CROSSOVER, OPTION_MUTATION };
enum { MAX_POPULATION = 500, MAX_CHILDREN = 64 }; /* children in vain, before one is changed on */

static const StrategyOption options[] = {
    [OPTION_POPULATION] = {"population", 40, 2, MAX_POPULATION, true, "points alive"},
    [OPTION_CROSSOVER] = {"crossover", 0.9, 0, 1, false, "share of children with two parents"},
    [OPTION_MUTATION] = {"mutation", 0, 0, 1, false, "of each gene; 0: one over their number"},
};

static_assert(MAX_POPULATION + 1 <= FRONTS_MAX, "a new member stands beside a whole population");

typedef struct Nsga {
    int32_t n;
    FrontMember members[MAX_POPULATION + 1]; /* sorted once there are as many as may live */
} Nsga;

static size_t own_bytes(const StrategySettings *settings)
{
    (void)settings;
    return sizeof(Nsga);
}

/* --- the log --- */

static FrontMember member_of(const StrategyView *view, int32_t place)
{
    const GeneSpace *space = view->settings->space;
    return (FrontMember){
        .place = place,
        .value = view->history.points[place].value,
        .macs = (double)space->macs(space->user, history_genes(&view->history, place))};
}

static int32_t population_of(const StrategyView *view)
{
    return (int32_t)view->settings->options[OPTION_POPULATION];
}

static void told(const StrategyView *view, int32_t place)
{
    Nsga *nsga = view->own;
    const double value = view->history.points[place].value;
    if (isnan(value) || isinf(value))
        return;
    nsga->members[nsga->n++] = member_of(view, place);
    if (nsga->n > population_of(view)) {
        fronts_select(nsga->members, nsga->n, nsga->n);
        nsga->n--;
    }
}

/* --- breeding --- */

static const FrontMember *pick_parent(const Nsga *nsga, Rng *rng)
{
    const FrontMember *a = &nsga->members[rng_below(rng, (uint32_t)nsga->n)],
                      *b = &nsga->members[rng_below(rng, (uint32_t)nsga->n)];
    return fronts_is_better(b, a) ? b : a;
}

static void mutate(const StrategySettings *s, Rng *rng, uint8_t *genes)
{
    const double option = s->options[OPTION_MUTATION];
    const double share = option > 0 ? option : 1.0 / s->space->n_genes;
    for (int g = 0; g < s->space->n_genes; g++) {
        const uint32_t n = (uint32_t)s->space->genes[g].n_values;
        if (rng_double(rng) < share && n > 1)
            genes[g] = (uint8_t)((genes[g] + 1 + rng_below(rng, n - 1)) % n);
    }
}

static void breed(const StrategyView *view, const FrontMember *a, const FrontMember *b, Rng *rng,
                  uint8_t *genes)
{
    const StrategySettings *s = view->settings;
    const size_t n = (size_t)s->space->n_genes;
    const uint8_t *other = history_genes(&view->history, b->place);
    memcpy(genes, history_genes(&view->history, a->place), n);
    if (rng_double(rng) < s->options[OPTION_CROSSOVER])
        for (size_t g = 0; g < n; g++)
            if (rng_below(rng, 2) == 1)
                genes[g] = other[g];
    mutate(s, rng, genes);
}

static StrategyAnswer propose(const StrategyView *view, Rng *rng, uint8_t *genes,
                              char reason[DECIDER_REASON_MAX])
{
    const Nsga *nsga = view->own;
    if (nsga->n < population_of(view))
        return strategy_random(view, rng, genes, reason);
    for (int i = 0; i < MAX_CHILDREN; i++) {
        const FrontMember *a = pick_parent(nsga, rng), *b = pick_parent(nsga, rng);
        breed(view, a, b, rng, genes);
        if (!genespace_canonical(view->settings->space, genes) ||
            history_find(&view->history, genes) >= 0)
            continue;
        snprintf(reason, DECIDER_REASON_MAX, "child of %" PRId64 " and %" PRId64,
                 history_ticket(&view->history, a->place),
                 history_ticket(&view->history, b->place));
        return STRATEGY_POINT;
    }
    return strategy_near(view, rng, genes, reason);
}

const SearchStrategy strategy_nsga2_row = {
    .name = "nsga2",
    .summary = "accuracy against counted MACs: non-dominated sorting, crossover, mutation",
    .options = options,
    .n_options = ARRAY_LEN(options),
    .needs_macs = true,
    .own_bytes = own_bytes,
    .told = told,
    .propose = propose,
};
