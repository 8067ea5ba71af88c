/* The tables of affine, and the one of a level. */
#include "kernels/affine/affine.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(AffineKernels, forward), LADDER_SLOT(AffineKernels, stats),
    LADDER_SLOT(AffineKernels, fold),    LADDER_SLOT(AffineKernels, backward),
    LADDER_SLOT(AffineKernels, dz),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(affine_table)};
const Ladder affine_ladder = {"affine", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

AffineKernels affine_kernels(CpuLevel level)
{
    AffineKernels table = {0};
    ladder_fill(&table, sizeof table, &affine_ladder, level);
    return table;
}
