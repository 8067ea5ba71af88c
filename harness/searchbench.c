/* harness/searchbench: a run is a decider, a table, and the incumbents along the way. */
#include "harness/searchbench.h"

#include "search/deciding.h"
#include "search/screen.h"
#include "search/strategies.h"

#include "base/clock.h"
#include "base/sys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_US 1e3

enum { FULL_EPOCHS = 0, SHORT_EPOCHS = 1 }; /* what an ask of the table's short schedule says */

/* What is measured along every run: regrets after so many full trainings. */
typedef struct Curves {
    int64_t evaluations[SEARCHBENCH_MAX_CURVE];
    size_t n;
    double *regrets; /* [n, n_runs]; NaN: no incumbent yet */
    int64_t n_runs;
} Curves;

/* One run. */
typedef struct Replay {
    const NasTable *table;
    uint64_t seed;
    double short_cost;
    double best_mean; /* of the table */
    int64_t pending;  /* ticket whose result is wanted; 0: none */
    int32_t row;      /* of it */
    bool is_short;
    double spent;     /* full trainings */
    double seen_best; /* of the incumbent */
    double regret;    /* of the incumbent; NaN: none yet */
    int64_t n_asks;
    Curves *curves;
    int64_t run;
    size_t n_passed; /* points of the curve that were written */
} Replay;

/* --- the host --- */

static ErrCode price(void *user, int64_t ticket, const DeciderPoint *point, int64_t *macs,
                     bool *is_refused, char reason[DECIDER_REASON_MAX], Err *err)
{
    (void)reason;
    Replay *replay = user;
    uint8_t genes[GENESPACE_MAX_GENES];
    if (!genespace_from_text(&replay->table->space, point->genes, genes) ||
        (replay->row = nastable_row(replay->table, genes)) < 0)
        return err_set(err, ERR_INTERNAL, "the table has no point '%s'", point->genes);
    replay->pending = ticket;
    replay->is_short = point->epochs == SHORT_EPOCHS;
    replay->n_asks++;
    *macs = 1;
    *is_refused = false;
    return ERR_NONE;
}

static ErrCode record(void *user, const DeciderEntry *entry, Err *err)
{
    (void)user;
    (void)entry;
    return err->code;
}

/* What a run draws a row's seed for. */
enum { SEED_OF_VALUE = 0, SEED_OF_SCREEN = 2 };

/* Which of a row's values this run sees: a function of run and row alone. */
static int seen_seed(const Replay *replay, uint32_t what)
{
    Rng rng = rng_start(replay->seed, RNG_BOOTSTRAP, what, (uint64_t)replay->row);
    return (int)rng_below(&rng, (uint32_t)replay->table->n_values[replay->row]);
}

/* Writes the incumbent's regret at the curve's points that lie before `spent`. */
static void pass(Replay *replay, double spent)
{
    Curves *curves = replay->curves;
    while (curves != NULL && replay->n_passed < curves->n &&
           (double)curves->evaluations[replay->n_passed] < spent - 1e-9)
        curves->regrets[replay->n_passed++ * (size_t)curves->n_runs + (size_t)replay->run] =
            replay->regret;
}

/* The value of what was asked for; a full training may make it the incumbent. */
static double measure(Replay *replay)
{
    const NasTable *t = replay->table;
    const double cost = replay->is_short ? replay->short_cost : 1;
    pass(replay, replay->spent + cost);
    replay->spent += cost;
    if (replay->is_short)
        return t->screens[replay->row * t->n_screens +
                          (t->n_screens > 1 ? seen_seed(replay, SEED_OF_SCREEN) : 0)];
    const int seen = seen_seed(replay, SEED_OF_VALUE);
    const double value = t->values[(size_t)replay->row * (size_t)t->n_seeds + (size_t)seen];
    if (isnan(replay->regret) || value > replay->seen_best) {
        replay->seen_best = value;
        replay->regret = replay->best_mean - nastable_unseen(t, replay->row, seen);
    }
    return value;
}

/* From the first ask to the end. */
static ErrCode play(Replay *replay, const Decider *decider, const void *settings, Err *err)
{
    const DecidingHost host = {replay, price, record};
    Deciding *deciding = NULL;
    TRY(deciding_create(&deciding, decider, settings, replay->seed, 1, err));
    TRY(deciding_advance(deciding, &host, err));
    while (replay->pending != 0) {
        const DeciderResult result = {
            .outcome = DECIDER_DONE, .value = measure(replay), .n = 1, .n_seeds = 1};
        const int64_t ticket = replay->pending;
        replay->pending = 0;
        TRY(deciding_report(deciding, ticket, &result, err));
        TRY(deciding_advance(deciding, &host, err));
    }
    pass(replay, (double)INFINITY);
fail:
    deciding_destroy(&deciding);
    return err->code;
}

/* --- a decider that is timed --- */

typedef struct Spent {
    int64_t ask_ns, tell_ns;
} Spent;

typedef struct Timed {
    const Decider *decider;
    const void *settings;
    Spent *spent;
} Timed;

static size_t timed_bytes(const void *settings)
{
    const Timed *timed = settings;
    return timed->decider->state_bytes(timed->settings);
}

static void timed_fold(const void *settings, void *state, const DeciderEntry *entry)
{
    const Timed *timed = settings;
    const int64_t begin = clock_thread_ns();
    timed->decider->fold(timed->settings, state, entry);
    const int64_t spent = clock_thread_ns() - begin;
    if (entry->kind == DECIDER_TELL)
        timed->spent->tell_ns += spent;
    else
        timed->spent->ask_ns += spent;
}

static DeciderAnswer timed_decide(const void *settings, uint64_t seed, int64_t ticket,
                                  const void *state, DeciderReply *reply)
{
    const Timed *timed = settings;
    const int64_t begin = clock_thread_ns();
    const DeciderAnswer answer =
        timed->decider->decide(timed->settings, seed, ticket, state, reply);
    timed->spent->ask_ns += clock_thread_ns() - begin;
    return answer;
}

static const Decider timed_decider = {"timed", timed_bytes, timed_fold, timed_decide};

/* --- runs --- */

/* A strategy over all runs. */
typedef struct Contest {
    const NasTable *table;
    const SearchBenchSettings *settings;
    StrategySettings search;
    double screen_cost;
    Curves *curves; /* NULL: only finals */
    double *finals; /* [n_runs] regrets */
    int64_t n_asks;
    double seconds;
    Spent spent;
} Contest;

static uint64_t seed_of(const SearchBenchSettings *settings, int64_t run)
{
    Rng rng = rng_start(settings->seed, RNG_BOOTSTRAP, 1, (uint64_t)run);
    return rng_u64(&rng);
}

static ErrCode play_decider(Contest *contest, Replay *replay, const Decider *decider,
                            const void *settings, Err *err)
{
    const Timed timed = {decider, settings, &contest->spent};
    if (contest->settings->is_timed)
        return play(replay, &timed_decider, &timed, err);
    return play(replay, decider, settings, err);
}

static ErrCode play_run(Contest *contest, int64_t run, Err *err)
{
    Replay replay = {.table = contest->table,
                     .seed = seed_of(contest->settings, run),
                     .short_cost = contest->screen_cost,
                     .best_mean = nastable_best(contest->table),
                     .regret = (double)NAN,
                     .curves = contest->curves,
                     .run = run};
    StrategySettings search = contest->search;
    search.seed = replay.seed;
    if (contest->screen_cost > 0) {
        ScreenSettings screen;
        TRY(screen_divide(&screen, &search, contest->screen_cost, SHORT_EPOCHS, err));
        screen.full_epochs = FULL_EPOCHS;
        TRY(play_decider(contest, &replay, &screen_decider, &screen, err));
    } else {
        TRY(play_decider(contest, &replay, &strategy_decider, &search, err));
    }
    contest->finals[run] = replay.regret;
    contest->n_asks += replay.n_asks;
fail:
    return err->code;
}

static ErrCode play_all(Contest *contest, Err *err)
{
    const int64_t begin = clock_thread_ns();
    for (int64_t run = 0; run < contest->settings->n_runs; run++)
        TRY(play_run(contest, run, err));
    contest->seconds = clock_seconds(begin, clock_thread_ns());
fail:
    return err->code;
}

/* --- what comes of them --- */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The mean of what is left without a quarter at each end; sorts the values. */
static double interquartile_mean(double *values, int64_t n)
{
    const int64_t cut = n / 4;
    double sum = 0;
    qsort(values, (size_t)n, sizeof *values, compare);
    for (int64_t i = cut; i < n - cut; i++)
        sum += values[i];
    return sum / (double)(n - 2 * cut);
}

static void choose_points(Curves *curves, int64_t budget)
{
    static const int64_t steps[] = {1, 2, 5};
    for (int64_t ten = 1; ten < budget; ten *= 10)
        for (size_t i = 0; i < ARRAY_LEN(steps) && steps[i] * ten < budget; i++)
            curves->evaluations[curves->n++] = steps[i] * ten;
    curves->evaluations[curves->n++] = budget;
}

static void report_curve(const Curves *curves, SearchBenchReport *report)
{
    for (size_t i = 0; i < curves->n; i++) {
        double *regrets = curves->regrets + i * (size_t)curves->n_runs;
        bool is_whole = true;
        for (int64_t run = 0; run < curves->n_runs; run++)
            is_whole &= !isnan(regrets[run]);
        if (is_whole)
            report->curve[report->n_curve++] = (SearchBenchPoint){
                curves->evaluations[i], interquartile_mean(regrets, curves->n_runs)};
    }
}

static void report_finals(const Contest *contest, const Contest *rival, SearchBenchReport *report)
{
    const int64_t n = contest->settings->n_runs;
    double n_beaten = 0, sum = 0;
    for (int64_t run = 0; run < n; run++) {
        const double own = contest->finals[run], other = rival->finals[run];
        n_beaten += own < other ? 1 : own == other ? 0.5 : 0;
        sum += own;
    }
    report->p_beats_random = n_beaten / (double)n;
    report->regret_mean = sum / (double)n;
    report->asks_per_second = (double)contest->n_asks / contest->seconds;
    report->ask_us = (double)contest->spent.ask_ns / NS_PER_US / (double)contest->n_asks;
    report->tell_us = (double)contest->spent.tell_ns / NS_PER_US / (double)contest->n_asks;
}

ErrCode searchbench_run(const NasTable *table, const SearchBenchSettings *settings,
                        SearchBenchReport *report, Err *err)
{
    const size_t n_runs = (size_t)settings->n_runs;
    Curves curves = {.n_runs = settings->n_runs};
    *report = (SearchBenchReport){0};
    Contest contest = {.table = table,
                       .settings = settings,
                       .search = settings->search,
                       .screen_cost = settings->screen_cost,
                       .curves = &curves};
    Contest rival = {.table = table, .settings = settings};
    TRY(strategy_check(&settings->search, err));
    TRY(strategies_find("random", &rival.search.strategy, err));
    rival.search = strategy_settings(rival.search.strategy, &table->space, settings->search.budget);
    choose_points(&curves, settings->search.budget);
    curves.regrets = mem_calloc(curves.n * n_runs, sizeof *curves.regrets);
    report->finals = contest.finals = mem_calloc(n_runs, sizeof *contest.finals);
    rival.finals = mem_calloc(n_runs, sizeof *rival.finals);
    if (curves.regrets == NULL || contest.finals == NULL || rival.finals == NULL) {
        err_memory(err, curves.n * n_runs * sizeof *curves.regrets);
        goto fail;
    }
    TRY(play_all(&contest, err));
    TRY(play_all(&rival, err));
    report_finals(&contest, &rival, report);
    report_curve(&curves, report);
    report->regret_iqm = report->curve[report->n_curve - 1].regret_iqm;
fail:
    mem_free(curves.regrets);
    mem_free(rival.finals);
    return err->code;
}

void searchbench_release(SearchBenchReport *report)
{
    mem_free(report->finals);
    report->finals = NULL;
}
