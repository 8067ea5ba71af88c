/* weights/halves.c: moves sign, exponent and fraction to where a float has them. */
#include "weights/halves.h"

#include <string.h>

enum {
    F16_FRACTION_BITS = 10,
    F32_FRACTION_BITS = 23,
    SHIFT = F32_FRACTION_BITS - F16_FRACTION_BITS,
    BIAS_STEP = 127 - 15, /* between the two formats' exponent biases */
    F16_EXPONENT_MAX = 31,
    F32_EXPONENT_MAX = 255,
    F16_FRACTION_MASK = (1 << F16_FRACTION_BITS) - 1,
};

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float halves_from_f16(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits >> 15) << 31;
    uint32_t exponent = (bits >> F16_FRACTION_BITS) & F16_EXPONENT_MAX;
    uint32_t fraction = bits & F16_FRACTION_MASK;
    if (exponent == F16_EXPONENT_MAX) {
        exponent = F32_EXPONENT_MAX; /* infinity, NaN */
    } else if (exponent > 0) {
        exponent += BIAS_STEP;
    } else if (fraction > 0) { /* subnormal there, normal here: shift until the leading one falls */
        exponent = BIAS_STEP + 1;
        while (!(fraction >> F16_FRACTION_BITS)) {
            fraction <<= 1;
            exponent--;
        }
        fraction &= F16_FRACTION_MASK;
    }
    return from_bits(sign | exponent << F32_FRACTION_BITS | fraction << SHIFT);
}

float halves_from_bf16(uint16_t bits)
{
    return from_bits((uint32_t)bits << 16);
}
