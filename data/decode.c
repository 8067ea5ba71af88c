/* The table of formats; what each can do is in its own file. */
#include "data/decode.h"

#include "data/decode_format.h"

#include <string.h>
#include <strings.h>

static const DecodeFormat *const formats[] = {&decode_jpeg, &decode_png, &decode_webp, &decode_tiff,
                                              &decode_bmp};

bool decode_is_image_name(const char *name)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        for (const char *const *ending = formats[i]->endings; *ending != NULL; ending++) {
            const size_t n = strlen(*ending);
            if (length > n && strcasecmp(name + length - n, *ending) == 0)
                return true;
        }
    }
    return false;
}

/* The format of those bytes. */
static ErrCode find_format(const char *path, const uint8_t *bytes, size_t n_bytes,
                           const DecodeFormat **format, Err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (formats[i]->is_mine(bytes, n_bytes)) {
            *format = formats[i];
            return ERR_NONE;
        }
    }
    return err_set(err, ERR_DATA, "'%s' is neither a JPEG, PNG, WebP, TIFF nor BMP file", path);
}

ErrCode decode_size(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize *size,
                    Err *err)
{
    const DecodeFormat *format = NULL;
    TRY(find_format(path, bytes, n_bytes, &format, err));
    TRY(format->size(path, bytes, n_bytes, size, err));
fail:
    return err->code;
}

ErrCode decode_rgb(const char *path, const uint8_t *bytes, size_t n_bytes, DataSize size,
                   uint8_t *rgb, Err *err)
{
    const DecodeFormat *format = NULL;
    DataSize now = {0, 0};
    TRY(find_format(path, bytes, n_bytes, &format, err));
    TRY(format->size(path, bytes, n_bytes, &now, err));
    if (now.height != size.height || now.width != size.width)
        return err_set(err, ERR_DATA, "'%s' changed from %dx%d to %dx%d pixels while it was read",
                       path, size.width, size.height, now.width, now.height);
    TRY(format->rgb(path, bytes, n_bytes, rgb, err));
fail:
    return err->code;
}
