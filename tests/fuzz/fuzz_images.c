/* tests/fuzz/fuzz_images.c: pictures of every format, told apart by their first bytes. */
#include "tests/fuzz/fuzz.h"

#include "base/sys.h"
#include "data/decode.h"

/* What a size may be, and what is decoded here, in pixels: time goes into many small pictures. */
enum { MAX_PIXELS = 1 << 26, MAX_DECODED = 1 << 18, COLOURS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    DataSize size = {0};
    Err err = {0};
    if (!fuzz_read(decode_size("fuzz", data, n_bytes, &size, &err), &err))
        return 0;
    const int64_t n_pixels = (int64_t)size.height * size.width;
    fuzz_require(size.height > 0 && size.width > 0 && n_pixels <= MAX_PIXELS,
                 "a picture has pixels, and not too many");
    if (n_pixels > MAX_DECODED)
        return 0;
    uint8_t *rgb = mem_calloc((size_t)n_pixels, COLOURS);
    fuzz_require(rgb != NULL, "there is memory");
    (void)fuzz_read(decode_rgb("fuzz", data, n_bytes, size, rgb, &err), &err);
    mem_free(rgb);
    return 0;
}
