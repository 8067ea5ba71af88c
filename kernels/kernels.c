/* The families of each level, bundled. */
#include "kernels/kernels.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#define BUNDLE(cpu_level, suffix)                                                                  \
    {                                                                                              \
        .level = (cpu_level), .pw = &pw_table__##suffix, .dw = &dw_table__##suffix,                \
        .conv = &conv_table__##suffix, .affine = &affine_table__##suffix,                          \
        .se = &se_table__##suffix, .pool = &pool_table__##suffix, .head = &head_table__##suffix,   \
        .opt = &opt_table__##suffix                                                                \
    }

static const Kernels bundles[] = {
    BUNDLE(CPU_GENERIC, generic),
#if ISOFLOP_X86_LEVELS
    BUNDLE(CPU_AVX2, avx2),
    BUNDLE(CPU_AVX512, avx512),
#endif
};

const Kernels *kernels_select(CpuLevel level)
{
    return &bundles[level_built(level)];
}

CpuLevel kernels_max_level(void)
{
    return LEVEL_TOP;
}
