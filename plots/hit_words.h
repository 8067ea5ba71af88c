/* plots/hit_words.h: a row of a figure in words, for who points at its mark; private to plots/. */
#ifndef PLOTS_HIT_WORDS_H
#define PLOTS_HIT_WORDS_H

#include "plots/figure_data.h"

#include "base/arena.h"

/*
 * "compound, 24.10 M MACs, top-1 63.20 % ± 0.41 (90 %), n = 5": the group's name and those columns
 * that say something to a reader. NULL without memory, which shows in the arena.
 */
const char *hit_words(const FigureData *data, const FigureBlock *block, size_t row, Arena *arena);

/* Cells of its columns `trials` or `trial`: numbers parted by blanks; "" without. */
const char *hit_words_trials(const FigureBlock *block, size_t row);

#endif
