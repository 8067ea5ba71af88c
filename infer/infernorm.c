/* infer/infernorm.c: the tensors wait in the step for the last of them. */
#include "infer/infernorm.h"

#include <math.h>
#include <string.h>

void infernorm_carve(Step *step, int channels, Arena *arena)
{
    step->norm = arena_floats(arena, (size_t)NORM_TENSORS * (size_t)lanes_pad(channels));
}

static float *norm_tensor(const Step *step, int channels, int tensor)
{
    return step->norm + (size_t)tensor * (size_t)lanes_pad(channels);
}

void infernorm_write(const Step *step, int channels, int k, const float *data)
{
    memcpy(norm_tensor(step, channels, k - 1), data, (size_t)channels * sizeof *data);
}

const float *infernorm_fold(const Infer *infer, Step *step, int channels, float *bias)
{
    if (!step_op(infer, step)->batch_norm)
        return NULL;
    float *scale = norm_tensor(step, channels, NORM_GAMMA);
    const float *beta = norm_tensor(step, channels, NORM_BETA);
    const float *mean = norm_tensor(step, channels, NORM_MEAN);
    const float *var = norm_tensor(step, channels, NORM_VAR);
    for (int c = 0; c < channels; c++) {
        const double a = (double)scale[c] / sqrt((double)var[c] + infer->network.bn_epsilon);
        bias[c] = (float)((double)beta[c] - (double)mean[c] * a);
        scale[c] = (float)a;
    }
    return scale;
}
