/*
 * nn/schedule.h: the learning rate of each step. base/fmath only, so equal on every machine.
 */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include <stdint.h>

typedef enum ScheduleKind {
    SCHEDULE_COSINE,      /* half a cosine from the end of the warm-up; 0 at step n_steps */
    SCHEDULE_EXPONENTIAL, /* lr x rate^floor(epoch / epochs_per_decay), counted from step 0 */
    SCHEDULE_CONSTANT,
} ScheduleKind;

typedef struct Schedule {
    ScheduleKind kind;
    double lr;               /* peak learning rate */
    double warmup_epochs;    /* linear rise: step s of w gets lr x (s + 1) / w; fractions allowed */
    double decay_rate;       /* SCHEDULE_EXPONENTIAL: factor, 0.97 in the paper */
    double epochs_per_decay; /* SCHEDULE_EXPONENTIAL: 2.4 in the paper */
    int64_t steps_per_epoch; /* at least 1 */
    int64_t n_steps;         /* of the whole training */
} Schedule;

/* The learning rate of step 0 .. n_steps-1; warm-up takes round-half-up(warmup_epochs x
 * steps_per_epoch) steps. */
double schedule_lr(const Schedule *schedule, int64_t step);

#endif
