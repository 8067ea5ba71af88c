/* The variants of opt by instruction-set level. */
#include "kernels/opt/opt.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

static const OptKernels *const variants[] = LEVEL_VARIANTS(opt_table);

const OptKernels *opt_kernels(CpuLevel level)
{
    return variants[level_built(level)];
}
