/*
 * harness/latencybench.h: how long networks take to infer one batch, measured in turn: `latency`.
 *
 * What is timed is infer_run (infer/infer.h). A round is one forward pass of each network, and
 * another round follows, so that a slow moment meets all of them. Input and weights are random and
 * resident; nothing is loaded. Times depend on the machine, the threads and what else runs: only
 * those of one measurement compare.
 */
#ifndef HARNESS_LATENCYBENCH_H
#define HARNESS_LATENCYBENCH_H

#include "base/cpu.h"
#include "base/err.h"
#include "infer/infer.h"
#include "models/network.h"

#include <stdint.h>

enum { LATENCYBENCH_WARMUP = 3, LATENCYBENCH_MIN_RUNS = 5, LATENCYBENCH_MAX_RUNS = 1000000 };

typedef struct LatencybenchSettings {
    int batch; /* images at a time */
    int threads;
    CpuLevel level;
    int64_t runs; /* timed rounds, after LATENCYBENCH_WARMUP; at least LATENCYBENCH_MIN_RUNS */
} LatencybenchSettings;

/* Of one network; milliseconds for a batch. */
typedef struct LatencybenchReport {
    double ms; /* median */
    double ms_min, ms_max;
    InferMemory memory;
} LatencybenchReport;

/* How many times as long the first network takes as the last. */
typedef struct LatencybenchRatio {
    double ratio;     /* median over rounds of the ratio within a round */
    double low, high; /* its 90 % interval */
} LatencybenchRatio;

/*
 * reports[n] of networks[n], n >= 1; `ratio` unless NULL. ERR_MEMORY, and those of infer_plan. All
 * networks are in memory together.
 */
ErrCode latencybench_run(const Network *networks, size_t n, const LatencybenchSettings *settings,
                         LatencybenchReport *reports, LatencybenchRatio *ratio,
                         Err *err) ERR_CHECKED;

/*
 * The median of ratios[n], n >= LATENCYBENCH_MIN_RUNS, which are sorted, with the interval between
 * two of them that covers the true median with at least 90 %, whatever the distribution, if rounds
 * are independent: the k-th
 * from either end, k the largest with P(Binomial(n, 1/2) < k) <= 5 % (Conover, Practical
 * Nonparametric Statistics, 3.2).
 */
LatencybenchRatio latencybench_ratio(double *ratios, int64_t n);

#endif
