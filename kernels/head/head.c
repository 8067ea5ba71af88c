/* The tables of head, and the one of a level. */
#include "kernels/head/head.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(HeadKernels, bias),    LADDER_SLOT(HeadKernels, bias_grad),
    LADDER_SLOT(HeadKernels, dropout), LADDER_SLOT(HeadKernels, softmax),
    LADDER_SLOT(HeadKernels, argmax),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(head_table)};
const Ladder head_ladder = {"head", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

HeadKernels head_kernels(CpuLevel level)
{
    HeadKernels table = {0};
    ladder_fill(&table, sizeof table, &head_ladder, level);
    return table;
}
