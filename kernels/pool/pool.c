/* The tables of pool, and the one of a level. */
#include "kernels/pool/pool.h"

#include "kernels/ladder.h"
#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderRung ladder[] = {LEVEL_GENERIC(pool_table)};

PoolKernels pool_kernels(CpuLevel level)
{
    PoolKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, ARRAY_LEN(ladder), level);
    return table;
}
