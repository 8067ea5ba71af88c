/*
 * results/store_trust.h: is what an answer rests on what was written?
 *
 * Who reads a store calls one of these before telling anybody. Each holds the schema against ours,
 * the structure of the tables it names against SQLite's check, and rows against their seals; a
 * store of a hundred thousand trials is to be answered from in time, so each looks at no more than
 * its answer needs (docs/store.md has the list). Damage elsewhere keeps nobody from an answer:
 * store_check names it.
 *
 * Errors of all functions: ERR_DATA with the first damage, those of store.h.
 */
#ifndef RESULTS_STORE_TRUST_H
#define RESULTS_STORE_TRUST_H

#include "results/store.h"

/* What an answer rests on; all of them on the study, its plans, facts and runs. */
typedef enum StoreGround {
    STORE_GROUND_STUDY,    /* no more than these */
    STORE_GROUND_RESULTS,  /* plans, verdicts, rankings: all but epochs, attempts, their machines
                              and artifacts */
    STORE_GROUND_REPORT,   /* these, and where and how often trials were tried */
    STORE_GROUND_STANDING, /* store_standing */
    STORE_GROUND_TRIALS,   /* store_points and store_each_trial */
    STORE_N_GROUNDS
} StoreGround;

ErrCode store_trust(Store *store, StoreGround ground, Err *err) ERR_CHECKED;

/* What trial_facts_read answers for a trial, beside STORE_GROUND_STUDY. */
ErrCode store_trust_trial(Store *store, int64_t trial, Err *err) ERR_CHECKED;

/* What under_way.h answers while these trials run, beside STORE_GROUND_STANDING. */
ErrCode store_trust_running(Store *store, const int64_t *trials, size_t n_trials,
                            Err *err) ERR_CHECKED;

/*
 * The table of that name, or those that the view of that name reads, beside STORE_GROUND_STUDY. It
 * is one of those that can be exported (results/export.h).
 */
ErrCode store_trust_rows(Store *store, const char *name, Err *err) ERR_CHECKED;

#endif
