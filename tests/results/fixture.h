/*
 * tests/results/fixture.h: a made-up study, planned, run and finished, in a store.
 *
 * Accuracy is a smooth function of the three multipliers plus a deterministic deviation by seed, so
 * figures look like a real study's and no test depends on chance.
 */
#ifndef TESTS_RESULTS_FIXTURE_H
#define TESTS_RESULTS_FIXTURE_H

#include "base/arena.h"
#include "base/err.h"
#include "results/store.h"

#include <stdbool.h>

enum { FIXTURE_BASELINE_MACS = 756528, FIXTURE_EPOCHS = 3, FIXTURE_PATH_BYTES = 512 };

typedef struct Fixture {
    int n_seeds;
    bool is_demo;
    const char *name;        /* of study, data set and baseline; NULL: a harmless one */
    double noise;            /* largest deviation by seed, points; 0: of losses neither */
    double loss;             /* points that all accuracies are lower */
    bool has_nominal_grid;   /* a second grid with `match: nominal` */
    bool has_diverged;       /* the first grid network diverges at seed 1 */
    bool is_planned_only;    /* no trial is run */
    bool has_two_compounds;  /* the paper's constants beside the winner's */
    bool has_two_baselines;  /* a second part `compare` that scales another one */
    bool is_crowded;         /* nine sizes a curve, nine strategies, two of them tied */
    bool has_table;          /* eight networks by genes, in figure `frontier` */
    bool has_profile;        /* ten shapes at 2 and 4 times, in figure `ternary` */
    bool has_sizes;          /* two totals of training compute on five sizes each */
    bool has_transfer;       /* two data sets that networks were carried to, two ways each */
    bool has_search;         /* two searchers, two runs, of four of these networks each */
    bool has_twins;          /* each point of a figure but the grid's stands twice */
    int64_t epochs;          /* trials are to make so many; 0: FIXTURE_EPOCHS */
    bool is_ripe;            /* eight epochs, over half of which accuracy has settled */
    int64_t family_seed;     /* that part `family` keeps to itself; 0: none */
    int64_t judge_seed;      /* that part `compare` keeps to itself, with its baseline; 0: none */
    bool is_exact;           /* lists no trials but its own */
    const char *families[2]; /* further lines of part `family`, by name; NULL: none */
} Fixture;

/* A folder of its own for this test process, removed by fixture_remove. */
const char *fixture_folder(void);
void fixture_remove(void);

/* What a group of tests shares is released, its folder removed: 0, as cmocka's teardown. */
int fixture_end(Store **store, Arena *arena);

/* A StoreScore: accuracy alone. */
double fixture_score(double top1, double macs, const void *context);

/* fixture_remove, as cmocka's teardown. */
int fixture_teardown(void **state);

/* "folder/name" in a static buffer that the next call reuses. */
const char *fixture_path(const char *name);

/* Puts the plan and, unless is_planned_only, all results. */
ErrCode fixture_fill(Store *store, const Fixture *fixture, Err *err) ERR_CHECKED;

/* The store in file `name` of the folder, filled; a test that has none fails. */
Store *fixture_store(const char *name, const Fixture *fixture);

/* The n bytes of a file of the folder, whose name is formatted; mem_free them. A test fails. */
char *fixture_bytes(size_t *n, const char *format, ...) ERR_PRINTF(2, 3);

/* Runs one trial to its end: attempt, epochs, done. */
ErrCode fixture_run_trial(Store *store, int64_t trial, double top1, Err *err) ERR_CHECKED;

#endif
