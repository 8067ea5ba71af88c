/*
 * weights/safetensors.c: reading and digests; the writer is in safetensors_write.c.
 */
#include "weights/safetensors.h"

#include "weights/halves.h"
#include "weights/notweights.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8 };

struct TensorFile {
    char *path;
    FileMap map;               /* zero if the bytes are the caller's */
    const unsigned char *body; /* the tensors' bytes */
    size_t n_body;
    json_t *header; /* owns the names and the metadata */
    TensorSet set;  /* sorted */
};

/* --- one tensor of the header --- */

static ErrCode bad(const TensorFile *file, const char *name, const char *why, Err *err)
{
    return err_set(err, ERR_DATA, "tensor '%s' in '%s' %s", name, file->path, why);
}

static ErrCode read_type(const TensorFile *file, const json_t *entry, TensorInfo *tensor, Err *err)
{
    const char *text = json_string_value(json_object_get(entry, "dtype"));
    if (text == NULL)
        return bad(file, tensor->name, "has no dtype", err);
    if (safetensors_type_find(text, &tensor->type))
        return ERR_NONE;
    return err_set(
        err, ERR_DATA,
        "tensor '%s' in '%s' has dtype '%.16s': F32, F64, F16, BF16, I64, I32 and U8 are known",
        tensor->name, file->path, text);
}

/* Shape, and from it the sizes by checked multiplication. */
static ErrCode read_shape(const TensorFile *file, const json_t *entry, TensorInfo *tensor, Err *err)
{
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape) || json_array_size(shape) > SAFETENSORS_MAX_DIMS)
        return bad(file, tensor->name, "has no shape of at most 8 dimensions", err);
    tensor->n_dims = (int)json_array_size(shape);
    size_t n = 1;
    for (int i = 0; i < tensor->n_dims; i++) {
        const json_t *item = json_array_get(shape, (size_t)i);
        tensor->dims[i] = json_integer_value(item);
        if (!json_is_integer(item) || tensor->dims[i] < 0 ||
            __builtin_mul_overflow(n, (size_t)tensor->dims[i], &n))
            return bad(file, tensor->name, "has a shape out of range", err);
    }
    tensor->n_elements = n;
    if (__builtin_mul_overflow(n, safetensors_type_bytes(tensor->type), &tensor->n_bytes))
        return bad(file, tensor->name, "has a shape out of range", err);
    return ERR_NONE;
}

static ErrCode read_offsets(const TensorFile *file, const json_t *entry, TensorInfo *tensor,
                            Err *err)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const json_t *first = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(end))
        return bad(file, tensor->name, "has no pair of data offsets", err);
    const json_int_t from = json_integer_value(first), to = json_integer_value(end);
    if (from < 0 || to < from || (uint64_t)to > file->n_body)
        return err_set(
            err, ERR_DATA,
            "tensor '%s' in '%s' lies at bytes %lld to %lld of %zu: the file is cut or damaged",
            tensor->name, file->path, (long long)from, (long long)to, file->n_body);
    if ((uint64_t)(to - from) != tensor->n_bytes)
        return bad(file, tensor->name, "has a shape that disagrees with its data offsets", err);
    tensor->data = file->body + from;
    return ERR_NONE;
}

static ErrCode read_tensor(const TensorFile *file, const char *name, const json_t *entry,
                           TensorInfo *tensor, Err *err)
{
    tensor->name = name;
    TRY(read_type(file, entry, tensor, err));
    TRY(read_shape(file, entry, tensor, err));
    TRY(read_offsets(file, entry, tensor, err));
    return ERR_NONE;
fail:
    return err->code;
}

/* --- the header --- */

static ErrCode read_metadata(TensorFile *file, const json_t *map, Err *err)
{
    const size_t n = json_object_size(map);
    if (map == NULL)
        return ERR_NONE;
    if (!json_is_object(map))
        return err_set(err, ERR_DATA, "metadata of '%s' is not a map", file->path);
    file->set.metadata = mem_calloc(n + 1, sizeof *file->set.metadata);
    if (file->set.metadata == NULL)
        return err_memory(err, (n + 1) * sizeof *file->set.metadata);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)map, key, value)
    {
        if (!json_is_string(value))
            return err_set(err, ERR_DATA, "metadata '%s' of '%s' is not a text", key, file->path);
        file->set.metadata[file->set.n_metadata++] = (MetadataEntry){key, json_string_value(value)};
    }
    return ERR_NONE;
}

static ErrCode read_tensors(TensorFile *file, Err *err)
{
    const size_t n = json_object_size(file->header);
    file->set.tensors = mem_calloc(n + 1, sizeof *file->set.tensors);
    if (file->set.tensors == NULL)
        return err_memory(err, (n + 1) * sizeof *file->set.tensors);
    const char *key;
    json_t *value;
    json_object_foreach(file->header, key, value)
    {
        if (strcmp(key, SAFETENSORS_METADATA) == 0)
            continue;
        TRY(read_tensor(file, key, value, &file->set.tensors[file->set.n_tensors], err));
        file->set.n_tensors++;
    }
    return ERR_NONE;
fail:
    return err->code;
}

static int compare_places(const void *left, const void *right)
{
    const TensorInfo *a = left, *b = right;
    if (a->data != b->data)
        return (const char *)a->data < (const char *)b->data ? -1 : 1;
    return (a->n_bytes > b->n_bytes) - (a->n_bytes < b->n_bytes);
}

/* Tensors must follow each other without overlap, hole or tail. */
static ErrCode check_places(TensorFile *file, Err *err)
{
    qsort(file->set.tensors, file->set.n_tensors, sizeof *file->set.tensors, compare_places);
    size_t at = 0;
    for (size_t i = 0; i < file->set.n_tensors; i++) {
        const TensorInfo *tensor = &file->set.tensors[i];
        const size_t first = (size_t)((const unsigned char *)tensor->data - file->body);
        if (first < at)
            return bad(file, tensor->name, "overlaps the one before it", err);
        if (first > at)
            return bad(file, tensor->name, "leaves a hole before it", err);
        at = first + tensor->n_bytes;
    }
    if (at != file->n_body)
        return err_set(err, ERR_DATA, "'%s' has %zu bytes behind its last tensor", file->path,
                       file->n_body - at);
    return ERR_NONE;
}

/* The length in front of the header. */
static ErrCode split(TensorFile *file, const unsigned char *data, size_t n_bytes, size_t *n_header,
                     Err *err)
{
    if (n_bytes < LENGTH_BYTES)
        return err_set(err, ERR_DATA, "'%s' is no safetensors file: %zu bytes", file->path,
                       n_bytes);
    uint64_t n = 0;
    for (int i = LENGTH_BYTES - 1; i >= 0; i--)
        n = n << 8 | data[i];
    if (n > SAFETENSORS_HEADER_MAX || n > n_bytes - LENGTH_BYTES) {
        TRY(notweights_check(file->path, (const char *)data, n_bytes, err));
        (void)err_set(err, ERR_DATA,
                      "'%s' is no safetensors file, or cut: header of %llu bytes in %zu",
                      file->path, (unsigned long long)n, n_bytes);
        goto fail;
    }
    *n_header = (size_t)n;
    file->body = data + LENGTH_BYTES + n;
    file->n_body = n_bytes - LENGTH_BYTES - (size_t)n;
    return ERR_NONE;
fail:
    return err->code;
}

/* Messages give line and column of the header, not of the file. */
static ErrCode parse_header(TensorFile *file, const char *data, size_t n_bytes, Err *err)
{
    Text name = {0};
    text_printf(&name, "header of '%s'", file->path);
    TRY(text_ok(&name, err));
    TRY(json_parse(&file->header, text_string(&name), data, n_bytes, err));
fail:
    text_release(&name);
    return err->code;
}

static ErrCode open_bytes(TensorFile *file, const unsigned char *data, size_t n_bytes, Err *err)
{
    size_t n_header = 0;
    TRY(split(file, data, n_bytes, &n_header, err));
    TRY(parse_header(file, (const char *)data + LENGTH_BYTES, n_header, err));
    if (!json_is_object(file->header)) {
        err_set(err, ERR_DATA, "header of '%s' is not a map", file->path);
        goto fail;
    }
    TRY(read_metadata(file, json_object_get(file->header, SAFETENSORS_METADATA), err));
    TRY(read_tensors(file, err));
    TRY(check_places(file, err));
    safetensors_sort(&file->set);
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode create(TensorFile **out, const Dir *in, const char *name, Err *err)
{
    *out = mem_calloc(1, sizeof **out);
    if (*out == NULL)
        return err_memory(err, sizeof **out);
    (*out)->path = file_join(dir_path(in), name);
    return (*out)->path != NULL ? ERR_NONE : err_memory(err, strlen(name) + 1);
}

ErrCode safetensors_open(TensorFile **out, const Dir *in, const char *name, Err *err)
{
    TRY(create(out, in, name, err));
    TRY(dir_map(in, name, &(*out)->map, err));
    TRY(open_bytes(*out, (*out)->map.data, (*out)->map.n_bytes, err));
    return ERR_NONE;
fail:
    safetensors_close(out);
    return err->code;
}

void safetensors_close(TensorFile **file)
{
    if (*file == NULL)
        return;
    json_decref((*file)->header);
    mem_free((*file)->set.tensors);
    mem_free((*file)->set.metadata);
    if ((*file)->map.data != NULL)
        file_unmap(&(*file)->map);
    mem_free((*file)->path);
    mem_free(*file);
    *file = NULL;
}

/* --- use --- */

const char *safetensors_path(const TensorFile *file)
{
    return file->path;
}

size_t safetensors_count(const TensorFile *file)
{
    return file->set.n_tensors;
}

const TensorInfo *safetensors_tensor(const TensorFile *file, size_t index)
{
    return &file->set.tensors[index];
}

const TensorInfo *safetensors_find(const TensorFile *file, const char *name)
{
    size_t first = 0, end = file->set.n_tensors;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        const int order = strcmp(file->set.tensors[middle].name, name);
        if (order == 0)
            return &file->set.tensors[middle];
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

const char *safetensors_metadata(const TensorFile *file, const char *key)
{
    for (size_t i = 0; i < file->set.n_metadata; i++)
        if (strcmp(file->set.metadata[i].key, key) == 0)
            return file->set.metadata[i].value;
    return NULL;
}

static float element(const TensorInfo *tensor, size_t i)
{
    const char *at = (const char *)tensor->data + i * safetensors_type_bytes(tensor->type);
    if (tensor->type == TENSOR_F64) {
        double wide;
        memcpy(&wide, at, sizeof wide);
        return (float)wide;
    }
    if (tensor->type == TENSOR_F16 || tensor->type == TENSOR_BF16) {
        uint16_t half;
        memcpy(&half, at, sizeof half);
        return tensor->type == TENSOR_F16 ? halves_from_f16(half) : halves_from_bf16(half);
    }
    float value;
    memcpy(&value, at, sizeof value);
    return value;
}

static bool is_float(TensorType type)
{
    return type == TENSOR_F32 || type == TENSOR_F64 || type == TENSOR_F16 || type == TENSOR_BF16;
}

ErrCode safetensors_floats(const TensorFile *file, const TensorInfo *tensor, bool allow_nonfinite,
                           float *data, size_t n_elements, Err *err)
{
    if (!is_float(tensor->type))
        return err_set(err, ERR_DATA, "tensor '%s' in '%s' has dtype '%s' where F32 is wanted",
                       tensor->name, file->path, safetensors_type_name(tensor->type));
    if (tensor->n_elements != n_elements)
        return err_set(err, ERR_DATA, "tensor '%s' in '%s' has %zu elements where %zu are wanted",
                       tensor->name, file->path, tensor->n_elements, n_elements);
    for (size_t i = 0; i < n_elements; i++) {
        data[i] = element(tensor, i);
        if (!allow_nonfinite && !isfinite(data[i]))
            return err_set(err, ERR_DATA,
                           "tensor '%s' in '%s' holds a number that is not finite at place %zu",
                           tensor->name, file->path, i);
    }
    return ERR_NONE;
}

ErrCode safetensors_digest(const TensorFile *file, const char *except, char *text, Err *err)
{
    TensorSet set = file->set; /* sorted already */
    return safetensors_digest_set(&set, except, text, err);
}
