/*
 * tests/harness/micro.h: `isoflop run` on a micro study, from outside.
 *
 * The study has a grid, the baseline and what follows from the grid's winner, two epochs of 48
 * images each. What a run leaves is compared by the store's view `result`, which has every metric
 * and the digests of all weights, and by what was decided. Figures are of other tests: a gnuplot
 * that draws nothing is found before the real one, and halves a run. Whatever goes wrong fails the
 * test.
 */
#ifndef TESTS_HARNESS_MICRO_H
#define TESTS_HARNESS_MICRO_H

#include "base/proc.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MILLISECOND INT64_C(1000000)
#define SECOND (1000 * MILLISECOND)

enum { MAX_ARGS = 24, MAX_OUTPUT = 1 << 20, MAX_PIDS = 64, EXIT_INTERRUPTED = 75 };
/* Bounds that end a hang; a busy machine must not reach them. A look is taken every 5 ms. */
enum { RUN_TIMEOUT_S = 600, END_TIMEOUT_S = 120, MAX_LOOKS = 12000 };

#define FACTS "SELECT name, number, network, value_1, value_2, value_3, text FROM fact"
#define DECISIONS                                                                                  \
    "SELECT part, number, kind, virtual_time, ticket, d, w, r, genes, epochs, digest, outcome, "   \
    "value, n, n_seeds, reason FROM decision"

/*
 * The beginning and the end of a launcher's script. The worker speaks first, so it is started
 * first; what stands between has its job in $job, $trial and $attempt, may say lines as if it were
 * the worker (say EVENT FIELDS), and hands the job on unless it ends with `exit`: then the worker
 * ends, too, for want of a job.
 */
#define LAUNCHER_BEGIN                                                                             \
    "exec 3>&1\n"                                                                                  \
    "number() { printf %s \"$job\" | sed \"s/.*\\\"$1\\\":\\([0-9]*\\).*/\\1/\"; }\n"              \
    "say() { printf '{\"event\":\"%s\",\"trial\":%s,\"attempt\":%s%s}\\n' \"$1\" \"$trial\" "      \
    "\"$attempt\" \"$2\" >&3; }\n"                                                                 \
    "{ read -r job; trial=$(number trial) attempt=$(number attempt)\n"
#define LAUNCHER_END "printf '%s\\n' \"$job\"; cat; } | \"$@\"\n"
/* As a worker that takes a step and then fails by its own doing. */
#define LAUNCHER_FAILS                                                                             \
    "{ say step ',\"step\":0,\"steps\":9'; say step ',\"step\":1,\"steps\":9'\n"                   \
    "say failed ',\"code\":\"data\",\"message\":\"it fails\"'; exit; }\n"

typedef struct Micro {
    char base[64], study_path[128], cache[128];
    Text path;        /* PATH */
    Text expected;    /* what the undisturbed run left */
    size_t n_trials;  /* of it: three, or four if the winner builds a network of its own */
    int64_t whole_ns; /* how long it took */
} Micro;

extern Micro micro;

void micro_start(Proc *proc, const char *out, const char *const *more, ProcStream error);

/* Runs to the end; *said (may be NULL) gets stderr. */
int micro_run(const char *out, const char *const *more, Text *said);

char *micro_path(const char *name);

/* All rows that queries give. */
void micro_dump_queries(const char *out, const char *const *queries, Text *text);

/* The view `result`, and what was decided: all that does not depend on time. */
void micro_dump(const char *out, Text *text);

void micro_assert_as_expected(const char *out);

/* The same of the results alone: decisions may have come about in another way. */
void micro_assert_results(const char *out);

/* The number of rows a query gives. */
size_t micro_count(const char *out, const char *sql);

int micro_children(pid_t parent, pid_t pids[MAX_PIDS]);

bool micro_is_alive(pid_t pid);

/* Waits until the coordinator has a worker, or has ended; returns how many it has. */
int micro_wait_for_workers(const Proc *proc, pid_t pids[MAX_PIDS]);

void micro_kill(Proc *proc, int signal_number);

/*
 * Starts a run n_kills times and kills its coordinator, the k-th time k x apart_ms after it has a
 * worker; the first kill meets a running study. Every second run has the arguments `other`.
 */
void micro_kill_often(const char *out, const char *const *more, const char *const *other,
                      int n_kills, int apart_ms);

/* Runs to the end; what micro_dump gives then is `expected`. */
void micro_end_as(const char *out, const char *const *more, const Text *expected);

void micro_assert_said(const Text *said, const char *what);

/* Reads stderr of a run until it says `what`. */
void micro_wait_for_words(Proc *proc, const char *what);

/* Writes a launcher's script, which gets a worker's command line; mem_free the path. */
char *micro_launcher(const char *name, const char *script, Text *launcher);

/* Ends the process that a launcher's script left behind, whose number it wrote to SCRIPT.pid. */
void micro_kill_left(const char *script);

int micro_setup(void **state);
/* The same with the search space `toy.yaml` beside: kernel, expand and layers of three stages. */
int micro_setup_space(void **state);

int micro_teardown(void **state);

#endif
