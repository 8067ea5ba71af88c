/*
 * nn/netbuffers.h: places activation buffers by their lifetimes.
 */
#ifndef NN_NETBUFFERS_H
#define NN_NETBUFFERS_H

#include "nn/netstate.h"

/*
 * Gives each buffer an offset such that no two in use at one time overlap; *n_floats: the extent.
 * Errors: ERR_MEMORY.
 */
ErrCode netbuffers_place(Buffer *buffers, int n_buffers, size_t *n_floats, Err *err) ERR_CHECKED;

#endif
