/*
 * base/fmath against libm in long double (64-bit mantissa: its error is below 0.001 ulp of a
 * double's ulp). The bounds are those documented in fmath.h; comparisons are written so that a NaN
 * fails.
 */
#include "base/fmath.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define FIXED_FLOAT_BITS 0xe6240e59u
#define FIXED_DOUBLE_BITS UINT64_C(0x46fb74bfb8b92898)

/*
 * A step between sampled arguments that is no round number, so that all quadrants and fractions are
 * met.
 */
static const double stride = 0.000377177;

/* Distance in units of the last place of the float (double) nearest to `exact`. */
static double ulps_float(float value, long double exact)
{
    const float near = (float)exact;
    const long double ulp =
        (long double)nextafterf(fabsf(near), INFINITY) - (long double)fabsf(near);
    return (double)(fabsl((long double)value - exact) / ulp);
}

static double ulps(double value, long double exact)
{
    const double near = (double)exact;
    const long double ulp =
        (long double)nextafter(fabs(near), (double)INFINITY) - (long double)fabs(near);
    return (double)(fabsl((long double)value - exact) / ulp);
}

#define assert_bound(worst, bound) assert_true((worst) <= (bound))

/*
 * Property: fm_expf is within 1 ulp on its range, by all floats of 64 bit-pattern strides and near
 * the ends.
 */
static void expf_is_within_one_ulp(void **state)
{
    (void)state;
    enum { PATTERN_STEP = 641 };
    double worst = 0.0;
    for (int sign = 0; sign < 2; sign++) {
        const float limit = sign ? -FM_EXPF_MIN : FM_EXPF_MAX;
        for (uint32_t bits = 0x30000000u; bits <= fm_bits_of_float(limit); bits += PATTERN_STEP) {
            const float x = sign ? -fm_float_of_bits(bits) : fm_float_of_bits(bits);
            const double error = ulps_float(fm_expf(x), expl((long double)x));
            worst = !(error <= worst) ? error : worst;
        }
    }
    print_message("fm_expf: %.4f ulp\n", worst);
    assert_bound(worst, 1.0);
}

/* Property: outside its range fm_expf is clamped to normal numbers, 1 at zero, and keeps NaN. */
static void expf_is_clamped(void **state)
{
    (void)state;
    assert_true(fm_expf(0.0f) == 1.0f && fm_expf(-0.0f) == 1.0f);
    assert_true(fm_expf(-INFINITY) == fm_expf(-87.0f) && fm_expf(-87.0f) >= FLT_MIN);
    assert_true(fm_expf(INFINITY) == fm_expf(88.0f) && isfinite(fm_expf(88.0f)));
    assert_true(isnan(fm_expf(NAN)) && isnan(fm_expf(-NAN)));
    assert_true(isnan(fm_expf(fm_float_of_bits(0xFFF80000u)))); /* the arenas' poison */
    assert_true(isnan(fm_sigmoidf(NAN)) && isnan(fm_swishf(NAN)));
}

/*
 * Property: sigmoid is within 3 ulp and swish within 4 (one more rounding) for x >= -87; they are
 * exact at 0.
 */
static void sigmoidf_is_within_its_bound(void **state)
{
    (void)state;
    double worst = 0.0, worst_swish = 0.0;
    for (double x = -87.0; x < 40.0; x += stride / 4) {
        const float xf = (float)x;
        const long double exact = 1.0L / (1.0L + expl(-(long double)xf));
        const double error = ulps_float(fm_sigmoidf(xf), exact);
        const double error_swish = ulps_float(fm_swishf(xf), exact * (long double)xf);
        worst = !(error <= worst) ? error : worst;
        worst_swish = !(error_swish <= worst_swish) ? error_swish : worst_swish;
    }
    print_message("fm_sigmoidf: %.4f ulp, fm_swishf: %.4f ulp\n", worst, worst_swish);
    assert_bound(worst, 3.0);
    assert_bound(worst_swish, 4.0);
    assert_true(fm_sigmoidf(0.0f) == 0.5f && fm_swishf(0.0f) == 0.0f);
}

/* Property: exp within 1 ulp over its whole range and densely near 0; its ends as documented. */
static void exp_is_within_one_ulp(void **state)
{
    (void)state;
    double worst = 0.0;
    for (double x = -708.0; x < 709.7; x += 7.0 * stride) {
        const double error = ulps(fm_exp(x), expl((long double)x));
        worst = !(error <= worst) ? error : worst;
    }
    for (double x = -1.0; x < 1.0; x += stride / 100) {
        const double error = ulps(fm_exp(x), expl((long double)x));
        worst = !(error <= worst) ? error : worst;
    }
    print_message("fm_exp: %.4f ulp\n", worst);
    assert_bound(worst, 1.0);
    assert_true(fm_exp(0.0) == 1.0 && fm_exp(-709.0) == 0.0 && isinf(fm_exp(710.0)));
    assert_true(isnan(fm_exp((double)NAN)));
}

/*
 * Property: log within 1 ulp over all exponents and densely near 1, where cancellation threatens.
 */
static void log_is_within_one_ulp(void **state)
{
    (void)state;
    double worst = 0.0;
    for (double x = DBL_MIN; x < DBL_MAX / 1.01; x *= 1.0 + 3.0 * stride) {
        const double error = ulps(fm_log(x), logl((long double)x));
        worst = !(error <= worst) ? error : worst;
    }
    for (double x = 0.5; x < 2.0; x += stride / 100) {
        const double error = ulps(fm_log(x), logl((long double)x));
        worst = !(error <= worst) ? error : worst;
    }
    print_message("fm_log: %.4f ulp\n", worst);
    assert_bound(worst, 1.0);
    assert_true(fm_log(1.0) == 0.0 && isinf(fm_log(0.0)) && isinf(fm_log((double)INFINITY)));
    assert_true(isnan(fm_log(-1.0)) && isnan(fm_log((double)NAN)));
}

/*
 * Property: pow has a relative error of at most (2 + |y log x|) 2^-52, as documented: y*log x
 * carries 1 ulp of log and half an ulp of the product, which exp turns into a relative error, and
 * adds its own.
 */
static void pow_is_within_its_bound(void **state)
{
    (void)state;
    double worst = 0.0;
    for (double x = 0.001; x < 1000.0; x *= 1.0 + 100.0 * stride) {
        for (double y = -9.0; y < 9.0; y += 0.37) {
            const long double exact = powl((long double)x, (long double)y);
            const long double error = fabsl((long double)fm_pow(x, y) - exact) / exact;
            const double scaled =
                (double)(error / (2.0L + fabsl((long double)y * logl((long double)x)))) * 0x1p52;
            worst = !(scaled <= worst) ? scaled : worst;
        }
    }
    print_message("fm_pow: %.4f of its bound\n", worst);
    assert_bound(worst, 1.0);
    assert_true(fm_pow(0.0, 2.0) == 0.0 && fm_pow(5.0, 0.0) == 1.0 && isnan(fm_pow(-2.0, 0.5)));
}

static void track_angle(double x, double *worst)
{
    const double error_sin = ulps(fm_sin(x), sinl((long double)x));
    const double error_cos = ulps(fm_cos(x), cosl((long double)x));
    *worst = !(error_sin <= *worst) ? error_sin : *worst;
    *worst = !(error_cos <= *worst) ? error_cos : *worst;
}

/*
 * Property: sin and cos within 1 ulp for |x| <= 1e5, the doubles next to multiples of pi/2 included
 * (the worst case of the reduction); NaN beyond.
 */
static void sin_and_cos_are_within_one_ulp(void **state)
{
    (void)state;
    double worst = 0.0;
    for (double x = -30.0; x < 30.0; x += stride / 3)
        track_angle(x, &worst);
    for (double x = -1e5; x < 1e5; x += 997.0 * stride)
        track_angle(x, &worst);
    print_message("fm_sin, fm_cos: %.4f ulp\n", worst);
    assert_bound(worst, 1.0);
    double worst_near = 0.0;
    for (int k = -63661; k <= 63661; k++)
        track_angle((double)(k * 1.57079632679489661923132169163975144L), &worst_near);
    print_message("next to multiples of pi/2: %.4f ulp\n", worst_near);
    assert_bound(worst_near, 1.0);
    assert_true(isnan(fm_sin(1.1e5)) && isnan(fm_cos((double)NAN)) && fm_sin(0.0) == 0.0);
}

/* Property: the logistic function within 4 ulp, down to where exp ends. */
static void sigmoid_is_within_its_bound(void **state)
{
    (void)state;
    double worst = 0.0;
    for (double x = -708.0; x < 50.0; x += 3.0 * stride) {
        const double error = ulps(fm_sigmoid(x), 1.0L / (1.0L + expl(-(long double)x)));
        worst = !(error <= worst) ? error : worst;
    }
    print_message("fm_sigmoid: %.4f ulp\n", worst);
    assert_bound(worst, 4.0);
}

/*
 * Property: the quantile's relative error is below 1e-15. One Newton step in long double from the
 * value gives the exact quantile to far below that: x - (Phi(x)-p)/phi(x), the step's own error
 * being quadratic in the first.
 */
static void normal_quantile_is_precise(void **state)
{
    (void)state;
    const long double root_half = sqrtl(0.5L),
                      root_2pi = sqrtl(2.0L * 3.14159265358979323846264338327950288L);
    double worst = 0.0;
    for (double t = -36.0; t < 0.6931; t += stride) {
        const double p = exp(t - 0.6931471805599453); /* (1e-16, 0.5) */
        const double x = fm_normal_quantile(p);
        const long double xl = (long double)x;
        const long double cdf = 0.5L * erfcl(-xl * root_half);
        const long double density = expl(-0.5L * xl * xl) / root_2pi;
        const double error = (double)fabsl((cdf - (long double)p) / density / xl);
        worst = !(error <= worst) && x < -1e-3 ? error : worst;
    }
    print_message("fm_normal_quantile: %.3g relative\n", worst);
    assert_bound(worst, 1e-15);
    assert_true(fm_normal_quantile(0.5) == 0.0);
    assert_true(fm_normal_quantile(0.25) == -fm_normal_quantile(0.75));
    assert_true(isinf(fm_normal_quantile(0.0)) && isinf(fm_normal_quantile(1.0)));
    assert_true(isnan(fm_normal_quantile(-0.1)) && isnan(fm_normal_quantile((double)NAN)));
}

/* Property: the bits are fixed. A change of any of them is a change of the arithmetic revision. */
static void bits_are_fixed(void **state)
{
    (void)state;
    static const float arguments[] = {-80.0f, -10.5f, -1.0f, -1e-3f, 0.3f, 2.0f, 31.25f};
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        sum = sum * 31u + fm_bits_of_float(fm_expf(arguments[i])) +
              7u * fm_bits_of_float(fm_swishf(arguments[i]));
    assert_int_equal(sum, FIXED_FLOAT_BITS);
    uint64_t sum_double = 0;
    for (int i = 1; i < 50; i++) {
        const double values[] = {fm_exp(i / 7.0),        fm_log(i / 7.0),
                                 fm_sin(i / 7.0),        fm_cos(i / 7.0),
                                 fm_pow(i / 7.0, -0.07), fm_normal_quantile(i / 51.0)};
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            uint64_t bits;
            memcpy(&bits, &values[k], sizeof bits);
            sum_double = sum_double * 31u + bits;
        }
    }
    assert_int_equal(sum_double, FIXED_DOUBLE_BITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expf_is_within_one_ulp),
        cmocka_unit_test(expf_is_clamped),
        cmocka_unit_test(sigmoidf_is_within_its_bound),
        cmocka_unit_test(exp_is_within_one_ulp),
        cmocka_unit_test(log_is_within_one_ulp),
        cmocka_unit_test(pow_is_within_its_bound),
        cmocka_unit_test(sin_and_cos_are_within_one_ulp),
        cmocka_unit_test(sigmoid_is_within_its_bound),
        cmocka_unit_test(normal_quantile_is_precise),
        cmocka_unit_test(bits_are_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
