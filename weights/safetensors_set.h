/*
 * weights/safetensors_set.h: tensors with names and metadata, as a safetensors file holds them:
 * their types, sizes, order and digest. Neither reads nor writes (weights/safetensors.h).
 */
#ifndef WEIGHTS_SAFETENSORS_SET_H
#define WEIGHTS_SAFETENSORS_SET_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAFETENSORS_METADATA "__metadata__" /* key of the header that is no tensor */

enum { SAFETENSORS_MAX_DIMS = 8 };

typedef enum TensorType {
    TENSOR_F32,
    TENSOR_F64,
    TENSOR_F16,
    TENSOR_BF16,
    TENSOR_I64,
    TENSOR_I32,
    TENSOR_U8,
} TensorType;

typedef struct TensorInfo {
    const char *name; /* owned by the file or the caller */
    TensorType type;
    int n_dims;
    int64_t dims[SAFETENSORS_MAX_DIMS];
    size_t n_elements;
    size_t n_bytes;
    const void *data; /* little-endian elements, not necessarily aligned */
} TensorInfo;

typedef struct MetadataEntry {
    const char *key;
    const char *value;
} MetadataEntry;

/* What a file holds or is to hold; names are distinct. */
typedef struct TensorSet {
    TensorInfo *tensors; /* n_elements and n_bytes are set by safetensors_measure */
    size_t n_tensors;
    MetadataEntry *metadata;
    size_t n_metadata;
} TensorSet;

const char *safetensors_type_name(TensorType type); /* "F32" */
size_t safetensors_type_bytes(TensorType type);     /* of one element */

/* The type of that name; false if there is none. */
bool safetensors_type_find(const char *name, TensorType *type);

/* "64, 3, 7, 7" for messages; what does not fit text[n_bytes] is left out. */
void safetensors_shape(const TensorInfo *tensor, char *text, size_t n_bytes);

/* Tensors and metadata bytewise by name. */
void safetensors_sort(TensorSet *set);

/* Fills n_elements and n_bytes from type and dims. */
void safetensors_measure(TensorInfo *tensor);

/* Sorts the set; safetensors_digest of it, equal to that of the file it is written to. ERR_MEMORY.
 */
ErrCode safetensors_digest_set(TensorSet *set, const char *except, char *text,
                               Err *err) ERR_CHECKED;

#endif
