/* The families of one level, bundled. */
#include "kernels/kernels.h"

#include "kernels/level.h"
#include "kernels/level_tables.h"

#include "base/err.h"

Kernels kernels_select(CpuLevel level)
{
    return (Kernels){
        .level = level_built(level),
        .pw = pw_kernels(level),
        .dw = dw_kernels(level),
        .mb = mb_kernels(level),
        .affine = affine_kernels(level),
        .se = se_kernels(level),
        .panel = panel_kernels(level),
        .pool = pool_kernels(level),
        .gemm = gemm_kernels(level),
        .head = head_kernels(level),
        .opt = opt_kernels(level),
    };
}

static const Ladder *const ladders[] = {&affine_ladder, &dw_ladder,  &gemm_ladder,  &head_ladder,
                                        &mb_ladder,     &opt_ladder, &panel_ladder, &pool_ladder,
                                        &pw_ladder,     &se_ladder};

bool kernels_choice(CpuLevel level, size_t index, KernelChoice *choice)
{
    for (size_t i = 0; i < ARRAY_LEN(ladders); i++) {
        const Ladder *ladder = ladders[i];
        if (index < ladder->n_slots) {
            const LadderSlot *slot = &ladder->slots[index];
            const LadderRung *rung = ladder_rung(ladder, slot->offset, level);
            *choice = (KernelChoice){ladder->family, slot->name, ladder_variant(rung), rung->level,
                                     rung->is_generic};
            return true;
        }
        index -= ladder->n_slots;
    }
    return false;
}
