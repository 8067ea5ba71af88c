/*
 * harness/searchbench: strategies on a table of trained networks: how far from its best they end,
 * and how often they beat random search.
 *
 * A run asks for points, one after the other, as a study with one virtual worker would, and is
 * told one seed's value of each, the same one for every strategy of that run. Its incumbent is the
 * point with the best value seen, the earlier of equals; it is scored by the mean of the seeds it
 * was not chosen on. Regret is the table's largest mean over seeds (inside the limits) minus that.
 * Runs are paired with runs of random search at equal cost and equal seed; a tie counts half.
 */
#ifndef HARNESS_SEARCHBENCH_H
#define HARNESS_SEARCHBENCH_H

#include "harness/nastable.h"

#include "search/strategy.h"

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEARCHBENCH_MAX_RUNS = 1000000, SEARCHBENCH_MAX_CURVE = 32 };

typedef struct SearchBenchSettings {
    StrategySettings search; /* budget: full trainings; each run has a seed of its own */
    int64_t n_runs;
    uint64_t seed;
    bool is_timed;      /* ask_us and tell_us are wanted; measuring them takes time */
    double screen_cost; /* of the table's short schedule, in full trainings; 0: no screen */
} SearchBenchSettings;

typedef struct SearchBenchPoint {
    int64_t evaluations; /* spent, in full trainings */
    double regret_iqm;
} SearchBenchPoint;

typedef struct SearchBenchReport {
    double regret_iqm; /* interquartile mean: without the lowest and highest quarter of the runs */
    double regret_mean;
    double p_beats_random;
    double asks_per_second; /* of processor time, in the whole loop: strategy, log and table */
    double ask_us, tell_us; /* is_timed: of the strategy alone, processor microseconds an ask:
                               asking, and being told, which is where a strategy trains */
    SearchBenchPoint curve[SEARCHBENCH_MAX_CURVE]; /* at 1, 2, 5, 10, ... where all runs have an
                                                      incumbent, and at the end */
    size_t n_curve;
    double *finals; /* [n_runs] regrets; searchbench_release frees them */
} SearchBenchReport;

/* ERR_USAGE: options that do not go together; ERR_MEMORY. Release the report also on failure. */
ErrCode searchbench_run(const NasTable *table, const SearchBenchSettings *settings,
                        SearchBenchReport *report, Err *err) ERR_CHECKED;

void searchbench_release(SearchBenchReport *report);

#endif
