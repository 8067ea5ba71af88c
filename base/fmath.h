/*
 * Elementary functions of our own: the same bits on every processor, compiler and library version.
 *
 * Only + - * / sqrt, explicit float fma and integer operations on the bits. Whatever feeds a
 * weight, a batch or a choice uses these and never libm. The float functions are inline and
 * branch-free, so that a kernel compiled for wider vectors, or written with intrinsics from the
 * constants below, returns the same bits lane by lane. The double functions serve rendering,
 * schedules, objectives and statistics. Results do not depend on FTZ/DAZ: no intermediate and no
 * result is subnormal (arguments that are count as zero). Bounds in ulp are asserted by
 * tests/base/test_fmath.c against long double; they are part of the arithmetic revision as the bits
 * are.
 */
#ifndef BASE_FMATH_H
#define BASE_FMATH_H

#include <stdint.h>
#include <string.h>

/*
 * --- exp of floats: constants ---
 *
 * x is clamped to [FM_EXPF_MIN, FM_EXPF_MAX], so that 2^n is normal: n in [-126, 127]. z = fma(x,
 * LOG2E, SHIFTER) rounds x/ln 2 to the integer n in z's low bits; n = z - SHIFTER. r = fma(n,
 * -LN2_LOW, fma(n, -LN2_HIGH, x)), |r| <= ln(2)/2. p = fma chain C6, C5, ..., C2, 1, 1 in r; result
 * = bits(p) + (bits(z) << 23), added as integers. Coefficients: minimax in relative error on |r| <=
 * 1.0005 ln(2)/2 with the first two fixed to 1 and the others rounded to float one after the other,
 * lowest first (linear program; relative error 2^-28.2).
 */
#define FM_EXPF_MIN (-87.0f)
#define FM_EXPF_MAX 88.0f
#define FM_EXPF_SHIFTER 0x1.8p23f
#define FM_EXPF_LOG2E 0x1.715476p+0f
#define FM_EXPF_LN2_HIGH 0x1.62e430p-1f
#define FM_EXPF_LN2_LOW (-0x1.05c610p-29f)
#define FM_EXPF_C2 0x1.fffffcp-2f
#define FM_EXPF_C3 0x1.555492p-3f
#define FM_EXPF_C4 0x1.5558b0p-5f
#define FM_EXPF_C5 0x1.12399cp-7f
#define FM_EXPF_C6 0x1.6a4eccp-10f
#define FM_EXPF_MANTISSA_BITS 23

static inline uint32_t fm_bits_of_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float fm_float_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/*
 * e^x, at most 1 ulp off for x in [-87, 88]; outside e^-87 and e^88 (finite, normal). A NaN without
 * payload (as arithmetic makes them, and as arenas are poisoned with) stays a NaN.
 */
static inline float fm_expf(float x)
{
    x = x < FM_EXPF_MIN ? FM_EXPF_MIN : x;
    x = x > FM_EXPF_MAX ? FM_EXPF_MAX : x;
    const float z = __builtin_fmaf(x, FM_EXPF_LOG2E, FM_EXPF_SHIFTER);
    const float n = z - FM_EXPF_SHIFTER;
    const float r = __builtin_fmaf(n, -FM_EXPF_LN2_LOW, __builtin_fmaf(n, -FM_EXPF_LN2_HIGH, x));
    float p = __builtin_fmaf(FM_EXPF_C6, r, FM_EXPF_C5);
    p = __builtin_fmaf(p, r, FM_EXPF_C4);
    p = __builtin_fmaf(p, r, FM_EXPF_C3);
    p = __builtin_fmaf(p, r, FM_EXPF_C2);
    p = __builtin_fmaf(p, r, 1.0f);
    p = __builtin_fmaf(p, r, 1.0f);
    return fm_float_of_bits(fm_bits_of_float(p) + (fm_bits_of_float(z) << FM_EXPF_MANTISSA_BITS));
}

/*
 * s = 1/(1+e^-x) by true division, at most 3 ulp off for x >= -87 and never below e^-87. The
 * complement 1-s without cancellation is e^-x*s.
 */
static inline float fm_sigmoidf(float x)
{
    const float e = fm_expf(x < FM_EXPF_MIN ? -FM_EXPF_MIN : -x);
    return 1.0f / (1.0f + e);
}

/* x*sigmoid(x), at most 4 ulp off. */
static inline float fm_swishf(float x)
{
    return x * fm_sigmoidf(x);
}

/* --- doubles --- */

/* e^x, at most 1 ulp off; 0 below -708, +inf above 709.78. */
double fm_exp(double x);

/* Natural logarithm, at most 1 ulp off; -inf at 0 (and below 2^-1022), NaN for negative x. */
double fm_log(double x);

/*
 * x^y for x > 0 as exp(y*log(x)): relative error at most (2 + |y*log(x)|) * 2^-52. 0^y = 0 for y >
 * 0; x^0 = 1; NaN for negative x.
 */
double fm_pow(double x, double y);

/*
 * At most 1 ulp off for |x| <= 1e5 (next to multiples of pi/2: 2^-53 absolute); NaN beyond: no use
 * of ours is that big.
 */
double fm_sin(double x);
double fm_cos(double x);

/* 1/(1+e^-x), at most 4 ulp off for x >= -708, 0 below. */
double fm_sigmoid(double x);

/*
 * Inverse of the standard normal distribution function for p in (0, 1): relative error below 1e-15
 * (Wichura, Algorithm AS 241, PPND16, Applied Statistics 37, 1988). -inf at 0, +inf at 1, NaN
 * outside.
 */
double fm_normal_quantile(double p);

#endif
