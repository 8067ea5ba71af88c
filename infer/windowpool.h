/*
 * infer/windowpool.h: a step that pools windows: maximum or mean.
 */
#ifndef INFER_WINDOWPOOL_H
#define INFER_WINDOWPOOL_H

#include "infer/inferstate.h"

typedef void WindowPoolRun(const Worker *worker, const Step *step);

/* Adds the step of operation `op`, which runs by `run`. */
void windowpool_plan(Planner *planner, int op, WindowPoolRun *run);

/* Runs a kernel on the worker's share. */
void windowpool_run(const Worker *worker, const Step *step,
                    void (*kernel)(const PoolWindowArgs *args));

#endif
