/*
 * The bytes of a file in order, gzip unpacked on the way: exact reads, and an end that is checked.
 *
 * Never more memory than its buffers, whatever the file claims: the caller asks for as much as the
 * format declares, and anything after that is an error. A gzip file has one member whose checksum
 * and length must be right.
 */
#ifndef DATA_BYTESTREAM_H
#define DATA_BYTESTREAM_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ByteStream ByteStream;

/*
 * Opens `path`; whether it is gzip is told by its first two bytes. Errors: ERR_IO, ERR_MEMORY,
 * ERR_DATA (not a regular file).
 */
ErrCode bytestream_open(ByteStream **out, const char *path, Err *err) ERR_CHECKED;

/*
 * Exactly n_bytes. Errors: ERR_DATA if the file ends or is damaged before (file, offset, reason).
 */
ErrCode bytestream_read(ByteStream *stream, void *data, size_t n_bytes, Err *err) ERR_CHECKED;

/* Up to n_bytes; *n_got is 0 only at the end. Errors as above. */
ErrCode bytestream_read_some(ByteStream *stream, void *data, size_t n_bytes, size_t *n_got,
                             Err *err) ERR_CHECKED;

/* Nothing may follow, and gzip's checksum must agree. Errors: ERR_DATA. */
ErrCode bytestream_expect_end(ByteStream *stream, Err *err) ERR_CHECKED;

/*
 * The whole of a file, gzip unpacked, into *data (mem_free it). Errors: those above; ERR_DATA for
 * more than max_bytes.
 */
ErrCode bytestream_read_file(const char *path, uint64_t max_bytes, uint8_t **data, size_t *n_bytes,
                             Err *err) ERR_CHECKED;

/* Accepts NULL and clears the pointer. */
void bytestream_close(ByteStream **stream);

#endif
