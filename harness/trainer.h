/*
 * harness/trainer.h: trains one network once, from data to metrics, and can be stopped and resumed.
 *
 * data -> nn -> metrics. The outside is a small callback table, so it knows neither SQL nor
 * processes nor terminals. Results (weights, every metric but seconds) are a function of network,
 * data, recipe, seed and arithmetic revision: not of threads, instruction set, or interruptions.
 *
 * In `dir` it writes checkpoint-STEP.safetensors (the two last generations), best-EPOCH.safetensors
 * (weights of the best epoch those speak of), and at the end weights.safetensors (what was measured
 * after the last epoch) and best.safetensors. A damaged checkpoint is skipped, loudly, for the one
 * before it, and stays until the training has passed it. An epoch's loss is summed in double, in
 * the order of its batches.
 */
#ifndef HARNESS_TRAINER_H
#define HARNESS_TRAINER_H

#include "harness/training.h"

#include "base/err.h"

/*
 * Trains to the end, to a stop or to divergence. ERR_IO (disk), ERR_DATA, ERR_MISSING, ERR_MEMORY;
 * ERR_USAGE where `dir` holds checkpoints of another training, which stay;
 * the report is filled also on failure.
 */
ErrCode trainer_run(const TrainJob *job, const TrainCallbacks *callbacks, TrainReport *report,
                    Err *err) ERR_CHECKED;

#endif
