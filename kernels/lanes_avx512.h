/* Lanes as one AVX-512 register; included by lanes.h only. */
#ifndef KERNELS_LANES_AVX512_H
#define KERNELS_LANES_AVX512_H

#include <immintrin.h>

#define LANES_BODY LANES_INLINE
#define LANES_REGISTERS 32 /* Lanes that fit in registers at once */

typedef __m512 Lanes;

LANES_INLINE Lanes lanes_zero(void)
{
    return _mm512_setzero_ps();
}

LANES_INLINE Lanes lanes_set(float x)
{
    return _mm512_set1_ps(x);
}

LANES_INLINE Lanes lanes_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

LANES_INLINE void lanes_store(float *p, Lanes a)
{
    _mm512_storeu_ps(p, a);
}

LANES_INLINE Lanes lanes_add(Lanes a, Lanes b)
{
    return _mm512_add_ps(a, b);
}

LANES_INLINE Lanes lanes_sub(Lanes a, Lanes b)
{
    return _mm512_sub_ps(a, b);
}

LANES_INLINE Lanes lanes_mul(Lanes a, Lanes b)
{
    return _mm512_mul_ps(a, b);
}

LANES_INLINE Lanes lanes_div(Lanes a, Lanes b)
{
    return _mm512_div_ps(a, b);
}

LANES_INLINE Lanes lanes_sqrt(Lanes a)
{
    return _mm512_sqrt_ps(a);
}

/* a*b + c, rounded once. */
LANES_INLINE Lanes lanes_fma(Lanes a, Lanes b, Lanes c)
{
    return _mm512_fmadd_ps(a, b, c);
}

/* a > b ? a : b. */
LANES_INLINE Lanes lanes_max(Lanes a, Lanes b)
{
    return _mm512_max_ps(a, b);
}

/* a < b ? a : b. */
LANES_INLINE Lanes lanes_min(Lanes a, Lanes b)
{
    return _mm512_min_ps(a, b);
}

/* a > b ? yes : no. */
LANES_INLINE Lanes lanes_if_gt(Lanes a, Lanes b, Lanes yes, Lanes no)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), no, yes);
}

/* a >= b ? yes : no. */
LANES_INLINE Lanes lanes_if_ge(Lanes a, Lanes b, Lanes yes, Lanes no)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GE_OQ), no, yes);
}

/* bits(a) + (bits(z) << 23) as integers: a * 2^n where z = n + shifter. */
LANES_INLINE Lanes lanes_scale_exponent(Lanes a, Lanes z)
{
    const __m512i n = _mm512_slli_epi32(_mm512_castps_si512(z), FM_EXPF_MANTISSA_BITS);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), n));
}

#endif
