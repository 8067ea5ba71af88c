/* The tables that the per-level copies of the `_generic` files define, and the ladders that lay
 * them over one another; private to kernels/. */
#ifndef KERNELS_LEVEL_TABLES_H
#define KERNELS_LEVEL_TABLES_H

#include "kernels/ladder.h"

#include "kernels/affine/affine.h"
#include "kernels/dw/dw.h"
#include "kernels/gemm/gemm.h"
#include "kernels/head/head.h"
#include "kernels/mb/mb.h"
#include "kernels/opt/opt.h"
#include "kernels/panel/panel.h"
#include "kernels/pool/pool.h"
#include "kernels/pw/pw.h"
#include "kernels/se/se.h"

extern const AffineKernels affine_table__generic, affine_table__neon, affine_table__avx2,
    affine_table__avx512;
extern const DwKernels dw_table__generic, dw_table__neon, dw_table__avx2, dw_table__avx512;
extern const GemmKernels gemm_table__generic, gemm_table__neon, gemm_table__avx2,
    gemm_table__avx512;
extern const HeadKernels head_table__generic, head_table__neon, head_table__avx2,
    head_table__avx512;
extern const MbKernels mb_table__generic, mb_table__neon, mb_table__avx2, mb_table__avx512;
extern const OptKernels opt_table__generic, opt_table__neon, opt_table__avx2, opt_table__avx512;
extern const PanelKernels panel_table__generic, panel_table__neon, panel_table__avx2,
    panel_table__avx512;
extern const PoolKernels pool_table__generic, pool_table__neon, pool_table__avx2,
    pool_table__avx512;
extern const PwKernels pw_table__generic, pw_table__neon, pw_table__avx2, pw_table__avx512;
extern const SeKernels se_table__generic, se_table__neon, se_table__avx2, se_table__avx512;

extern const Ladder affine_ladder, dw_ladder, gemm_ladder, head_ladder, mb_ladder, opt_ladder,
    panel_ladder, pool_ladder, pw_ladder, se_ladder;

#endif
