/* tests/search/test_controller.c: the controller's gradient, softmax's, and a step of Adam. */
#include "search/adam.h"
#include "search/controller.h"
#include "search/softmax.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum { N_GENES = 4, N_CHOICES = 3 + 2 + 5 + 3, MAX_WEIGHTS = 60000 };

static const Gene genes[N_GENES] = {
    {GENE_CATEGORY, 3}, {GENE_CATEGORY, 2}, {GENE_ORDERED, 5}, {GENE_CATEGORY, 3}};
static const GeneSpace space = {.genes = genes, .n_genes = N_GENES};
static const uint8_t point[N_GENES] = {2, 0, 3, 1};

static float weights[MAX_WEIGHTS], gradient[MAX_WEIGHTS];
static ControllerStep steps[N_GENES];

/* -sum of log p over the decisions, from the forward pass alone. */
static double loss(const Controller *c)
{
    double sum = 0;
    controller_forward(c, weights, point, steps);
    for (int g = 0; g < N_GENES; g++)
        sum -= log((double)steps[g].p[point[g]]);
    return sum;
}

static double squash(double x)
{
    return 1 / (1 + exp(-x));
}

/* The textbook's cell in double: gates input, forget, output, candidate of `row`'s weights. */
static void textbook_step(const Controller *c, int row, double *hidden, double *cell)
{
    enum { UNITS = CONTROLLER_UNITS };
    double z[CONTROLLER_GATES];
    for (int k = 0; k < CONTROLLER_GATES; k++) {
        z[k] = (double)weights[row * CONTROLLER_GATES + k];
        for (int j = 0; j < UNITS; j++)
            z[k] += hidden[j] * (double)weights[c->recurrent + (size_t)(j * CONTROLLER_GATES + k)];
    }
    for (int k = 0; k < UNITS; k++) {
        cell[k] = squash(z[UNITS + k]) * cell[k] + squash(z[k]) * tanh(z[3 * UNITS + k]);
        hidden[k] = squash(z[2 * UNITS + k]) * tanh(cell[k]);
    }
}

/*
 * The probabilities of the forward pass are those of the textbook's LSTM in double, with weights
 * that saturate gates: a hundred float products of order 1 a gate, each rounded to 2^-24, in a few
 * steps: 1e-4 is far above that, and far below what a wrong gate does.
 */
static void forward_is_the_textbooks(void **state)
{
    (void)state;
    const Controller c = controller_of(&space);
    double hidden[CONTROLLER_UNITS] = {0}, cell[CONTROLLER_UNITS] = {0};
    Rng rng = rng_start(8, RNG_INIT, 0, 0);
    for (size_t i = 0; i < c.n_weights; i++)
        weights[i] = rng_uniform(&rng, -0.8f, 0.8f);
    controller_forward(&c, weights, point, steps);
    for (int g = 0, choice = 0, row = 0; g < N_GENES; choice += genes[g++].n_values) {
        double e[GENESPACE_MAX_VALUES], sum = 0;
        textbook_step(&c, row, hidden, cell);
        for (int v = 0; v < genes[g].n_values; v++) {
            double logit = (double)weights[c.bias + (size_t)(choice + v)];
            for (int k = 0; k < CONTROLLER_UNITS; k++)
                logit += (double)weights[c.output + (size_t)((choice + v) * CONTROLLER_UNITS + k)] *
                         hidden[k];
            sum += e[v] = exp(logit);
        }
        for (int v = 0; v < genes[g].n_values; v++)
            assert_true(fabs((double)steps[g].p[v] - e[v] / sum) < 1e-4);
        row = 1 + choice + point[g];
    }
}

/* Of a random direction in the weights: analytic gradient against a central difference. Weights of
 * 0.5 make every gate work. The difference's error is h^2 / 6 times a third derivative of order 1
 * (1e-5 at h = 0.01 over unit directions) and a rounding of the loss of N_GENES * 2^-22 / h =
 * 1e-4. */
static void gradients_are_differences(void **state)
{
    (void)state;
    const Controller c = controller_of(&space);
    assert_int_equal(c.n_weights, 14 * 400 + 100 * 400 + 13 * 100 + 13);
    Rng rng = rng_start(5, RNG_INIT, 0, 0);
    for (size_t i = 0; i < c.n_weights; i++)
        weights[i] = rng_uniform(&rng, -0.5f, 0.5f);
    float dlogits[N_CHOICES], *d = dlogits;
    loss(&c);
    for (int g = 0; g < N_GENES; d += genes[g++].n_values)
        softmax_gradient(steps[g].p, genes[g].n_values, point[g], 1, 0, d);
    controller_backward(&c, weights, point, steps, dlogits, gradient);
    static float direction[MAX_WEIGHTS];
    static const size_t begins[] = {0, 14 * 400, 54 * 400};
    for (int part = 0; part < 3; part++) {
        const size_t end = part == 2 ? c.n_weights : begins[part + 1];
        double norm = 0, product = 0;
        const float h = 0.01f;
        for (size_t i = begins[part]; i < end; i++) {
            direction[i] = rng_uniform(&rng, -0.002f, 0.002f) + gradient[i];
            norm += (double)direction[i] * (double)direction[i];
        }
        for (size_t i = begins[part]; i < end; i++) {
            direction[i] /= (float)sqrt(norm);
            product += (double)direction[i] * (double)gradient[i];
            weights[i] += h * direction[i];
        }
        const double above = loss(&c);
        for (size_t i = begins[part]; i < end; i++)
            weights[i] -= 2 * h * direction[i];
        const double difference = (above - loss(&c)) / (2 * (double)h);
        for (size_t i = begins[part]; i < end; i++)
            weights[i] += h * direction[i];
        assert_true(fabs(product) > 0.02);
        if (!(fabs(product - difference) <= 5e-4))
            fail_msg("part %d: %g, not %g", part, product, difference);
    }
}

/* What is drawn is drawn with the probabilities of the forward pass: of 4,000 first decisions the
 * shares are within 4 standard deviations, 4 * sqrt(0.25 / 4000) = 0.032. */
static void draws_have_their_probability(void **state)
{
    (void)state;
    enum { DRAWS = 4000 };
    const Controller c = controller_of(&space);
    Rng rng = rng_start(6, RNG_INIT, 0, 0);
    controller_init(&c, &rng, weights);
    for (size_t i = 0; i < c.n_weights; i++) {
        assert_true(fabsf(weights[i]) <= 0.1f);
        weights[i] *= 10;
    }
    int counts[3] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint8_t drawn[N_GENES];
        Rng own = rng_start(7, RNG_SEARCH, 0, i);
        controller_draw(&c, weights, &own, drawn);
        counts[drawn[0]]++;
    }
    controller_forward(&c, weights, point, steps);
    for (int v = 0; v < 3; v++)
        assert_true(fabs((double)counts[v] / DRAWS - (double)steps[0].p[v]) <= 0.032);
}

/* d/dlogit of -(w log p + e H): w (p - [taken]) + e p (log p + H), by central differences in
 * double, whose error at h = 1e-4 is h^2 / 6 = 2e-9 times a third derivative below 1; what is
 * compared has some ten roundings of 2^-24 = 6e-8 in numbers below 1. */
static void softmax_gradients_are_differences(void **state)
{
    (void)state;
    enum { N = 3, TAKEN = 1 };
    const float logits[N] = {0.3f, -0.2f, 0.9f};
    float p[N], out[N];
    softmax(logits, N, p);
    softmax_gradient(p, N, TAKEN, 0.7f, 0.4f, out);
    for (int i = 0; i < N; i++) {
        double value[2];
        for (int side = 0; side < 2; side++) {
            double e[N], sum = 0, disorder = 0;
            for (int k = 0; k < N; k++)
                sum += e[k] = exp((double)logits[k] + (k == i ? (side == 0 ? 1e-4 : -1e-4) : 0));
            for (int k = 0; k < N; k++)
                disorder -= e[k] / sum * log(e[k] / sum);
            value[side] = -(0.7 * log(e[TAKEN] / sum) + 0.4 * disorder);
        }
        assert_true(fabs((value[0] - value[1]) / 2e-4 - (double)out[i]) <= 1e-6);
    }
}

/* By hand: the first step is the rate whatever the gradient; with gradient 1 again it is so too;
 * then 0: mean 0.9 * 0.19 = 0.171 over 1 - 0.9^3 = 0.271, square 0.001999 * 0.999 = 0.001997 over
 * 1 - 0.999^3 = 0.002997: 0.1 * 0.63100 / 0.81629 = 0.0773. */
static void adam_steps_by_hand(void **state)
{
    (void)state;
    Adam adam = {0};
    float weight = 0, mean = 0, square = 0;
    const float one = 1, none = 0;
    adam_step(&adam, 0.1f, &one, &weight, &mean, &square, 1);
    assert_true(fabsf(weight + 0.1f) < 1e-6f);
    adam_step(&adam, 0.1f, &one, &weight, &mean, &square, 1);
    assert_true(fabsf(weight + 0.2f) < 1e-6f);
    adam_step(&adam, 0.1f, &none, &weight, &mean, &square, 1);
    assert_true(fabsf(weight + 0.2f + 0.0773f) < 1e-4f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_textbooks),
        cmocka_unit_test(gradients_are_differences),
        cmocka_unit_test(draws_have_their_probability),
        cmocka_unit_test(softmax_gradients_are_differences),
        cmocka_unit_test(adam_steps_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
