/*
 * Hashes: XXH3, for identity and damage, not against an adversary. Text forms are lower-case hex of
 * the canonical (big-endian) bytes, so they equal xxhsum's output.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/dir.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Hash128 {
    uint64_t low;
    uint64_t high;
} Hash128;

enum { HASH_HEX_BYTES = 33, HASH_HEX64_BYTES = 17 }; /* with the final NUL */

/* A running hash over pieces. */
typedef struct Hasher Hasher;

uint64_t hash_64(const void *data, size_t n_bytes);
Hash128 hash_128(const void *data, size_t n_bytes);

/* buffer[HASH_HEX_BYTES] (32 digits) or buffer[HASH_HEX64_BYTES] (16 digits), which is returned. */
const char *hash_hex(Hash128 hash, char *buffer);
const char *hash_hex64(uint64_t hash, char *buffer);

bool hash_equal(Hash128 a, Hash128 b);

/* Reads 32 hex digits; false if it is anything else. */
bool hash_parse(const char *hex, Hash128 *hash);

/* NULL without memory. */
Hasher *hash_create(void);
void hash_update(Hasher *hasher, const void *data, size_t n_bytes);
Hash128 hash_digest(const Hasher *hasher); /* of everything so far */
void hash_destroy(Hasher **hasher);

/* The digest of a whole file (base/dir.h: `in` may be NULL), streamed. Errors: ERR_IO,
 * ERR_MEMORY, ERR_DATA. */
ErrCode hash_file(const Dir *in, const char *name, Hash128 *hash, Err *err) ERR_CHECKED;

#endif
