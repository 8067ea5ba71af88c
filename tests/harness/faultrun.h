/*
 * tests/harness/faultrun.h: a run of the micro study in a child process whose surroundings fail.
 *
 * The child calls coordinator_run itself, so that it can be given what no command line has: a
 * broken device, another clock, a bound of memory. Its workers are this test's own binary, which
 * may fail too. What a run says, and the error it ends with, come back as text.
 */
#ifndef TESTS_HARNESS_FAULTRUN_H
#define TESTS_HARNESS_FAULTRUN_H

#include "base/proc.h"
#include "base/text.h"
#include "harness/run.h"

struct CMUnitTest;

typedef struct FaultRun {
    RunSettings settings;   /* out at least; jobs 0: two */
    RunCallbacks callbacks; /* note is taken */
    void (*begin)(void);    /* in the child, before the run; NULL: nothing */
    const char *worker;     /* environment NAME=value of the workers, or NULL */
    const char *sets[4];    /* of the study, up to NULL */
} FaultRun;

/* Starts the run; its words come from proc->error. */
void faultrun_start(Proc *proc, const FaultRun *run);

/* Runs to the end: the exit status, or 128 + the signal. *said (may be NULL) gets what it said. */
int faultrun(const FaultRun *run, Text *said);

/*
 * From the k-th on all writes to regular files fail with this errno, in this process: a device that
 * breaks. Pipes go on.
 */
void faultrun_break_writes(long k, int error);

/*
 * What main does and returns: a process that is a worker of a FaultRun works, with its writes
 * broken as its environment has it (FAULTRUN_WRITES=K:ERRNO); any other runs the tests, those of
 * argv[1]'s pattern if there is one.
 */
int faultrun_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n_tests);

#endif
