/* bench/machineloops.c: the tables of all levels. */
#include "bench/machineloops.h"

#include "kernels/ladder.h"
#include "kernels/level.h"

extern const MachineLoops machineloops_table__generic, machineloops_table__avx2,
    machineloops_table__avx512;

const MachineLoops *machineloops_select(CpuLevel level)
{
    static const LadderRung tables[] = {LEVEL_GENERIC(machineloops_table)};
    return tables[level_built(level)].table;
}
