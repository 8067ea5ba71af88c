/* The families of one level, bundled. */
#include "kernels/kernels.h"

#include "kernels/level.h"

Kernels kernels_select(CpuLevel level)
{
    return (Kernels){
        .level = level_built(level),
        .pw = pw_kernels(level),
        .dw = dw_kernels(level),
        .conv = conv_kernels(level),
        .affine = affine_kernels(level),
        .se = se_kernels(level),
        .pool = pool_kernels(level),
        .head = head_kernels(level),
        .opt = opt_kernels(level),
    };
}
