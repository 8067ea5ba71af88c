/*
 * harness/verify.h: trains a finished trial again and compares every bit with what is stored.
 *
 * Results are a function of study, seed and arithmetic revision, so the second time must give the
 * first one's: every metric of every epoch, the result, and every tensor of the weights and of the
 * best ones. It is trained in DIR/verify-NNNNNN, which goes at the end; a stop leaves it, and the
 * same call goes on from there. The store is only read.
 */
#ifndef HARNESS_VERIFY_H
#define HARNESS_VERIFY_H

#include "harness/trainer.h"
#include "harness/verify_types.h"

#include "base/err.h"

/*
 * `callbacks` hear of the training; their `epoch` may be NULL. Errors: ERR_USAGE (no such trial, it
 * has not finished, data changed, another arithmetic revision), ERR_INTERRUPTED,
 * those of the store and of the training. Differences are none. Release the report anyway.
 */
ErrCode verify_trial(VerifyReport *report, const VerifySettings *settings,
                     const TrainCallbacks *callbacks, Err *err) ERR_CHECKED;

void verify_release(VerifyReport *report);

#endif
