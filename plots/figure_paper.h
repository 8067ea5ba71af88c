/* plots/figure_paper.h: the networks that the paper printed, beside a study's families; private to
 * plots/. */
#ifndef PLOTS_FIGURE_PAPER_H
#define PLOTS_FIGURE_PAPER_H

#include "plots/figure_data.h"

#include "base/arena.h"
#include "base/err.h"

/*
 * Block `paper` of figures 1 and 5: table 2's rows (paper/published.h) by family, EfficientNet
 * first, with params or MACs in the figure's unit and top-1 as printed; rows without the number are
 * left out. Block `legend`: the study's families, then these. Variables span_low, span_high: what
 * the logarithmic axis holds of both; paper_low, paper_high: their accuracies with a margin.
 * Errors: ERR_MEMORY.
 */
ErrCode figure_paper_params(FigureData *data, Arena *arena, Err *err) ERR_CHECKED;
ErrCode figure_paper_macs(FigureData *data, Arena *arena, Err *err) ERR_CHECKED;

#endif
