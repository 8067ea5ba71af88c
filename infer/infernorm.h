/*
 * infer/infernorm.h: batch norm with running statistics as a scale and a bias of weights.
 */
#ifndef INFER_INFERNORM_H
#define INFER_INFERNORM_H

#include "infer/inferstate.h"

/* Room for the tensors of a step with so many channels, in whole lanes. */
void infernorm_carve(Step *step, int channels, Arena *arena);

/* The k-th tensor of a convolution of so many channels, behind its weights. */
void infernorm_write(const Step *step, int channels, int k, const float *data);

/*
 * y = scale z + bias of the convolution's z: scale[channels], in place of gamma, and
 * bias[channels]; NULL: the operation has no batch norm, and no bias. In double, rounded once.
 */
const float *infernorm_fold(const Infer *infer, Step *step, int channels, float *bias);

#endif
