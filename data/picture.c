/* data/picture.c: listed, read, decoded, cut, resized. */
#include "data/picture.h"

#include "data/decode.h"
#include "data/resize.h"

#include "base/file.h"
#include "base/sys.h"

#include <string.h>

static ErrCode add_path(PictureList *list, const char *path, Arena *arena, Err *err)
{
    const char **paths = arena_add_item(arena, list->paths, &list->n, sizeof *paths);
    const char *copy = arena_text(arena, path);
    TRY(arena_ok(arena, err));
    paths[list->n - 1] = copy;
    list->paths = paths;
fail:
    return err->code;
}

static ErrCode add_folder(PictureList *list, const char *folder, Arena *arena, Err *err)
{
    const size_t n_before = list->n;
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    FileList files = {0};
    TRY(file_list(folder, &files, err));
    for (size_t i = 0; i < files.n_names; i++) {
        const char *path = arena_printf(arena, "%s%s%s", folder, slash, files.names[i]);
        FileFacts facts;
        TRY(arena_ok(arena, err));
        if (!decode_is_image_name(files.names[i]))
            continue;
        TRY(file_facts(path, true, &facts, err));
        if (facts.kind == FILE_REGULAR)
            TRY(add_path(list, path, arena, err));
    }
    if (list->n == n_before)
        (void)err_set(err, ERR_DATA, "folder '%s' has no pictures", folder);
fail:
    file_list_release(&files);
    return err->code;
}

ErrCode picture_list_add(PictureList *list, const char *path, Arena *arena, Err *err)
{
    FileFacts facts;
    TRY(file_facts(path, true, &facts, err));
    return facts.kind == FILE_FOLDER ? add_folder(list, path, arena, err)
                                     : add_path(list, path, arena, err);
fail:
    return err->code;
}

static ErrCode cut_and_resize(uint8_t *rgb, int side, double center_crop, const uint8_t *pixels,
                              DataSize size, Err *err)
{
    Arena scratch = {0};
    size_t offset = 0;
    const int cut = resize_centre_square(size, center_crop, &offset);
    const DataSize square = {cut, cut}, out = {side, side};
    TRY(arena_reserve(&scratch, resize_scratch_bytes(square, out), err));
    resize_rgb(rgb, out, pixels + offset, (size_t)size.width * DATA_CHANNELS, square, scratch.base);
fail:
    arena_release(&scratch);
    return err->code;
}

ErrCode picture_read(const char *path, int side, double center_crop, uint8_t *rgb, Err *err)
{
    char *bytes = NULL;
    uint8_t *pixels = NULL;
    size_t n_bytes = 0;
    DataSize size;
    TRY(file_read(path, DECODE_MAX_FILE_BYTES, &bytes, &n_bytes, err));
    TRY(decode_size(path, (const uint8_t *)bytes, n_bytes, &size, err));
    const size_t n_pixels = (size_t)size.height * (size_t)size.width;
    pixels = mem_calloc(n_pixels, DATA_CHANNELS);
    if (pixels == NULL) {
        (void)err_memory(err, n_pixels * DATA_CHANNELS);
        goto fail;
    }
    TRY(decode_rgb(path, (const uint8_t *)bytes, n_bytes, size, pixels, err));
    TRY(cut_and_resize(rgb, side, center_crop, pixels, size, err));
fail:
    mem_free(pixels);
    mem_free(bytes);
    return err->code;
}
