/*
 * weights/safetensors.h: the safetensors format, read strictly and written reproducibly.
 *
 * Layout: 8-byte little-endian length of the header, the header (a JSON map from tensor names to
 * dtype, shape and data_offsets, plus "__metadata__", a map of texts), then the tensors' bytes.
 * Source: https://github.com/huggingface/safetensors (format section of its README). Reading
 * refuses what the format forbids: a header above 16 MiB, unknown dtypes, shapes that disagree with
 * their offsets, overlap, holes, a tail. Written bytes are a function of content only: tensors and
 * metadata in bytewise order of their names, header padded to 8 bytes.
 */
#ifndef WEIGHTS_SAFETENSORS_H
#define WEIGHTS_SAFETENSORS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAFETENSORS_MAX_DIMS = 8, SAFETENSORS_HEADER_MAX = 16 * 1024 * 1024 };

typedef enum TensorType {
    TENSOR_F32,
    TENSOR_F64,
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

typedef struct TensorFile TensorFile;

/* --- read --- */

/* Maps and checks the whole file's structure (not its numbers). ERR_IO, ERR_DATA, ERR_MEMORY. */
ErrCode safetensors_open(TensorFile **out, const char *path, Err *err) ERR_CHECKED;

const char *safetensors_path(const TensorFile *file);
size_t safetensors_count(const TensorFile *file);
const TensorInfo *safetensors_tensor(const TensorFile *file, size_t index);   /* sorted by name */
const TensorInfo *safetensors_find(const TensorFile *file, const char *name); /* NULL: none */
const char *safetensors_metadata(const TensorFile *file, const char *key);    /* NULL: none */

/*
 * Copies a tensor of n_elements as floats (from F32 or F64). ERR_DATA, naming file and tensor, if
 * it is of another type or size, or holds a number that is not finite (unless allow_nonfinite).
 */
ErrCode safetensors_floats(const TensorFile *file, const TensorInfo *tensor, bool allow_nonfinite,
                           float *data, size_t n_elements, Err *err) ERR_CHECKED;

/*
 * XXH3-128 over all tensors (name, type, shape, bytes) and all metadata but `except` (may be NULL),
 * as hexadecimal text[HASH_HEX_BYTES]. ERR_MEMORY.
 */
ErrCode safetensors_digest(const TensorFile *file, const char *except, char *text,
                           Err *err) ERR_CHECKED;

void safetensors_close(TensorFile **file); /* accepts NULL */

/* --- write --- */

/* What is to be written; the writer sorts both arrays in place. Names are distinct. */
typedef struct TensorSet {
    TensorInfo *tensors; /* n_elements and n_bytes are set by safetensors_measure */
    size_t n_tensors;
    MetadataEntry *metadata;
    size_t n_metadata;
} TensorSet;

const char *safetensors_type_name(TensorType type); /* "F32" */

/* "64, 3, 7, 7" for messages; what does not fit text[n_bytes] is left out. */
void safetensors_shape(const TensorInfo *tensor, char *text, size_t n_bytes);

/* Fills n_elements and n_bytes from type and dims. */
void safetensors_measure(TensorInfo *tensor);

/* safetensors_digest of a set, equal to that of the file it is written to. ERR_MEMORY. */
ErrCode safetensors_digest_set(TensorSet *set, const char *except, char *text,
                               Err *err) ERR_CHECKED;

/* Atomically replaces `path`. ERR_IO, ERR_MEMORY, ERR_RANGE (header above 16 MiB). */
ErrCode safetensors_write(const char *path, TensorSet *set, Err *err) ERR_CHECKED;

#endif
