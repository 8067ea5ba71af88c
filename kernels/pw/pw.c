/* The tables of pw, and the one of a level. */
#include "kernels/pw/pw.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {
    LADDER_SLOT(PwKernels, forward),
    LADDER_SLOT(PwKernels, backward_weights),
    LADDER_SLOT(PwKernels, transpose),
};
static const LadderRung rungs[] = {LEVEL_GENERIC(pw_table)};
const Ladder pw_ladder = {"pw", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

PwKernels pw_kernels(CpuLevel level)
{
    PwKernels table = {0};
    ladder_fill(&table, sizeof table, &pw_ladder, level);
    return table;
}
