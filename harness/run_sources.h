/*
 * harness/run_sources.h: trials that begin with the weights that other trials of the study ended
 * with.
 *
 * Such a trial waits for its *source*, the trial of the same seed, and begins with
 * trials/NNNNNN/weights.safetensors, which was placed, synced and committed with its digest when
 * the source was accepted (run_files). What has no weights because it diverged or failed is no
 * source: the plan then does not list what would begin with it.
 */
#ifndef HARNESS_RUN_SOURCES_H
#define HARNESS_RUN_SOURCES_H

#include "harness/run_state.h"

/* Whether a trial of the plan may be listed: its source may still have weights, or it needs none.
 */
bool run_sources_allow(const Plan *plan, const StoreTrials *stored, const PlanTrial *trial);

/* Sets the sources of run->trials. */
void run_sources_find(RunState *run);

/* Whether a listed trial that is to be begun has a source that ended without weights: says so. */
bool run_sources_tell_lost(const RunState *run);

/*
 * Whether the weights are there that pending trials begin with, of sources that are done.
 * ERR_DATA: missing or damaged, and how they are had again; ERR_IO, those of the store.
 */
ErrCode run_sources_check(const RunState *run, Err *err) ERR_CHECKED;

/* Appends what a trial begins with, in place of recipe.init; nothing where it has no source. */
ErrCode run_sources_init(const RunState *run, const RunTrial *trial, Text *out,
                         Err *err) ERR_CHECKED;

#endif
