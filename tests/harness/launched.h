/*
 * tests/harness/launched.h: runs of the micro study whose workers come up behind a launcher.
 */
#ifndef TESTS_HARNESS_LAUNCHED_H
#define TESTS_HARNESS_LAUNCHED_H

#include "tests/harness/micro.h"

#define COUNTED "SELECT * FROM attempt_end WHERE is_counted"
#define UNFINISHED "SELECT * FROM attempt_end WHERE reason <> 'done'"

/* Runs behind `launcher` into `out`, to status 0 and the bits of a run without one; *said (may be
 * NULL) gets stderr. */
void launched_run(const char *out, const char *launcher, const char *jobs, Text *said);

/* The same behind a shell script of this name. */
void launched_script(const char *name, const char *script, const char *jobs, Text *said);

/* Rows that a query gives of what the script's run left. */
size_t launched_count(const char *name, const char *sql);

#endif
