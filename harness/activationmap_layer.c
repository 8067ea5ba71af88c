/* harness/activationmap_layer.c: layers by name, for Grad-CAM. */
#include "harness/activationmap.h"

#include "base/text.h"

#include <string.h>

static int last_of(const Network *network, const char *layer)
{
    for (int i = network->n_ops - 1; i >= 0; i--)
        if (network_is_below(network->ops[i].name, layer))
            return i;
    return -1;
}

/* "stem, stages.0 to stages.2 (of 1, 2, 3 blocks, as in stages.2.2), head". */
static void list_layers(const Network *network, Text *text)
{
    int stage = -1, blocks = 0;
    Text counts = {0};
    for (int i = 0; i < network->n_ops; i++) {
        const Op *op = &network->ops[i];
        if (op->stage < 0)
            continue;
        if (op->stage != stage && stage >= 0)
            text_printf(&counts, "%d, ", blocks);
        stage = op->stage;
        blocks = op->block + 1;
    }
    text_printf(text, "stem, stages.0 to stages.%d (of %s%d blocks, as in stages.%d.%d)%s", stage,
                counts.data == NULL ? "" : counts.data, blocks, stage, blocks - 1,
                last_of(network, "head") >= 0 ? ", head" : "");
    text->failed = text->failed || counts.failed;
    text_release(&counts);
}

ErrCode activationmap_layer(const Net *net, const char *name, int *op, Err *err)
{
    const Network *network = net_network(net);
    Text layers = {0};
    *op = last_of(network, name);
    if (*op >= 0)
        return net_check_class_maps(net, *op, err);
    list_layers(network, &layers);
    if (text_ok(&layers, err) == ERR_NONE)
        (void)err_set(err, ERR_USAGE,
                      "network '%s' has no layer '%s'; it has %s, and the operations that "
                      "'isoflop cost' names",
                      network->name, name, layers.data);
    text_release(&layers);
    return err->code;
}
