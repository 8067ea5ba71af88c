/* The variants of affine by instruction-set level. */
#include "kernels/affine/affine.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

static const AffineKernels *const variants[] = LEVEL_VARIANTS(affine_table);

const AffineKernels *affine_kernels(CpuLevel level)
{
    return variants[level_built(level)];
}
