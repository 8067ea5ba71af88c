/*
 * infer/inferrows.h: the table of rows (InferRow, infer/inferstate.h) by kind of operation.
 */
#ifndef INFER_INFERROWS_H
#define INFER_INFERROWS_H

#include "infer/inferstate.h"

const InferRow *inferrows_row(OpKind kind);

#endif
