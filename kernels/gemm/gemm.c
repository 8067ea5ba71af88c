/* The tables of gemm, and the one of a level. */
#include "kernels/gemm/gemm.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(GemmKernels, forward),
    LADDER_SLOT(GemmKernels, finish),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(gemm_table)};
const Ladder gemm_ladder = {"gemm", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

GemmKernels gemm_kernels(CpuLevel level)
{
    GemmKernels table = {0};
    ladder_fill(&table, sizeof table, &gemm_ladder, level);
    return table;
}
