/* The tables of se, and the one of a level. */
#include "kernels/se/se.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(SeKernels, forward),
    LADDER_SLOT(SeKernels, backward),
    LADDER_SLOT(SeKernels, scale),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(se_table)};
const Ladder se_ladder = {"se", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

SeKernels se_kernels(CpuLevel level)
{
    SeKernels table = {0};
    ladder_fill(&table, sizeof table, &se_ladder, level);
    return table;
}
