/* Helpers shared by the openers. */
#include "data/source.h"

#include "base/sys.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CLASS_NAME_BYTES 24 /* "class 65535" */

ErrCode source_note(DatasetParts *parts, Err *err, const char *format, ...)
{
    Text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&text, format, arguments);
    va_end(arguments);
    TRY(mem_grow(&parts->notes, &parts->note_room, parts->n_notes + 1, sizeof *parts->notes, err));
    TRY(text_take(&text, &parts->notes[parts->n_notes], err));
    parts->n_notes++;
    return ERR_NONE;
fail:
    text_release(&text);
    return err->code;
}

ErrCode source_number_classes(DatasetParts *parts, int n_classes, Err *err)
{
    parts->class_names = mem_calloc((size_t)n_classes, sizeof *parts->class_names);
    if (parts->class_names == NULL)
        return err_memory(err, (size_t)n_classes * sizeof *parts->class_names);
    parts->n_classes = n_classes;
    for (int i = 0; i < n_classes; i++) {
        char name[CLASS_NAME_BYTES];
        snprintf(name, sizeof name, "class %d", i);
        parts->class_names[i] = mem_strdup(name);
        if (parts->class_names[i] == NULL)
            return err_memory(err, sizeof name);
    }
    return ERR_NONE;
}

ErrCode source_read_class_names(DatasetParts *parts, const char *path, const char *text,
                                size_t n_bytes, int n_classes, Err *err)
{
    parts->class_names = mem_calloc((size_t)n_classes, sizeof *parts->class_names);
    if (parts->class_names == NULL)
        return err_memory(err, (size_t)n_classes * sizeof *parts->class_names);
    parts->n_classes = n_classes;
    size_t at = 0;
    for (int i = 0; i < n_classes; i++) {
        const char *line = text + at;
        const char *end = at < n_bytes ? memchr(line, '\n', n_bytes - at) : NULL;
        size_t length = end != NULL ? (size_t)(end - line) : n_bytes - at;
        at += length + (end != NULL ? 1 : 0);
        if (length > 0 && line[length - 1] == '\r')
            length--;
        if (length == 0)
            return err_set(err, ERR_DATA, "'%s' names %d classes, but the set has %d", path, i,
                           n_classes);
        if (!text_is_utf8(line, length) || memchr(line, 0, length) != NULL)
            return err_set(err, ERR_DATA, "name of class %d in '%s' is not UTF-8 text", i, path);
        parts->class_names[i] = mem_strndup(line, length);
        if (parts->class_names[i] == NULL)
            return err_memory(err, length);
    }
    return ERR_NONE;
}

void source_release(DatasetParts *parts)
{
    if (parts->state != NULL)
        parts->ops->destroy(parts->state);
    for (int i = 0; parts->class_names != NULL && i < parts->n_classes; i++)
        mem_free(parts->class_names[i]);
    mem_free(parts->class_names);
    for (uint32_t i = 0; i < parts->n_skipped; i++)
        mem_free(parts->skipped[i]);
    mem_free(parts->skipped);
    for (uint32_t i = 0; i < parts->n_notes; i++)
        mem_free(parts->notes[i]);
    mem_free(parts->notes);
    memset(parts, 0, sizeof *parts);
}
