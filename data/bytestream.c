/* zlib's inflate over base's reads; zlib allocates through base too. */
#include "data/bytestream.h"

#include "base/file.h"
#include "base/sys.h"

#include <inttypes.h>
#include <string.h>
#include <zlib.h>

enum {
    INPUT_BYTES = 1 << 16,
    GZIP_WINDOW = 16 + MAX_WBITS, /* gzip header and trailer, checked by zlib */
    GZIP_MAGIC_0 = 0x1f,
    GZIP_MAGIC_1 = 0x8b,
};

struct ByteStream {
    char *path;
    int fd;
    bool is_gzip;
    bool has_ended;  /* gzip: its trailer has been seen and was right */
    uint64_t offset; /* of the next byte handed out */
    z_stream z;      /* next_in, avail_in also serve plain files */
    unsigned char input[INPUT_BYTES];
};

static void *zlib_alloc(void *unused, unsigned n, unsigned size)
{
    (void)unused;
    return mem_calloc(n, size);
}

static void zlib_free(void *unused, void *block)
{
    (void)unused;
    mem_free(block);
}

/* Refills the input when it is used up; avail_in stays 0 at the end of the file. */
static ErrCode refill(ByteStream *stream, Err *err)
{
    size_t n_read = 0;
    if (stream->z.avail_in > 0)
        return ERR_NONE;
    if (file_read_some(stream->fd, stream->path, stream->input, INPUT_BYTES, &n_read, err) !=
        ERR_NONE)
        return err->code;
    stream->z.next_in = stream->input;
    stream->z.avail_in = (unsigned)n_read;
    return ERR_NONE;
}

ErrCode bytestream_open(ByteStream **out, const char *path, Err *err)
{
    *out = NULL;
    if (file_is_folder(path))
        return err_set(err, ERR_DATA, "'%s' is a folder, not a file", path);
    ByteStream *stream = mem_calloc(1, sizeof *stream);
    if (stream == NULL)
        return err_memory(err, sizeof *stream);
    stream->fd = -1;
    stream->path = mem_strdup(path);
    if (stream->path == NULL) {
        err_memory(err, strlen(path));
        goto fail;
    }
    TRY(file_open_read(path, &stream->fd, err));
    TRY(refill(stream, err));
    stream->z.zalloc = zlib_alloc;
    stream->z.zfree = zlib_free;
    if (stream->z.avail_in >= 2 && stream->input[0] == GZIP_MAGIC_0 &&
        stream->input[1] == GZIP_MAGIC_1) {
        if (inflateInit2(&stream->z, GZIP_WINDOW) != Z_OK) {
            err_memory(err, INPUT_BYTES);
            goto fail;
        }
        stream->is_gzip = true;
    }
    *out = stream;
    return ERR_NONE;
fail:
    bytestream_close(&stream);
    return err->code;
}

/* Up to n bytes; *n_got is 0 only at the end. */
static ErrCode read_some(ByteStream *stream, unsigned char *data, size_t n, size_t *n_got, Err *err)
{
    *n_got = 0;
    if (refill(stream, err) != ERR_NONE)
        return err->code;
    if (!stream->is_gzip) {
        *n_got = stream->z.avail_in < n ? stream->z.avail_in : n;
        memcpy(data, stream->z.next_in, *n_got);
        stream->z.next_in += *n_got;
        stream->z.avail_in -= (unsigned)*n_got;
        return ERR_NONE;
    }
    const unsigned room = n > INPUT_BYTES ? INPUT_BYTES : (unsigned)n;
    stream->z.next_out = data;
    stream->z.avail_out = room;
    while (stream->z.avail_out == room && !stream->has_ended) {
        if (refill(stream, err) != ERR_NONE)
            return err->code;
        if (stream->z.avail_in == 0)
            return err_set(err, ERR_DATA,
                           "'%s' is a truncated gzip file: it ends at unpacked byte %" PRIu64,
                           stream->path, stream->offset);
        const int status = inflate(&stream->z, Z_NO_FLUSH);
        if (status == Z_MEM_ERROR)
            return err_memory(err, INPUT_BYTES);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
            return err_set(
                err, ERR_DATA, "'%s' is a damaged gzip file at unpacked byte %" PRIu64 ": %s",
                stream->path, stream->offset, stream->z.msg != NULL ? stream->z.msg : "bad data");
        stream->has_ended = status == Z_STREAM_END;
    }
    *n_got = room - stream->z.avail_out;
    return ERR_NONE;
}

ErrCode bytestream_read(ByteStream *stream, void *data, size_t n_bytes, Err *err)
{
    unsigned char *to = data;
    size_t n_got = 0;
    for (size_t n = 0; n < n_bytes; n += n_got) {
        if (read_some(stream, to + n, n_bytes - n, &n_got, err) != ERR_NONE)
            return err->code;
        if (n_got == 0)
            return err_set(err, ERR_DATA,
                           "'%s' ends at byte %" PRIu64 ", %zu bytes before it should",
                           stream->path, stream->offset, n_bytes - n);
        stream->offset += n_got;
    }
    return ERR_NONE;
}

ErrCode bytestream_read_some(ByteStream *stream, void *data, size_t n_bytes, size_t *n_got,
                             Err *err)
{
    if (read_some(stream, data, n_bytes, n_got, err) == ERR_NONE)
        stream->offset += *n_got;
    return err->code;
}

ErrCode bytestream_expect_end(ByteStream *stream, Err *err)
{
    unsigned char extra;
    size_t n_got = 0;
    if (read_some(stream, &extra, 1, &n_got, err) != ERR_NONE || refill(stream, err) != ERR_NONE)
        return err->code;
    if (n_got > 0 || stream->z.avail_in > 0)
        return err_set(err, ERR_DATA,
                       "'%s' has more bytes than it declares: surplus at byte %" PRIu64,
                       stream->path, stream->offset);
    return ERR_NONE;
}

ErrCode bytestream_read_file(const char *path, uint64_t max_bytes, uint8_t **data, size_t *n_bytes,
                             Err *err)
{
    ByteStream *stream = NULL;
    size_t capacity = 0, n_got = 1;
    *data = NULL;
    *n_bytes = 0;
    TRY(bytestream_open(&stream, path, err));
    while (n_got > 0) {
        TRY(mem_grow(data, &capacity, *n_bytes + INPUT_BYTES, 1, err));
        TRY(bytestream_read_some(stream, *data + *n_bytes, INPUT_BYTES, &n_got, err));
        *n_bytes += n_got;
        if (*n_bytes > max_bytes) {
            err_set(err, ERR_DATA, "'%s' holds more than %" PRIu64 " bytes", path, max_bytes);
            goto fail;
        }
    }
    TRY(bytestream_expect_end(stream, err));
    bytestream_close(&stream);
    return ERR_NONE;
fail:
    bytestream_close(&stream);
    mem_free(*data);
    *data = NULL;
    return err->code;
}

void bytestream_close(ByteStream **stream)
{
    if (!*stream)
        return;
    if ((*stream)->is_gzip)
        inflateEnd(&(*stream)->z);
    if ((*stream)->fd >= 0)
        file_close_fd((*stream)->fd);
    mem_free((*stream)->path);
    mem_free(*stream);
    *stream = NULL;
}
