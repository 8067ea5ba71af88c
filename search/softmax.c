/* search/softmax: straight from the formulas; genes have few values. */
#include "search/softmax.h"

#include "base/fmath.h"

void softmax(const float *logits, int n, float *p)
{
    float most = logits[0], sum = 0;
    for (int i = 1; i < n; i++)
        most = logits[i] > most ? logits[i] : most;
    for (int i = 0; i < n; i++)
        sum += p[i] = fm_expf(logits[i] - most);
    for (int i = 0; i < n; i++)
        p[i] /= sum;
}

int softmax_pick(Rng *rng, const float *p, int n)
{
    float left = rng_float(rng);
    int i = 0;
    for (; i < n - 1 && left >= p[i]; i++)
        left -= p[i];
    return i;
}

float softmax_log(float p)
{
    return (float)fm_log(p < 0x1p-100f ? 0x1p-100 : (double)p);
}

void softmax_gradient(const float *p, int n, int taken, float weight, float entropy,
                      float *gradient)
{
    float disorder = 0; /* H */
    for (int i = 0; i < n; i++)
        disorder -= p[i] * softmax_log(p[i]);
    for (int i = 0; i < n; i++)
        gradient[i] = weight * (p[i] - (i == taken ? 1.0f : 0.0f)) +
                      entropy * p[i] * (softmax_log(p[i]) + disorder);
}
