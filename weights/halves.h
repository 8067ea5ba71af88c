/*
 * weights/halves.h: the two 16-bit formats of numbers that weight files use, widened to float.
 *
 * F16 is IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits), BF16 the upper half of a float.
 * Every value of both is a float, so widening is exact, subnormal numbers, infinities and the bits
 * of NaNs included. Integer operations only: no rounding mode and no flushing to zero takes part.
 */
#ifndef WEIGHTS_HALVES_H
#define WEIGHTS_HALVES_H

#include <stdint.h>

float halves_from_f16(uint16_t bits);
float halves_from_bf16(uint16_t bits);

#endif
