/*
 * harness/worker.h: the process that trains one trial (docs/architecture.md, "A trial's life").
 *
 * It first says who it is (harness/hello.h), as whoever launched it may have done so anywhere. Then
 * one line of JSON comes on standard input, which stays open: its end means stop. Lines of JSON go
 * out, one event each: {"event":"epoch",...}, "step", "preparing", "checkpoint", "warning", "done",
 * "diverged", "stopped", "failed", each with the trial's and the attempt's number. The process ends
 * when its coordinator does.
 */
#ifndef HARNESS_WORKER_H
#define HARNESS_WORKER_H

#include "base/cpu.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* What one trial needs; all strings are borrowed by worker_job_text. */
typedef struct WorkerJob {
    const char *worker; /* name of the process it is for (harness/hello.h) */
    const char *folder; /* the coordinator's working directory: paths are relative to it */
    int64_t trial;      /* place in the plan, from 1 */
    int64_t attempt;    /* from 1 */
    int64_t parent;     /* process id of the coordinator; 0 = unknown (a launcher is in between) */
    const char *dir;    /* trials/NNNNNN/aK under the study's folder, exists */
    const char *trial_dir; /* trials/NNNNNN, whose attempts may be resumed from */
    const char *network;   /* scaled specification as YAML */
    const char *study;     /* resolved study as YAML: data and recipe are read from it */
    const char *cache;     /* last resort for decoded data */
    int identity;          /* DataIdentity of the study's data */
    const char *data_root; /* where data sets are looked up, or NULL: each machine's own place */
    const char *images;    /* digest of the images that are the study's */
    int64_t epochs;        /* in place of the study's recipe.epochs */
    int64_t seed;
    int threads;
    int pin; /* processor to pin to; -1 = none */
} WorkerJob;

/* The job as one line with its newline. */
void worker_job_text(const WorkerJob *job, Text *out);

/*
 * Body of the hidden entry `isoflop run --worker`: says hello, reads the job from `in`, writes
 * events to `out`, and trains with kernels up to `level`.
 */
ErrCode worker_main(int in, int out, CpuLevel level, Err *err) ERR_CHECKED;

#endif
