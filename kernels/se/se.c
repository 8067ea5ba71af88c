/* The variants of se by instruction-set level. */
#include "kernels/se/se.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

static const SeKernels *const variants[] = LEVEL_VARIANTS(se_table);

const SeKernels *se_kernels(CpuLevel level)
{
    return variants[level_built(level)];
}
