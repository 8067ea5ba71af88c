/* results/sizesurface: the surface of results/sizefit.h. */
#ifndef RESULTS_SIZESURFACE_H
#define RESULTS_SIZESURFACE_H

#include "results/sizefit.h"

/* Errors: ERR_MEMORY. */
ErrCode sizesurface_fit(SizeSurface *out, const SizeTable *table, Arena *arena,
                        Err *err) ERR_CHECKED;

/*
 * Where a determined surface is lowest along each budget, optima[n_groups], and the law of it, with
 * intervals. Errors: ERR_MEMORY.
 */
ErrCode sizesurface_optima(const SizeSurface *surface, const SizeTable *table, SizeOptimum *optima,
                           SizeLaw *law, Arena *arena, Err *err) ERR_CHECKED;

#endif
