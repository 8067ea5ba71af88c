/*
 * harness/run.h: what a run of a study is given, what it tells while it runs, and its report.
 *
 * Plain data, shared by the coordinator's files and whoever calls coordinator_run.
 */
#ifndef HARNESS_RUN_H
#define HARNESS_RUN_H

#include "harness/plan.h"
#include "harness/progress.h"
#include "harness/training.h"

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct RunSettings {
    const char *out;      /* study folder, made if need be */
    int jobs;             /* workers side by side; 0 = one per available processor */
    int threads;          /* bound for all workers together; 0 = available processors */
    bool has_threads;     /* the user said how many */
    CpuLevel level;       /* of this process */
    const char *cpu;      /* level the user asked of all, or NULL: each worker chooses */
    const char *only;     /* part (id, name or key) or figure to run alone, or NULL */
    bool retry_failed;    /* begin those again that have failed */
    int64_t retry;        /* the same of this one trial; 0 = none */
    bool exact_seeds;     /* list the study's seeds alone, not what has finished with others */
    double time_budget_s; /* refuse a study predicted to take longer; 0 = none */
    const char *const *launcher; /* words in front of each worker's own; NULL at the end, or NULL */
    const char *command;         /* how the user called us, for the report */
    const char *data_root;       /* where data sets are looked up; NULL = ISOFLOP_DATA */
    const char *program;         /* binary whose `run --worker` trains; NULL = this one */
    uint64_t memory_bytes;       /* for all workers together, as planned; 0 = what is free here */
    double space_patience_s;     /* how long a full disk is waited for; 0 = a minute */
} RunSettings;

/* Of what --only names, or of all. */
typedef struct RunProgress {
    size_t n_networks; /* known so far */
    size_t n_to_come;  /* trials that wait to be decided: at most these; in n_trials, too */
    size_t n_trials, n_done, n_diverged, n_failed, n_running;
    double share;                 /* of all work that is done, 0 to 1 */
    double eta_s;                 /* NaN while unknown */
    double elapsed_s;             /* NaN where nobody knows */
    const ProgressTrial *running; /* [n_shown]; good until the next progress is made */
    size_t n_shown;
} RunProgress;

typedef struct RunEpoch {
    int64_t trial; /* place in the plan */
    int64_t seed;
    const char *label;  /* "grid 1.2 1.1 1.15", the first point that asks for the trial */
    TrainStatus status; /* TRAIN_DONE with is_last, else meaningless */
    bool is_last;
    int64_t epoch, epochs;
    double train_loss, val_top1, test_top1; /* NaN where not measured */
} RunEpoch;

/* All run on the coordinator's only thread; any may be NULL. */
typedef struct RunCallbacks {
    void *user;
    void (*planned)(void *user, const Plan *plan, const RunProgress *progress, double seconds);
    void (*epoch)(void *user, const RunEpoch *epoch, const RunProgress *progress);
    void (*tick)(void *user, const RunProgress *progress);        /* about once a second */
    void (*preparing)(void *user, uint32_t done, uint32_t total); /* images being decoded */
    void (*note)(void *user, const char *message);                /* warnings, pauses, recoveries */
} RunCallbacks;

typedef struct RunReport {
    RunProgress progress;
    bool is_complete; /* every trial of the plan is done, diverged or failed */
    bool was_stopped; /* by a signal */
} RunReport;

#endif
