/* What the tests of models/ share. */
#ifndef TESTS_MODELS_MODELS_TEST_H
#define TESTS_MODELS_MODELS_TEST_H

#include "models/resolve.h"
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

#endif
