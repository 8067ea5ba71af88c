/*
 * search/strategy_policy: REINFORCE with independent logits.
 *
 * Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement
 * Learning", Machine Learning 8, 1992; in the shape of TuNAS (Bender et al., arXiv 2008.06120;
 * google-research/tunas, controller.py): a logit for each choice, a softmax for each gene, no
 * network behind it. After every result one step of Adam on (reward - baseline) * log p(genes) +
 * entropy * H; the baseline is a running mean of rewards. What is drawn and known already is drawn
 * again, in the end changed in one gene.
 */
#include "search/strategies.h"

#include "search/adam.h"
#include "search/softmax.h"

#include <math.h>
#include <stdio.h>

enum { OPTION_RATE, OPTION_DECAY, OPTION_ENTROPY };
enum { MAX_DRAWS = 100 }; /* of known networks, before one is changed */

static const StrategyOption options[] = {
    [OPTION_RATE] = {"learning_rate", 0.05, 1e-6, 10, false, "of Adam"},
    [OPTION_DECAY] = {"decay", 0.95, 0, 0.9999, false, "of the rewards' running mean"},
    [OPTION_ENTROPY] = {"entropy", 1e-3, 0, 10, false, "weight of the entropy"},
};

typedef struct Policy {
    RewardBaseline baseline;
    Adam adam;
    float logits[GENESPACE_MAX_CHOICES], gradient[GENESPACE_MAX_CHOICES];
    float means[GENESPACE_MAX_CHOICES], squares[GENESPACE_MAX_CHOICES];
} Policy;

static size_t own_bytes(const StrategySettings *settings)
{
    (void)settings;
    return sizeof(Policy);
}

static void told(const StrategyView *view, int32_t place)
{
    const StrategySettings *s = view->settings;
    const uint8_t *genes = history_genes(&view->history, place);
    Policy *policy = view->own;
    if (isnan(view->history.points[place].value))
        return;
    const double advantage =
        strategy_advantage(view, place, s->options[OPTION_DECAY], &policy->baseline);
    float *gradient = policy->gradient, p[GENESPACE_MAX_VALUES];
    const float *logits = policy->logits;
    for (int g = 0; g < s->space->n_genes; g++) {
        const int n = s->space->genes[g].n_values;
        softmax(logits, n, p);
        softmax_gradient(p, n, genes[g], (float)advantage, (float)s->options[OPTION_ENTROPY],
                         gradient);
        gradient += n;
        logits += n;
    }
    adam_step(&policy->adam, (float)s->options[OPTION_RATE], policy->gradient, policy->logits,
              policy->means, policy->squares, (size_t)genespace_n_choices(s->space));
}

/* p[n_choices] of all genes. */
static void estimate(const GeneSpace *space, const Policy *policy, float *p)
{
    for (int g = 0, c = 0; g < space->n_genes; c += space->genes[g++].n_values)
        softmax(policy->logits + c, space->genes[g].n_values, p + c);
}

/* genes = a draw; whether it may be asked for. */
static bool draw(const GeneSpace *space, const float *p, Rng *rng, uint8_t *genes)
{
    for (int g = 0; g < space->n_genes; p += space->genes[g++].n_values)
        genes[g] = (uint8_t)softmax_pick(rng, p, space->genes[g].n_values);
    return genespace_canonical(space, genes);
}

static StrategyAnswer propose(const StrategyView *view, Rng *rng, uint8_t *genes,
                              char reason[DECIDER_REASON_MAX])
{
    const GeneSpace *space = view->settings->space;
    float p[GENESPACE_MAX_CHOICES];
    estimate(space, view->own, p);
    for (int i = 0; i < MAX_DRAWS; i++)
        if (draw(space, p, rng, genes) && history_find(&view->history, genes) < 0) {
            snprintf(reason, DECIDER_REASON_MAX, "drawn by the policy");
            return STRATEGY_POINT;
        }
    return strategy_near(view, rng, genes, reason);
}

const SearchStrategy strategy_policy_row = {
    .name = "policy",
    .summary = "REINFORCE: a softmax for each gene, independent of the others",
    .options = options,
    .n_options = ARRAY_LEN(options),
    .own_bytes = own_bytes,
    .told = told,
    .propose = propose,
};
