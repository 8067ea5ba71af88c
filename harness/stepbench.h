/*
 * harness/stepbench.h: how long the trainer's own step takes: `bench step`, and plan's calibration.
 *
 * Forward, cross-entropy, backward, RMSProp with momentum and weight decay, batch-norm statistics;
 * no dropout, drop connect, smoothing, averages or loading; input resident.
 * Timing decides nothing but predictions.
 */
#ifndef HARNESS_STEPBENCH_H
#define HARNESS_STEPBENCH_H

#include "base/cpu.h"
#include "base/err.h"
#include "models/network.h"
#include "nn/net.h"

#include <stdbool.h>
#include <stdint.h>

enum { STEPBENCH_WARMUP = 3, STEPBENCH_MIN_STEPS = 10, STEPBENCH_MAX_STEPS = 1000000 };

/*
 * Who looks on: told of the net before its first step, and after each that is timed. Then the step
 * is done once more, untimed, so that what changes its time can be looked at, too.
 */
typedef struct StepbenchObserver {
    void *user;
    ErrCode (*begin)(void *user, Net *net, Err *err);
    void (*timed)(void *user, Net *net, int64_t index);
    void (*untimed)(void *user, Net *net, int64_t index);
} StepbenchObserver;

typedef struct StepbenchSettings {
    int batch; /* images a step */
    int threads;
    CpuLevel level;
    int64_t steps;    /* timed, after STEPBENCH_WARMUP; at least 1 */
    bool is_cpu_time; /* time of this thread instead of the wall's: for a calibration that must not
                         wait */
    const StepbenchObserver *observer; /* NULL: none; borrowed */
} StepbenchSettings;

typedef struct StepbenchReport {
    double images_per_second; /* batch over the median */
    double ms_per_step;       /* median */
    double ms_min;
    int64_t steps;
    NetMemory memory;
} StepbenchReport;

/* ERR_USAGE, ERR_MEMORY, and what the observer returns. */
ErrCode stepbench_run(const Network *network, const StepbenchSettings *settings,
                      StepbenchReport *report, Err *err) ERR_CHECKED;

#endif
