/* The tables of affine, and the one of a level. */
#include "kernels/affine/affine.h"

#include "kernels/ladder.h"
#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderRung ladder[] = {LEVEL_GENERIC(affine_table)};

AffineKernels affine_kernels(CpuLevel level)
{
    AffineKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, ARRAY_LEN(ladder), level);
    return table;
}
