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

#include <stdbool.h>
#include <stddef.h>

typedef struct LadderRung {
    CpuLevel level;    /* what a processor needs for it */
    const void *table; /* of the family's type: all slots are pointers, the first is the variant */
    bool is_generic;   /* a copy of `_generic` for its level; else hand-tuned */
} LadderRung;

/* A function of the family's table: its name there, and where it stands. */
typedef struct LadderSlot {
    const char *name;
    size_t offset;
} LadderSlot;

#define LADDER_SLOT(Table, name)                                                                   \
    {                                                                                              \
#name, offsetof(Table, name)                                                               \
    }

typedef struct Ladder {
    const char *family; /* "pw" */
    const LadderSlot *slots;
    size_t n_slots;
    const LadderRung *rungs; /* a later one replaces what an earlier one put into the same slot */
    size_t n_rungs;
} Ladder;

/* The rung that a processor of `level` takes the slot at `offset` from; the variant's is at 0. */
const LadderRung *ladder_rung(const Ladder *ladder, size_t offset, CpuLevel level);

/* The name of a rung's table. */
const char *ladder_variant(const LadderRung *rung);

/* Fills table[n_bytes], of the family's type, with all slots and the variant. */
void ladder_fill(void *table, size_t n_bytes, const Ladder *ladder, CpuLevel level);

#endif
