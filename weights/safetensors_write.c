/*
 * weights/safetensors_write.c: a set of tensors becomes a file.
 */
#include "weights/safetensors.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8, HEADER_ALIGN = 8 };

static void put_metadata(JsonWriter *json, const TensorSet *set)
{
    if (set->n_metadata == 0)
        return;
    json_open_map(json, SAFETENSORS_METADATA);
    for (size_t i = 0; i < set->n_metadata; i++)
        json_put_text(json, set->metadata[i].key, set->metadata[i].value);
    json_close_map(json);
}

static ErrCode build_header(const TensorSet *set, const char *name, Text *text, Err *err)
{
    JsonWriter json = json_writer(text, false);
    json_open_map(&json, NULL);
    put_metadata(&json, set);
    int64_t at = 0;
    for (size_t i = 0; i < set->n_tensors; i++) {
        const TensorInfo *tensor = &set->tensors[i];
        const int64_t offsets[] = {at, at + (int64_t)tensor->n_bytes};
        json_open_map(&json, tensor->name);
        json_put_text(&json, "dtype", safetensors_type_name(tensor->type));
        json_put_ints(&json, "shape", tensor->dims, (size_t)tensor->n_dims);
        json_put_ints(&json, "data_offsets", offsets, ARRAY_LEN(offsets));
        json_close_map(&json);
        at = offsets[1];
    }
    json_close_map(&json);
    TRY(text_ok(text, err));
    while (text->n_bytes > 0 && text_string(text)[text->n_bytes - 1] == '\n')
        text->n_bytes--;
    text_repeat(text, ' ', (HEADER_ALIGN - text->n_bytes % HEADER_ALIGN) % HEADER_ALIGN);
    TRY(text_ok(text, err));
    if (text->n_bytes > SAFETENSORS_HEADER_MAX) {
        err_set(err, ERR_RANGE, "header of '%s' would take %zu bytes: at most %d are allowed", name,
                text->n_bytes, SAFETENSORS_HEADER_MAX);
        goto fail;
    }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode put_all(FileWriter *writer, const TensorSet *set, const Text *header, Err *err)
{
    unsigned char length[LENGTH_BYTES];
    for (int i = 0; i < LENGTH_BYTES; i++)
        length[i] = (unsigned char)((uint64_t)header->n_bytes >> 8 * i);
    TRY(file_writer_put(writer, length, sizeof length, err));
    TRY(file_writer_put(writer, text_string(header), header->n_bytes, err));
    for (size_t i = 0; i < set->n_tensors; i++)
        TRY(file_writer_put(writer, set->tensors[i].data, set->tensors[i].n_bytes, err));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode safetensors_write(const Dir *in, const char *name, TensorSet *set, Err *err)
{
    Text header = {0};
    FileWriter *writer = NULL;
    safetensors_sort(set);
    TRY(build_header(set, name, &header, err));
    TRY(dir_begin(&writer, in, name, err));
    TRY(put_all(writer, set, &header, err));
    TRY(file_writer_commit(&writer, err));
    text_release(&header);
    return ERR_NONE;
fail:
    file_writer_abort(&writer);
    text_release(&header);
    return err->code;
}
