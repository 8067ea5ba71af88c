/*
 * models/ops.h: the table of operation kinds (models/op_row.h), and what callers ask of it.
 */
#ifndef MODELS_OPS_H
#define MODELS_OPS_H

#include "models/op_row.h"

const OpRow *ops_row(OpKind kind);

/* True if `reader` reads the output of operation `index`. */
bool ops_reads(const Op *reader, int index);

/*
 * Sets size, padding, macs and acts of an operation whose other numbers are set. Counts stop at
 * INT64_MAX: absurd networks are refused by size, not by undefined behaviour.
 */
void ops_measure(Op *op, bool pads_same);

/* Tensors of an operation, in out; returns how many. */
int ops_tensors(const Op *op, OpTensor out[OP_TENSORS_MAX]);

/* Trainable parameters: elements of its trained tensors. */
int64_t ops_params(const Op *op);

/* Why an operation of these numbers cannot be, or NULL. */
const char *ops_check(const Op *op);

#endif
