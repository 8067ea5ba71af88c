/* The tables of panel, and the one of a level. */
#include "kernels/panel/panel.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

static const LadderSlot slots[] = {LADDER_SLOT(PanelKernels, load), LADDER_SLOT(PanelKernels, fold),
                                   LADDER_SLOT(PanelKernels, backward)};
static const LadderRung rungs[] = {LEVEL_GENERIC(panel_table)};
const Ladder panel_ladder = {"panel", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};

PanelKernels panel_kernels(CpuLevel level)
{
    PanelKernels table = {0};
    ladder_fill(&table, sizeof table, &panel_ladder, level);
    return table;
}
