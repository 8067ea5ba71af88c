/*
 * models/ops.h: the table of operation kinds (models/op_row.h), and what callers ask of it.
 */
#ifndef MODELS_OPS_H
#define MODELS_OPS_H

#include "models/op_row.h"

#include "base/text.h"
/* The widest map that is executed: its pixels fit an int. */
enum { OPS_SIDE_MOST = 32768 };

const OpRow *ops_row(OpKind kind);

/* Index of the second operation that one reads; INPUT_IMAGES: there is none. */
int ops_shortcut(const Op *reader);

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

/*
 * Appends what tells an operation from those of its kind and was not known of old: nothing where it
 * is as usual, so that digests stay. The rest is in the order of whoever digests.
 */
void ops_identify(const Op *op, Text *out);

/* Why an operation of these numbers cannot be, or NULL. */
const char *ops_check(const Op *op);

#endif
