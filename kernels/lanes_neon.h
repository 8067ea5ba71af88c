/* Lanes as four NEON registers of aarch64; included by lanes.h only. Maxima and minima are
 * selections: vmaxq_f32 would make a NaN of either operand one, and order the zeros. */
#ifndef KERNELS_LANES_NEON_H
#define KERNELS_LANES_NEON_H

#include <arm_neon.h>

#define LANES_BODY LANES_INLINE
#define LANES_REGISTERS 8 /* Lanes that fit in registers at once */

typedef struct Lanes {
    float32x4_t q0, q1, q2, q3;
} Lanes;

LANES_INLINE Lanes lanes_set(float x)
{
    return (Lanes){vdupq_n_f32(x), vdupq_n_f32(x), vdupq_n_f32(x), vdupq_n_f32(x)};
}

LANES_INLINE Lanes lanes_zero(void)
{
    return lanes_set(0.0f);
}

LANES_INLINE Lanes lanes_load(const float *p)
{
    return (Lanes){vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)};
}

LANES_INLINE void lanes_store(float *p, Lanes a)
{
    vst1q_f32(p, a.q0);
    vst1q_f32(p + 4, a.q1);
    vst1q_f32(p + 8, a.q2);
    vst1q_f32(p + 12, a.q3);
}

LANES_INLINE Lanes lanes_add(Lanes a, Lanes b)
{
    return (Lanes){vaddq_f32(a.q0, b.q0), vaddq_f32(a.q1, b.q1), vaddq_f32(a.q2, b.q2),
                   vaddq_f32(a.q3, b.q3)};
}

LANES_INLINE Lanes lanes_sub(Lanes a, Lanes b)
{
    return (Lanes){vsubq_f32(a.q0, b.q0), vsubq_f32(a.q1, b.q1), vsubq_f32(a.q2, b.q2),
                   vsubq_f32(a.q3, b.q3)};
}

LANES_INLINE Lanes lanes_mul(Lanes a, Lanes b)
{
    return (Lanes){vmulq_f32(a.q0, b.q0), vmulq_f32(a.q1, b.q1), vmulq_f32(a.q2, b.q2),
                   vmulq_f32(a.q3, b.q3)};
}

LANES_INLINE Lanes lanes_div(Lanes a, Lanes b)
{
    return (Lanes){vdivq_f32(a.q0, b.q0), vdivq_f32(a.q1, b.q1), vdivq_f32(a.q2, b.q2),
                   vdivq_f32(a.q3, b.q3)};
}

LANES_INLINE Lanes lanes_sqrt(Lanes a)
{
    return (Lanes){vsqrtq_f32(a.q0), vsqrtq_f32(a.q1), vsqrtq_f32(a.q2), vsqrtq_f32(a.q3)};
}

/* a*b + c, rounded once. */
LANES_INLINE Lanes lanes_fma(Lanes a, Lanes b, Lanes c)
{
    return (Lanes){vfmaq_f32(c.q0, a.q0, b.q0), vfmaq_f32(c.q1, a.q1, b.q1),
                   vfmaq_f32(c.q2, a.q2, b.q2), vfmaq_f32(c.q3, a.q3, b.q3)};
}

/* a > b ? yes : no. */
LANES_INLINE Lanes lanes_if_gt(Lanes a, Lanes b, Lanes yes, Lanes no)
{
    return (Lanes){vbslq_f32(vcgtq_f32(a.q0, b.q0), yes.q0, no.q0),
                   vbslq_f32(vcgtq_f32(a.q1, b.q1), yes.q1, no.q1),
                   vbslq_f32(vcgtq_f32(a.q2, b.q2), yes.q2, no.q2),
                   vbslq_f32(vcgtq_f32(a.q3, b.q3), yes.q3, no.q3)};
}

/* a >= b ? yes : no. */
LANES_INLINE Lanes lanes_if_ge(Lanes a, Lanes b, Lanes yes, Lanes no)
{
    return (Lanes){vbslq_f32(vcgeq_f32(a.q0, b.q0), yes.q0, no.q0),
                   vbslq_f32(vcgeq_f32(a.q1, b.q1), yes.q1, no.q1),
                   vbslq_f32(vcgeq_f32(a.q2, b.q2), yes.q2, no.q2),
                   vbslq_f32(vcgeq_f32(a.q3, b.q3), yes.q3, no.q3)};
}

/* a > b ? a : b. */
LANES_INLINE Lanes lanes_max(Lanes a, Lanes b)
{
    return lanes_if_gt(a, b, a, b);
}

/* a < b ? a : b. */
LANES_INLINE Lanes lanes_min(Lanes a, Lanes b)
{
    return lanes_if_gt(b, a, a, b);
}

/* One quarter of lanes_scale_exponent. */
LANES_INLINE float32x4_t lanes_scale_quarter(float32x4_t a, float32x4_t z)
{
    const uint32x4_t n = vshlq_n_u32(vreinterpretq_u32_f32(z), FM_EXPF_MANTISSA_BITS);
    return vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(a), n));
}

/* bits(a) + (bits(z) << 23) as integers: a * 2^n where z = n + shifter. */
LANES_INLINE Lanes lanes_scale_exponent(Lanes a, Lanes z)
{
    return (Lanes){lanes_scale_quarter(a.q0, z.q0), lanes_scale_quarter(a.q1, z.q1),
                   lanes_scale_quarter(a.q2, z.q2), lanes_scale_quarter(a.q3, z.q3)};
}

#endif
