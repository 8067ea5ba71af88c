/* The tables of dw, and the one of a level. */
#include "kernels/dw/dw.h"

#include "kernels/ladder.h"
#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderRung ladder[] = {LEVEL_GENERIC(dw_table)};

DwKernels dw_kernels(CpuLevel level)
{
    DwKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, ARRAY_LEN(ladder), level);
    return table;
}
