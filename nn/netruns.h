/*
 * nn/netruns.h: the table of rows of execution (OpRun, nn/netstate.h) by kind of operation.
 */
#ifndef NN_NETRUNS_H
#define NN_NETRUNS_H

#include "nn/netstate.h"

const OpRun *netruns_row(OpKind kind);

#endif
