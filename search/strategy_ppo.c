/*
 * search/strategy_ppo: the paper's controller, trained by proximal policy optimisation.
 *
 * MnasNet (Tan et al., arXiv 1807.11626) takes NASNet's (arXiv 1707.07012, appendix A.2): an LSTM
 * of 100 units (search/controller.h), learning rate 0.00035, entropy weight 0.00001, a baseline of
 * decay 0.95, 20 networks a batch. The objective is that of Schulman et al. (arXiv 1707.06347),
 * equation 7, for each decision. Its clip of 0.2 and the 4 epochs on a batch are stated in none of
 * the papers and are ours. A reward is the value over 100. The papers trained it on thousands of
 * networks; with hundreds it has hardly begun to learn.
 */
#include "search/strategies.h"

#include "search/adam.h"
#include "search/controller.h"
#include "search/softmax.h"

#include "base/fmath.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_RATE, OPTION_DECAY, OPTION_ENTROPY, OPTION_BATCH, OPTION_CLIP, OPTION_EPOCHS };
enum { MAX_BATCH = 200, MAX_EPOCHS = 100 };
enum { MAX_DRAWS = 2 }; /* of known networks, before one is changed: a draw is what an ask costs */

static const StrategyOption options[] = {
    [OPTION_RATE] = {"learning_rate", 3.5e-4, 1e-6, 1, false, "of Adam"},
    [OPTION_DECAY] = {"decay", 0.95, 0, 0.9999, false, "of the rewards' running mean"},
    [OPTION_ENTROPY] = {"entropy", 1e-5, 0, 10, false, "weight of the entropy"},
    [OPTION_BATCH] = {"batch", 20, 1, MAX_BATCH, true, "networks of an update"},
    [OPTION_CLIP] = {"clip", 0.2, 0.001, 10, false, "of the ratio of probabilities"},
    [OPTION_EPOCHS] = {"epochs", 4, 1, MAX_EPOCHS, true, "steps of Adam on a batch"},
};

typedef struct Ppo {
    bool is_ready; /* weights are drawn: something was asked for */
    RewardBaseline baseline;
    Adam adam;
    int32_t n_logged; /* places whose logarithms are kept: all that older weights asked for */
    int n_batch;
    int32_t batch[MAX_BATCH];
    float advantages[MAX_BATCH];
    float dlogits[GENESPACE_MAX_CHOICES];
    ControllerStep steps[GENESPACE_MAX_GENES]; /* scratch */
    /* weights, gradient, means and squares [n_weights], then logarithms [room, n_genes] of the
     * probability that each gene's value had when it was asked for */
    float numbers[];
} Ppo;

static size_t own_bytes(const StrategySettings *settings)
{
    const size_t n_weights = controller_of(settings->space).n_weights;
    const size_t n_logs = (size_t)strategy_room(settings) * (size_t)settings->space->n_genes;
    return sizeof(Ppo) + (4 * n_weights + n_logs) * sizeof(float);
}

static float *logs_of(const StrategyView *view, Ppo *ppo, size_t n_weights, int32_t place)
{
    return ppo->numbers + 4 * n_weights + (size_t)place * (size_t)view->settings->space->n_genes;
}

static void asked(const StrategyView *view, int32_t place)
{
    (void)place;
    Ppo *ppo = view->own;
    const Controller c = controller_of(view->settings->space);
    if (ppo->is_ready)
        return;
    Rng rng = rng_start(view->settings->seed, RNG_SEARCH, STRATEGY_WEIGHTS, 0);
    controller_init(&c, &rng, ppo->numbers);
    ppo->is_ready = true;
}

/* Before weights change: how likely they made each gene's value of what they asked for. */
static void keep_logs(const StrategyView *view, const Controller *c, Ppo *ppo)
{
    for (; ppo->n_logged < view->history.head->n_asked; ppo->n_logged++) {
        const uint8_t *genes = history_genes(&view->history, ppo->n_logged);
        float *logs = logs_of(view, ppo, c->n_weights, ppo->n_logged);
        controller_forward(c, ppo->numbers, genes, ppo->steps);
        for (int g = 0; g < c->space->n_genes; g++)
            logs[g] = softmax_log(ppo->steps[g].p[genes[g]]);
    }
}

/* The gradient of one network's clipped objective, by all logits. */
static void differentiate(const StrategySettings *s, const uint8_t *genes, const float *logs,
                          float advantage, Ppo *ppo)
{
    float *dlogits = ppo->dlogits;
    const float clip = (float)s->options[OPTION_CLIP], share = 1.0f / (float)ppo->n_batch;
    for (int g = 0; g < s->space->n_genes; g++) {
        const float *p = ppo->steps[g].p;
        const float ratio = fm_expf(softmax_log(p[genes[g]]) - logs[g]);
        const bool is_clipped = advantage > 0 ? ratio > 1 + clip : ratio < 1 - clip;
        softmax_gradient(p, s->space->genes[g].n_values, genes[g],
                         is_clipped ? 0.0f : advantage * ratio * share,
                         (float)s->options[OPTION_ENTROPY] * share, dlogits);
        dlogits += s->space->genes[g].n_values;
    }
}

static void update(const StrategyView *view, Ppo *ppo)
{
    const StrategySettings *s = view->settings;
    const Controller c = controller_of(s->space);
    float *weights = ppo->numbers, *gradient = weights + c.n_weights,
          *means = gradient + c.n_weights, *squares = means + c.n_weights;
    keep_logs(view, &c, ppo);
    for (int epoch = 0; epoch < (int)s->options[OPTION_EPOCHS]; epoch++) {
        memset(gradient, 0, c.n_weights * sizeof *gradient);
        for (int i = 0; i < ppo->n_batch; i++) {
            const uint8_t *genes = history_genes(&view->history, ppo->batch[i]);
            controller_forward(&c, weights, genes, ppo->steps);
            differentiate(s, genes, logs_of(view, ppo, c.n_weights, ppo->batch[i]),
                          ppo->advantages[i], ppo);
            controller_backward(&c, weights, genes, ppo->steps, ppo->dlogits, gradient);
        }
        adam_step(&ppo->adam, (float)s->options[OPTION_RATE], gradient, weights, means, squares,
                  c.n_weights);
    }
    ppo->n_batch = 0;
}

static void told(const StrategyView *view, int32_t place)
{
    Ppo *ppo = view->own;
    const double decay = view->settings->options[OPTION_DECAY];
    if (isnan(view->history.points[place].value))
        return;
    ppo->advantages[ppo->n_batch] = (float)strategy_advantage(view, place, decay, &ppo->baseline);
    ppo->batch[ppo->n_batch++] = place;
    if (ppo->n_batch == (int)view->settings->options[OPTION_BATCH])
        update(view, ppo);
}

static StrategyAnswer propose(const StrategyView *view, Rng *rng, uint8_t *genes,
                              char reason[DECIDER_REASON_MAX])
{
    const Ppo *ppo = view->own;
    if (!ppo->is_ready)
        return strategy_random(view, rng, genes, reason);
    const Controller c = controller_of(view->settings->space);
    for (int i = 0; i < MAX_DRAWS; i++) {
        controller_draw(&c, ppo->numbers, rng, genes);
        if (genespace_canonical(c.space, genes) && history_find(&view->history, genes) < 0) {
            snprintf(reason, DECIDER_REASON_MAX, "written by the controller");
            return STRATEGY_POINT;
        }
    }
    return strategy_near(view, rng, genes, reason);
}

const SearchStrategy strategy_ppo_row = {
    .name = "ppo",
    .summary = "the paper's controller: an LSTM of 100 units, proximal policy optimisation",
    .options = options,
    .n_options = ARRAY_LEN(options),
    .own_bytes = own_bytes,
    .asked = asked,
    .told = told,
    .propose = propose,
};
