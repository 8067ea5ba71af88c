/*
 * harness/worker.h: the process that trains one trial (docs/architecture.md, "A trial's life").
 *
 * It first says who it is (harness/hello.h), as whoever launched it may have done so anywhere. Then
 * one line of JSON comes on standard input, which stays open: its end means stop. Lines of JSON go
 * out, one event each: {"event":"epoch",...}, "step", "preparing", "checkpoint", "warning", "done",
 * "diverged", "stopped", "failed", each with the trial's and the attempt's number. The process ends
 * when its coordinator does.
 */
#ifndef HARNESS_WORKER_H
#define HARNESS_WORKER_H

#include "base/cpu.h"
#include "base/err.h"

/*
 * Body of the hidden entry `isoflop run --worker`: says hello, reads the job from `in`, writes
 * events to `out`, and trains with kernels up to `level`.
 */
ErrCode worker_main(int in, int out, CpuLevel level, Err *err) ERR_CHECKED;

#endif
