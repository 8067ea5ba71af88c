/*
 * search/controller: the recurrent network that writes a point gene by gene.
 *
 * Zoph, Vasudevan, Shlens, Le, "Learning Transferable Architectures for Scalable Image
 * Recognition" (arXiv 1707.07012), appendix A.2: one layer of an LSTM of 100 units, a softmax for
 * each decision, all weights begin uniform in [-0.1, 0.1]. Its input is the decision before, one
 * row of weights for each choice (they carry the gates' biases), and a row of their own for the
 * first. Gates as in Hochreiter and Schmidhuber with a forget gate, no peepholes.
 *
 * Floats of base/fmath, sums in index order: the same bits everywhere. Nothing here allocates.
 */
#ifndef SEARCH_CONTROLLER_H
#define SEARCH_CONTROLLER_H

#include "search/genespace.h"

#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>

enum { CONTROLLER_UNITS = 100, CONTROLLER_GATES = 4 * CONTROLLER_UNITS };

/* Where its weights lie in one array; a gradient has the same layout. */
typedef struct Controller {
    const GeneSpace *space;
    size_t n_weights;
    size_t recurrent; /* [UNITS, GATES]; before it the inputs [1 + n_choices, GATES] */
    size_t output;    /* [n_choices, UNITS] */
    size_t bias;      /* [n_choices] */
} Controller;

/* What a decision left for the way back. */
typedef struct ControllerStep {
    float gates[CONTROLLER_GATES];  /* input, forget, output, candidate; after their functions */
    float before[CONTROLLER_UNITS]; /* the cell before */
    float cell[CONTROLLER_UNITS];   /* tanh of the cell after */
    float hidden[CONTROLLER_UNITS]; /* after */
    float p[GENESPACE_MAX_VALUES];
} ControllerStep;

Controller controller_of(const GeneSpace *space);

/* weights[n_weights] = uniform in [-0.1, 0.1). */
void controller_init(const Controller *controller, Rng *rng, float *weights);

/* A point as the controller writes it: genes[n_genes] are drawn. */
void controller_draw(const Controller *controller, const float *weights, Rng *rng, uint8_t *genes);

/* steps[n_genes] of writing these genes: p is what the controller gives each of their values. */
void controller_forward(const Controller *controller, const float *weights, const uint8_t *genes,
                        ControllerStep *steps);

/*
 * Adds to gradient[n_weights] that of a loss whose gradient by all logits is dlogits[n_choices].
 * steps: of controller_forward with the same weights and genes.
 */
void controller_backward(const Controller *controller, const float *weights, const uint8_t *genes,
                         const ControllerStep *steps, const float *dlogits, float *gradient);

#endif
