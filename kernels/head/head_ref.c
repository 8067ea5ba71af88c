/* head in double, from the formulas. */
#include "kernels/head/head.h"

#include "base/fmath.h"

void head_softmax__ref(const HeadSoftmaxArgs *args, double *loss, double *dlogits)
{
    const int K = args->n_classes;
    const double eps = (double)args->smoothing;
    for (int m = 0; m < args->M; m++) {
        const double share = args->mixed_labels != NULL ? (double)args->shares[m] : 1.0;
        const int mixed_label =
            args->mixed_labels != NULL ? args->mixed_labels[m] : args->labels[m];
        const float *z = args->logits + m * args->ld;
        double sum = 0.0, max = (double)z[0];
        for (int k = 1; k < K; k++)
            max = (double)z[k] > max ? (double)z[k] : max;
        for (int k = 0; k < K; k++)
            sum += fm_exp((double)z[k] - max);
        loss[m] = 0.0;
        for (int k = 0; k < K; k++) {
            const double hard =
                (k == args->labels[m] ? share : 0.0) + (k == mixed_label ? 1.0 - share : 0.0);
            const double q = (1.0 - eps) * hard + eps / K;
            const double log_p = (double)z[k] - max - fm_log(sum);
            loss[m] -= q * log_p;
            dlogits[(long)m * K + k] = (fm_exp(log_p) - q) * (double)args->grad_scale;
        }
    }
}
