/* XXH3; see hash.h. */
#include "base/hash.h"

#include "base/file.h"
#include "base/sys.h"

#include <stdio.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the size of XXH3_state_t */
#include <xxhash.h>

enum { FILE_PIECE_BYTES = 1 << 18 };

struct Hasher {
    XXH3_state_t *state;
};

uint64_t hash_64(const void *data, size_t n_bytes)
{
    return XXH3_64bits(data, n_bytes);
}

static Hash128 from_xxh(XXH128_hash_t hash)
{
    return (Hash128){.low = hash.low64, .high = hash.high64};
}

Hash128 hash_128(const void *data, size_t n_bytes)
{
    return from_xxh(XXH3_128bits(data, n_bytes));
}

const char *hash_hex64(uint64_t hash, char *buffer)
{
    enum { DIGITS = HASH_HEX64_BYTES - 1, BITS = 4, LOW = 15 };
    for (int i = DIGITS; i-- > 0; hash >>= BITS)
        buffer[i] = "0123456789abcdef"[hash & LOW];
    buffer[DIGITS] = '\0';
    return buffer;
}

const char *hash_hex(Hash128 hash, char *buffer)
{
    snprintf(buffer, HASH_HEX_BYTES, "%016llx%016llx", (unsigned long long)hash.high,
             (unsigned long long)hash.low);
    return buffer;
}

bool hash_equal(Hash128 a, Hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

bool hash_parse(const char *hex, Hash128 *hash)
{
    enum { BITS = 4, LETTER_A = 10, DIGITS_64 = HASH_HEX64_BYTES - 1 };
    uint64_t words[2] = {0, 0};
    if (strlen(hex) != HASH_HEX_BYTES - 1)
        return false;
    for (int i = 0; i < HASH_HEX_BYTES - 1; i++) {
        const char c = hex[i];
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + LETTER_A;
        else
            return false;
        words[i / DIGITS_64] = words[i / DIGITS_64] << BITS | digit;
    }
    *hash = (Hash128){.high = words[0], .low = words[1]};
    return true;
}

Hasher *hash_create(void)
{
    /*
     * The state wants 64-byte alignment, which XXH3_createState sees to, but with malloc of its
     * own.
     */
    const size_t align = 64;
    unsigned char *block = mem_alloc(sizeof(Hasher) + sizeof(XXH3_state_t) + align);
    if (block == NULL)
        return NULL;
    Hasher *hasher = (Hasher *)block;
    const uintptr_t begin = (uintptr_t)(block + sizeof(Hasher));
    hasher->state = (XXH3_state_t *)((begin + align - 1) & ~(uintptr_t)(align - 1));
    XXH3_INITSTATE(hasher->state);
    XXH3_128bits_reset(hasher->state);
    return hasher;
}

void hash_update(Hasher *hasher, const void *data, size_t n_bytes)
{
    XXH3_128bits_update(hasher->state, data, n_bytes);
}

Hash128 hash_digest(const Hasher *hasher)
{
    return from_xxh(XXH3_128bits_digest(hasher->state));
}

void hash_destroy(Hasher **hasher)
{
    mem_free(*hasher);
    *hasher = NULL;
}

ErrCode hash_file(const Dir *in, const char *name, Hash128 *hash, Err *err)
{
    int fd = -1;
    Hasher *hasher = hash_create();
    char *piece = mem_alloc(FILE_PIECE_BYTES);
    if (hasher == NULL || piece == NULL) {
        err_memory(err, FILE_PIECE_BYTES);
        goto fail;
    }
    TRY(dir_open_read(in, name, &fd, err));
    for (;;) {
        size_t n_read;
        TRY(file_read_some(fd, name, piece, FILE_PIECE_BYTES, &n_read, err));
        if (n_read == 0)
            break;
        hash_update(hasher, piece, n_read);
    }
    *hash = hash_digest(hasher);
    file_close_fd(fd);
    mem_free(piece);
    hash_destroy(&hasher);
    return ERR_NONE;
fail:
    file_close_fd(fd);
    mem_free(piece);
    hash_destroy(&hasher);
    return err->code;
}
