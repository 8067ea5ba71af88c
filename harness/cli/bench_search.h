/* harness/cli/bench_search.h: `isoflop bench search`: a strategy on a table of trained networks. */
#ifndef HARNESS_CLI_BENCH_SEARCH_H
#define HARNESS_CLI_BENCH_SEARCH_H

#include "harness/cli/command.h"

/* What its options say. */
typedef struct BenchSearchChoice {
    const char *table, *space, *strategy, *screen, *band;
    OptionList sets;
    int64_t budget, runs, seed;
    bool time;
} BenchSearchChoice;

extern const OptionTable bench_search_options;

/* Prints regret and how often random search is beaten. ERR_USAGE, and the table's errors. */
ErrCode bench_search(const Call *call, const BenchSearchChoice *choice, Err *err) ERR_CHECKED;

#endif
