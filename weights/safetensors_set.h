/* nn/safetensors_set.h: what reader and writer of safetensors share; for them only. */
#ifndef WEIGHTS_SAFETENSORS_SET_H
#define WEIGHTS_SAFETENSORS_SET_H

#include "weights/safetensors.h"

#define SAFETENSORS_METADATA "__metadata__"

void safetensors_sort(TensorSet *set); /* tensors and metadata, bytewise by name */

#endif
