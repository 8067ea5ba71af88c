/* The tables of opt, and the one of a level. */
#include "kernels/opt/opt.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(OptKernels, sum),        LADDER_SLOT(OptKernels, sgd_nesterov),
    LADDER_SLOT(OptKernels, rmsprop_tf), LADDER_SLOT(OptKernels, rmsprop_torch),
    LADDER_SLOT(OptKernels, adamw),      LADDER_SLOT(OptKernels, ema),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(opt_table)};
const Ladder opt_ladder = {"opt", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

OptKernels opt_kernels(CpuLevel level)
{
    OptKernels table = {0};
    ladder_fill(&table, sizeof table, &opt_ladder, level);
    return table;
}
