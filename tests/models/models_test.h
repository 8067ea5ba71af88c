/* What the tests of models/ share. */
#ifndef TESTS_MODELS_MODELS_TEST_H
#define TESTS_MODELS_MODELS_TEST_H

#include "models/resolve.h"
#include "models/scaling.h"
#include "models/zoo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* A zoo network's specification. */
static inline Spec zoo_spec(const char *name)
{
    Spec spec;
    Err err = {0};
    if (zoo_load(&spec, name, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return spec;
}

/* A resolved zoo network with overrides; release it. */
static inline Network zoo_network(const char *name, double width, double depth, int64_t resolution)
{
    const Spec spec = zoo_spec(name);
    const ResolveOptions options = {width, depth, resolution, RESOLVE_UNSET};
    Network network;
    Err err = {0};
    if (resolve_with(&network, &spec, &options, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return network;
}

/*
 * A strategy's ray: compound with the paper's constants, shares and a ladder of some, the latter's
 * end beyond 13 times the baseline.
 */
static inline Ray ray_of(const char *strategy)
{
    static const double constants[] = {1.2, 1.1, 1.15}, shares[] = {0.2, 0.5, 0.3};
    static const double knots[] = {1.3, 1.2, 1.1, 2.4, 1.6, 1.5};
    static const struct {
        const double *v;
        size_t n;
    } takes[] = {[STRATEGY_TAKES_NOTHING] = {NULL, 0},
                 [STRATEGY_TAKES_CONSTANTS] = {constants, ARRAY_LEN(constants)},
                 [STRATEGY_TAKES_SHARES] = {shares, ARRAY_LEN(shares)},
                 [STRATEGY_TAKES_KNOTS] = {knots, ARRAY_LEN(knots)}};
    const StrategyTakes kind = scaling_find(strategy)->takes;
    Ray ray;
    Err err = {0};
    if (scaling_ray(&ray, strategy, takes[kind].v, takes[kind].n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return ray;
}

#endif
