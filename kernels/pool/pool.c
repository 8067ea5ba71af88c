/* The tables of pool, and the one of a level. */
#include "kernels/pool/pool.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(PoolKernels, mean),
    LADDER_SLOT(PoolKernels, dot),
    LADDER_SLOT(PoolKernels, broadcast),
    LADDER_SLOT(PoolKernels, max_forward),
    LADDER_SLOT(PoolKernels, max_backward),
    LADDER_SLOT(PoolKernels, average_forward),
    LADDER_SLOT(PoolKernels, average_backward),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(pool_table)};
const Ladder pool_ladder = {"pool", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

PoolKernels pool_kernels(CpuLevel level)
{
    PoolKernels table = {0};
    ladder_fill(&table, sizeof table, &pool_ladder, level);
    return table;
}
