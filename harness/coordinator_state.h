/* harness/coordinator_state.h: a run while it runs; private to coordinator*.c. */
#ifndef HARNESS_COORDINATOR_STATE_H
#define HARNESS_COORDINATOR_STATE_H

#include "harness/coordinator.h"
#include "harness/provenance.h"

#include "base/file.h"
#include "base/proc.h"
#include "results/store.h"
#include "search/objective.h"

/* A trial of the newest revision. */
typedef struct RunTrial {
    int64_t number; /* place in the plan: trials/NNNNNN */
    int64_t seed;
    int network; /* index into plan->networks */
    StoreStatus status;
    int64_t n_counted; /* attempts that count */
    bool is_wanted;    /* --only */
    double seconds;    /* predicted, one thread */
} RunTrial;

/* One running process, or an empty slot (proc.pid 0). */
typedef struct RunSlot {
    Proc proc;
    int64_t trial; /* number; not an index, since trials are read anew after the grid */
    int64_t attempt;
    Text output, error; /* received, not yet consumed; the last bytes of stderr */
    int64_t begun_ns, heard_ns;
    double patience_s; /* silence after which it counts as hung */
    int64_t last_step, checkpoint_step;
    int64_t epochs; /* reported */
    double val_top1;
    bool has_finished; /* accepted: done or diverged */
    bool has_stopped;  /* ended on our request, state saved */
    bool is_disk_full; /* failed for want of space: does not count */
    bool is_hung;
    Text failure; /* what it said when it failed */
} RunSlot;

/* Where a finished attempt's files are and go. */
typedef struct RunResult {
    char *dir;                  /* the attempt's */
    char *folder;               /* the trial's */
    StoreArtifact artifacts[2]; /* weights, best; texts in arena */
    Arena arena;
} RunResult;

typedef struct Coordinator {
    const Study *study;
    const RunSettings *settings;
    const RunCallbacks *callbacks;
    RunReport *report;
    Plan *plan;
    FileLock *lock;
    Store *store;
    Text study_yaml;
    char *program; /* binary of the workers */
    Provenance provenance;
    Objective objective;
    RunTrial *trials;
    size_t n_trials;
    RunSlot *slots;
    int n_slots;
    int cores;        /* threads all workers together may use */
    bool is_stopping; /* on a signal */
    int64_t begun_ns, ticked_ns;
    int64_t resume_ns;     /* no new process before, after a full disk; 0 = none */
    int64_t full_since_ns; /* 0 = the disk is not full */
    double done_predicted_s,
        done_real_s; /* of trials finished in this run: corrects the prediction */
} Coordinator;

/* --- coordinator_plan.c: between plan and store --- */

/* Puts the plan as it stands and reads the trials back. */
ErrCode coordinator_put_plan(Coordinator *run, Err *err) ERR_CHECKED;

/* ERR_USAGE if --only names no part and no figure of the study. */
ErrCode coordinator_check_only(const Coordinator *run, Err *err) ERR_CHECKED;

/* Reads the trials' statuses anew. */
ErrCode coordinator_read_trials(Coordinator *run, Err *err) ERR_CHECKED;

/* Once the grid is complete: records its winner and resolves what waited for it. *is_new tells. */
ErrCode coordinator_find_winner(Coordinator *run, bool *is_new, Err *err) ERR_CHECKED;

/* Takes a winner that was recorded before. */
ErrCode coordinator_known_winner(Coordinator *run, Err *err) ERR_CHECKED;

/* --- coordinator_trial.c: the life of one attempt --- */

/* Commits a new attempt and starts its process in an empty slot. */
ErrCode coordinator_start(Coordinator *run, int slot, RunTrial *trial, Err *err) ERR_CHECKED;

/* Reads what a process wrote, acts on whole lines. */
ErrCode coordinator_hear(Coordinator *run, RunSlot *slot, bool is_error, Err *err) ERR_CHECKED;

/* After the process has ended: ends the attempt and empties the slot. */
ErrCode coordinator_reap(Coordinator *run, RunSlot *slot, Err *err) ERR_CHECKED;

/* The trial of that number among those of the newest revision. */
RunTrial *coordinator_trial(Coordinator *run, int64_t number);

/* --- coordinator_files.c: the trials' folders --- */

/* OUT/trials/NNNNNN, and aK in it; mem_free them. NULL without memory. */
char *coordinator_trial_folder(const Coordinator *run, int64_t number);
char *coordinator_attempt_folder(const char *trial, int64_t attempt);

/*
 * Moves what an attempt left to its trial's folder, synced: weights, described in
 * result->artifacts, or of a diverged trial its last checkpoint. May be called again after a
 * failure.
 */
ErrCode coordinator_place_files(Coordinator *run, const RunSlot *slot, bool is_done,
                                RunResult *result, Err *err) ERR_CHECKED;

/* Removes the attempts' folders of a finished trial. */
ErrCode coordinator_remove_attempts(const char *trial, Err *err) ERR_CHECKED;

/* Finishes or discards what a crash left in the trials' folders. */
ErrCode coordinator_clean(Coordinator *run, Err *err) ERR_CHECKED;

/* --- coordinator.c --- */

/* Counts for the callbacks. */
RunProgress coordinator_progress(const Coordinator *run);

/* A line for whoever listens. */
void coordinator_note(const Coordinator *run, const char *format, ...) ERR_PRINTF(2, 3);

/*
 * True after waiting a while for space, if `err` says that the disk is full: call again. The error
 * is cleared then. False for other errors, on a stop, and when space did not come back in time.
 */
bool coordinator_waits_for_space(Coordinator *run, Err *err);

/* Whether an error is that of a full disk. */
bool coordinator_is_disk_full(const char *message);

#endif
