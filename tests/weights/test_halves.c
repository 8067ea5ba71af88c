/* tests/weights/test_halves.c: all 65,536 values of each format, against the formats' definitions.
 */
#include "weights/halves.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { N_VALUES = 1 << 16 };

/* (-1)^s x fraction x 2^exponent in double, which holds every value of both formats. */
static double value(uint32_t bits, int fraction_bits, int bias)
{
    const int exponent_bits = 15 - fraction_bits;
    const uint32_t fraction = bits & ((1U << fraction_bits) - 1);
    const uint32_t exponent = bits >> fraction_bits & ((1U << exponent_bits) - 1);
    const double sign = bits >> 15 ? -1.0 : 1.0;
    if (exponent == (1U << exponent_bits) - 1)
        return fraction ? (double)NAN : sign * (double)INFINITY;
    if (exponent == 0)
        return sign * ldexp((double)fraction, 1 - bias - fraction_bits);
    return sign *
           ldexp((double)(fraction + (1U << fraction_bits)), (int)exponent - bias - fraction_bits);
}

static void check(float (*widen)(uint16_t), int fraction_bits, int bias)
{
    for (uint32_t bits = 0; bits < N_VALUES; bits++) {
        const double found = (double)widen((uint16_t)bits);
        const double wanted = value(bits, fraction_bits, bias);
        assert_true(isnan(wanted) ? isnan(found) : found == wanted);
        assert_int_equal(signbit(found) != 0, bits >> 15);
    }
}

/* Every binary16 number is the float of the same value and sign. */
static void test_f16(void **state)
{
    (void)state;
    check(halves_from_f16, 10, 15);
}

/* Every bfloat16 number is the float of the same value and sign. */
static void test_bf16(void **state)
{
    (void)state;
    check(halves_from_bf16, 7, 127);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_f16), cmocka_unit_test(test_bf16)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
