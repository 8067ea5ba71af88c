/* The tables of dw, and the one of a level. */
#include "kernels/dw/dw.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(DwKernels, forward),
    LADDER_SLOT(DwKernels, backward_data),
    LADDER_SLOT(DwKernels, backward_weights),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(dw_table)};
const Ladder dw_ladder = {"dw", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

DwKernels dw_kernels(CpuLevel level)
{
    DwKernels table = {0};
    ladder_fill(&table, sizeof table, &dw_ladder, level);
    return table;
}
