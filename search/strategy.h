/*
 * search/strategy: how a space is searched: random, local, evolution, policy, ppo, tpe, nsga2.
 *
 * A strategy is a decider (search/decider.h): a pure function of (settings, seed, log). It runs on
 * any gene space, asks for no point twice, never for one outside the limits, and ends when its
 * budget is spent or nothing new is left. What all of them share stands here: the history, the
 * budget, the best point, which is what a search yields. What a strategy adds is one row,
 * SearchStrategy, in a file of its own with the source it follows: what it keeps besides the
 * history, and which point comes next.
 *
 * Determinism. Draws come from rng_start(seed, RNG_SEARCH, 0, ticket), and a run's fixed numbers
 * (the order of neighbours, first weights) from epochs 1 and 2 of that stream. Sums, powers and
 * logarithms are base/fmath's. Results count in virtual order (search/virtual_clock.h), so with any
 * number of real workers the log is one. With more virtual workers a strategy decides with less
 * known; `local` waits at the end of a climb.
 */
#ifndef SEARCH_STRATEGY_H
#define SEARCH_STRATEGY_H

#include "search/decider.h"
#include "search/genespace.h"
#include "search/history.h"
#include "search/objective.h"

#include "base/err.h"
#include "base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STRATEGY_MAX_OPTIONS = 8, STRATEGY_MAX_BUDGET = 1000000 };

/* What RNG_SEARCH's epochs mean. */
enum { STRATEGY_DRAWS, STRATEGY_ORDERS, STRATEGY_WEIGHTS };

typedef struct SearchStrategy SearchStrategy;

typedef struct StrategySettings {
    const SearchStrategy *strategy;
    const GeneSpace *space;
    const Objective *objective; /* of accuracy and the space's MACs; NULL: accuracy itself */
    int64_t budget;             /* points that are trained, 1 to STRATEGY_MAX_BUDGET */
    int64_t budget_macs;        /* counted training MACs of all points together; 0: not counted */
    double macs_factor;         /* a point's training MACs over those of its network */
    int64_t epochs;             /* of each point; 0: the recipe's */
    uint64_t seed;              /* the one that deciding_create gets */
    double options[STRATEGY_MAX_OPTIONS]; /* as its rows say */
} StrategySettings;

/* An option of a strategy. */
typedef struct StrategyOption {
    const char *name;
    double fallback, min, max; /* inclusive */
    bool is_whole;             /* a whole number; with 0 and 1 as bounds: false or true */
    const char *doc;
} StrategyOption;

/* What a strategy sees. */
typedef struct StrategyView {
    const StrategySettings *settings;
    History history;
    void *own; /* [own_bytes] zeroed at first, aligned to 64 */
} StrategyView;

typedef enum StrategyAnswer {
    STRATEGY_POINT,
    STRATEGY_WAIT,   /* something must be told first; only while a point is in training */
    STRATEGY_NOTHING /* nothing new was found */
} StrategyAnswer;

struct SearchStrategy {
    const char *name;
    const char *summary; /* one line */
    const StrategyOption *options;
    size_t n_options;
    bool needs_macs; /* of the space */
    /* NULL, or an ERR_USAGE of options that do not go together. */
    ErrCode (*check)(const StrategySettings *settings, Err *err);
    size_t (*own_bytes)(const StrategySettings *settings); /* NULL: none */
    /* After an ask, or a result, entered the history at that place; NULL: nothing is kept. */
    void (*asked)(const StrategyView *view, int32_t place);
    void (*told)(const StrategyView *view, int32_t place);
    /* genes[n_genes] = the point that comes next, and why. */
    StrategyAnswer (*propose)(const StrategyView *view, Rng *rng, uint8_t *genes,
                              char reason[DECIDER_REASON_MAX]);
};

/* Its settings are StrategySettings. */
extern const Decider strategy_decider;

/* Settings with the strategy's defaults; no seed, no objective. */
StrategySettings strategy_settings(const SearchStrategy *strategy, const GeneSpace *space,
                                   int64_t budget);

/* One option from "NAME=VALUE". ERR_USAGE: unknown, not a number, out of range. */
ErrCode strategy_set(StrategySettings *settings, const char *assignment, Err *err) ERR_CHECKED;

/*
 * Sets a budget in counted training MACs: `budget` becomes the number of points that it holds at
 * most, min_macs being the least that a network of the space costs.
 */
void strategy_set_macs(StrategySettings *settings, int64_t budget_macs, double macs_factor,
                       int64_t min_macs);

/* What training a point of `network_macs` costs, counted MACs. */
int64_t strategy_cost(double network_macs, double macs_factor);

/* After the last strategy_set: options against each other, budget, what the space must know. */
ErrCode strategy_check(const StrategySettings *settings, Err *err) ERR_CHECKED;

/* --- for strategies --- */

/* Points that a search has room for: as many refusals and failures as trainings, and a few. */
int32_t strategy_room(const StrategySettings *settings);

/* A random network that was not asked for yet; false: none was found. */
bool strategy_draw_new(const StrategyView *view, Rng *rng, uint8_t *genes);

/* strategy_draw_new as an answer: "random". */
StrategyAnswer strategy_random(const StrategyView *view, Rng *rng, uint8_t *genes,
                               char reason[DECIDER_REASON_MAX]);

/*
 * For `genes` that are known: a new network that differs from them in few genes, else a random one.
 */
StrategyAnswer strategy_near(const StrategyView *view, Rng *rng, uint8_t *genes,
                             char reason[DECIDER_REASON_MAX]);

/* The place of the n-th last of the points with a value; n from 0. */
int32_t strategy_latest(const StrategyView *view, int32_t n);

/* A running mean of rewards; zeroed memory has seen none. */
typedef struct RewardBaseline {
    double mean;
    bool has_mean;
} RewardBaseline;

/*
 * How far the reward of a place that has a value is above the baseline, which is the reward itself
 * at first, and then moves towards it: mean = decay * mean + (1 - decay) * reward. A reward is the
 * value over 100, 0 for a diverged point.
 */
double strategy_advantage(const StrategyView *view, int32_t place, double decay,
                          RewardBaseline *baseline);

#endif
