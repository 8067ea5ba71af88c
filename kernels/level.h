/* Instruction-set levels of this build, and the names of the per-level copies of `_generic` files.
 *
 * The build compiles every `x_generic.c` once per level with ISOFLOP_LEVEL defined:
 * LEVELED(pw_forward) is then pw_forward__avx2. Which levels there are follows from the
 * architecture, here as in the build (cmake/IsoflopLevels.cmake). */
#ifndef KERNELS_LEVEL_H
#define KERNELS_LEVEL_H

#include "base/cpu.h"

#define LEVEL_PASTE(name, level) name##__##level
#define LEVEL_EXPAND(name, level) LEVEL_PASTE(name, level)
#define LEVELED(name) LEVEL_EXPAND(name, ISOFLOP_LEVEL)

#define LEVEL_QUOTE(level) #level
#define LEVEL_TEXT(level) LEVEL_QUOTE(level)
#define LEVEL_NAME LEVEL_TEXT(ISOFLOP_LEVEL)

/* The complete tables of a family at every level of the architecture, as the first rungs of its
 * ladder, and which levels those are. */
/* clang-format off */
#if defined(__x86_64__)
#define LEVEL_IS_BUILT(level) ((level) != CPU_NEON)
#define LEVEL_GENERIC(table)                                                                       \
    {CPU_GENERIC, &table##__generic, true}, {CPU_AVX2, &table##__avx2, true},                      \
    {CPU_AVX512, &table##__avx512, true}
#elif defined(__aarch64__)
#define LEVEL_IS_BUILT(level) ((level) <= CPU_NEON)
#define LEVEL_GENERIC(table)                                                                       \
    {CPU_GENERIC, &table##__generic, true}, {CPU_NEON, &table##__neon, true}
#else
#define LEVEL_IS_BUILT(level) ((level) == CPU_GENERIC)
#define LEVEL_GENERIC(table) {CPU_GENERIC, &table##__generic, true}
#endif
/* clang-format on */

/* The level whose code serves `level` in this build. */
static inline CpuLevel level_built(CpuLevel level)
{
    while (!LEVEL_IS_BUILT(level))
        level--;
    return level;
}

#endif
