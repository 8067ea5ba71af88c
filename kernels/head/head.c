/* The variants of head by instruction-set level. */
#include "kernels/head/head.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

static const HeadKernels *const variants[] = LEVEL_VARIANTS(head_table);

const HeadKernels *head_kernels(CpuLevel level)
{
    return variants[level_built(level)];
}
