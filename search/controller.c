/*
 * search/controller: rows of weights are added to whole vectors of gates, so that no sum is split.
 * Loops go over units and hold nothing but + - x /: they become vectors on every processor.
 */
#include "search/controller.h"

#include "search/softmax.h"

#include "base/fmath.h"

#include <string.h>

enum { UNITS = CONTROLLER_UNITS, GATES = CONTROLLER_GATES };
enum { INPUT, FORGET = UNITS, OUTPUT = 2 * UNITS, CANDIDATE = 3 * UNITS }; /* in gates */

#define FIRST_WEIGHT 0.1f /* at most, either sign */

#define FAR 80.0f /* beyond it a sigmoid is taken at it: 2e-35, or 1 */

/* ln 2 = HIGH + LOW; the products of HIGH and small integers are exact. */
#define LN2_HIGH 0x1.63p-1f
#define LN2_LOW (-0x1.bd0106p-13f)

Controller controller_of(const GeneSpace *space)
{
    const size_t n_choices = (size_t)genespace_n_choices(space);
    Controller c = {.space = space, .recurrent = (1 + n_choices) * GATES};
    c.output = c.recurrent + (size_t)UNITS * GATES;
    c.bias = c.output + n_choices * UNITS;
    c.n_weights = c.bias + n_choices;
    return c;
}

void controller_init(const Controller *controller, Rng *rng, float *weights)
{
    for (size_t i = 0; i < controller->n_weights; i++)
        weights[i] = rng_uniform(rng, -FIRST_WEIGHT, FIRST_WEIGHT);
}

/* Sums of every twentieth product, then their sum: a fixed order that is wide enough for vectors.
 */
static float dot(const float *a, const float *b, int n)
{
    enum { LANES = 20 };
    float sums[LANES] = {0}, sum = 0;
    for (int k = 0; k < n; k += LANES)
        for (int l = 0; l < LANES; l++)
            sums[l] += a[k + l] * b[k + l];
    for (int l = 0; l < LANES; l++)
        sum += sums[l];
    return sum;
}

/*
 * 1 / (1 + e^-x) by the polynomial of fm_expf, but without its FMAs, each of which is a call where
 * a processor family's baseline has none. Relative error below 2e-7.
 */
static inline float sigmoid(float x)
{
    float y = x < -FAR ? FAR : -x;
    y = y < -FAR ? -FAR : y;
    const float z = y * FM_EXPF_LOG2E + FM_EXPF_SHIFTER, n = z - FM_EXPF_SHIFTER;
    const float r = (y - n * LN2_HIGH) - n * LN2_LOW;
    float p = FM_EXPF_C6 * r + FM_EXPF_C5;
    p = p * r + FM_EXPF_C4;
    p = p * r + FM_EXPF_C3;
    p = p * r + FM_EXPF_C2;
    p = (p * r + 1) * r + 1;
    return 1 / (1 + fm_float_of_bits(fm_bits_of_float(p) +
                                     (fm_bits_of_float(z) << FM_EXPF_MANTISSA_BITS)));
}

static inline float tangent(float x)
{
    return 2 * sigmoid(2 * x) - 1;
}

/* z[GATES] += hidden[UNITS] x recurrent[UNITS, GATES], in the order of units; some of them at a
 * time, so that z is seldom written. */
static void recur(const float *recurrent, const float *hidden, float *z)
{
    enum { ROWS = 10 };
    for (int j = 0; j < UNITS; j += ROWS, recurrent += ROWS * GATES)
        for (int k = 0; k < GATES; k++) {
            float sum = z[k];
            for (int row = 0; row < ROWS; row++)
                sum += hidden[j + row] * recurrent[row * GATES + k];
            z[k] = sum;
        }
}

/* One decision: `row` is the input's, hidden and cell[UNITS] go from before to after. */
static void advance(const Controller *c, const float *weights, int row, float *cell,
                    ControllerStep *step)
{
    float *z = step->gates;
    memcpy(z, weights + (size_t)row * GATES, sizeof step->gates);
    if (row > 0) /* the first decision begins with nothing hidden */
        recur(weights + c->recurrent, step->hidden, z);
    for (int k = 0; k < CANDIDATE; k++)
        z[k] = sigmoid(z[k]);
    for (int k = CANDIDATE; k < GATES; k++)
        z[k] = tangent(z[k]);
    for (int k = 0; k < UNITS; k++) {
        step->before[k] = cell[k];
        cell[k] = z[FORGET + k] * cell[k] + z[INPUT + k] * z[CANDIDATE + k];
        step->cell[k] = tangent(cell[k]);
        step->hidden[k] = z[OUTPUT + k] * step->cell[k];
    }
}

/* p of one gene's n values, the first of which is `choice` among all. */
static void decide(const Controller *c, const float *weights, int choice, int n,
                   ControllerStep *step)
{
    float logits[GENESPACE_MAX_VALUES];
    for (int v = 0; v < n; v++) {
        const float *row = weights + c->output + (size_t)(choice + v) * UNITS;
        logits[v] = weights[c->bias + (size_t)(choice + v)] + dot(row, step->hidden, UNITS);
    }
    softmax(logits, n, step->p);
}

void controller_draw(const Controller *controller, const float *weights, Rng *rng, uint8_t *genes)
{
    const GeneSpace *space = controller->space;
    ControllerStep step = {.hidden = {0}};
    float cell[UNITS] = {0};
    for (int g = 0, choice = 0, row = 0; g < space->n_genes; choice += space->genes[g++].n_values) {
        const int n = space->genes[g].n_values;
        advance(controller, weights, row, cell, &step);
        decide(controller, weights, choice, n, &step);
        genes[g] = (uint8_t)softmax_pick(rng, step.p, n);
        row = 1 + choice + genes[g];
    }
}

void controller_forward(const Controller *controller, const float *weights, const uint8_t *genes,
                        ControllerStep *steps)
{
    const GeneSpace *space = controller->space;
    float cell[UNITS] = {0};
    memset(steps[0].hidden, 0, sizeof steps[0].hidden);
    for (int g = 0, choice = 0, row = 0; g < space->n_genes; choice += space->genes[g++].n_values) {
        if (g > 0)
            memcpy(steps[g].hidden, steps[g - 1].hidden, sizeof steps[g].hidden);
        advance(controller, weights, row, cell, &steps[g]);
        decide(controller, weights, choice, space->genes[g].n_values, &steps[g]);
        row = 1 + choice + genes[g];
    }
}

/* dh[UNITS] += of one gene's logits; adds their weights' gradient. */
static void decide_back(const Controller *c, const float *weights, int choice, int n,
                        const ControllerStep *step, const float *dlogits, float *dh,
                        float *gradient)
{
    for (int v = 0; v < n; v++) {
        const size_t at = c->output + (size_t)(choice + v) * UNITS;
        gradient[c->bias + (size_t)(choice + v)] += dlogits[v];
        for (int k = 0; k < UNITS; k++) {
            gradient[at + (size_t)k] += dlogits[v] * step->hidden[k];
            dh[k] += dlogits[v] * weights[at + (size_t)k];
        }
    }
}

/* dz[GATES] of dh and dc of the cell after; dc becomes that of the cell before. */
static void gates_back(const ControllerStep *step, const float *dh, float *dc, float *dz)
{
    const float *z = step->gates;
    for (int k = 0; k < UNITS; k++) {
        const float i = z[INPUT + k], f = z[FORGET + k], o = z[OUTPUT + k], g = z[CANDIDATE + k];
        const float d = dc[k] + dh[k] * o * (1 - step->cell[k] * step->cell[k]);
        dz[INPUT + k] = d * g * i * (1 - i);
        dz[FORGET + k] = d * step->before[k] * f * (1 - f);
        dz[OUTPUT + k] = dh[k] * step->cell[k] * o * (1 - o);
        dz[CANDIDATE + k] = d * i * (1 - g * g);
        dc[k] = d * f;
    }
}

/* Adds the gradient of input row and recurrent weights; dh becomes that of the decision before. */
static void rows_back(const Controller *c, const float *weights, int row, const float *hidden,
                      const float *dz, float *dh, float *gradient)
{
    float *input = gradient + (size_t)row * GATES;
    for (int k = 0; k < GATES; k++)
        input[k] += dz[k];
    memset(dh, 0, UNITS * sizeof *dh);
    if (hidden == NULL)
        return;
    for (int j = 0; j < UNITS; j++) {
        const float *recurrent = weights + c->recurrent + (size_t)j * GATES;
        float *out = gradient + c->recurrent + (size_t)j * GATES;
        for (int k = 0; k < GATES; k++)
            out[k] += hidden[j] * dz[k];
        dh[j] = dot(recurrent, dz, GATES);
    }
}

void controller_backward(const Controller *controller, const float *weights, const uint8_t *genes,
                         const ControllerStep *steps, const float *dlogits, float *gradient)
{
    const GeneSpace *space = controller->space;
    float dh[UNITS] = {0}, dc[UNITS] = {0}, dz[GATES];
    int choice = genespace_n_choices(space);
    for (int g = space->n_genes - 1; g >= 0; g--) {
        choice -= space->genes[g].n_values;
        decide_back(controller, weights, choice, space->genes[g].n_values, &steps[g],
                    dlogits + choice, dh, gradient);
        gates_back(&steps[g], dh, dc, dz);
        const int row = g == 0 ? 0 : 1 + choice - space->genes[g - 1].n_values + genes[g - 1];
        rows_back(controller, weights, row, g == 0 ? NULL : steps[g - 1].hidden, dz, dh, gradient);
    }
}
