/*
 * bench/stepexplain.h: where the time of a training step goes, against what the machine could do.
 *
 * A net is profiled (nn/netprofile.h) for some steps; each line of the explanation is the median
 * over them, so shares are of the sum of medians, which interruptions touch less than the mean.
 * Lines are made of the same rows three times over: by phase, by stage and phase, by operation and
 * pass; and kernels are added up by phase.
 */
#ifndef BENCH_STEPEXPLAIN_H
#define BENCH_STEPEXPLAIN_H

#include "bench/machine.h"

#include "base/err.h"
#include "nn/net.h"
#include "nn/netprofile.h"

enum { STEPEXPLAIN_MOST_STEPS = 1000 };

/* What a row belongs to; docs/performance.md says what they hold. */
typedef enum ExplainPhase {
    EXPLAIN_F1, /* of an inverted bottleneck, forward: expand, depthwise, project */
    EXPLAIN_F2,
    EXPLAIN_F3,
    EXPLAIN_B4, /* backward: project, depthwise, expand */
    EXPLAIN_B3,
    EXPLAIN_B2,
    EXPLAIN_FORWARD, /* all other operations of stages */
    EXPLAIN_BACKWARD,
    EXPLAIN_STEM,   /* forward and backward */
    EXPLAIN_HEAD,   /* last convolution, pool, classifier, loss; forward and backward */
    EXPLAIN_FINISH, /* batch norms, between two barriers */
    EXPLAIN_PREPARE,
    EXPLAIN_OPTIMISER,
    EXPLAIN_WAIT,
    EXPLAIN_N_PHASES
} ExplainPhase;

typedef struct ExplainLine {
    ExplainPhase phase;
    int stage;           /* -1: none, or several */
    int op;              /* -1: none, or several */
    NetPass pass;        /* with op */
    double seconds;      /* median over steps of the mean over threads */
    double share;        /* of the sum over the list */
    double wait_seconds; /* at the barriers behind it: some threads were longer at it than others;
                            of all lines together they are those of EXPLAIN_WAIT */
    double cycles;       /* of all threads, per vector; 0: it has no map */
    NetProfileWork work;
    double roof_seconds; /* what the roof that binds allows, row by row; 0: no work is known */
    bool is_compute;     /* most of it is multiplying, not moving */
    double calls;        /* of kernels, in a step */
    const char *op_name; /* with op */
} ExplainLine;

typedef struct ExplainLines {
    ExplainLine *v;
    int n;
} ExplainLines;

/* A kernel, in all phases and in each. */
typedef struct ExplainKernel {
    const char *name;      /* "pw.forward" */
    double seconds, share; /* of the steps whose kernels are timed */
    double calls;
    double phase_seconds[EXPLAIN_N_PHASES];
    double phase_calls[EXPLAIN_N_PHASES];
} ExplainKernel;

typedef struct StepExplain StepExplain;

/* --- collect --- */

/* For n_steps on the machine of `machine`, which is borrowed. Errors: ERR_USAGE, ERR_MEMORY. */
ErrCode stepexplain_create(StepExplain **out, const MachineReport *machine, int64_t n_steps,
                           Err *err) ERR_CHECKED;

/* Starts to profile and copies the net's rows. Errors: ERR_MEMORY. */
ErrCode stepexplain_begin(StepExplain *explain, Net *net, Err *err) ERR_CHECKED;

/*
 * Each of n_steps is taken twice: first for the times of phases, then, with timers around kernels,
 * which disturb them, for those of kernels. Both look at the net's last step and get it ready for
 * the other.
 */
void stepexplain_take_phases(StepExplain *explain, Net *net, int64_t index);
void stepexplain_take_kernels(StepExplain *explain, Net *net, int64_t index);

/* Once all steps are taken, makes what is read below. */
void stepexplain_finish(StepExplain *explain);

/* --- read --- */

ExplainLines stepexplain_phases(const StepExplain *explain);
ExplainLines stepexplain_stages(const StepExplain *explain);
ExplainLines stepexplain_operations(const StepExplain *explain);

/* Of those that were called, by time; what phases take beyond them is the executor's. */
const ExplainKernel *stepexplain_kernels(const StepExplain *explain, int *n);

const MachineReport *stepexplain_machine(const StepExplain *explain);

const char *stepexplain_phase_name(ExplainPhase phase);

void stepexplain_destroy(StepExplain **explain); /* accepts NULL */

#endif
