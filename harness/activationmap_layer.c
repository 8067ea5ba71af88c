/* harness/activationmap_layer.c: layers by name, for Grad-CAM. */
#include "harness/activationmap.h"

#include "base/text.h"

#include <string.h>

/* The last operation of a layer, -1: there is none; all stages together are no layer. */
static int last_of(const Network *network, const char *layer)
{
    if (strcmp(layer, "stages") == 0)
        return -1;
    for (int i = network->n_ops - 1; i >= 0; i--)
        if (network_is_below(network->ops[i].name, layer))
            return i;
    return -1;
}

/* Blocks of a stage that have operations; those that are the identity have none. */
static int count_blocks(const Network *network, int stage)
{
    int n = 0;
    for (int i = 0; i < network->n_ops; i++)
        if (network->ops[i].stage == stage)
            n = network->ops[i].block + 1;
    return n;
}

static int last_stage(const Network *network)
{
    int last = -1;
    for (int i = 0; i < network->n_ops; i++)
        last = network->ops[i].stage > last ? network->ops[i].stage : last;
    return last;
}

/* "stem, stages.0 to stages.2 (of 1, 2, 3 blocks, as in stages.2.2), head". */
static void list_layers(const Network *network, Text *text)
{
    const int last = last_stage(network);
    text_append(text, "stem");
    for (int s = 0; s <= last; s++) {
        if (count_blocks(network, s) == 0)
            continue;
        if (s == 0 || count_blocks(network, s - 1) == 0)
            text_printf(text, ", stages.%d", s);
        else if (count_blocks(network, s + 1) == 0)
            text_printf(text, " to stages.%d", s);
    }
    for (int s = 0, n = 0; s <= last; s++)
        if (count_blocks(network, s) > 0)
            text_printf(text, "%s%d", n++ == 0 ? " (of " : ", ", count_blocks(network, s));
    if (last >= 0)
        text_printf(text, " blocks, as in stages.%d.%d)", last, count_blocks(network, last) - 1);
    if (last_of(network, "head") >= 0)
        text_append(text, ", head");
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
