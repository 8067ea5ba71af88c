/* results/store_internal.h: the open store, shared by the store_*.c files of results/ alone. */
#ifndef RESULTS_STORE_INTERNAL_H
#define RESULTS_STORE_INTERNAL_H

#include "results/db.h"
#include "results/store.h"

#include "base/embed.h"

struct Store {
    Db db;
    bool is_writer;
};

/* XXH3-128 over the seals of a finished trial's rows: what trial_digest holds. */
ErrCode store_trial_digest(Store *store, int64_t trial, char digest[HASH_HEX_BYTES],
                           Err *err) ERR_CHECKED;

#endif
