#include "nn/schedule.h"

#include "base/fmath.h"

#define SCHEDULE_PI 3.14159265358979323846

/* Integer part of a non-negative number. */
static double whole(double x)
{
    return (double)(int64_t)x;
}

static double exponential(const Schedule *schedule, int64_t step)
{
    const double epoch = (double)step / (double)schedule->steps_per_epoch;
    /* Where step / steps_per_epoch is a multiple of epochs_per_decay, rounding must not lose a
     * stair. */
    const double stair = whole(epoch / schedule->epochs_per_decay + 1e-9);
    return schedule->lr * fm_pow(schedule->decay_rate, stair);
}

static double cosine(const Schedule *schedule, int64_t step, int64_t warmup)
{
    if (step >= schedule->n_steps)
        return 0.0;
    const double done = (double)(step - warmup) / (double)(schedule->n_steps - warmup);
    return schedule->lr * 0.5 * (1.0 + fm_cos(SCHEDULE_PI * done));
}

double schedule_lr(const Schedule *schedule, int64_t step)
{
    const double wanted = schedule->warmup_epochs * (double)schedule->steps_per_epoch + 0.5;
    int64_t warmup = (int64_t)whole(wanted);
    warmup = warmup > schedule->n_steps ? schedule->n_steps : warmup;
    if (step < warmup)
        return schedule->lr * (double)(step + 1) / (double)warmup;
    switch (schedule->kind) {
    case SCHEDULE_COSINE:
        return cosine(schedule, step, warmup);
    case SCHEDULE_EXPONENTIAL:
        return exponential(schedule, step);
    default:
        return schedule->lr;
    }
}
