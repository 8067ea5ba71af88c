/*
 * tests/results/world.h: made-up results of a study, in memory: points with the accuracies of their
 * seeds, as store_results gives them.
 */
#ifndef TESTS_RESULTS_WORLD_H
#define TESTS_RESULTS_WORLD_H

#include "results/store.h"
#include "results/verdict_field.h"

enum {
    WORLD_POINTS = 64,
    WORLD_SEEDS = 8,
    WORLD_BASELINE = 1000,
    WORLD_EPOCHS = 16,
    WORLD_DIGEST_BYTES = 16
};

typedef struct World {
    StoreResults results;
    StorePointResult points[WORLD_POINTS];
    StoreSeed seeds[WORLD_POINTS][WORLD_SEEDS];
    char digests[WORLD_POINTS][WORLD_DIGEST_BYTES];
} World;

/* A mean curve that has settled at 60 %, and a straight line that has not, for ten classes. */
extern const double world_settled[WORLD_EPOCHS], world_rising[WORLD_EPOCHS];

/* An empty study of ten classes, 2000 validation and 10000 test images; nothing is known of curves.
 */
void world_begin(World *w);

/* A point with test accuracies top1[n] of seeds 1, 2, ...; matched, unless target is 0. */
StorePointResult *world_add(World *w, const char *part, const char *series, int64_t macs,
                            int64_t target, const double *top1, int n);

/* Gives every finished seed of a point that curve. */
void world_train(World *w, size_t point, const double curve[WORLD_EPOCHS]);

typedef ErrCode WorldJudge(VerdictField *field, Arena *arena, Verdict *out, Err *err);

/* The verdict of one rule; texts are in the arena. */
Verdict world_judge(const World *w, WorldJudge *judge, Arena *arena);

#endif
