/* results/tfrecord.c: bit by bit, for event files are small; a table would be more to read. */
#include "results/tfrecord.h"

enum { WORD_BYTES = 4, LENGTH_BYTES = 8, BYTE_BITS = 8 };

uint32_t tfrecord_crc32c(const void *data, size_t n_bytes)
{
    const uint32_t polynomial = 0x82f63b78; /* bits reversed */
    const unsigned char *bytes = data;
    uint32_t crc = ~0U;
    for (size_t i = 0; i < n_bytes; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < BYTE_BITS; bit++)
            crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
    }
    return ~crc;
}

/* Lowest byte first. */
static void put_word(unsigned char *to, uint64_t word, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++)
        to[i] = (unsigned char)(word >> (BYTE_BITS * i));
}

/* Masked, so that a checksum over bytes that hold checksums is no trivial one. */
static void append_checksum(Text *out, const void *data, size_t n_bytes)
{
    const uint32_t crc = tfrecord_crc32c(data, n_bytes);
    unsigned char masked[WORD_BYTES];
    put_word(masked, (crc >> 15 | crc << 17) + 0xa282ead8U, WORD_BYTES);
    text_append_bytes(out, masked, WORD_BYTES);
}

void tfrecord_append(Text *out, const void *data, size_t n_bytes)
{
    unsigned char length[LENGTH_BYTES];
    put_word(length, n_bytes, LENGTH_BYTES);
    text_append_bytes(out, length, LENGTH_BYTES);
    append_checksum(out, length, LENGTH_BYTES);
    text_append_bytes(out, data, n_bytes);
    append_checksum(out, data, n_bytes);
}
