#include "weights/weights.h"

#include "weights/safetensors.h"

#include "base/arena.h"
#include "base/sys.h"
#include "models/resolve.h"
#include "nn/tensorlist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void own_name(const Network *network, const NetTensor *tensor, char *text)
{
    (void)network;
    snprintf(text, NET_TENSOR_NAME_MAX, "%s", tensor->name);
}

static bool ignores_nothing(const char *name)
{
    (void)name;
    return false;
}

const WeightNaming weights_own_names = {
    .name = "isoflop",
    .rename = own_name,
    .is_ignored = ignores_nothing,
};

/* A tensor as files of this naming have it, without data. */
static TensorInfo describe(const WeightNaming *naming, const NetTensor *tensor, const char *name)
{
    TensorInfo info = {.name = name, .type = TENSOR_F32, .n_dims = tensor->n_dims};
    int64_t dims[NET_TENSOR_MAX_DIMS];
    memcpy(dims, tensor->dims, sizeof dims);
    if (naming->reshape != NULL)
        info.n_dims = naming->reshape(tensor, dims);
    for (int i = 0; i < info.n_dims; i++)
        info.dims[i] = dims[i];
    safetensors_measure(&info);
    return info;
}

/* --- load --- */

/* What a file is read for: a network, its tensors, and who takes their numbers. */
typedef struct Reader {
    const Network *network;
    const NetTensor *tensors; /* [n] */
    int n;
    void (*take)(void *to, int index, const NetTensor *tensor, const float *data);
    void *to;
} Reader;

static ErrCode check_shape(const TensorFile *file, const TensorInfo *found,
                           const TensorInfo *wanted, Err *err)
{
    const size_t n_bytes = (size_t)wanted->n_dims * sizeof wanted->dims[0];
    if (found->n_dims == wanted->n_dims && memcmp(found->dims, wanted->dims, n_bytes) == 0)
        return ERR_NONE;
    char is[128], should[128];
    safetensors_shape(found, is, sizeof is);
    safetensors_shape(wanted, should, sizeof should);
    return err_set(err, ERR_DATA, "tensor '%s' in '%s' has shape [%s] where [%s] is wanted",
                   found->name, safetensors_path(file), is, should);
}

/* The numbers of tensor `index`, checked, in data[n_elements]. */
static ErrCode read_tensor(const Reader *reader, const TensorFile *file, const WeightNaming *naming,
                           int index, float *data, Err *err)
{
    const NetTensor *tensor = &reader->tensors[index];
    char name[NET_TENSOR_NAME_MAX];
    naming->rename(reader->network, tensor, name);
    const TensorInfo wanted = describe(naming, tensor, name);
    const TensorInfo *found = safetensors_find(file, name);
    if (found == NULL)
        return err_set(err, ERR_DATA, "tensor '%s' is missing in '%s'", name,
                       safetensors_path(file));
    TRY(check_shape(file, found, &wanted, err));
    TRY(safetensors_floats(file, found, false, data, tensor->n_elements, err));
    return ERR_NONE;
fail:
    return err->code;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Our names in a naming, sorted; mem_free. NULL without memory. */
static char (*sorted_names(const Reader *reader, const WeightNaming *naming))[NET_TENSOR_NAME_MAX]
{
    const size_t n = (size_t)reader->n;
    char(*names)[NET_TENSOR_NAME_MAX] = mem_calloc(n + 1, sizeof *names);
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        naming->rename(reader->network, &reader->tensors[i], names[i]);
    qsort(names, n, sizeof *names, compare_names);
    return names;
}

static ErrCode check_no_extras(const Reader *reader, const TensorFile *file,
                               const WeightNaming *naming, Err *err)
{
    const size_t n = (size_t)reader->n;
    char(*names)[NET_TENSOR_NAME_MAX] = sorted_names(reader, naming);
    if (names == NULL)
        return err_memory(err, n * sizeof *names);
    for (size_t i = 0; i < safetensors_count(file) && err->code == ERR_NONE; i++) {
        const char *name = safetensors_tensor(file, i)->name;
        if (!naming->is_ignored(name) &&
            bsearch(name, names, n, sizeof *names, compare_names) == NULL)
            (void)err_set(err, ERR_DATA, "tensor '%s' in '%s' has no place in network '%s'", name,
                          safetensors_path(file), reader->network->name);
    }
    mem_free(names);
    return err->code;
}

/* Whether a tensor is of the layer that has an output for each class. */
static bool is_of_head(const Network *network, const NetTensor *tensor)
{
    const char *suffix = tensor->name + strlen(network->ops[tensor->op].name);
    return tensor->op == network->n_ops - 1 &&
           (strcmp(suffix, ".weight") == 0 || strcmp(suffix, ".bias") == 0);
}

/* Whether tensor `index` is read from the file. */
static bool is_wanted(const Reader *reader, const WeightSource *source, int index)
{
    return source->head != WEIGHTS_HEAD_NEW ||
           !is_of_head(reader->network, &reader->tensors[index]);
}

/* Classes of the file's classifier; 0: it has none, or one of another form. */
static int file_classes(const Reader *reader, const TensorFile *file, const WeightNaming *naming)
{
    char name[NET_TENSOR_NAME_MAX];
    naming->rename(reader->network, &reader->tensors[reader->n - 1], name); /* its bias */
    const TensorInfo *bias = safetensors_find(file, name);
    return bias != NULL && bias->n_dims == 1 && bias->dims[0] <= INT32_MAX ? (int)bias->dims[0] : 0;
}

/* The origin's network must be ours, a new head apart. */
static ErrCode check_network(const Reader *reader, const TensorFile *file,
                             const WeightSource *source, const WeightOrigin *origin, Err *err)
{
    const size_t n_bytes = (size_t)reader->network->n_ops * sizeof(Op);
    Network theirs = *reader->network;
    if (source->head != WEIGHTS_HEAD_NEW)
        return origin_check_network(origin, source->path, &theirs, source->accept, err);
    theirs.ops = mem_alloc(n_bytes);
    if (theirs.ops == NULL)
        return err_memory(err, n_bytes);
    memcpy(theirs.ops, reader->network->ops, n_bytes);
    theirs.ops[theirs.n_ops - 1].out_channels = file_classes(reader, file, source->naming);
    const ErrCode code = origin_check_network(origin, source->path, &theirs, source->accept, err);
    mem_free(theirs.ops);
    return code;
}

static ErrCode check_classes(const Reader *reader, const TensorFile *file,
                             const WeightSource *source, Err *err)
{
    const int n_theirs = file_classes(reader, file, source->naming);
    if (source->head != WEIGHTS_HEAD_KEPT || n_theirs == 0 || n_theirs == reader->network->classes)
        return ERR_NONE;
    return err_set(err, ERR_DATA,
                   "weights '%s' have %d classes, network '%s' has %d: its classifier cannot be "
                   "kept, with 'head: new' another begins",
                   source->path, n_theirs, reader->network->name, reader->network->classes);
}

/* Room for any of n tensors; mem_free. NULL without memory. */
static float *reserve_largest(const NetTensor *tensors, int n, Err *err)
{
    const size_t most = tensorlist_largest(tensors, n);
    float *data = mem_calloc(most, sizeof *data);
    if (data == NULL)
        (void)err_memory(err, most * sizeof *data);
    return data;
}

/* All of the file is checked before the first tensor is taken. */
static ErrCode read_all(const Reader *reader, const WeightSource *source, WeightOrigin *origin,
                        Err *err)
{
    TensorFile *file = NULL;
    float *data = reserve_largest(reader->tensors, reader->n, err);
    *origin = (WeightOrigin){0};
    if (data == NULL)
        return err->code;
    TRY(safetensors_open(&file, NULL, source->path, err));
    TRY(origin_read(origin, file, err));
    if (source->used != NULL)
        TRY(origin_check_classes(origin, source->path, source->used, err));
    TRY(check_no_extras(reader, file, source->naming, err));
    TRY(check_classes(reader, file, source, err));
    for (int i = 0; i < reader->n; i++)
        if (is_wanted(reader, source, i))
            TRY(read_tensor(reader, file, source->naming, i, data, err));
    TRY(check_network(reader, file, source, origin, err));
    for (int i = 0; i < reader->n; i++) {
        if (!is_wanted(reader, source, i))
            continue;
        TRY(read_tensor(reader, file, source->naming, i, data, err));
        reader->take(reader->to, i, &reader->tensors[i], data);
    }
fail:
    safetensors_close(&file);
    mem_free(data);
    return err->code;
}

static void give_net(void *to, int index, const NetTensor *tensor, const float *data)
{
    (void)tensor;
    net_write(to, index, NET_WEIGHTS, data);
}

ErrCode weights_load(Net *net, const WeightSource *source, WeightOrigin *origin, Err *err)
{
    const Reader reader = {.network = net_network(net),
                           .tensors = net_tensor(net, 0),
                           .n = net_n_tensors(net),
                           .take = give_net,
                           .to = net};
    TRY(read_all(&reader, source, origin, err));
    net_reset_optimizer(net);
fail:
    return err->code;
}

/* The network of `spec` as weights of the naming know it. */
static ErrCode resolve_adapted(Network *network, const Spec *spec, const WeightNaming *naming,
                               Err *err)
{
    Spec adapted = *spec;
    if (naming->adapt != NULL)
        TRY(naming->adapt(&adapted, err));
    TRY(resolve_network(network, &adapted, err));
fail:
    return err->code;
}

ErrCode weights_open(Net **out, const Spec *spec, const NetSettings *settings,
                     const WeightSource *source, WeightOrigin *origin, Err *err)
{
    Network network = {0};
    Net *net = NULL;
    *origin = (WeightOrigin){0};
    TRY(resolve_adapted(&network, spec, source->naming, err));
    TRY(net_create(&net, &network, settings, err));
    TRY(weights_load(net, source, origin, err));
    network_release(&network);
    *out = net;
    return ERR_NONE;
fail:
    net_destroy(&net);
    network_release(&network);
    return err->code;
}

static void give_infer(void *to, int index, const NetTensor *tensor, const float *data)
{
    (void)index;
    infer_write(to, tensor->op, tensor->k, data);
}

ErrCode weights_infer(Infer **out, const Spec *spec, const InferSettings *settings,
                      const WeightSource *source, WeightOrigin *origin, Err *err)
{
    Network network = {0};
    NetTensor *tensors = NULL;
    Infer *infer = NULL;
    int n;
    *origin = (WeightOrigin){0};
    TRY(resolve_adapted(&network, spec, source->naming, err));
    TRY(tensorlist_make(&tensors, &n, &network, err));
    TRY(infer_plan(&infer, &network, settings, err));
    const Reader reader = {
        .network = &network, .tensors = tensors, .n = n, .take = give_infer, .to = infer};
    TRY(read_all(&reader, source, origin, err));
    infer_fold(infer);
    *out = infer;
    infer = NULL;
fail:
    infer_destroy(&infer);
    mem_free(tensors);
    network_release(&network);
    return err->code;
}

ErrCode weights_draw(Infer *infer, uint64_t seed, Err *err)
{
    const Network *network = infer_network(infer);
    NetTensor *tensors = NULL;
    float *data = NULL;
    int n;
    TRY(tensorlist_make(&tensors, &n, network, err));
    data = reserve_largest(tensors, n, err);
    if (data == NULL)
        goto fail;
    for (int i = 0; i < n; i++) {
        TensorDraw draw = tensorlist_draw(network, &tensors[i], i, seed);
        for (size_t e = 0; e < tensors[i].n_elements; e++)
            data[e] = tensorlist_next(&draw);
        give_infer(infer, i, &tensors[i], data);
    }
    infer_fold(infer);
fail:
    mem_free(data);
    mem_free(tensors);
    return err->code;
}

ErrCode weights_copy(Infer *infer, const Net *net, Err *err)
{
    float *data = reserve_largest(net_tensor(net, 0), net_n_tensors(net), err);
    if (data == NULL)
        return err->code;
    for (int i = 0; i < net_n_tensors(net); i++) {
        net_read(net, i, NET_WEIGHTS, data);
        give_infer(infer, i, net_tensor(net, i), data);
    }
    infer_fold(infer);
    mem_free(data);
    return ERR_NONE;
}

/* --- save --- */

/* The set's metadata in entries[ORIGIN_ENTRIES], with its digest; texts in the arena. */
static ErrCode seal(TensorSet *set, const WeightOrigin *origin, MetadataEntry *entries,
                    Arena *arena, Err *err)
{
    char *digest = arena_alloc(arena, HASH_HEX_BYTES, 1);
    MetadataEntry entry;
    TRY(origin_entries(origin, NULL, arena, entries, &set->n_metadata, err));
    set->metadata = entries;
    TRY(origin_seal(set, digest, &entry, err));
    entries[set->n_metadata++] = entry;
fail:
    return err->code;
}

ErrCode weights_save(const Net *net, NetValues values, const Dir *in, const char *name,
                     const WeightNaming *naming, const WeightOrigin *origin, Err *err)
{
    const size_t n = (size_t)net_n_tensors(net);
    size_t n_elements = 0;
    for (size_t i = 0; i < n; i++)
        n_elements += net_tensor(net, (int)i)->n_elements;
    MetadataEntry entries[ORIGIN_ENTRIES];
    Arena arena = {0};
    TensorSet set = {.tensors = arena_zalloc(&arena, n, sizeof *set.tensors), .n_tensors = n};
    char(*names)[NET_TENSOR_NAME_MAX] = arena_zalloc(&arena, n, sizeof *names);
    float *data = arena_floats(&arena, n_elements);
    TRY(arena_ok(&arena, err));
    for (size_t i = 0; i < n; i++) {
        const NetTensor *tensor = net_tensor(net, (int)i);
        naming->rename(net_network(net), tensor, names[i]);
        set.tensors[i] = describe(naming, tensor, names[i]);
        set.tensors[i].data = data;
        net_read(net, (int)i, values, data);
        data += tensor->n_elements;
    }
    if (origin != NULL)
        TRY(seal(&set, origin, entries, &arena, err));
    TRY(safetensors_write(in, name, &set, err));
fail:
    arena_release(&arena);
    return err->code;
}
