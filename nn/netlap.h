/*
 * nn/netlap.h: what the executor calls while a net is profiled; the inside of nn/netprofile.h.
 */
#ifndef NN_NETLAP_H
#define NN_NETLAP_H

#include "nn/netprobe.h"
#include "nn/netpass.h"
#include "nn/netstate.h"

/* One row of one thread. */
typedef struct LapCell {
    uint64_t ticks;
    uint64_t wait_ticks; /* at the barrier behind it; they are those of NET_WAIT, too */
    uint64_t kernel_ticks[NETPROBE_N], kernel_calls[NETPROBE_N];
} LapCell;

/* One thread. */
typedef struct LapThread {
    Probe probe;
    const Profile *profile;
    uint64_t last;  /* where the lap began */
    LapCell *cells; /* [rows] */
} LapThread;

struct Profile {
    Kernels kernels; /* the real ones */
    Kernels timed;   /* the same, timed */
    bool times_kernels;
    int n_ops;
    int n_threads;
    int n_rows;
    NetProfileRow *rows;
    int *row_of; /* [NET_N_PASSES][n_ops]; -1: none */
    LapThread *threads;
};

/* Before the team starts: all threads begin their first lap and forget the call before. */
void netlap_begin(Profile *profile);

/* In a thread of the team; what ends here has been waiting. */
void netlap_enter(Worker *worker);

/* Ends the lap of a row: op is -1 in passes of all. */
void netlap_count(LapThread *thread, NetPass pass, int op);

/* The same of a barrier: a lap of waiting, for those who were longer at the row named. */
void netlap_count_wait(LapThread *thread, NetPass pass, int op);

/* After the team has ended: all threads' last laps were waiting. */
void netlap_end(Profile *profile);

void netprofile_destroy(Profile **profile); /* accepts NULL */

static inline void netlap(const Worker *worker, NetPass pass, int op)
{
    if (worker->lap != NULL)
        netlap_count(worker->lap, pass, op);
}

static inline void netlap_wait(const Worker *worker, NetPass pass, int op)
{
    if (worker->lap != NULL)
        netlap_count_wait(worker->lap, pass, op);
}

#endif
