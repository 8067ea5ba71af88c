/* tests/results/rates.c: made-up studies, judged by the rules. */
#include "tests/results/rates.h"

#include "base/rng.h"
#include "results/verdict_rules.h"

#include <math.h>
#include <stddef.h>

enum { MAX_NETWORKS = 32, MAX_SEEDS = 32, SHARE = 1, CHOSEN, BORROWED };

static const double image_noise = 0.5;

/* One study: networks by seeds, and a given one. */
typedef struct World {
    double val[MAX_NETWORKS][MAX_SEEDS], test[MAX_NETWORKS][MAX_SEEDS];
    const double *val_rows[MAX_NETWORKS], *test_rows[MAX_NETWORKS];
} World;

static void add_network(World *w, int network, double truth, double variance, int n_seeds,
                        const double *seeds, Rng *rng)
{
    for (int s = 0; s < n_seeds; s++) {
        const double at = truth + seeds[s] + sqrt(variance) * rng_normal(rng);
        w->val[network][s] = at + image_noise * rng_normal(rng);
        w->test[network][s] = at + image_noise * rng_normal(rng);
    }
    w->val_rows[network] = w->val[network];
    w->test_rows[network] = w->test[network];
}

static void draw_seeds(double *seeds, int n, Rng *rng)
{
    for (int s = 0; s < n; s++)
        seeds[s] = rng_normal(rng);
}

static void count(Rates *rates, VerdictOutcome outcome, int n_studies)
{
    rates->confirmed += outcome == VERDICT_CONFIRMED ? 1.0 / n_studies : 0.0;
    rates->refuted += outcome == VERDICT_REFUTED ? 1.0 / n_studies : 0.0;
}

Rates rates_share(const RatesShare *c, int n_studies)
{
    Rates rates = {0};
    const int n_least = c->n >= VERDICT_MIN_REPLAYS ? VERDICT_MIN_REPLAYS : VERDICT_MIN_RUNS;
    for (int i = 0; i < n_studies; i++) {
        Rng rng = rng_start(SHARE, RNG_BOOTSTRAP, 0, (uint64_t)i);
        StatsInterval share;
        double n_won = 0.0;
        for (int r = 0; r < c->n; r++) {
            const double u = rng_double(&rng);
            n_won += u < c->p_win ? 1.0 : u < c->p_win + c->p_tie ? 0.5 : 0.0;
        }
        count(&rates, verdict_share(n_won, c->n, n_least, &share), n_studies);
    }
    return rates;
}

Rates rates_chosen(const RatesChosen *c, int n_studies)
{
    Rates rates = {0};
    for (int i = 0; i < n_studies; i++) {
        Rng rng = rng_start(CHOSEN, RNG_BOOTSTRAP, 0, (uint64_t)i);
        double seeds[MAX_SEEDS], differences[MAX_SEEDS];
        StatsInterval interval;
        World w;
        draw_seeds(seeds, c->n_seeds, &rng);
        for (int k = 0; k < c->k; k++)
            add_network(&w, k, k == 0 ? c->ahead : c->others, 1.0, c->n_seeds, seeds, &rng);
        add_network(&w, c->k, 0.0, c->variance, c->n_seeds, seeds, &rng);
        count(&rates,
              verdict_chosen(w.val_rows, w.test_rows, c->k, w.test[c->k], c->n_seeds, differences,
                             &interval),
              n_studies);
    }
    return rates;
}

Rates rates_borrowed(const RatesBorrowed *c, int n_studies)
{
    Rates rates = {0};
    for (int i = 0; i < n_studies; i++) {
        Rng rng = rng_start(BORROWED, RNG_BOOTSTRAP, 0, (uint64_t)i);
        double seeds[MAX_SEEDS], differences[MAX_SEEDS];
        StatsInterval lead;
        int n_beyond = 0;
        World w;
        draw_seeds(seeds, c->n_seeds, &rng);
        for (int k = 0; k < c->k; k++)
            add_network(&w, k,
                        k == 0   ? 0.0
                        : k == 1 ? c->lead
                                 : -c->trail,
                        k == 1 ? c->variance : 1.0, c->n_seeds, seeds, &rng);
        count(&rates,
              verdict_borrowed(w.val_rows, w.test_rows, c->k, 0, c->n_seeds, c->margin, differences,
                               &lead, &n_beyond),
              n_studies);
    }
    return rates;
}
