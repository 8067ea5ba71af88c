/*
 * infer/infercheck.h: networks that cannot be run are refused before anything is planned, so that
 * rows may rely on what they read being there and of the shape that they expect.
 */
#ifndef INFER_INFERCHECK_H
#define INFER_INFERCHECK_H

#include "infer/inferstate.h"

/* ERR_USAGE, which names the operation. */
ErrCode infercheck_network(const Infer *infer, Err *err) ERR_CHECKED;

#endif
