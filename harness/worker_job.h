/* harness/worker_job.h: what a coordinator asks of a worker, as a line of JSON and back. */
#ifndef HARNESS_WORKER_JOB_H
#define HARNESS_WORKER_JOB_H

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdint.h>

/* What one trial needs; all strings are borrowed. */
typedef struct WorkerJob {
    const char *worker; /* name of the process it is for (harness/hello.h) */
    const char *folder; /* the coordinator's working directory: paths are relative to it */
    int64_t trial;      /* place in the plan, from 1 */
    int64_t attempt;    /* from 1 */
    int64_t parent;     /* process id of the coordinator; 0 = unknown (a launcher is in between) */
    const char *out;    /* the study's folder */
    const char *dir;    /* trials/NNNNNN/aK in it, exists */
    const char *trial_dir; /* trials/NNNNNN, whose attempts may be resumed from */
    const char *network;   /* scaled specification as YAML */
    const char *study;     /* resolved study as YAML: data and recipe are read from it */
    const char *cache;     /* last resort for decoded data */
    int identity;          /* DataIdentity of the study's data */
    const char *data_root; /* where data sets are looked up, or NULL: each machine's own place */
    const char *images;    /* digest of the images that are the study's */
    int64_t epochs;        /* in place of the study's recipe.epochs */
    double lr;             /* in place of recipe.lr */
    const char *init;      /* in place of recipe.init, or NULL: the study's own */
    int64_t seed;
    int threads;
    int pin; /* processor to pin to; -1 = none */
} WorkerJob;

/* As one line with its newline. */
void worker_job_text(const WorkerJob *job, Text *out);

/* *out borrows from `map`, that line's. Errors: ERR_DATA, the key named. */
ErrCode worker_job_read(WorkerJob *out, const json_t *map, Err *err) ERR_CHECKED;

#endif
