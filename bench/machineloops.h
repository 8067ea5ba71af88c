/*
 * bench/machineloops.h: the loops that measure a machine, compiled once per instruction-set level
 * as kernels are, on their very vectors (kernels/lanes.h): so a roof is what that code could reach.
 */
#ifndef BENCH_MACHINELOOPS_H
#define BENCH_MACHINELOOPS_H

#include "base/cpu.h"

/* Floats that a loop over memory takes at once: footprints are multiples of it. */
enum { MACHINELOOPS_FLOATS = 64 };

typedef struct MachineLoops {
    /* n rounds of independent chains of multiply-adds on vectors in registers. */
    void (*fma)(long n);
    double fma_flops; /* of a round */
    /* Over floats [n], n a multiple of MACHINELOOPS_FLOATS. */
    void (*read)(const float *x, long n);
    void (*write)(float *y, long n);
    void (*copy)(const float *x, float *y, long n); /* x[n] to y[n] */
} MachineLoops;

/* The loops of a level; of the highest one built for a level above what this build has. */
const MachineLoops *machineloops_select(CpuLevel level);

#endif
