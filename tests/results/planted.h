/* tests/results/planted.h: studies in memory whose part `profile` has a surface that is known. */
#ifndef TESTS_RESULTS_PLANTED_H
#define TESTS_RESULTS_PLANTED_H

#include "tests/results/shapes.h"

#include "results/store.h"

enum { PLANTED_MAX_BUDGETS = 2, PLANTED_TEST_IMAGES = 10000 };

typedef struct Planted {
    const char *part;                        /* "profile", or "grid" */
    const double *beta[PLANTED_MAX_BUDGETS]; /* [SCHEFFE_CUBIC] each, percent, at 2 and 4 times */
    int n_budgets, n_shapes, n_seeds;
    double sd;      /* of the noise, points */
    uint64_t study; /* what the noise is drawn by */
} Planted;

/*
 * Shapes are those of shapes.h, built as they are asked for; test loss falls by 0.02 nats a point.
 * Points and seeds may be changed. Everything is the arena's.
 */
StoreResults planted_results(const Planted *planted, Arena *arena);

/* A seed of a shape, to be changed. */
StoreSeed *planted_seed(const StoreResults *results, int budget, int shape, int seed);

#endif
