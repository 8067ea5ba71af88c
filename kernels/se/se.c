/* The tables of se, and the one of a level. */
#include "kernels/se/se.h"

#include "kernels/ladder.h"
#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderRung ladder[] = {LEVEL_GENERIC(se_table)};

SeKernels se_kernels(CpuLevel level)
{
    SeKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, ARRAY_LEN(ladder), level);
    return table;
}
