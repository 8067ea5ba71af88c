#include "tests/data/gzipfixture.h"

#include <stdlib.h>
#include <zlib.h>

uint8_t *gzip_pack(const void *data, size_t n_bytes, size_t *n_packed)
{
    enum { GZIP_WINDOW = 16 + MAX_WBITS, MEMORY_LEVEL = 8 };
    z_stream z = {0};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    const size_t bound = deflateBound(&z, n_bytes);
    uint8_t *packed = malloc(bound);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (unsigned)n_bytes;
    z.next_out = packed;
    z.avail_out = (unsigned)bound;
    const int status = packed != NULL ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
    *n_packed = z.total_out;
    deflateEnd(&z);
    if (status == Z_STREAM_END)
        return packed;
    free(packed);
    return NULL;
}
