/* The variants of pool by instruction-set level. */
#include "kernels/pool/pool.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

static const PoolKernels *const variants[] = LEVEL_VARIANTS(pool_table);

const PoolKernels *pool_kernels(CpuLevel level)
{
    return variants[level_built(level)];
}
