/* lanes: a vector of LANES floats, the only vocabulary of the `_generic` kernels.
 *
 * One implementation is chosen by the flags a file is compiled with: one AVX-512 register, two AVX2
 * registers, four NEON registers (LANES_NEON: every aarch64 has them, so no flag of the compiler
 * tells), or an array that the compiler vectorises as it can. All do the same IEEE operation in
 * each lane, so that a kernel has the same bits everywhere; there is no operation across lanes.
 * Comparisons are false for NaN and pick their operands in one stated order (maxps' order). */
#ifndef KERNELS_LANES_H
#define KERNELS_LANES_H

#include "kernels/kernel_types.h"

#include "base/fmath.h"

/* Templates and their vocabulary are inlined by force, except under sanitizers, whose checks would
 * make the copies too large to compile. */
#ifdef ISOFLOP_SANITIZED
#define LANES_INLINE static inline __attribute__((unused))
#else
#define LANES_INLINE static inline __attribute__((always_inline))
#endif

#if defined(__AVX512F__)
#include "kernels/lanes_avx512.h"
#elif defined(__AVX2__) && defined(__FMA__)
#include "kernels/lanes_avx2.h"
#elif defined(LANES_NEON)
#include "kernels/lanes_neon.h"
#else
#include "kernels/lanes_portable.h"
#endif

/* e^-u, lane by lane the bits of fm_expf(-u) for |u| <= 87, clamped there, and for NaN without
 * payload. The sign goes into the constants, which moves no bit. */
LANES_BODY Lanes lanes_exp_minus(Lanes u)
{
    u = lanes_min(lanes_set(-FM_EXPF_MIN), lanes_max(lanes_set(FM_EXPF_MIN), u));
    const Lanes shifter = lanes_set(FM_EXPF_SHIFTER);
    const Lanes z = lanes_fma(u, lanes_set(-FM_EXPF_LOG2E), shifter);
    const Lanes n = lanes_sub(z, shifter);
    Lanes r = lanes_fma(n, lanes_set(FM_EXPF_LN2_HIGH), u);
    r = lanes_fma(n, lanes_set(FM_EXPF_LN2_LOW), r);
    Lanes p = lanes_fma(lanes_set(FM_EXPF_C6), r, lanes_set(-FM_EXPF_C5));
    p = lanes_fma(p, r, lanes_set(FM_EXPF_C4));
    p = lanes_fma(p, r, lanes_set(-FM_EXPF_C3));
    p = lanes_fma(p, r, lanes_set(FM_EXPF_C2));
    p = lanes_fma(p, r, lanes_set(-1.0f));
    p = lanes_fma(p, r, lanes_set(1.0f));
    return lanes_scale_exponent(p, z);
}

/* The sigmoid of u and its complement 1 - sigmoid(u), both without cancellation: with e = e^-u, s =
 * 1/(1 + e) and 1 - s = e s. */
typedef struct LanesSigmoid {
    Lanes s, complement;
} LanesSigmoid;

LANES_BODY LanesSigmoid lanes_sigmoid(Lanes u)
{
    const Lanes e = lanes_exp_minus(u), one = lanes_set(1.0f);
    const Lanes s = lanes_div(one, lanes_add(one, e));
    return (LanesSigmoid){s, lanes_mul(e, s)};
}

#endif
