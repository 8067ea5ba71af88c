/* data/pngfile.c: by libpng's simplified interface. */
#include "data/pngfile.h"

#include "base/file.h"
#include "base/sys.h"

#include <png.h>

ErrCode pngfile_write(const char *path, const uint8_t *rgb, DataSize size, Err *err)
{
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)size.width,
                     .height = (png_uint_32)size.height,
                     .format = PNG_FORMAT_RGB};
    png_alloc_size_t n_bytes = PNG_IMAGE_PNG_SIZE_MAX(png);
    uint8_t *bytes = mem_alloc(n_bytes);
    if (bytes == NULL)
        return err_memory(err, n_bytes);
    if (!png_image_write_to_memory(&png, bytes, &n_bytes, 0, rgb, 0, NULL))
        err_set(err, ERR_IO, "cannot encode '%s': %s", path, png.message);
    else
        err->code = file_write(path, bytes, n_bytes, err);
    mem_free(bytes);
    return err->code;
}
