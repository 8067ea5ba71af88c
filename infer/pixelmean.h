/*
 * infer/pixelmean.h: a step that takes the mean of all pixels: the global pool, and means for a
 * gate.
 */
#ifndef INFER_PIXELMEAN_H
#define INFER_PIXELMEAN_H

#include "infer/inferstate.h"

/* Adds the step, of what `op` reads; the value that holds the means. */
int pixelmean_plan(Planner *planner, int op);

#endif
