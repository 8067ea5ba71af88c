/* The tables of opt, and the one of a level. */
#include "kernels/opt/opt.h"

#include "kernels/ladder.h"
#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderRung ladder[] = {LEVEL_GENERIC(opt_table)};

OptKernels opt_kernels(CpuLevel level)
{
    OptKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, ARRAY_LEN(ladder), level);
    return table;
}
