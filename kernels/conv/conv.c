/* The tables of conv, and the one of a level. */
#include "kernels/conv/conv.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(ConvKernels, rearrange),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(conv_table)};
const Ladder conv_ladder = {"conv", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

ConvKernels conv_kernels(CpuLevel level)
{
    ConvKernels table = {0};
    ladder_fill(&table, sizeof table, &conv_ladder, level);
    return table;
}
