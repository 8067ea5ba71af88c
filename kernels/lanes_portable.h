/* Lanes as an array in portable C; included by lanes.h only. Loops of constant length, which
 * compilers may vectorise; x86 without FMA calls the correctly rounded fmaf of libm (right bits,
 * slow).
 */
#ifndef KERNELS_LANES_PORTABLE_H
#define KERNELS_LANES_PORTABLE_H

/* Larger bodies are called, not repeated: sixteen scalar lanes each would make the copies huge. */
#define LANES_BODY static __attribute__((noinline, unused))
#define LANES_REGISTERS 8 /* as the smallest of the others */

typedef struct Lanes {
    float v[LANES];
} Lanes;

LANES_INLINE Lanes lanes_set(float x)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = x;
    return y;
}

LANES_INLINE Lanes lanes_zero(void)
{
    return lanes_set(0.0f);
}

LANES_INLINE Lanes lanes_load(const float *p)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = p[i];
    return y;
}

LANES_INLINE void lanes_store(float *p, Lanes a)
{
    for (int i = 0; i < LANES; i++)
        p[i] = a.v[i];
}

LANES_INLINE Lanes lanes_add(Lanes a, Lanes b)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = a.v[i] + b.v[i];
    return y;
}

LANES_INLINE Lanes lanes_sub(Lanes a, Lanes b)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = a.v[i] - b.v[i];
    return y;
}

LANES_INLINE Lanes lanes_mul(Lanes a, Lanes b)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = a.v[i] * b.v[i];
    return y;
}

LANES_INLINE Lanes lanes_div(Lanes a, Lanes b)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = a.v[i] / b.v[i];
    return y;
}

LANES_INLINE Lanes lanes_sqrt(Lanes a)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = __builtin_sqrtf(a.v[i]);
    return y;
}

/* a*b + c, rounded once. */
LANES_INLINE Lanes lanes_fma(Lanes a, Lanes b, Lanes c)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = __builtin_fmaf(a.v[i], b.v[i], c.v[i]);
    return y;
}

/* a > b ? a : b. */
LANES_INLINE Lanes lanes_max(Lanes a, Lanes b)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = a.v[i] > b.v[i] ? a.v[i] : b.v[i];
    return y;
}

/* a < b ? a : b. */
LANES_INLINE Lanes lanes_min(Lanes a, Lanes b)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = a.v[i] < b.v[i] ? a.v[i] : b.v[i];
    return y;
}

/* a > b ? yes : no. */
LANES_INLINE Lanes lanes_if_gt(Lanes a, Lanes b, Lanes yes, Lanes no)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = a.v[i] > b.v[i] ? yes.v[i] : no.v[i];
    return y;
}

/* a >= b ? yes : no. */
LANES_INLINE Lanes lanes_if_ge(Lanes a, Lanes b, Lanes yes, Lanes no)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = a.v[i] >= b.v[i] ? yes.v[i] : no.v[i];
    return y;
}

/* bits(a) + (bits(z) << 23) as integers: a * 2^n where z = n + shifter. */
LANES_INLINE Lanes lanes_scale_exponent(Lanes a, Lanes z)
{
    Lanes y;
    for (int i = 0; i < LANES; i++)
        y.v[i] = fm_float_of_bits(fm_bits_of_float(a.v[i]) +
                                  (fm_bits_of_float(z.v[i]) << FM_EXPF_MANTISSA_BITS));
    return y;
}

#endif
