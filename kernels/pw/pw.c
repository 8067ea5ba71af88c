/* The variants of pw by instruction-set level. */
#include "kernels/pw/pw.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

static const PwKernels *const variants[] = LEVEL_VARIANTS(pw_table);

const PwKernels *pw_kernels(CpuLevel level)
{
    return variants[level_built(level)];
}
