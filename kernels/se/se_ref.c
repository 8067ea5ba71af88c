/* se in double, from the formulas. */
#include "kernels/se/se.h"

#include "base/fmath.h"
#include "kernels/affine/affine.h"

#include <stddef.h>

static double gate_of(SeGateFn gate, double u)
{
    if (gate == SE_GATE_FN_SIGMOID)
        return fm_sigmoid(u);
    return affine_act__ref(ACT_FN_RELU6, u + 3.0, NULL) / 6.0;
}

/* From its value s. */
static double gate_slope(SeGateFn gate, double s)
{
    if (gate == SE_GATE_FN_SIGMOID)
        return s * (1.0 - s);
    return s > 0.0 && s < 1.0 ? 1.0 / 6.0 : 0.0;
}

void se_forward__ref(const SeForwardArgs *args, double *t, double *v, double *s)
{
    const int C = args->C, S = args->S;
    const long Cp = lanes_pad(C), Sp = lanes_pad(S);
    for (int j = 0; j < S; j++) {
        t[j] = (double)args->b1[j];
        for (int c = 0; c < C; c++)
            t[j] += (double)args->p[c] * (double)args->W1[c * Sp + j];
        v[j] = affine_act__ref(args->act, t[j], NULL);
    }
    for (int c = 0; c < C; c++) {
        double u = (double)args->b2[c];
        for (int j = 0; j < S; j++)
            u += v[j] * (double)args->W2[j * Cp + c];
        s[c] = gate_of(args->gate, u);
    }
}

void se_backward__ref(const SeBackwardArgs *args, double *dt1, double *dt2, double *dp)
{
    const int C = args->C, S = args->S;
    const long Cp = lanes_pad(C), Sp = lanes_pad(S);
    for (int c = 0; c < C; c++) {
        dt2[c] = (double)args->ds[c] * gate_slope(args->gate, (double)args->s[c]);
        dp[c] = 0.0;
    }
    for (int j = 0; j < S; j++) {
        double dv = 0.0, slope;
        for (int c = 0; c < C; c++)
            dv += dt2[c] * (double)args->W2t[c * Sp + j];
        affine_act__ref(args->act, (double)args->t[j], &slope);
        dt1[j] = dv * slope;
        for (int c = 0; c < C; c++)
            dp[c] += dt1[j] * (double)args->W1t[j * Cp + c];
    }
}
