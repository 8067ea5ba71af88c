/*
 * The double functions; see fmath.h. Plain + - * / sqrt without fma, so that processors without it
 * are not slow.
 *
 * Polynomials are Taylor series, carried on until the next term is below 2^-56 of the result: a few
 * multiplications more than minimax ones, and anyone can check the coefficients. Reductions split
 * ln 2 and pi/2 as FreeBSD's msun does (e_exp.c, e_log.c, e_rem_pio2.c), so that the products with
 * the integer are exact.
 */
#include "base/fmath.h"

#include "base/err.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

enum { MANTISSA_BITS = 52, EXPONENT_BIAS = 1023 };

/* Adding it rounds to the nearest integer, which then is in the low bits. */
static const double shifter = 0x1.8p52;
static const double ln2_high = 6.93147180369123816490e-01; /* 32 bits */
static const double ln2_low = 1.90821492927058770002e-10;

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* c[0] + c[1] x + ... + c[n-1] x^(n-1) by Horner's rule. */
static double polynomial(const double *c, size_t n, double x)
{
    double sum = c[n - 1];
    for (size_t i = n - 1; i > 0; i--)
        sum = sum * x + c[i - 1];
    return sum;
}

double fm_exp(double x)
{
    static const double least = -708.0, greatest = 709.78; /* results stay normal */
    /* 1/2!, 1/3!, ..., 1/13! */
    static const double c[] = {
        1.0 / 2,     1.0 / 6,      1.0 / 24,      1.0 / 120,      1.0 / 720,       1.0 / 5040,
        1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800,
    };
    if (isnan(x))
        return x;
    if (x < least)
        return 0.0;
    if (x > greatest)
        return (double)INFINITY;
    /* x = n ln 2 + r; `rest` is what r lost to rounding. */
    const double z = x * M_LOG2E + shifter;
    const double n = z - shifter;
    const double high = x - n * ln2_high;
    const double low = n * ln2_low;
    const double r = high - low;
    const double rest = (high - r) - low;
    const double p = 1.0 + (r + (rest + r * r * polynomial(c, ARRAY_LEN(c), r)));
    return double_of(bits_of(p) + (bits_of(z) << MANTISSA_BITS));
}

double fm_log(double x)
{
    /* 2/3, 2/5, ..., 2/23: log((1+s)/(1-s)) = 2s + s*(2/3 s^2 + 2/5 s^4 + ...) */
    static const double c[] = {
        2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
        2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23,
    };
    if (isnan(x) || x > DBL_MAX)
        return x;
    if (x < 0.0)
        return (double)NAN;
    if (x < 0x1p-1022)
        return (double)-INFINITY;
    /* x = 2^k (1+f) with 1+f in [sqrt(1/2), sqrt(2)). */
    const uint64_t bits = bits_of(x);
    const uint64_t root_half = bits_of(M_SQRT1_2);
    const int64_t k = (int64_t)(bits - root_half) >> MANTISSA_BITS;
    const double f = double_of(bits - ((uint64_t)k << MANTISSA_BITS)) - 1.0;
    const double s = f / (2.0 + f);
    const double s2 = s * s;
    const double series = s2 * polynomial(c, ARRAY_LEN(c), s2);
    const double half_square = 0.5 * f * f;
    const double dk = (double)k;
    return dk * ln2_high - ((half_square - (s * (half_square + series) + dk * ln2_low)) - f);
}

double fm_pow(double x, double y)
{
    if (y == 0.0)
        return 1.0;
    if (x == 0.0 && y > 0.0)
        return 0.0;
    return fm_exp(y * fm_log(x));
}

/* An angle reduced to |high + low| <= pi/4 and its quadrant. */
typedef struct Angle {
    double high, low;
    unsigned quadrant; /* modulo 4 */
} Angle;

static Angle reduce_angle(double x)
{
    /* pi/2 in two pieces of 33 bits and a rest: their products with n < 2^17 are exact. */
    static const double piece_1 = 1.57079632673412561417e+00;
    static const double piece_2 = 6.07710050630396597660e-11;
    static const double rest = 2.02226624879595063154e-21;
    const double z = x * M_2_PI + shifter;
    const double n = z - shifter;
    const double r1 = x - n * piece_1;
    const double w1 = n * piece_2;
    const double r2 = r1 - w1;
    const double w2 = n * rest - ((r1 - r2) - w1);
    const double high = r2 - w2;
    return (Angle){high, (r2 - high) - w2, (unsigned)(bits_of(z) & 3)};
}

/* sin and cos of a reduced angle: the series about `high`, and the first order in `low`. */
static double sin_reduced(Angle a)
{
    /* -1/3!, then 1/5!, -1/7!, ..., 1/17! */
    static const double first = -1.0 / 6;
    static const double c[] = {
        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,          -1.0 / 39916800,
        1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000,
    };
    const double z = a.high * a.high;
    const double cube = z * a.high;
    const double tail = polynomial(c, ARRAY_LEN(c), z);
    return a.high - ((z * (0.5 * a.low - cube * tail) - a.low) - cube * first);
}

static double cos_reduced(Angle a)
{
    /* 1/4!, -1/6!, ..., 1/16! */
    static const double c[] = {
        1.0 / 24,        -1.0 / 720,         1.0 / 40320,          -1.0 / 3628800,
        1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000,
    };
    const double z = a.high * a.high;
    const double half = 0.5 * z;
    const double w = 1.0 - half;
    const double tail = z * z * polynomial(c, ARRAY_LEN(c), z);
    return w + (((1.0 - w) - half) + (tail - a.high * a.low));
}

static const double longest_angle = 1e5;

static double sin_of_quadrant(Angle a)
{
    switch (a.quadrant & 3) {
    case 0:
        return sin_reduced(a);
    case 1:
        return cos_reduced(a);
    case 2:
        return -sin_reduced(a);
    default:
        return -cos_reduced(a);
    }
}

double fm_sin(double x)
{
    if (!(fabs(x) <= longest_angle))
        return (double)NAN;
    return sin_of_quadrant(reduce_angle(x));
}

double fm_cos(double x)
{
    if (!(fabs(x) <= longest_angle))
        return (double)NAN;
    Angle a = reduce_angle(x);
    a.quadrant++;
    return sin_of_quadrant(a);
}

double fm_sigmoid(double x)
{
    const double e = fm_exp(-fabs(x));
    const double i = 1.0 / (1.0 + e);
    return x >= 0.0 ? i : e * i;
}

double fm_normal_quantile(double p)
{
    /* Wichura 1988, PPND16: numerators a c e, denominators b d f, ascending powers. */
    static const double a[] = {3.3871328727963666080e+0, 1.3314166789178437745e+2,
                               1.9715909503065514427e+3, 1.3731693765509461125e+4,
                               4.5921953931549871457e+4, 6.7265770927008700853e+4,
                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[] = {1.0,
                               4.2313330701600911252e+1,
                               6.8718700749205790830e+2,
                               5.3941960214247511077e+3,
                               2.1213794301586595867e+4,
                               3.9307895800092710610e+4,
                               2.8729085735721942674e+4,
                               5.2264952788528545610e+3};
    static const double c[] = {1.42343711074968357734e+0, 4.63033784615654529590e+0,
                               5.76949722146069140550e+0, 3.64784832476320460504e+0,
                               1.27045825245236838258e+0, 2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1.0,
                               2.05319162663775882187e+0,
                               1.67638483018380384940e+0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
    static const double e[] = {6.65790464350110377720e+0, 5.46378491116411436990e+0,
                               1.78482653991729133580e+0, 2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0,
                               5.99832206555887937690e-1,
                               1.36929880922735805310e-1,
                               1.48753612908506148525e-2,
                               7.86869131145613259100e-4,
                               1.84631831751005468180e-5,
                               1.42151175831644588870e-7,
                               2.04426310338993978564e-15};
    static const double split_1 = 0.425, square_1 = 0.180625, split_2 = 5.0, shift_2 = 1.6;
    if (!(p >= 0.0 && p <= 1.0))
        return (double)NAN;
    const double q = p - 0.5;
    if (fabs(q) <= split_1) {
        const double r = square_1 - q * q;
        return q * polynomial(a, ARRAY_LEN(a), r) / polynomial(b, ARRAY_LEN(b), r);
    }
    const double tail = q < 0.0 ? p : 1.0 - p;
    if (tail == 0.0)
        return q < 0.0 ? (double)-INFINITY : (double)INFINITY;
    const double t = sqrt(-fm_log(tail));
    const double r = t <= split_2 ? t - shift_2 : t - split_2;
    const double size = t <= split_2
                            ? polynomial(c, ARRAY_LEN(c), r) / polynomial(d, ARRAY_LEN(d), r)
                            : polynomial(e, ARRAY_LEN(e), r) / polynomial(f, ARRAY_LEN(f), r);
    return q < 0.0 ? -size : size;
}
