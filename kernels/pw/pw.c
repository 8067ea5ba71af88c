/* The tables of pw, and the one of a level. */
#include "kernels/pw/pw.h"

#include "kernels/ladder.h"
#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderRung ladder[] = {LEVEL_GENERIC(pw_table)};

PwKernels pw_kernels(CpuLevel level)
{
    PwKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, ARRAY_LEN(ladder), level);
    return table;
}
