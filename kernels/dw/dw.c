/* The variants of dw by instruction-set level. */
#include "kernels/dw/dw.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

static const DwKernels *const variants[] = LEVEL_VARIANTS(dw_table);

const DwKernels *dw_kernels(CpuLevel level)
{
    return variants[level_built(level)];
}
