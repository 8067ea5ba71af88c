/*
 * harness/studybench.h: the training step of every network of a study, timed in turn: `bench
 * study`.
 *
 * A round has one step of each network, and rounds follow each other, so that a slow moment of the
 * machine meets all of them. What comes out goes into the study's store (results/steptime.h), for
 * verdicts about time. Nothing is trained.
 */
#ifndef HARNESS_STUDYBENCH_H
#define HARNESS_STUDYBENCH_H

#include "harness/stepbench.h"

#include "results/steptime.h"

#include "base/arena.h"

/* One network. */
typedef struct StudyBenchRow {
    StoreNetwork network;
    StepTime time;
} StudyBenchRow;

typedef struct StudyBenchReport {
    StudyBenchRow *rows; /* in the order of the plan; the arena's */
    size_t n_rows;
} StudyBenchReport;

/*
 * Times the networks of parts `curves`, `lines`, `compare`, `profile` and `grid` in settings->steps
 * rounds, two at least, under the folder's lock, and puts their facts. Errors: ERR_MISSING if there
 * is no study, or no such network; ERR_BUSY while a run is at work; stepbench_run's, the store's.
 */
ErrCode studybench_run(const char *folder, const StepbenchSettings *settings, Arena *arena,
                       StudyBenchReport *report, Err *err) ERR_CHECKED;

#endif
