#include "weights/checkpoint.h"

#include "weights/safetensors.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/sys.h"

#include <stdio.h>
#include <string.h>

#define KEY_DIGEST "digest"
#define KEY_FORMAT "format"
#define KEY_NETWORK "network"
#define KEY_OPTIMIZER "optimizer"
#define KEY_TEXT "text"

/* Raised when a checkpoint of before could be misunderstood. */
#define CHECKPOINT_FORMAT "isoflop checkpoint 1"

enum { PREFIX_MAX = 16, MOST_VALUES = 4, N_METADATA = 5 };

static const struct {
    NetValues values;
    const char *prefix;
} parts[MOST_VALUES] = {
    {NET_WEIGHTS, ""},
    {NET_EMA, "ema."},
    {NET_MOMENTUM, "momentum."},
    {NET_MEAN_SQUARE, "mean_square."},
};

static const char *const optimizer_names[] = {[NET_SGD] = "sgd",
                                              [NET_RMSPROP] = "rmsprop",
                                              [NET_RMSPROP_TORCH] = "rmsprop-torch",
                                              [NET_ADAMW] = "adamw"};

typedef char CheckpointName[PREFIX_MAX + NET_TENSOR_NAME_MAX];

static void full_name(CheckpointName name, const char *prefix, const NetTensor *tensor)
{
    snprintf(name, sizeof(CheckpointName), "%s%s", prefix, tensor->name);
}

/* --- save --- */

/* Everything of a net that a checkpoint holds; its memory is the arena's. */
static ErrCode collect(const Net *net, TensorSet *set, Arena *arena, Err *err)
{
    const size_t n = (size_t)net_n_tensors(net) * MOST_VALUES;
    size_t n_elements = 0;
    for (int i = 0; i < net_n_tensors(net); i++)
        n_elements += net_tensor(net, i)->n_elements * MOST_VALUES;
    set->tensors = arena_zalloc(arena, n, sizeof *set->tensors);
    CheckpointName *names = arena_zalloc(arena, n, sizeof *names);
    float *data = arena_floats(arena, n_elements);
    TRY(arena_ok(arena, err));
    for (int i = 0; i < net_n_tensors(net); i++)
        for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
            if (!net_has(net, i, parts[k].values))
                continue;
            const NetTensor *tensor = net_tensor(net, i);
            TensorInfo *info = &set->tensors[set->n_tensors];
            full_name(names[set->n_tensors], parts[k].prefix, tensor);
            info->name = names[set->n_tensors++];
            info->type = TENSOR_F32;
            info->n_dims = tensor->n_dims;
            memcpy(info->dims, tensor->dims, (size_t)tensor->n_dims * sizeof info->dims[0]);
            safetensors_measure(info);
            info->data = data;
            net_read(net, i, parts[k].values, data);
            data += tensor->n_elements;
        }
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode checkpoint_save(const Net *net, const char *text, const Dir *in, const char *name, Err *err)
{
    char digest[HASH_HEX_BYTES] = "";
    MetadataEntry metadata[N_METADATA] = {
        {KEY_FORMAT, CHECKPOINT_FORMAT},
        {KEY_NETWORK, net_network(net)->digest},
        {KEY_OPTIMIZER, optimizer_names[net_settings(net)->optimizer]},
        {KEY_TEXT, text},
        {KEY_DIGEST, digest},
    };
    Arena arena = {0};
    TensorSet set = {.metadata = metadata, .n_metadata = N_METADATA};
    TRY(collect(net, &set, &arena, err));
    TRY(safetensors_digest_set(&set, KEY_DIGEST, digest, err));
    TRY(safetensors_write(in, name, &set, err));
fail:
    arena_release(&arena);
    return err->code;
}

/* --- load --- */

/* Opens the file and checks that it is whole. */
static ErrCode open_checked(TensorFile **file, const Dir *in, const char *name, Err *err)
{
    char digest[HASH_HEX_BYTES];
    TRY(safetensors_open(file, in, name, err));
    const char *path = safetensors_path(*file);
    const char *format = safetensors_metadata(*file, KEY_FORMAT);
    const char *stored = safetensors_metadata(*file, KEY_DIGEST);
    if (format == NULL || stored == NULL || safetensors_metadata(*file, KEY_TEXT) == NULL) {
        err_set(err, ERR_DATA, "'%s' is not a checkpoint", path);
        goto fail;
    }
    TRY(safetensors_digest(*file, KEY_DIGEST, digest, err));
    if (strcmp(stored, digest) != 0) {
        err_set(err, ERR_DATA, "checkpoint '%s' is damaged: its digest is %s, its contents give %s",
                path, stored, digest);
        goto fail;
    }
    if (strcmp(format, CHECKPOINT_FORMAT) != 0) {
        err_set(err, ERR_VERSION, "checkpoint '%s' has format '%s' where '%s' is wanted", path,
                format, CHECKPOINT_FORMAT);
        goto fail;
    }
    return ERR_NONE;
fail:
    safetensors_close(file);
    return err->code;
}

static ErrCode check_entry(const TensorFile *file, const char *key, const char *wanted, Err *err)
{
    const char *found = safetensors_metadata(file, key);
    if (found != NULL && strcmp(found, wanted) == 0)
        return ERR_NONE;
    return err_set(err, ERR_VERSION, "checkpoint '%s' was made with %s '%s', not '%s'",
                   safetensors_path(file), key, found == NULL ? "" : found, wanted);
}

/* Calls net_write for every tensor, or with is_trial only checks that it could. */
static ErrCode restore(Net *net, const TensorFile *file, float *data, bool is_trial, Err *err)
{
    for (int i = 0; i < net_n_tensors(net); i++)
        for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
            if (!net_has(net, i, parts[k].values))
                continue;
            CheckpointName name;
            full_name(name, parts[k].prefix, net_tensor(net, i));
            const TensorInfo *found = safetensors_find(file, name);
            if (found == NULL)
                return err_set(err, ERR_DATA, "tensor '%s' is missing in '%s'", name,
                               safetensors_path(file));
            TRY(safetensors_floats(file, found, true, data, net_tensor(net, i)->n_elements, err));
            if (!is_trial)
                net_write(net, i, parts[k].values, data);
        }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode copy_text(const TensorFile *file, char **text, Err *err)
{
    const char *stored = safetensors_metadata(file, KEY_TEXT);
    *text = mem_strdup(stored);
    return *text != NULL ? ERR_NONE : err_memory(err, strlen(stored) + 1);
}

ErrCode checkpoint_load(Net *net, const Dir *in, const char *name, char **text, Err *err)
{
    TensorFile *file = NULL;
    float *data = NULL;
    *text = NULL;
    TRY(open_checked(&file, in, name, err));
    TRY(check_entry(file, KEY_NETWORK, net_network(net)->digest, err));
    TRY(check_entry(file, KEY_OPTIMIZER, optimizer_names[net_settings(net)->optimizer], err));
    data = mem_alloc(net_largest_tensor(net) * sizeof *data);
    if (data == NULL) {
        err_memory(err, net_largest_tensor(net) * sizeof *data);
        goto fail;
    }
    TRY(copy_text(file, text, err));
    TRY(restore(net, file, data, true, err));
    net_reset_optimizer(net);
    TRY(restore(net, file, data, false, err));
    safetensors_close(&file);
    mem_free(data);
    return ERR_NONE;
fail:
    mem_free(*text);
    *text = NULL;
    safetensors_close(&file);
    mem_free(data);
    return err->code;
}

ErrCode checkpoint_peek(const Dir *in, const char *name, char **text, Err *err)
{
    TensorFile *file = NULL;
    *text = NULL;
    TRY(open_checked(&file, in, name, err));
    TRY(copy_text(file, text, err));
    safetensors_close(&file);
    return ERR_NONE;
fail:
    safetensors_close(&file);
    return err->code;
}
