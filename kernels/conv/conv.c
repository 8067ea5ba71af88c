/* The variants of conv by instruction-set level. */
#include "kernels/conv/conv.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

static const ConvKernels *const variants[] = LEVEL_VARIANTS(conv_table);

const ConvKernels *conv_kernels(CpuLevel level)
{
    return variants[level_built(level)];
}
