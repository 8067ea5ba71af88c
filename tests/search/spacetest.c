/* tests/search/spacetest.c: loads and resolves. */
#include "spacetest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

NetSpace *spacetest_zoo(const char *name)
{
    NetSpace *space = NULL;
    Err err = {0};
    if (netspace_load(&space, name, &err) != ERR_NONE)
        fail_msg("%s: %s", name, err.msg);
    return space;
}

Network spacetest_network(NetSpace *space, const uint8_t *genes)
{
    Spec spec;
    Network network;
    Err err = {0};
    netspace_spec(space, genes, &spec);
    if (resolve_network(&network, &spec, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return network;
}
