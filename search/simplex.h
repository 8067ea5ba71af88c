/*
 * Designs on the triangle of shares: which shapes a profile trains.
 *
 * A shape (a, b, c) gives the shares a, b, c of the added cost to depth, width and resolution. 7:
 * corners, edge midpoints, centroid (a simplex-centroid design; the special cubic fits it exactly).
 * 10: also the three points halfway between centroid and corners, (2/3, 1/6, 1/6): lack of fit can
 * be tested. 15: the whole lattice of step 1/4. Source: H. Scheffe, Experiments with mixtures, J.
 * R. Statist. Soc. B 20 (1958), and The simplex-centroid design, B 25 (1963).
 */
#ifndef SEARCH_SIMPLEX_H
#define SEARCH_SIMPLEX_H

#include <stddef.h>

/* n points of (depth, width, resolution), or NULL: there is no design of so many. */
const double (*simplex_design(size_t n))[3];

#endif
