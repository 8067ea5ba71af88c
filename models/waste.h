/*
 * models/waste: pixels that pay for nothing.
 *
 * Maps are rounded up at each stride, so a network at 33 pixels computes the convolutions of one
 * at a few pixels more: per pixel of the image it multiplies more than at 32. A size is *aligned*
 * if the product of the network's strides divides it. There the cost of convolutions is exactly
 * quadratic in the pixels, and waste is what they cost over that law; squeeze and excitation and
 * linear layers do not depend on pixels and are left out.
 *
 * Whether such border cells buy accuracy is an open question; waste only says what they cost.
 */
#ifndef MODELS_WASTE_H
#define MODELS_WASTE_H

#include "models/spec.h"

#include "base/text.h"

#include <stdbool.h>

#define WASTE_LARGE 1.05 /* above it a network is marked */

typedef struct Waste {
    double ratio; /* convolutions' multiply-adds over those of an aligned size p0, times
                     (p0 / px)^2: 1 where px is aligned; NaN: strides beyond SPEC_MAX_PIXELS */
    int stride;   /* product of all strides; 0: beyond SPEC_MAX_PIXELS */
    int aligned;  /* nearest aligned size, of two the larger; 0 without a stride */
} Waste;

/* Of the spec at its own resolution; counted three times, without allocation. */
Waste waste_count(const Spec *spec);

/* Whether it is above WASTE_LARGE. */
bool waste_is_large(const Waste *waste);

/*
 * Appends "32 px is aligned to the strides (a multiple of 32)", or "1.16 x the multiply-adds of
 * aligned pixels (nearest aligned size 32, a multiple of 32)"; `pixels` is the size it was counted
 * at.
 */
void waste_text(const Waste *waste, int pixels, Text *out);

#endif
