/* conv in portable code, compiled once per level: copies only. */
#include "kernels/conv/conv.h"

#include "kernels/kernel_types.h"
#include "kernels/level.h"

static void LEVELED(conv_rearrange)(const ConvRearrangeArgs *a)
{
    for (int tap = 0; tap < a->k * a->k; tap++)
        for (int oc = 0; oc < a->OC; oc++) {
            float *to = a->wt + ((long)tap * a->OC + oc) * a->ldwt;
            for (int c = 0; c < a->C; c++)
                to[c] = a->w[((long)tap * a->C + c) * a->ldw + oc];
            for (int c = a->C; c < lanes_pad(a->C); c++)
                to[c] = 0.0f;
        }
}

extern const ConvKernels LEVELED(conv_table);
const ConvKernels LEVELED(conv_table) = {
    .variant = "conv_generic_" LEVEL_NAME,
    .rearrange = LEVELED(conv_rearrange),
};
