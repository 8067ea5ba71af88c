/*
 * harness/run_state.h: a run while it runs: its trials, its slots, its talk.
 *
 * The bottom of the coordinator's files: run_files, run_plan, run_decider, run_decide, run_events,
 * run_attempt, run_launch, run_open, run_cache and the loop in coordinator.c stand on it, in this
 * order, and none of them calls upward.
 */
#ifndef HARNESS_RUN_STATE_H
#define HARNESS_RUN_STATE_H

#include "harness/hello.h"
#include "harness/provenance.h"
#include "harness/run.h"

#include "base/file.h"
#include "base/proc.h"
#include "results/store.h"
#include "search/objective.h"

/* What a trial has met with in this run alone: nothing of it is stored. */
typedef struct RunLuck {
    int64_t n_forgiven;   /* stored attempts that count no more: it is tried again on request */
    int n_setbacks;       /* attempts in a row that failed, did not count and got nowhere */
    int64_t setback_ns;   /* when the first of all was; 0 = none */
    int64_t reached_step; /* farthest checkpoint */
    bool needs_room;      /* killed for memory, perhaps: next time it is alone */
    bool was_alone;       /* the last time it was */
} RunLuck;

/* Attempts that got nowhere and do not count, after which a trial rests until the next run. */
enum { RUN_MOST_SETBACKS = 3 };

/* A trial of the newest revision. */
typedef struct RunTrial {
    int64_t number; /* place in the plan: trials/NNNNNN */
    int64_t seed;
    int network; /* index into plan->networks */
    StoreStatus status;
    int64_t n_counted; /* attempts that count */
    RunLuck luck;
    bool is_wanted; /* --only */
    int64_t source; /* number of the trial whose weights it begins with; 0: none */
    int64_t due;    /* of its network */
    double seconds; /* predicted, one thread */
} RunTrial;

/* One running process, or an empty slot (proc.pid 0). */
typedef struct RunSlot {
    Proc proc;
    int64_t trial;      /* number; not an index, since trials are read anew after the grid */
    int64_t attempt;    /* 0 = its process has not yet been given one */
    bool is_here;       /* it has said hello, */
    Hello worker;       /* which was this */
    int n_ignored;      /* lines that were none of a worker */
    Text output, error; /* received, not yet consumed; the last bytes of stderr */
    int64_t begun_ns, heard_ns;
    double patience_s; /* infinite while a launcher may be waiting; silence after which it counts as
                          hung */
    int64_t last_step, checkpoint_step;
    ProgressTrial shown;   /* for people */
    double share_begun;    /* of the training, that this process found done; NaN: not told yet */
    int64_t first_step_ns; /* when it told of its first step, */
    int64_t first_step;    /* and which that was */
    int64_t step_ns;       /* when it last told of one */
    bool has_finished;     /* accepted: done or diverged */
    bool has_stopped;      /* ended on our request, state saved */
    bool is_disk_full;     /* failed for want of space: does not count */
    bool has_stepped;      /* it took a step: all that it needs is there */
    bool is_hung;
    int64_t kill_ns;  /* when a launcher that was asked to end is made to; 0 = it was not asked */
    int64_t ended_ns; /* the process ended; somebody else may hold its pipes; 0 = it runs */
    Text failure;     /* what it said when it failed */
    ErrCode failure_code;
} RunSlot;

/* The deciders of a part that are at work (run_decider.h); none: items is NULL. */
typedef struct RunDeciders {
    struct RunDecider **items; /* [n] */
    size_t n;
} RunDeciders;

typedef struct RunState {
    const Study *study;
    const RunSettings *settings;
    const RunCallbacks *callbacks;
    RunReport *report;
    Plan *plan;
    Dir *folder; /* of the study */
    FileLock *lock;
    Store *store;
    Text study_yaml;
    char *program; /* binary of the workers */
    Provenance provenance;
    Objective objective;
    RunTrial *trials;
    size_t n_trials;
    RunDeciders *deciders; /* [study->n_parts] */
    RunSlot *slots;
    int n_slots;
    int cores;             /* threads all workers together may use */
    bool is_stopping;      /* on a signal */
    int64_t stepped_ns;    /* last time that any process said it took a step; 0 = none */
    uint64_t memory_bytes; /* free before the first trial; 0 = unknown, or not this machine's */
    bool has_noted_queue;  /* said that launchers take their time */
    int64_t noted_busy_ns; /* last time it was said that the store is busy; 0 = never */
    Text cause;            /* why the last attempt failed that did not count */
    int64_t begun_ns, ticked_ns;
    int64_t resume_ns;      /* no new process before, after a full disk; 0 = none */
    int64_t full_since_ns;  /* 0 = the disk is not full */
    ProgressPace pace;      /* predicted seconds of work that ended in this run, and real ones */
    ProgressTrial *running; /* [n_slots], for RunProgress */
} RunState;

/* The trial of that number among those of the newest revision. */
RunTrial *run_state_trial(const RunState *run, int64_t number);

/* Whether what a trial begins with is there: it can be started. */
bool run_state_can_begin(const RunState *run, const RunTrial *trial);

/* Whether a trial that has failed, as the store has it, is begun again: asked for, and not failed
 * anew. */
bool run_state_is_begun_again(const RunState *run, const StoreTrial *trial);

/* Whether --only names a part, by id, name or key, or its figure. True without it. */
bool run_state_is_wanted(const RunState *run, int part);

/* The first point that asks for a trial and its seed, for people: "grid 1.2 1.1 1.15". */
void run_state_label(const RunState *run, const RunTrial *trial, char label[PROGRESS_LABEL_MAX]);

/* A process has done so many steps of its training. */
void run_state_step(const RunState *run, RunSlot *slot, int64_t step, int64_t steps);

/* Predicted seconds of the work that a process has done so far, and the seconds it took. */
ProgressPace run_state_pace(const RunSlot *slot, const RunTrial *trial);

/* Counts for the callbacks: of what --only names. */
RunProgress run_state_progress(const RunState *run);

/* A line for whoever listens. */
void run_state_note(const RunState *run, const char *format, ...) ERR_PRINTF(2, 3);

/* Makes a process end. A launcher is asked first, so that it ends what it started elsewhere. */
void run_state_end_process(const RunState *run, RunSlot *slot);

/*
 * True after waiting a while for space, if `err` says that the disk is full: call again. The error
 * is cleared then. False for other errors, on a stop, and when space did not come back in time.
 */
bool run_state_waits_for_space(RunState *run, Err *err);

/*
 * A StoreWait (results/store.h) of a RunState: whoever holds the store is waited for, and that is
 * said; a stop ends it. Workers that are not listened to meanwhile are not hung.
 */
bool run_state_waits_for_store(void *run, double seconds);

/*
 * After a worker ended: if it ran out of space nothing new starts for a while, and ERR_FULL when it
 * stays so.
 */
ErrCode run_state_pause_after(RunState *run, const RunSlot *slot, Err *err) ERR_CHECKED;

#endif
