/* search/strategy: what all strategies share: the fold, the budget, the best point, options. */
#include "search/strategy.h"

#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SPARE_ROOM = 64 };

/* A random network is looked for so often; where their number is known, 64 times each. */
enum { MAX_DRAWS = 10000, DRAWS_A_POINT = 64 };

/* Single changes one after the other, away from what is known. */
enum { MAX_STEPS = 64 };

/* --- the decider --- */

int32_t strategy_room(const StrategySettings *settings)
{
    return (int32_t)(2 * settings->budget + SPARE_ROOM);
}

static StrategyView view_of(const StrategySettings *s, void *state)
{
    return (StrategyView){.settings = s,
                          .history = history_view(s->space, strategy_room(s), state),
                          .own = (char *)state + history_bytes(s->space, strategy_room(s))};
}

static size_t state_bytes(const void *settings)
{
    const StrategySettings *s = settings;
    const size_t own = s->strategy->own_bytes == NULL ? 0 : s->strategy->own_bytes(s);
    return history_bytes(s->space, strategy_room(s)) + own;
}

int64_t strategy_cost(double network_macs, double macs_factor)
{
    return llround(network_macs * macs_factor);
}

/* What a point costs of the budget in MACs; 0 without one. */
static int64_t cost_of(const StrategySettings *s, const uint8_t *genes)
{
    return s->budget_macs > 0
               ? strategy_cost((double)s->space->macs(s->space->user, genes), s->macs_factor)
               : 0;
}

static void fold(const void *settings, void *state, const DeciderEntry *entry)
{
    const StrategySettings *s = settings;
    const StrategyView view = view_of(s, state);
    HistoryHead *head = view.history.head;
    if (entry->kind == DECIDER_ASK) {
        const int32_t place = history_ask(&view.history, entry);
        if (place >= 0)
            head->spent += cost_of(s, history_genes(&view.history, place));
        if (place >= 0 && s->strategy->asked != NULL)
            s->strategy->asked(&view, place);
    } else if (entry->kind == DECIDER_TELL) {
        const int32_t n_free = head->n_free;
        const int32_t place = history_tell(&view.history, entry, s->objective);
        if (place >= 0 && head->n_free > n_free)
            head->spent -= cost_of(s, history_genes(&view.history, place));
        if (place >= 0 && s->strategy->told != NULL)
            s->strategy->told(&view, place);
    }
}

/* Nothing more is asked for: waits for what is in training, then yields the best. */
static DeciderAnswer end(const StrategyView *view, const char *why, DeciderReply *reply)
{
    const HistoryHead *head = view->history.head;
    if (head->n_told < head->n_asked)
        return DECIDER_WAITS;
    if (head->best > 0)
        reply->yield.ticket = history_ticket(&view->history, head->best - 1);
    snprintf(reply->reason, sizeof reply->reason, "%s: best of %d points, %d with a value", why,
             (int)head->n_asked, (int)head->n_valued);
    return DECIDER_ENDS;
}

static DeciderAnswer decide(const void *settings, uint64_t seed, int64_t ticket, const void *state,
                            DeciderReply *reply)
{
    const StrategySettings *s = settings;
    const StrategyView view = view_of(s, (void *)(uintptr_t)state);
    const HistoryHead *head = view.history.head;
    assert(seed == s->seed);
    if (head->n_asked - head->n_free >= s->budget)
        return end(&view, "budget spent", reply);
    if (head->n_asked == view.history.room)
        return end(&view, "too many refused or failed", reply);
    Rng rng = rng_start(seed, RNG_SEARCH, STRATEGY_DRAWS, (uint64_t)ticket);
    uint8_t genes[GENESPACE_MAX_GENES];
    switch (s->strategy->propose(&view, &rng, genes, reply->reason)) {
    case STRATEGY_POINT:
        if (s->budget_macs > 0 && cost_of(s, genes) > s->budget_macs - head->spent)
            return end(&view, "budget spent", reply);
        genespace_to_text(s->space, genes, reply->point.genes);
        reply->point.epochs = s->epochs;
        return DECIDER_ASKS;
    case STRATEGY_WAIT:
        return DECIDER_WAITS;
    case STRATEGY_NOTHING:
        break;
    }
    return end(&view, "nothing new was found", reply);
}

const Decider strategy_decider = {"strategy", state_bytes, fold, decide};

/* --- settings --- */

StrategySettings strategy_settings(const SearchStrategy *strategy, const GeneSpace *space,
                                   int64_t budget)
{
    StrategySettings settings = {.strategy = strategy, .space = space, .budget = budget};
    for (size_t i = 0; i < strategy->n_options; i++)
        settings.options[i] = strategy->options[i].fallback;
    return settings;
}

void strategy_set_macs(StrategySettings *settings, int64_t budget_macs, double macs_factor,
                       int64_t min_macs)
{
    const double most = floor((double)budget_macs / (macs_factor * (double)min_macs));
    settings->budget_macs = budget_macs;
    settings->macs_factor = macs_factor;
    settings->budget = most < STRATEGY_MAX_BUDGET ? (int64_t)most : STRATEGY_MAX_BUDGET;
}

static ErrCode unknown_option(const SearchStrategy *strategy, const char *name, Err *err)
{
    const char *names[STRATEGY_MAX_OPTIONS];
    for (size_t i = 0; i < strategy->n_options; i++)
        names[i] = strategy->options[i].name;
    const char *nearest = text_nearest(name, names, strategy->n_options);
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "strategy '%s' has no option '%s', did you mean '%s'?",
                       strategy->name, name, nearest);
    return err_set(err, ERR_USAGE, "strategy '%s' has no option '%s'", strategy->name, name);
}

static bool parse_value(const StrategyOption *option, const char *text, double *value)
{
    const bool is_switch = option->is_whole && option->min == 0 && option->max == 1;
    if (is_switch && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        *value = text[0] == 't';
        return true;
    }
    return text_to_double(text, value) && *value >= option->min && *value <= option->max &&
           !(option->is_whole && *value != floor(*value));
}

ErrCode strategy_set(StrategySettings *settings, const char *assignment, Err *err)
{
    enum { NAME_BYTES = 64 };
    const SearchStrategy *strategy = settings->strategy;
    const char *sign = strchr(assignment, '=');
    char name[NAME_BYTES];
    if (sign == NULL || sign == assignment || sign - assignment >= NAME_BYTES)
        return err_set(err, ERR_USAGE, "option '--set' must be NAME=VALUE, not '%s'", assignment);
    memcpy(name, assignment, (size_t)(sign - assignment));
    name[sign - assignment] = '\0';
    for (size_t i = 0; i < strategy->n_options; i++) {
        const StrategyOption *option = &strategy->options[i];
        if (strcmp(name, option->name) != 0)
            continue;
        if (parse_value(option, sign + 1, &settings->options[i]))
            return ERR_NONE;
        return err_set(err, ERR_USAGE,
                       "option '%s' of strategy '%s' must be a %s from %g to %g, not '%s'", name,
                       strategy->name, option->is_whole ? "whole number" : "number", option->min,
                       option->max, sign + 1);
    }
    return unknown_option(strategy, name, err);
}

ErrCode strategy_check(const StrategySettings *settings, Err *err)
{
    const SearchStrategy *strategy = settings->strategy;
    if (settings->budget < 1 || settings->budget > STRATEGY_MAX_BUDGET)
        return err_set(err, ERR_USAGE, "a budget must be between 1 and %d points, not %" PRId64,
                       STRATEGY_MAX_BUDGET, settings->budget);
    if (strategy->needs_macs && settings->space->macs == NULL)
        return err_set(err, ERR_USAGE, "strategy '%s' needs counted multiply-adds", strategy->name);
    return strategy->check == NULL ? ERR_NONE : strategy->check(settings, err);
}

/* --- for strategies --- */

bool strategy_draw_new(const StrategyView *view, Rng *rng, uint8_t *genes)
{
    const GeneSpace *space = view->settings->space;
    const int64_t n_points = space->n_points;
    if (n_points > 0 && view->history.head->n_asked >= n_points)
        return false;
    for (int64_t i = 0; i < MAX_DRAWS + DRAWS_A_POINT * n_points; i++) {
        if (!genespace_draw(space, rng, genes))
            return false;
        if (history_find(&view->history, genes) < 0)
            return true;
    }
    return false;
}

StrategyAnswer strategy_random(const StrategyView *view, Rng *rng, uint8_t *genes,
                               char reason[DECIDER_REASON_MAX])
{
    snprintf(reason, DECIDER_REASON_MAX, "random");
    return strategy_draw_new(view, rng, genes) ? STRATEGY_POINT : STRATEGY_NOTHING;
}

StrategyAnswer strategy_near(const StrategyView *view, Rng *rng, uint8_t *genes,
                             char reason[DECIDER_REASON_MAX])
{
    const GeneSpace *space = view->settings->space;
    uint8_t out[GENESPACE_MAX_GENES];
    for (int i = 0; i < MAX_STEPS && genespace_has(space, genes); i++) {
        if (!genespace_mutate(space, genes, rng, out))
            break;
        memcpy(genes, out, (size_t)space->n_genes);
        if (history_find(&view->history, genes) < 0) {
            snprintf(reason, DECIDER_REASON_MAX, "near what is known");
            return STRATEGY_POINT;
        }
    }
    return strategy_random(view, rng, genes, reason);
}

int32_t strategy_latest(const StrategyView *view, int32_t n)
{
    return view->history.valued[view->history.head->n_valued - 1 - n];
}

double strategy_advantage(const StrategyView *view, int32_t place, double decay,
                          RewardBaseline *baseline)
{
    const double value = view->history.points[place].value;
    const double reward = isinf(value) ? 0 : value / 100;
    const double before = baseline->has_mean ? baseline->mean : reward;
    *baseline = (RewardBaseline){decay * before + (1 - decay) * reward, true};
    return reward - before;
}
