/* models/network: whether a resolved network can be trained, and freeing it. */
#include "models/network.h"

#include "base/sys.h"

#include <stdio.h>
#include <string.h>

ErrCode network_check_batch(const Network *network, int64_t batch, Err *err)
{
    for (int i = 0; i < network->n_ops; i++) {
        const Op *op = &network->ops[i];
        char stage[OP_NAME_MAX];
        if (!op->batch_norm || (int64_t)op->out_size * op->out_size * batch > 1)
            continue;
        snprintf(stage, sizeof stage, "stages.%d", op->stage);
        return err_set(
            err, ERR_USAGE,
            "network '%s' at %d px has maps of 1 x 1 in '%s', of which a batch of 1 gives "
            "batch norm one value a channel, always 0 after it: a larger batch or more "
            "pixels are needed",
            network->name, network->resolution, op->stage < 0 ? op->name : stage);
    }
    return ERR_NONE;
}

bool network_is_below(const char *name, const char *layer)
{
    const size_t n = strlen(layer);
    return strncmp(name, layer, n) == 0 && (name[n] == '.' || name[n] == '\0');
}

void network_release(Network *network)
{
    mem_free(network->ops);
    memset(network, 0, sizeof *network);
}
