/* bench/machineloops.c: the tables of all levels. */
#include "bench/machineloops.h"

#include "kernels/ladder.h"
#include "kernels/level.h"

#include "base/err.h"

#include <stddef.h>

extern const MachineLoops machineloops_table__generic, machineloops_table__neon,
    machineloops_table__avx2, machineloops_table__avx512;

const MachineLoops *machineloops_select(CpuLevel level)
{
    static const LadderRung rungs[] = {LEVEL_GENERIC(machineloops_table)};
    static const Ladder ladder = {.rungs = rungs, .n_rungs = ARRAY_LEN(rungs)};
    return ladder_rung(&ladder, offsetof(MachineLoops, fma), level)->table;
}
