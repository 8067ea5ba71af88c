/* harness/cli/run_talk.h: what `isoflop run` says on stderr while a study runs. */
#ifndef HARNESS_CLI_RUN_TALK_H
#define HARNESS_CLI_RUN_TALK_H

#include "harness/cli/command.h"

#include "harness/coordinator.h"

/* Callbacks that talk; the call must outlive them. */
RunCallbacks run_talk(const Call *call);

/* The last line: counts, time and what to ask next. */
void run_talk_end(const RunReport *report, const char *out);

#endif
