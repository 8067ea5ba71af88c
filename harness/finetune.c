/* harness/finetune.c: reading the map, echoing it, and the weights. */
#include "harness/finetune.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "weights/naming.h"
#include "weights/weights.h"

#include <string.h>

enum { HEAD_NEW, HEAD_KEEP, BN_TRAIN = 0, BN_FROZEN };

static const char *const head_names[] = {"new", "keep", NULL};
static const char *const bn_names[] = {"train", "frozen", NULL};

/* --- reading --- */

static ErrCode read_freeze(const YamlNode *node, Err *err)
{
    if (node->kind != YAML_LIST)
        return yaml_wrong_type(node, "a list of layers like [stem, stages.0]", err);
    for (size_t i = 0; i < node->n_items; i++) {
        const char *layer;
        TRY(yaml_as_string(node->items[i], &layer, err));
    }
fail:
    return err->code;
}

static ErrCode read_factors(const YamlNode *node, Err *err)
{
    if (node->kind != YAML_MAP)
        return yaml_wrong_type(node, "a map like {stages: 0.1, head: 1}", err);
    for (size_t i = 0; i < node->n_items; i++) {
        double factor;
        TRY(yaml_as_double(node->items[i], FINETUNE_LEAST_FACTOR, FINETUNE_MOST_FACTOR, &factor,
                           err));
    }
fail:
    return err->code;
}

static ErrCode read_item(FineTune *out, const YamlNode *item, Err *err)
{
    static const char *const keys[] = {"weights", "digest",    "names", "head",
                                       "freeze",  "lr_factor", "bn",    NULL};
    int choice = 0;
    if (strcmp(item->key, "weights") == 0)
        return yaml_as_string(item, &out->weights, err);
    if (strcmp(item->key, "digest") == 0)
        return yaml_as_string(item, &out->digest, err);
    if (strcmp(item->key, "trial") == 0) /* isoflop's own, refused in a study: finetune_anchor */
        return yaml_as_string(item, &out->trial, err);
    if (strcmp(item->key, "names") == 0)
        return yaml_as_enum(item, naming_names, &out->names, err);
    if (strcmp(item->key, "freeze") == 0) {
        out->freeze = item;
        return read_freeze(item, err);
    }
    if (strcmp(item->key, "lr_factor") == 0) {
        out->factors = item;
        return read_factors(item, err);
    }
    if (strcmp(item->key, "head") == 0) {
        TRY(yaml_as_enum(item, head_names, &choice, err));
        out->keeps_head = choice == HEAD_KEEP;
    } else if (strcmp(item->key, "bn") == 0) {
        TRY(yaml_as_enum(item, bn_names, &choice, err));
        out->freezes_norm = choice == BN_FROZEN;
    } else {
        return yaml_unknown_key(item, "init", keys, err);
    }
fail:
    return err->code;
}

ErrCode finetune_read(FineTune *out, const YamlNode *node, Err *err)
{
    *out = (FineTune){0};
    if (yaml_is_null(node) || (node->kind == YAML_SCALAR && strcmp(node->text, "none") == 0))
        return ERR_NONE;
    if (node->kind != YAML_MAP)
        return yaml_wrong_type(node, "none, or a map like {weights: FILE, head: new}", err);
    for (size_t i = 0; i < node->n_items; i++)
        TRY(read_item(out, node->items[i], err));
    if (out->weights == NULL)
        return yaml_error(err, node, "'init' needs 'weights', the file to begin with");
    out->is_on = true;
fail:
    return err->code;
}

ErrCode finetune_read_rest(FineTune *out, const YamlNode *node, Err *err)
{
    *out = (FineTune){.is_on = true};
    if (yaml_is_null(node))
        return ERR_NONE;
    if (node->kind != YAML_MAP)
        return yaml_wrong_type(node, "a map like {head: new, freeze: [stem]}", err);
    for (size_t i = 0; i < node->n_items; i++) {
        static const char *const given[] = {"weights", "digest", "names", "trial"};
        for (size_t k = 0; k < ARRAY_LEN(given); k++)
            if (strcmp(node->items[i]->key, given[k]) == 0)
                return yaml_error(err, node->items[i],
                                  "'%s' is not to be given: the weights are those of the other "
                                  "part's trials",
                                  given[k]);
        TRY(read_item(out, node->items[i], err));
    }
fail:
    return err->code;
}

/* --- echoing --- */

void finetune_emit(const FineTune *tune, Text *out)
{
    text_append_char(out, '{');
    if (tune->weights != NULL) {
        text_append(out, "weights: ");
        yaml_emit_string(tune->weights, out);
        text_append(out, ", digest: ");
        yaml_emit_string(tune->digest, out);
        if (tune->trial != NULL)
            text_printf(out, ", trial: %s", tune->trial);
        text_printf(out, ", names: %s, ", naming_names[tune->names]);
    }
    text_printf(out, "head: %s", head_names[tune->keeps_head ? HEAD_KEEP : HEAD_NEW]);
    if (tune->freeze != NULL) {
        text_append(out, ", freeze: ");
        yaml_emit_node(tune->freeze, out);
    }
    if (tune->factors != NULL) {
        text_append(out, ", lr_factor: ");
        yaml_emit_node(tune->factors, out);
    }
    text_printf(out, ", bn: %s}", bn_names[tune->freezes_norm ? BN_FROZEN : BN_TRAIN]);
}

/* The map as it stands, anew. */
static ErrCode restate(FineTune *tune, const YamlNode **node, YamlDoc *doc, const char *path,
                       const char *digest, Err *err)
{
    FineTune whole = *tune;
    YamlNode *anew = NULL;
    Text text = {0};
    whole.weights = path;
    whole.digest = digest;
    finetune_emit(&whole, &text);
    TRY(text_ok(&text, err));
    TRY(yaml_value(doc, "recipe.init", text_string(&text), &anew, err));
    *node = anew;
    TRY(finetune_read(tune, anew, err));
fail:
    text_release(&text);
    return err->code;
}

ErrCode finetune_anchor(FineTune *tune, const YamlNode **node, YamlDoc *doc, const char *folder,
                        Err *err)
{
    char *joined = NULL, *absolute = NULL, found[HASH_HEX_BYTES];
    const char *digest = tune->digest;
    Hash128 hash;
    if (!tune->is_on)
        return ERR_NONE;
    if (tune->trial != NULL)
        return yaml_error(err, yaml_find(*node, "trial"),
                          "'trial' is no key of a study: a part 'transfer' begins with trials of "
                          "another part");
    const bool is_option = yaml_find(*node, "weights")->line == 0;
    joined = file_join(is_option ? "" : folder, tune->weights);
    if (joined == NULL)
        return err_memory(err, strlen(tune->weights));
    TRY(file_absolute(joined, &absolute, err));
    if (digest == NULL && !file_exists(absolute)) {
        (void)err_set(
            err, ERR_USAGE,
            "'recipe.init': there is no weight file '%s'; it must be a file: a trial's is "
            "trials/NNNNNN/weights.safetensors, and a part 'transfer' takes those of a "
            "part",
            absolute);
        goto fail;
    }
    if (digest == NULL) {
        TRY(hash_file(NULL, absolute, &hash, err));
        digest = hash_hex(hash, found);
    }
    TRY(restate(tune, node, doc, absolute, digest, err));
fail:
    mem_free(joined);
    mem_free(absolute);
    return err->code;
}

void finetune_text(const FineTune *tune, Text *out)
{
    text_append(out, "begins with '");
    text_append_visible(out, tune->weights);
    text_printf(out, "' (%s classifier", tune->keeps_head ? "its own" : "new");
    for (size_t i = 0; tune->freeze != NULL && i < tune->freeze->n_items; i++)
        text_printf(out, "%s%s", i == 0 ? ", frozen: " : " ", tune->freeze->items[i]->text);
    for (size_t i = 0; tune->factors != NULL && i < tune->factors->n_items; i++)
        text_printf(out, ", %s at %s of the rate", tune->factors->items[i]->key,
                    tune->factors->items[i]->text);
    text_append(out, tune->freezes_norm ? ", batch norm frozen)" : ")");
}

/* --- using --- */

ErrCode finetune_adapt(const FineTune *tune, Spec *spec, Err *err)
{
    const WeightNaming *naming = naming_at(tune->names);
    return tune->is_on && naming->adapt != NULL ? naming->adapt(spec, err) : ERR_NONE;
}

ErrCode finetune_verify(const FineTune *tune, Err *err)
{
    char found[HASH_HEX_BYTES];
    Hash128 hash;
    if (!tune->is_on)
        return ERR_NONE;
    TRY(hash_file(NULL, tune->weights, &hash, err));
    if (tune->digest != NULL && strcmp(hash_hex(hash, found), tune->digest) != 0)
        (void)err_set(err, ERR_DATA,
                      "weights '%s' are others than 'recipe.init' says: their "
                      "digest is %s, not %s",
                      tune->weights, found, tune->digest);
fail:
    return err->code == ERR_NONE ? ERR_NONE
                                 : err_wrap(err, "beginning with the weights of 'recipe.init'");
}

ErrCode finetune_load(const FineTune *tune, Net *net, WeightOrigin *origin, Err *err)
{
    const WeightSource source = {.path = tune->weights,
                                 .naming = naming_at(tune->names),
                                 .accept = ORIGIN_ANY_RESOLUTION,
                                 .head = tune->keeps_head ? WEIGHTS_HEAD_KEPT : WEIGHTS_HEAD_NEW};
    if (weights_load(net, &source, origin, err) != ERR_NONE)
        return err_wrap(err, "beginning with the weights of 'recipe.init'");
    return ERR_NONE;
}

ErrCode finetune_check_layers(const FineTune *tune, const Network *network, Err *err)
{
    const NetSettings settings = {.batch = 1, .threads = 1, .level = CPU_GENERIC};
    Net *net = NULL;
    TRY(net_create(&net, network, &settings, err));
    TRY(finetune_set_rates(tune, net, err));
fail:
    net_destroy(&net);
    return err->code;
}

ErrCode finetune_check(const FineTune *tune, const Network *network, Err *err)
{
    const NetSettings settings = {.batch = 1, .threads = 1, .level = CPU_GENERIC};
    WeightOrigin origin = {0};
    Net *net = NULL;
    if (!tune->is_on)
        return ERR_NONE;
    TRY(net_create(&net, network, &settings, err));
    TRY(finetune_set_rates(tune, net, err));
    TRY(finetune_load(tune, net, &origin, err));
fail:
    origin_release(&origin);
    net_destroy(&net);
    return err->code;
}
