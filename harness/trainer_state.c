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
    if (t->callbacks->warning == NULL)
        return;
    Text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&text, format, arguments);
    va_end(arguments);
    t->callbacks->warning(t->callbacks->user, text_string(&text));
    text_release(&text);
}
