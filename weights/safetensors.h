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

#include "weights/safetensors_set.h"

#include "base/dir.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { SAFETENSORS_HEADER_MAX = 16 * 1024 * 1024 };

typedef struct TensorFile TensorFile;

/* --- read --- */

/*
 * Maps `name` in a folder (NULL: a path, base/dir.h) and checks the whole file's structure (not
 * its numbers). ERR_IO, ERR_DATA, ERR_MEMORY. What is another kind of file altogether is called by
 * its name (weights/notweights.h).
 */
ErrCode safetensors_open(TensorFile **out, const Dir *in, const char *name, Err *err) ERR_CHECKED;

const char *safetensors_path(const TensorFile *file);
size_t safetensors_count(const TensorFile *file);
const TensorInfo *safetensors_tensor(const TensorFile *file, size_t index);   /* sorted by name */
const TensorInfo *safetensors_find(const TensorFile *file, const char *name); /* NULL: none */
const char *safetensors_metadata(const TensorFile *file, const char *key);    /* NULL: none */

/*
 * Copies a tensor of n_elements as floats: F32 as it is, F16 and BF16 widened exactly, F64 rounded.
 * ERR_DATA, naming file and tensor, if it is of another type or size, or holds a number that is not
 * finite (unless allow_nonfinite).
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

/* Sorts the set and atomically replaces the file. ERR_IO, ERR_MEMORY, ERR_RANGE (header above 16
 * MiB). */
ErrCode safetensors_write(const Dir *in, const char *name, TensorSet *set, Err *err) ERR_CHECKED;

#endif
