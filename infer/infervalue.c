/* infer/infervalue.c: sizes are checked before anything is multiplied by them. */
#include "infer/infervalue.h"

#include <limits.h>
#include <string.h>

/* --- planning --- */

int infervalue_add(Planner *planner, int channels, int side)
{
    Infer *infer = planner->infer;
    Value *value = &infer->values[infer->n_values];
    *value = (Value){.C = lanes_pad(channels), .side = side, .first = INT_MAX, .buffer = -1};
    return infer->n_values++;
}

void infervalue_read(Planner *planner, int step, int value, const Op *op)
{
    Value *it = &planner->infer->values[value];
    it->last = step > it->last ? step : it->last;
    if (op == NULL)
        return;
    const int below = (op->out_size - 1) * op->stride + op_reach(op) - op->in_size - op->pad;
    const int right = below - op_reach(op) + op->pad + op_reach_width(op) - op_pad_left(op);
    it->before = larger(it->before, larger(op->pad, op_pad_left(op)));
    it->after = larger(it->after, larger(below, right));
}

void infervalue_write(Planner *planner, int step, int value)
{
    Value *it = &planner->infer->values[value];
    it->first = step < it->first ? step : it->first;
    it->last = step > it->last ? step : it->last;
}

bool infervalue_measure(Value *value, int lot)
{
    const size_t row = (size_t)infervalue_row(value);
    size_t pixels, floats, all;
    if (!arena_multiply(row, row, &pixels) || !arena_multiply(pixels, (size_t)value->C, &floats) ||
        !arena_multiply(floats, (size_t)lot * sizeof(float), &all) || all > PTRDIFF_MAX)
        return false;
    value->image_floats = (long)floats;
    return true;
}

/* --- running --- */

void infervalue_zero_halo(const Worker *worker, const Value *value)
{
    const int row = infervalue_row(value), above = value->before, below = above + value->side;
    const size_t pixel = (size_t)value->C * sizeof(float);
    ImageShare share;
    if (value->before == 0 && value->after == 0)
        return;
    for (int done = 0; infervalue_next(worker, row, &done, &share);)
        for (int i = share.first; i < share.end; i++) {
            float *x = infervalue_pixel(value, share.image, i - above, -above);
            const bool is_outside = i < above || i >= below;
            memset(x, 0, (size_t)(is_outside ? row : above) * pixel);
            if (!is_outside)
                memset(x + (long)below * value->C, 0, (size_t)value->after * pixel);
        }
}

bool infervalue_next(const Worker *worker, int units, int *done, ImageShare *share)
{
    const TeamRange range = team_range(worker->n * units, worker->thread, worker->n_threads);
    const int first = range.first + *done, left = range.end - first;
    if (left <= 0)
        return false;
    share->image = first / units;
    share->first = first % units;
    share->end = share->first + left < units ? share->first + left : units;
    *done += share->end - share->first;
    return true;
}
