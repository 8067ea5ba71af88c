/*
 * infer/infervalue.h: maps between steps: how large they are, when they live, where a pixel is.
 */
#ifndef INFER_INFERVALUE_H
#define INFER_INFERVALUE_H

#include "infer/inferstate.h"

/* --- planning --- */

/* A new value of `side` x `side` pixels; its number. */
int infervalue_add(Planner *planner, int channels, int side);

/* Step `step` reads it, with the windows of `op` (NULL: no pixel beyond it). */
void infervalue_read(Planner *planner, int step, int value, const Op *op);

/* Step `step` writes it, or changes it in place. */
void infervalue_write(Planner *planner, int step, int value);

/* Sets the size of an image; false where it is larger than any memory. */
bool infervalue_measure(Value *value, int lot);

/* --- running --- */

/* Zeroes a worker's share of the halo of all images. */
void infervalue_zero_halo(const Worker *worker, const Value *value);

/* Pixels from a pixel to the one below. */
static inline int infervalue_row(const Value *value)
{
    return value->before + value->side + value->after;
}

/* Floats from the beginning of an image to its pixel (h, w), which may lie in the halo. */
static inline long infervalue_offset(const Value *value, int h, int w)
{
    return ((long)(h + value->before) * infervalue_row(value) + value->before + w) * value->C;
}

static inline float *infervalue_pixel(const Value *value, int image, int h, int w)
{
    return value->data + image * value->image_floats + infervalue_offset(value, h, w);
}

/* --- shares of work --- */

/* Units first..end-1 of one image. */
typedef struct ImageShare {
    int image, first, end;
} ImageShare;

/*
 * The next part of the worker's share of n images of so many units each; *done, 0 at first, counts
 * its units. False: there is none.
 */
bool infervalue_next(const Worker *worker, int units, int *done, ImageShare *share);

#endif
