/* harness/run_cache.h: decoded images, made before the trials that need them. */
#ifndef HARNESS_RUN_CACHE_H
#define HARNESS_RUN_CACHE_H

#include "harness/run_state.h"

/*
 * Decodes and resizes the images of every resolution that pending trials need, once, on all cores.
 */
ErrCode run_cache_fill(RunState *run, Err *err) ERR_CHECKED;

#endif
