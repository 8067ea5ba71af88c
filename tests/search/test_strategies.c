/*
 * tests/search/test_strategies.c: every strategy is a pure function of its log, the same with any
 * number of workers, asks for no network twice, and none outside the space.
 */
#include "tests/search/analytic.h"

#include "base/sys.h"
#include "search/screen.h"
#include "search/strategies.h"
#include "search/strategy.h"
#include "search/virtual_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum { BUDGET = 30, SEED = 11, N_SHUFFLES = 2, N_FUNCTIONS = 2 };

static const Analytic *const functions[N_FUNCTIONS] = {&analytic_banded, &analytic_conditional};

/* Small enough for batches and generations to be met within the budget. */
static const char *const options[] = {"population=12", "sample=3", "batch=5",
                                      "epochs=1",      "random=8", NULL};

/* A strategy's settings, and as a screen those of a screen around it. */
typedef struct Case {
    const SearchStrategy *strategy;
    const Analytic *function;
    bool is_screen;
    StrategySettings search;
    ScreenSettings screen;
    const Decider *decider;
    const void *settings;
} Case;

static AnalyticRun reference, other; /* large: not on the stack */

static void set_up(Case *c)
{
    Err err = {0};
    c->search = strategy_settings(c->strategy, &c->function->space, BUDGET);
    c->search.seed = SEED;
    for (int i = 0; options[i] != NULL; i++) {
        Err unknown = {0};
        if (strategy_set(&c->search, options[i], &unknown) != ERR_NONE)
            assert_non_null(strstr(unknown.msg, "has no option"));
    }
    assert_int_equal(strategy_check(&c->search, &err), ERR_NONE);
    c->decider = &strategy_decider;
    c->settings = &c->search;
    if (!c->is_screen)
        return;
    assert_int_equal(screen_divide(&c->screen, &c->search, 0.5, 3, &err), ERR_NONE);
    c->decider = &screen_decider;
    c->settings = &c->screen;
}

/* Calls `check` for every strategy, with and without a screen, on every function it can search. */
static void for_each(void (*check)(const Case *c))
{
    for (size_t i = 0; strategies[i] != NULL; i++)
        for (size_t f = 0; f < N_FUNCTIONS; f++)
            for (int screen = 0; screen < 2; screen++) {
                Case c = {
                    .strategy = strategies[i], .function = functions[f], .is_screen = screen == 1};
                if (c.strategy->needs_macs && c.function->space.macs == NULL)
                    continue;
                set_up(&c);
                check(&c);
            }
}

static void search(AnalyticRun *run, const Case *c, int n_virtual, int n_real, uint32_t shuffle)
{
    run->keeps_log = true;
    analytic_search(run, c->function, c->decider, c->settings, SEED, n_virtual, n_real, shuffle);
}

static void assert_same_log(const Case *c)
{
    if (reference.n_log != other.n_log)
        fail_msg("%s: %d entries, not %d", c->strategy->name, other.n_log, reference.n_log);
    for (int i = 0; i < reference.n_log; i++) {
        const DeciderEntry *a = &reference.log[i], *b = &other.log[i];
        if (a->kind != b->kind || a->time != b->time || a->ticket != b->ticket ||
            strcmp(a->point.genes, b->point.genes) != 0 || a->point.epochs != b->point.epochs ||
            a->yield.ticket != b->yield.ticket || strcmp(a->reason, b->reason) != 0)
            fail_msg("%s: entry %d differs: %s, %s", c->strategy->name, i + 1, a->reason,
                     b->reason);
    }
}

/* 1, 2, 3 and 8 real workers, shuffled completion: one log. */
static void check_workers(const Case *c)
{
    static const int workers[] = {1, 2, 3, 8};
    search(&reference, c, VIRTUAL_CLOCK_WORKERS, 1, 0);
    for (size_t w = 0; w < ARRAY_LEN(workers); w++)
        for (uint32_t shuffle = 1; shuffle <= N_SHUFFLES; shuffle++) {
            search(&other, c, VIRTUAL_CLOCK_WORKERS, workers[w], shuffle);
            assert_same_log(c);
        }
}

static void workers_and_timing_change_nothing(void **state)
{
    (void)state;
    for_each(check_workers);
}

/* What a strategy asks after each prefix of the log, folded into fresh memory, is what the log has;
 * and a state that was asked is unchanged. */
static void check_prefixes(const Case *c)
{
    const size_t n_bytes = c->decider->state_bytes(c->settings);
    char *memory = mem_alloc(n_bytes), *copy = mem_alloc(n_bytes);
    search(&reference, c, 4, 1, 0);
    for (int n = 0; n < reference.n_log; n++) {
        const DeciderEntry *next = &reference.log[n];
        if (next->kind == DECIDER_TELL)
            continue;
        memset(memory, 0, n_bytes);
        for (int i = 0; i < n; i++)
            c->decider->fold(c->settings, memory, &reference.log[i]);
        memcpy(copy, memory, n_bytes);
        DeciderReply reply = {.point = {.scale = {(double)NAN, (double)NAN, (double)NAN}}};
        const DeciderAnswer answer = c->decider->decide(
            c->settings, SEED, next->kind == DECIDER_ASK ? next->ticket : reference.n_tickets + 1,
            memory, &reply);
        assert_int_equal(answer, next->kind == DECIDER_ASK ? DECIDER_ASKS : DECIDER_ENDS);
        assert_string_equal(reply.point.genes, next->point.genes);
        assert_string_equal(reply.reason, next->reason);
        assert_int_equal(reply.yield.ticket, next->yield.ticket);
        assert_memory_equal(copy, memory, n_bytes);
    }
    mem_free(memory);
    mem_free(copy);
}

static void every_prefix_says_what_comes_next(void **state)
{
    (void)state;
    for_each(check_prefixes);
}

/* How many asks have this point's genes and epochs. */
static int count_same(const AnalyticRun *run, const DeciderPoint *point)
{
    int n = 0;
    for (int i = 0; i < run->n_log; i++)
        n += run->log[i].kind == DECIDER_ASK &&
             strcmp(run->log[i].point.genes, point->genes) == 0 &&
             run->log[i].point.epochs == point->epochs;
    return n;
}

/* No network twice on one schedule, each canonical and a member inside the limits; as many are
 * trained as the budget says, or nothing was left; the best of those in full is yielded. */
static void check_asks(const Case *c)
{
    const GeneSpace *space = &c->function->space;
    int n_full = 0, n_free = 0;
    double best = -1;
    search(&reference, c, VIRTUAL_CLOCK_WORKERS, 1, 0);
    for (int i = 0; i < reference.n_log; i++)
        n_full += reference.log[i].kind == DECIDER_ASK && reference.log[i].point.epochs == 0;
    for (int i = 0; i < reference.n_log; i++) {
        const DeciderEntry *entry = &reference.log[i];
        if (entry->kind == DECIDER_ASK) {
            uint8_t genes[GENESPACE_MAX_GENES], canonical[GENESPACE_MAX_GENES];
            assert_true(genespace_from_text(space, entry->point.genes, genes));
            memcpy(canonical, genes, sizeof genes);
            assert_true(genespace_canonical(space, canonical));
            assert_memory_equal(genes, canonical, (size_t)space->n_genes);
            assert_int_equal(count_same(&reference, &entry->point), 1);
            continue;
        }
        if (entry->kind == DECIDER_END)
            continue;
        const bool is_full = !c->is_screen || entry->ticket > reference.n_tickets - n_full;
        n_free += is_full && (entry->result.outcome == DECIDER_FAILED ||
                              entry->result.outcome == DECIDER_REFUSED);
        if (is_full && entry->result.outcome == DECIDER_DONE && entry->result.value > best)
            best = entry->result.value;
    }
    assert_int_equal(n_full - n_free, c->is_screen ? BUDGET / 2 : BUDGET);
    bool is_best = false;
    for (int i = 0; i < reference.n_log; i++)
        is_best |= reference.log[i].kind == DECIDER_TELL &&
                   reference.log[i].ticket == reference.yielded &&
                   reference.log[i].result.value == best;
    assert_true(is_best);
}

static void asks_are_new_and_inside(void **state)
{
    (void)state;
    for_each(check_asks);
}

/* What the asks of a log cost that were trained, and the dearest of them. */
static int64_t count_spent(const Case *c, double full, double quick, int64_t *dearest)
{
    const GeneSpace *space = &c->function->space;
    int64_t sum = 0;
    *dearest = 0;
    for (int i = 0; i < reference.n_log; i++) {
        const DeciderEntry *entry = &reference.log[i];
        uint8_t genes[GENESPACE_MAX_GENES];
        if (entry->kind != DECIDER_TELL || entry->result.outcome == DECIDER_FAILED ||
            entry->result.outcome == DECIDER_REFUSED)
            continue;
        const DeciderEntry *ask = &reference.log[0];
        while (ask->kind != DECIDER_ASK || ask->ticket != entry->ticket)
            ask++;
        assert_true(genespace_from_text(space, ask->point.genes, genes));
        const int64_t cost = strategy_cost((double)space->macs(space->user, genes),
                                           ask->point.epochs == 0 ? full : quick);
        sum += cost;
        *dearest = cost > *dearest ? cost : *dearest;
    }
    return sum;
}

/* A budget in training MACs is never exceeded, and what is left of it holds no further training. */
static void budgets_in_macs_hold(void **state)
{
    (void)state;
    const double full = 7.5, quick = 1.5;
    const int64_t budget = INT64_C(4500000000), min_macs = 40000000;
    for (size_t i = 0; strategies[i] != NULL; i++)
        for (int screen = 0; screen < 2; screen++) {
            Case c = {.strategy = strategies[i], .function = &analytic_banded};
            int64_t dearest = 0;
            set_up(&c);
            strategy_set_macs(&c.search, budget, full, min_macs);
            if (screen) {
                screen_divide_macs(&c.screen, &c.search, quick, 3, min_macs);
                c.decider = &screen_decider;
                c.settings = &c.screen;
            }
            search(&reference, &c, 4, 3, 1);
            const int64_t spent = count_spent(&c, full, quick, &dearest);
            assert_in_range(spent, budget - (screen ? 2 : 1) * dearest + 1, budget);
        }
}

/* Another seed is another search: what is compared above is not the same for want of chance. */
static void a_seed_matters(void **state)
{
    (void)state;
    for (size_t i = 0; strategies[i] != NULL; i++) {
        Case c = {.strategy = strategies[i], .function = &analytic_banded};
        set_up(&c);
        search(&reference, &c, 4, 1, 0);
        c.search.seed = SEED + 1;
        other.keeps_log = true;
        analytic_search(&other, c.function, c.decider, c.settings, SEED + 1, 4, 1, 0);
        assert_string_not_equal(reference.log[0].point.genes, other.log[0].point.genes);
    }
}

static int n_members(const GeneSpace *space)
{
    int n = 0;
    uint8_t genes[GENESPACE_MAX_GENES] = {0};
    for (int g = 0; g < space->n_genes;) {
        n += genespace_has(space, genes);
        for (g = 0; g < space->n_genes && ++genes[g] == space->genes[g].n_values; g++)
            genes[g] = 0;
    }
    return n;
}

/* A budget above the number of networks ends when all were asked for: those of the band, counted
 * one by one. */
static void a_space_is_exhausted(void **state)
{
    (void)state;
    Analytic f = analytic_banded;
    const int n_genes = 5;
    f.space.n_genes = n_genes;
    f.space.user = &n_genes;
    f.space.min_macs = 24000000;
    f.space.max_macs = 40000000;
    const int n = n_members(&f.space);
    assert_in_range(n, 50, 200);
    for (size_t i = 0; strategies[i] != NULL; i++) {
        StrategySettings s = strategy_settings(strategies[i], &f.space, 1000);
        s.seed = SEED;
        analytic_search(&other, &f, &strategy_decider, &s, SEED, 4, 1, 0);
        assert_int_equal(other.n_tickets, n);
    }
}

/* --- options --- */

static void assert_refused(const char *strategy, const char *assignment, const char *message)
{
    const SearchStrategy *row = NULL;
    Err err = {0};
    assert_int_equal(strategies_find(strategy, &row, &err), ERR_NONE);
    StrategySettings s = strategy_settings(row, &analytic_banded.space, 1);
    if (strategy_set(&s, assignment, &err) == ERR_NONE)
        assert_int_equal(strategy_check(&s, &err), ERR_USAGE);
    assert_string_equal(err.msg, message);
}

static void wrong_options_are_named(void **state)
{
    (void)state;
    assert_refused("evolution", "populatoin=3",
                   "strategy 'evolution' has no option 'populatoin', did you mean 'population'?");
    assert_refused("random", "population=3", "strategy 'random' has no option 'population'");
    assert_refused("evolution", "population=2.5",
                   "option 'population' of strategy 'evolution' must be a whole number from 1 to "
                   "100000, not '2.5'");
    assert_refused(
        "tpe", "gamma=1",
        "option 'gamma' of strategy 'tpe' must be a number from 0.001 to 0.999, not '1'");
    assert_refused("evolution", "sample=21",
                   "option 'sample' of strategy 'evolution' must not exceed the population of 20, "
                   "not 21");
    assert_refused("evolution", "sample", "option '--set' must be NAME=VALUE, not 'sample'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_and_timing_change_nothing),
        cmocka_unit_test(every_prefix_says_what_comes_next),
        cmocka_unit_test(asks_are_new_and_inside),
        cmocka_unit_test(budgets_in_macs_hold),
        cmocka_unit_test(a_seed_matters),
        cmocka_unit_test(a_space_is_exhausted),
        cmocka_unit_test(wrong_options_are_named),
    };
    const int n_failed = cmocka_run_group_tests(tests, NULL, NULL);
    analytic_release(&reference);
    analytic_release(&other);
    return n_failed;
}
