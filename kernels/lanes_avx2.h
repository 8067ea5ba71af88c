/* Lanes as two AVX2 registers; included by lanes.h only. */
#ifndef KERNELS_LANES_AVX2_H
#define KERNELS_LANES_AVX2_H

#include <immintrin.h>

#define LANES_BODY LANES_INLINE
#define LANES_REGISTERS 8 /* Lanes that fit in registers at once */

typedef struct Lanes {
    __m256 lo, hi;
} Lanes;

LANES_INLINE Lanes lanes_zero(void)
{
    return (Lanes){_mm256_setzero_ps(), _mm256_setzero_ps()};
}

LANES_INLINE Lanes lanes_set(float x)
{
    return (Lanes){_mm256_set1_ps(x), _mm256_set1_ps(x)};
}

LANES_INLINE Lanes lanes_load(const float *p)
{
    return (Lanes){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}

LANES_INLINE void lanes_store(float *p, Lanes a)
{
    _mm256_storeu_ps(p, a.lo);
    _mm256_storeu_ps(p + 8, a.hi);
}

LANES_INLINE Lanes lanes_add(Lanes a, Lanes b)
{
    return (Lanes){_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)};
}

LANES_INLINE Lanes lanes_sub(Lanes a, Lanes b)
{
    return (Lanes){_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)};
}

LANES_INLINE Lanes lanes_mul(Lanes a, Lanes b)
{
    return (Lanes){_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)};
}

LANES_INLINE Lanes lanes_div(Lanes a, Lanes b)
{
    return (Lanes){_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi)};
}

LANES_INLINE Lanes lanes_sqrt(Lanes a)
{
    return (Lanes){_mm256_sqrt_ps(a.lo), _mm256_sqrt_ps(a.hi)};
}

/* a*b + c, rounded once. */
LANES_INLINE Lanes lanes_fma(Lanes a, Lanes b, Lanes c)
{
    return (Lanes){_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}

/* a > b ? a : b. */
LANES_INLINE Lanes lanes_max(Lanes a, Lanes b)
{
    return (Lanes){_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)};
}

/* a < b ? a : b. */
LANES_INLINE Lanes lanes_min(Lanes a, Lanes b)
{
    return (Lanes){_mm256_min_ps(a.lo, b.lo), _mm256_min_ps(a.hi, b.hi)};
}

/* a > b ? yes : no. */
LANES_INLINE Lanes lanes_if_gt(Lanes a, Lanes b, Lanes yes, Lanes no)
{
    return (Lanes){_mm256_blendv_ps(no.lo, yes.lo, _mm256_cmp_ps(a.lo, b.lo, _CMP_GT_OQ)),
                   _mm256_blendv_ps(no.hi, yes.hi, _mm256_cmp_ps(a.hi, b.hi, _CMP_GT_OQ))};
}

/* a >= b ? yes : no. */
LANES_INLINE Lanes lanes_if_ge(Lanes a, Lanes b, Lanes yes, Lanes no)
{
    return (Lanes){_mm256_blendv_ps(no.lo, yes.lo, _mm256_cmp_ps(a.lo, b.lo, _CMP_GE_OQ)),
                   _mm256_blendv_ps(no.hi, yes.hi, _mm256_cmp_ps(a.hi, b.hi, _CMP_GE_OQ))};
}

/* One half of lanes_scale_exponent. */
LANES_INLINE __m256 lanes_scale_half(__m256 a, __m256 z)
{
    const __m256i n = _mm256_slli_epi32(_mm256_castps_si256(z), FM_EXPF_MANTISSA_BITS);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), n));
}

/* bits(a) + (bits(z) << 23) as integers: a * 2^n where z = n + shifter. */
LANES_INLINE Lanes lanes_scale_exponent(Lanes a, Lanes z)
{
    return (Lanes){lanes_scale_half(a.lo, z.lo), lanes_scale_half(a.hi, z.hi)};
}

#endif
