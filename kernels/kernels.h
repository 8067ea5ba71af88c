/* kernels: all families of one instruction-set level, chosen once at plan time.
 *
 * Levels differ in speed only: they give the same bits (docs/numerics.md). */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "kernels/kernel_types.h"

#include "kernels/affine/affine.h"
#include "kernels/conv/conv.h"
#include "kernels/dw/dw.h"
#include "kernels/gemm/gemm.h"
#include "kernels/head/head.h"
#include "kernels/mb/mb.h"
#include "kernels/opt/opt.h"
#include "kernels/panel/panel.h"
#include "kernels/pool/pool.h"
#include "kernels/pw/pw.h"
#include "kernels/se/se.h"

#include <stdbool.h>
#include <stddef.h>

/* Revision of the numerical contract: raised by every change that moves a bit of any result. */
#define ARITHMETIC_REVISION 2

typedef struct Kernels {
    CpuLevel level; /* the level really used */
    PwKernels pw;
    DwKernels dw;
    MbKernels mb;
    AffineKernels affine;
    SeKernels se;
    PanelKernels panel;
    PoolKernels pool;
    GemmKernels gemm;
    HeadKernels head;
    OptKernels opt;
} Kernels;

/* The kernels of a level; of the highest one built when this build lacks it (avx levels exist on
 * x86-64 only, neon on aarch64 only). The caller passes a level that the CPU has (base/cpu.h). */
Kernels kernels_select(CpuLevel level);

/* One function of those, and where it comes from. */
typedef struct KernelChoice {
    const char *family;  /* "pw" */
    const char *kernel;  /* "forward" */
    const char *variant; /* "pw_generic_avx2" */
    CpuLevel level;      /* what it was compiled for */
    bool is_generic;     /* the level's copy of `_generic`; else hand-tuned and put over it */
} KernelChoice;

/* The index-th function that kernels_select(level) takes, by family; false behind the last. A level
 * that the CPU lacks can be asked for, too. */
bool kernels_choice(CpuLevel level, size_t index, KernelChoice *choice);

#endif
