/* models/network: freeing a resolved network. */
#include "models/network.h"

#include "base/sys.h"

#include <string.h>

void network_release(Network *network)
{
    mem_free(network->ops);
    memset(network, 0, sizeof *network);
}
