/*
 * results/scheffe: polynomials on the triangle of shares, and its lattice.
 *
 * A shape is a mixture: shares (a, b, c) >= 0 of the added cost that go to depth, width and
 * resolution, of sum 1. Scheffe's canonical polynomials have no constant term: x1, x2, x3, their
 * products in pairs (quadratic), and the product of all three (special cubic). Source: H. Scheffe,
 * Experiments with mixtures, J. R. Statist. Soc. B 20 (1958). Maxima are looked for on the lattice
 * of step 1/30, which corners, edge midpoints, the centroid and (2/3, 1/6, 1/6) belong to.
 */
#ifndef RESULTS_SCHEFFE_H
#define RESULTS_SCHEFFE_H

#include <stdbool.h>

enum {
    SCHEFFE_STEPS = 30,
    SCHEFFE_N_LATTICE = (SCHEFFE_STEPS + 1) * (SCHEFFE_STEPS + 2) / 2,
    SCHEFFE_LINEAR = 3, /* numbers of terms */
    SCHEFFE_QUADRATIC = 6,
    SCHEFFE_CUBIC = 7,
};

/* Shares of depth, width, resolution. */
typedef struct Shares {
    double x[3];
} Shares;

/* Of built multipliers: ln d, 2 ln w, 2 ln r over their sum. False: nothing is scaled. */
bool scheffe_shares(double depth, double width, double resolution, Shares *shares);

/*
 * Divides by the sum what is above 0 and sets the rest to 0; true if there was a negative share
 * below rounding.
 */
bool scheffe_clamp(Shares *shares);

/* terms[SCHEFFE_CUBIC] of a point. */
void scheffe_terms(const Shares *at, double *terms);

/* The polynomial of n_terms at a point. */
double scheffe_value(const double *beta, int n_terms, const Shares *at);

/* The lattice's points, 0 <= i < SCHEFFE_N_LATTICE: a falls from 1, then b. */
Shares scheffe_lattice(int i);

/* Where corner k (0: depth alone, ...) is on the lattice. */
int scheffe_corner(int k);

bool scheffe_is_boundary(const Shares *at); /* a share is 0 */

/* The maximum next to `start`, to 1e-7 of a share, by steps along the edges' directions. */
Shares scheffe_climb(const double *beta, int n_terms, Shares start);

#endif
