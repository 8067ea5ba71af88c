/*
 * bench/machine.h: what this machine can do at best, measured: the roofs that kernels and phases
 * are held against.
 *
 * Every figure is the best of several samples in processor time: interruptions and neighbours only
 * take away. It is measured with the vectors of an instruction-set level (bench/machineloops.h) and
 * on as many threads as are asked for, which wait for one another with the barrier of a step
 * (base/team.h).
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "base/cpu.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

enum { MACHINE_MEMORIES = 4 };

typedef enum MachineMotion {
    MACHINE_READ,
    MACHINE_WRITE, /* bytes stored; what a cache reads to own a line is not counted */
    MACHINE_COPY,  /* bytes read plus bytes written */
    MACHINE_N_MOTIONS
} MachineMotion;

/* Where a rate was measured. */
typedef enum MachineTeam { MACHINE_ONE, MACHINE_ALL, MACHINE_N_TEAMS } MachineTeam;

typedef struct MachineMemory {
    const char *name;                        /* "L1", "L2", "L3", "DRAM" */
    size_t size_bytes;                       /* of one thread's cache, of the shared L3; 0: DRAM */
    size_t footprint_bytes[MACHINE_N_TEAMS]; /* of all threads */
    double gbs[MACHINE_N_TEAMS][MACHINE_N_MOTIONS]; /* 1e9 bytes a second, threads together */
} MachineMemory;

typedef struct MachineReport {
    CpuInfo cpu;
    CpuLevel level;
    int threads;                    /* of MACHINE_ALL */
    double clock_ghz;               /* dependent additions a nanosecond */
    double ticks_ghz;               /* of clock_ticks() */
    double gflops[MACHINE_N_TEAMS]; /* multiply-adds count two, threads together */
    double barrier_ns;              /* one team_wait of all threads; 0 with one */
    MachineMemory memory[MACHINE_MEMORIES];
} MachineReport;

/* Takes about a second. Errors: ERR_MEMORY. */
ErrCode machine_measure(MachineReport *report, CpuLevel level, int threads, Err *err) ERR_CHECKED;

/*
 * The bandwidth roof of `n_bytes` that all threads go through once, in bytes a second: copying in
 * the smallest memory that holds them.
 */
double machine_bandwidth(const MachineReport *report, MachineTeam team, double n_bytes);

/* The compute roof in flops a second. */
double machine_compute(const MachineReport *report, MachineTeam team);

void machine_put_text(const MachineReport *report, Text *out);
void machine_put_json(const MachineReport *report, const char *key, JsonWriter *json);

#endif
