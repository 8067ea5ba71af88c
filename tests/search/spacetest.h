/* tests/search/spacetest.h: spaces of the zoo and their networks; whatever goes wrong fails the
 * test. */
#ifndef TESTS_SEARCH_SPACETEST_H
#define TESTS_SEARCH_SPACETEST_H

#include "models/resolve.h"
#include "search/netspace.h"

#include <stdint.h>

/* Release it with netspace_destroy(). */
NetSpace *spacetest_zoo(const char *name);

/* The network of a genotype, resolved; release it with network_release(). */
Network spacetest_network(NetSpace *space, const uint8_t *genes);

#endif
