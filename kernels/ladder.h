/* From ladder to table: how a family's functions of one level are chosen.
 *
 * Each family's x.c lists its tables as a ladder: first the generic code of every level, complete
 * (LEVEL_GENERIC of kernels/level.h), then hand-tuned ones, which hold only the slots that they
 * replace and NULL elsewhere. A tuned kernels/pw/pw_avx512.c exports
 *     const PwKernels pw_table__avx512_tuned = {.variant = "pw_avx512", .forward = ...};
 * and pw.c gets one rung, {CPU_AVX512, &pw_table__avx512_tuned}, behind the generic ones. Nobody
 * else knows of it. A tuned function gives the bits of the generic one. */
#ifndef KERNELS_LADDER_H
#define KERNELS_LADDER_H

#include "base/cpu.h"

#include <stddef.h>

typedef struct LadderRung {
    CpuLevel level;    /* what a processor needs for it */
    const void *table; /* of the family's type: all slots are pointers */
} LadderRung;

/* Fills table[n_bytes] from the rungs that `level` may use, in the order of the ladder: a later
 * rung replaces what an earlier one put into the same slot, `variant` included. */
void ladder_fill(void *table, size_t n_bytes, const LadderRung *ladder, size_t n_rungs,
                 CpuLevel level);

#endif
