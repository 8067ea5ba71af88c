/* The tables of conv, and the one of a level. */
#include "kernels/conv/conv.h"

#include "kernels/ladder.h"
#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderRung ladder[] = {LEVEL_GENERIC(conv_table)};

ConvKernels conv_kernels(CpuLevel level)
{
    ConvKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, ARRAY_LEN(ladder), level);
    return table;
}
