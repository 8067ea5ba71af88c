/* kernels: all families of one instruction-set level, chosen once at plan time.
 *
 * Levels differ in speed only: generic, avx2 and avx512 give the same bits (docs/numerics.md). */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "kernels/kernel_types.h"

#include "kernels/affine/affine.h"
#include "kernels/conv/conv.h"
#include "kernels/dw/dw.h"
#include "kernels/head/head.h"
#include "kernels/opt/opt.h"
#include "kernels/pool/pool.h"
#include "kernels/pw/pw.h"
#include "kernels/se/se.h"

/* Revision of the numerical contract: raised by every change that moves a bit of any result. */
#define ARITHMETIC_REVISION 1

typedef struct Kernels {
    CpuLevel level; /* the level really used */
    PwKernels pw;
    DwKernels dw;
    ConvKernels conv;
    AffineKernels affine;
    SeKernels se;
    PoolKernels pool;
    HeadKernels head;
    OptKernels opt;
} Kernels;

/* The kernels of a level; of the highest one built when this build lacks it (avx levels exist on
 * x86-64 only). The caller passes a level that the CPU has (base/cpu.h). */
Kernels kernels_select(CpuLevel level);

#endif
