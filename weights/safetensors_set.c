/* weights/safetensors_set.c: types, sizes, order and digest of sets of tensors. */
#include "weights/safetensors_set.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIM_TEXT_BYTES = 24 /* ", " and any int64_t */ };

static const struct {
    const char *name;
    size_t n_bytes;
} types[] = {
    [TENSOR_F32] = {"F32", 4},   [TENSOR_F64] = {"F64", 8}, [TENSOR_F16] = {"F16", 2},
    [TENSOR_BF16] = {"BF16", 2}, [TENSOR_I64] = {"I64", 8}, [TENSOR_I32] = {"I32", 4},
    [TENSOR_U8] = {"U8", 1},
};

const char *safetensors_type_name(TensorType type)
{
    return types[type].name;
}

size_t safetensors_type_bytes(TensorType type)
{
    return types[type].n_bytes;
}

bool safetensors_type_find(const char *name, TensorType *type)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (strcmp(types[i].name, name) == 0) {
            *type = (TensorType)i;
            return true;
        }
    return false;
}

void safetensors_measure(TensorInfo *tensor)
{
    tensor->n_elements = 1;
    for (int i = 0; i < tensor->n_dims; i++)
        tensor->n_elements *= (size_t)tensor->dims[i];
    tensor->n_bytes = tensor->n_elements * types[tensor->type].n_bytes;
}

void safetensors_shape(const TensorInfo *tensor, char *text, size_t n_bytes)
{
    size_t at = 0;
    text[0] = '\0';
    for (int i = 0; i < tensor->n_dims && at + DIM_TEXT_BYTES < n_bytes; i++)
        at += (size_t)snprintf(text + at, n_bytes - at, "%s%lld", i > 0 ? ", " : "",
                               (long long)tensor->dims[i]);
}

static int compare_tensors(const void *left, const void *right)
{
    return strcmp(((const TensorInfo *)left)->name, ((const TensorInfo *)right)->name);
}

static int compare_metadata(const void *left, const void *right)
{
    return strcmp(((const MetadataEntry *)left)->key, ((const MetadataEntry *)right)->key);
}

void safetensors_sort(TensorSet *set)
{
    if (set->n_tensors > 0)
        qsort(set->tensors, set->n_tensors, sizeof *set->tensors, compare_tensors);
    if (set->n_metadata > 0)
        qsort(set->metadata, set->n_metadata, sizeof *set->metadata, compare_metadata);
}

/* Texts go in with their final NUL, so that no two sets run together to the same bytes. */
static void hash_text(Hasher *hasher, const char *text)
{
    hash_update(hasher, text, strlen(text) + 1);
}

ErrCode safetensors_digest_set(TensorSet *set, const char *except, char *text, Err *err)
{
    Hasher *hasher = hash_create();
    if (hasher == NULL)
        return err_memory(err, sizeof(Hash128));
    safetensors_sort(set);
    for (size_t i = 0; i < set->n_metadata; i++) {
        if (except != NULL && strcmp(set->metadata[i].key, except) == 0)
            continue;
        hash_text(hasher, set->metadata[i].key);
        hash_text(hasher, set->metadata[i].value);
    }
    for (size_t i = 0; i < set->n_tensors; i++) {
        const TensorInfo *tensor = &set->tensors[i];
        hash_text(hasher, tensor->name);
        hash_text(hasher, safetensors_type_name(tensor->type));
        hash_update(hasher, tensor->dims, (size_t)tensor->n_dims * sizeof tensor->dims[0]);
        hash_update(hasher, tensor->data, tensor->n_bytes);
    }
    hash_hex(hash_digest(hasher), text);
    hash_destroy(&hasher);
    return ERR_NONE;
}
