/* harness/finetune_layers.c: what `freeze` and `lr_factor` make of a Net's tensors, and of digests.
 */
#include "harness/finetune.h"

#include "base/text.h"
#include "weights/naming.h"

#include <assert.h>
#include <string.h>

/* --- layers --- */

/* Whether a tensor, or a layer, is of a layer: its name begins with that, as a layer's own does. */
static bool is_below(const char *name, const char *layer)
{
    return network_is_below(name, layer) ||
           (strcmp(layer, "head") == 0 && network_is_below(name, "classifier"));
}

static ErrCode check_layer(const Net *net, const char *key, const char *layer, Err *err)
{
    const Network *network = net_network(net);
    int n_stages = 0;
    for (int i = 0; i < net_n_tensors(net); i++)
        if (is_below(net_tensor(net, i)->name, layer))
            return ERR_NONE;
    for (int i = 0; i < network->n_ops; i++)
        n_stages = network->ops[i].stage >= n_stages ? network->ops[i].stage + 1 : n_stages;
    return err_set(err, ERR_USAGE,
                   "'recipe.init.%s': network '%s' has no layer '%s'; it has stem, stages (0 to "
                   "%d, as in stages.0 and stages.0.1), head (with the classifier) and classifier",
                   key, network->name, layer, n_stages - 1);
}

/* --- rates --- */

static bool is_frozen(const FineTune *tune, const char *name)
{
    for (size_t i = 0; tune->freeze != NULL && i < tune->freeze->n_items; i++)
        if (is_below(name, tune->freeze->items[i]->text))
            return true;
    return false;
}

static double factor_of(const YamlNode *item)
{
    double factor = 1.0;
    Err err = {0};
    const ErrCode code =
        yaml_as_double(item, FINETUNE_LEAST_FACTOR, FINETUNE_MOST_FACTOR, &factor, &err);
    assert(code == ERR_NONE); /* finetune_read has read it */
    (void)code;
    return factor;
}

/* The factor of the longest name that fits, but for an item itself; 1 where none does. */
static double factor_around(const FineTune *tune, const char *name, const YamlNode *but)
{
    const YamlNode *found = NULL;
    for (size_t i = 0; tune->factors != NULL && i < tune->factors->n_items; i++) {
        const YamlNode *item = tune->factors->items[i];
        if (item != but && is_below(name, item->key) &&
            (found == NULL || strlen(item->key) > strlen(found->key)))
            found = item;
    }
    return found != NULL ? factor_of(found) : 1.0;
}

/* 0 where the tensor is frozen. */
static double rate_of(const FineTune *tune, const NetTensor *tensor)
{
    if (is_frozen(tune, tensor->name))
        return 0.0;
    if (!tensor->trainable)
        return tune->freezes_norm ? 0.0 : 1.0;
    return factor_around(tune, tensor->name, NULL);
}

ErrCode finetune_set_rates(const FineTune *tune, Net *net, Err *err)
{
    int n_trained = 0;
    if (!tune->is_on)
        return ERR_NONE;
    for (size_t i = 0; tune->freeze != NULL && i < tune->freeze->n_items; i++)
        TRY(check_layer(net, "freeze", tune->freeze->items[i]->text, err));
    for (size_t i = 0; tune->factors != NULL && i < tune->factors->n_items; i++)
        TRY(check_layer(net, "lr_factor", tune->factors->items[i]->key, err));
    for (int i = 0; i < net_n_tensors(net); i++) {
        const double rate = rate_of(tune, net_tensor(net, i));
        net_set_rate(net, i, rate);
        n_trained += net_tensor(net, i)->trainable && rate > 0.0;
    }
    if (n_trained == 0)
        return err_set(err, ERR_USAGE,
                       "'recipe.init.freeze' freezes all of network '%s': nothing is left to train",
                       net_network(net)->name);
fail:
    return err->code;
}

/* --- identity --- */

/* Whether a frozen layer is within another one that is frozen, too, or has been named before. */
static bool is_idle_freeze(const YamlNode *freeze, size_t at)
{
    const char *layer = freeze->items[at]->text;
    for (size_t i = 0; i < freeze->n_items; i++) {
        const char *other = freeze->items[i]->text;
        if (strcmp(layer, other) == 0 ? i < at : is_below(layer, other))
            return true;
    }
    return false;
}

static bool is_idle_factor(const FineTune *tune, const YamlNode *item)
{
    return is_frozen(tune, item->key) || factor_of(item) == factor_around(tune, item->key, item);
}

static const char *name_of(const YamlNode *item)
{
    return item->key != NULL ? item->key : item->text;
}

/*
 * The item whose name comes next behind `last`, NULL at first; NULL: there is none. Names of what
 * changes nothing are passed over.
 */
static const YamlNode *next_item(const FineTune *tune, const YamlNode *items, const char *last)
{
    const YamlNode *next = NULL;
    for (size_t i = 0; items != NULL && i < items->n_items; i++) {
        const YamlNode *item = items->items[i];
        const char *name = name_of(item);
        if ((last != NULL && strcmp(name, last) <= 0) ||
            (next != NULL && strcmp(name, name_of(next)) >= 0) ||
            (items == tune->freeze ? is_idle_freeze(items, i) : is_idle_factor(tune, item)))
            continue;
        next = item;
    }
    return next;
}

/* ", freeze: [head, stem]", ", lr_factor: {stages: 0.1}"; nothing where no item changes anything.
 */
static void put_items(const FineTune *tune, const YamlNode *items, Text *out)
{
    const bool is_freeze = items == tune->freeze;
    const YamlNode *first = next_item(tune, items, NULL);
    for (const YamlNode *item = first; item != NULL; item = next_item(tune, items, name_of(item))) {
        const char *begin = is_freeze ? ", freeze: [" : ", lr_factor: {";
        text_append(out, item == first ? begin : ", ");
        yaml_emit_string(name_of(item), out);
        if (!is_freeze)
            text_printf(out, ": %.9g", factor_of(item));
    }
    if (first != NULL)
        text_append(out, is_freeze ? "]" : "}");
}

void finetune_identity(const FineTune *tune, Text *out)
{
    if (!tune->is_on)
        return;
    if (tune->trial != NULL) /* which decides its weights, known before they are */
        text_printf(out, "init: {trial: %s", tune->trial);
    else
        text_printf(out, "init: {digest: %s", tune->digest != NULL ? tune->digest : "unknown");
    text_printf(out, ", names: %s, head: %s", naming_names[tune->names],
                tune->keeps_head ? "keep" : "new");
    put_items(tune, tune->freeze, out);
    put_items(tune, tune->factors, out);
    text_append(out, tune->freezes_norm ? ", bn: frozen}\n" : ", bn: train}\n");
}
