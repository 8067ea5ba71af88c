/* The tables of mb, and the one of a level. */
#include "kernels/mb/mb.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(MbKernels, forward),
    LADDER_SLOT(MbKernels, backward),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(mb_table)};
const Ladder mb_ladder = {"mb", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

MbKernels mb_kernels(CpuLevel level)
{
    MbKernels table = {0};
    ladder_fill(&table, sizeof table, &mb_ladder, level);
    return table;
}
