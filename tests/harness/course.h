/*
 * tests/harness/course.h: one micro training in its own folder, with what was heard of it.
 *
 * 72 images of polytex at 32 px, batch 16: four steps an epoch, three epochs, a checkpoint after
 * every step.
 */
#ifndef TESTS_HARNESS_COURSE_H
#define TESTS_HARNESS_COURSE_H

#include "harness/trainer.h"

enum { N_EPOCHS = 3, COURSE_MAX_BYTES = 1 << 26 };

typedef struct Course {
    Study *study;
    Network network;
    char dir[128];
    TrainJob job;
    TrainReport report;
    Epoch epochs[N_EPOCHS];
    int n_epochs, n_warnings, n_batches, stop_after; /* stop_after 0: never */
} Course;

/* Makes the folder all courses of a test lie in, with its own data cache; NULL if it cannot. */
const char *course_base_create(const char *name);
bool course_base_remove(void);

/* `set` is one more override, or NULL. */
void course_begin(Course *course, const char *name, int threads, const char *set);
void course_end(Course *course);

/*
 * Trains from where the folder's checkpoints are. No cmocka inside, so a forked child may call it.
 */
ErrCode course_run(Course *course, Err *err);

/* The same; fails the test on an error. */
void course_go(Course *course);

/* Weights, best weights and every metric but times are equal bit for bit. */
void course_assert_same(const Course *a, const Course *b);

#endif
