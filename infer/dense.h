/*
 * infer/dense.h: a step that is one product: a convolution or a linear layer.
 */
#ifndef INFER_DENSE_H
#define INFER_DENSE_H

#include "infer/inferstate.h"

/*
 * Makes step `index`, whose product has its shape, one that reads `input` with the windows of `op`
 * (NULL: none) and writes a new value.
 */
void dense_plan(Planner *planner, int index, int input, const Op *op);

#endif
