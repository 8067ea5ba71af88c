/* head in portable code, compiled once per level. Its share of a step is small: rows one after the
 * other, exponentials on lanes, sums over classes as scalar chains in double. */
#include "kernels/head/head.h"

#include "kernels/lanes.h"
#include "kernels/level.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

static void LEVELED(head_bias)(const HeadBiasArgs *a)
{
    assert(a->N % LANES == 0);
    for (int m = 0; m < a->M; m++)
        for (int n = 0; n < a->N; n += LANES) {
            float *y = a->y + m * a->ldy + n;
            lanes_store(y, lanes_add(lanes_load(y), lanes_load(a->b + n)));
        }
}

static void LEVELED(head_bias_grad)(const HeadBiasGradArgs *a)
{
    assert(a->N % LANES == 0);
    for (int n = 0; n < a->N; n += LANES) {
        Lanes db = lanes_load(a->db + n);
        for (int m = 0; m < a->M; m++)
            db = lanes_add(db, lanes_load(a->dy + m * a->lddy + n));
        lanes_store(a->db + n, db);
    }
}

static void LEVELED(head_dropout)(const HeadDropoutArgs *a)
{
    assert(a->N % LANES == 0);
    for (int m = 0; m < a->M; m++)
        for (int n = 0; n < a->N; n += LANES)
            lanes_store(a->y + m * a->ldy + n, lanes_mul(lanes_load(a->x + m * a->ldx + n),
                                                         lanes_load(a->mask + m * a->ldmask + n)));
}

/* --- softmax --- */

static float row_max(const float *z, int K)
{
    float max = z[0];
    for (int k = 1; k < K; k++)
        max = z[k] > max ? z[k] : max;
    return max;
}

/* The two sums of a row over its classes, ascending, in double. */
typedef struct RowSums {
    double exponentials; /* of exp(z - max) */
    double shifted;      /* of z - max */
} RowSums;

/* Sums a row; e[k] = exp(z[k] - max) with e NULL to forget them. e may be z. */
static RowSums row_exponentials(const float *z, float max, int K, float *e)
{
    RowSums sums = {0.0, 0.0};
    for (int k = 0; k < K; k += LANES) {
        float shifted[LANES], exps[LANES];
        const Lanes t = lanes_sub(lanes_load(z + k), lanes_set(max));
        lanes_store(shifted, t);
        lanes_store(exps, lanes_exp_minus(lanes_sub(lanes_zero(), t)));
        for (int i = 0; i < LANES && k + i < K; i++) {
            sums.exponentials += (double)exps[i];
            sums.shifted += (double)shifted[i];
        }
        if (e != NULL)
            lanes_store(e + k, lanes_load(exps));
    }
    return sums;
}

/* What a row is to be: its label's share, and the rest for another; or one label alone. */
typedef struct RowTarget {
    int label, mixed_label;
    float share, mixed_share;
} RowTarget;

static RowTarget row_target(const HeadSoftmaxArgs *a, int m)
{
    const int label = a->labels[m],
              mixed_label = a->mixed_labels != NULL ? a->mixed_labels[m] : label;
    const float share = a->mixed_labels != NULL ? a->shares[m] : 1.0f;
    assert(label >= 0 && label < a->n_classes && mixed_label >= 0 && mixed_label < a->n_classes);
    if (mixed_label == label)
        return (RowTarget){label, label, 1.0f, 0.0f};
    return (RowTarget){label, mixed_label, share, 1.0f - share};
}

/* d[k] = (e[k]*inverse - q[k]) * scale in place, pad lanes 0. */
static void row_gradient(const HeadSoftmaxArgs *a, float *d, RowTarget target, float inverse)
{
    const int K = a->n_classes;
    const float low = a->smoothing / (float)K;
    const float high = (1.0f - a->smoothing) * target.share + low;
    const float mixed_high = (1.0f - a->smoothing) * target.mixed_share + low;
    const float at_label = (d[target.label] * inverse - high) * a->grad_scale;
    const float at_mixed_label = (d[target.mixed_label] * inverse - mixed_high) * a->grad_scale;
    for (int k = 0; k < K; k += LANES) {
        const Lanes p = lanes_mul(lanes_load(d + k), lanes_set(inverse));
        lanes_store(d + k, lanes_mul(lanes_sub(p, lanes_set(low)), lanes_set(a->grad_scale)));
    }
    d[target.mixed_label] = at_mixed_label;
    d[target.label] = at_label;
    for (int k = K; k < lanes_pad(K); k++)
        d[k] = 0.0f;
}

static void LEVELED(head_softmax)(const HeadSoftmaxArgs *a)
{
    const int K = a->n_classes;
    const double eps = (double)a->smoothing;
    for (int m = 0; m < a->M; m++) {
        const float *z = a->logits + m * a->ld;
        float *d = a->dlogits != NULL ? a->dlogits + m * a->lddlogits : NULL;
        const RowTarget target = row_target(a, m);
        const float max = row_max(z, K);
        const double at_label = (double)target.share * (double)(z[target.label] - max) +
                                (double)target.mixed_share * (double)(z[target.mixed_label] - max);
        const RowSums sums = row_exponentials(z, max, K, d);
        a->loss[m] = fm_log(sums.exponentials) - (1.0 - eps) * at_label - eps / K * sums.shifted;
        if (d != NULL)
            row_gradient(a, d, target, (float)(1.0 / sums.exponentials));
    }
}

static void LEVELED(head_argmax)(const HeadArgmaxArgs *a)
{
    for (int m = 0; m < a->M; m++) {
        const float *z = a->logits + m * a->ld;
        float best = -INFINITY;
        a->index[m] = 0;
        for (int k = 0; k < a->n_classes; k++)
            if (z[k] > best) {
                best = z[k];
                a->index[m] = k;
            }
    }
}

extern const HeadKernels LEVELED(head_table);
const HeadKernels LEVELED(head_table) = {
    .variant = "head_generic_" LEVEL_NAME,
    .bias = LEVELED(head_bias),
    .bias_grad = LEVELED(head_bias_grad),
    .dropout = LEVELED(head_dropout),
    .softmax = LEVELED(head_softmax),
    .argmax = LEVELED(head_argmax),
};
