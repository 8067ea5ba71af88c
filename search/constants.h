/*
 * search/constants: the decider that takes a grid's winner for the constants of `compound`.
 *
 * It asks for nothing: the grid gives all points, ticket i being network i. When all of them have
 * been heard it yields the winner's network and, as constants of a ray, its alpha, beta and gamma.
 * The winner has the best objective of mean validation accuracy and counted cost (equal: fewer
 * MACs, then the plan's order); a network with a diverged seed comes after all without one. One
 * that failed has no result and cannot win; if none has one, nothing is yielded, and the reason
 * says so.
 *
 * The constants define a ray, and are neither the winner's nominal nor its built multipliers: alpha
 * and beta are the nominal ones of the alias nearest to what was built (equal: smaller alpha),
 * since a grid point fixes them; gamma is what matching solved for, the built pixels over the
 * baseline's. The reason has all three triples, each whole and named.
 */
#ifndef SEARCH_CONSTANTS_H
#define SEARCH_CONSTANTS_H

#include "search/decider.h"
#include "search/objective.h"

#include <stddef.h>
#include <stdint.h>

/* One network of the grid. */
typedef struct ConstantsNetwork {
    const Scale *aliases; /* nominal multipliers of the points that built it, the plan's order */
    size_t n_aliases;     /* at least 1 */
    Scale built;
    int64_t macs; /* for one image */
} ConstantsNetwork;

typedef struct ConstantsSettings {
    Objective objective;
    const ConstantsNetwork *networks;
    size_t n_networks;
} ConstantsSettings;

/* Its settings are ConstantsSettings. */
extern const Decider constants_decider;

#endif
