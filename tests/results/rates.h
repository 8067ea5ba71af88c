/*
 * tests/results/rates.h: how often the rules of results/verdict_rules.h err, and how often they see
 * what is there, by Monte Carlo over made-up studies.
 *
 * Accuracies are truth + effect of the seed + noise of the network at that seed, which validation
 * and test share, + noise of either's images; the last has half the deviation of the one before,
 * which is 1. Networks may have a variance that differs from that of what they are compared with.
 * Everything is a function of the case alone: the same numbers on every machine.
 */
#ifndef TESTS_RESULTS_RATES_H
#define TESTS_RESULTS_RATES_H

/* Shares of the studies. */
typedef struct Rates {
    double confirmed, refuted;
} Rates;

/* N-random: n runs won with probability p_win and tied with probability p_tie. */
typedef struct RatesShare {
    double p_win, p_tie;
    int n;
} RatesShare;
Rates rates_share(const RatesShare *c, int n_studies);

/* N-base: k networks, the first `ahead` and the others `others` above the given one. */
typedef struct RatesChosen {
    int k, n_seeds;
    double ahead, others;
    double variance; /* of the given network over that of the others */
} RatesChosen;
Rates rates_chosen(const RatesChosen *c, int n_studies);

/*
 * N-const, one of the two grids: k points, one of which leads the borrowed by `lead`, all others
 * trail it by `trail`; `margin` may be lost.
 */
typedef struct RatesBorrowed {
    int k, n_seeds;
    double lead, trail, margin;
    double variance; /* of the leading point over that of the others */
} RatesBorrowed;
Rates rates_borrowed(const RatesBorrowed *c, int n_studies);

#endif
