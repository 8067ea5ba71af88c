/* harness/trainer_state.c: where a training stands, and its talk. */
#include "harness/trainer_state.h"

#include "base/text.h"

#include <stdarg.h>

int64_t trainer_state_step(const Trainer *t)
{
    return t->at.epoch * t->schedule.steps_per_epoch + t->at.step;
}

void trainer_state_warn(const Trainer *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_tell(t->callbacks->warning, t->callbacks->user, format, arguments);
    va_end(arguments);
}
