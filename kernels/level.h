/* Instruction-set levels of this build, and the names of the per-level copies of `_generic` files.
 *
 * The build compiles every `x_generic.c` once per level with ISOFLOP_LEVEL defined:
 * LEVELED(pw_forward) is then pw_forward__avx2. ISOFLOP_X86_LEVELS tells the other files whether
 * the avx levels exist. */
#ifndef KERNELS_LEVEL_H
#define KERNELS_LEVEL_H

#include "base/cpu.h"

#define LEVEL_PASTE(name, level) name##__##level
#define LEVEL_EXPAND(name, level) LEVEL_PASTE(name, level)
#define LEVELED(name) LEVEL_EXPAND(name, ISOFLOP_LEVEL)

#define LEVEL_QUOTE(level) #level
#define LEVEL_TEXT(level) LEVEL_QUOTE(level)
#define LEVEL_NAME LEVEL_TEXT(ISOFLOP_LEVEL)

/* The complete tables of a family at every level, as the first rungs of its ladder. */
#if ISOFLOP_X86_LEVELS
#define LEVEL_TOP CPU_AVX512
/* clang-format off */
#define LEVEL_GENERIC(table)                                                                       \
    {CPU_GENERIC, &table##__generic, true}, {CPU_AVX2, &table##__avx2, true},                      \
    {CPU_AVX512, &table##__avx512, true}
#else
#define LEVEL_TOP CPU_GENERIC
#define LEVEL_GENERIC(table) {CPU_GENERIC, &table##__generic, true}
/* clang-format on */
#endif

/* The level whose code serves `level` in this build. */
static inline CpuLevel level_built(CpuLevel level)
{
    return level < LEVEL_TOP ? level : LEVEL_TOP;
}

#endif
