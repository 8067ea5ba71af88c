/* The tables of head, and the one of a level. */
#include "kernels/head/head.h"

#include "kernels/ladder.h"
#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderRung ladder[] = {LEVEL_GENERIC(head_table)};

HeadKernels head_kernels(CpuLevel level)
{
    HeadKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, ARRAY_LEN(ladder), level);
    return table;
}
