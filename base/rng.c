/* Philox4x32-10; see rng.h. */
#include "base/rng.h"

#include "base/fmath.h"

#include <assert.h>
#include <stdbool.h>

/* Multipliers and Weyl increments of the paper's table for 4x32. */
#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u
enum { PHILOX_ROUNDS = 10, WORDS = 4, WORD_BITS = 32, STREAM_BITS = 8, INDEX_BITS = 56 };

/* Place of the block number in a cursor's counter. */
enum { COUNTER_BLOCK, COUNTER_INDEX, COUNTER_EPOCH, COUNTER_STREAM };

RngBlock rng_philox(const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const uint64_t p0 = (uint64_t)PHILOX_M0 * c0;
        const uint64_t p1 = (uint64_t)PHILOX_M1 * c2;
        c0 = (uint32_t)(p1 >> WORD_BITS) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> WORD_BITS) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    return (RngBlock){{c0, c1, c2, c3}};
}

Rng rng_start(uint64_t seed, RngStream stream, uint32_t epoch, uint64_t index)
{
    assert(index < (uint64_t)1 << INDEX_BITS);
    const uint32_t index_high = (uint32_t)(index >> WORD_BITS);
    return (Rng){
        .key = {(uint32_t)seed, (uint32_t)(seed >> WORD_BITS)},
        .counter = {0, (uint32_t)index, epoch, (uint32_t)stream | index_high << STREAM_BITS},
    };
}

RngBlock rng_block(uint64_t seed, RngStream stream, uint32_t epoch, uint64_t index, uint32_t block)
{
    Rng rng = rng_start(seed, stream, epoch, index);
    rng.counter[COUNTER_BLOCK] = block;
    return rng_philox(rng.counter, rng.key);
}

uint32_t rng_u32(Rng *rng)
{
    if (rng->n_left == 0) {
        rng->block = rng_philox(rng->counter, rng->key);
        rng->counter[COUNTER_BLOCK]++;
        rng->n_left = WORDS;
    }
    return rng->block.v[WORDS - rng->n_left--];
}

uint64_t rng_u64(Rng *rng)
{
    const uint64_t low = rng_u32(rng);
    return low | (uint64_t)rng_u32(rng) << WORD_BITS;
}

float rng_float_from_u32(uint32_t word)
{
    enum { UNUSED_BITS = 8 };
    return (float)(word >> UNUSED_BITS) * 0x1p-24f;
}

float rng_float(Rng *rng)
{
    return rng_float_from_u32(rng_u32(rng));
}

double rng_double(Rng *rng)
{
    enum { UNUSED_BITS = 11 };
    return (double)(rng_u64(rng) >> UNUSED_BITS) * 0x1p-53;
}

uint32_t rng_below(Rng *rng, uint32_t n)
{
    assert(n >= 1);
    /*
     * Lemire, "Fast random integer generation in an interval", 2019: reject the first 2^32 mod n
     * remainders.
     */
    const uint32_t n_rejected = (uint32_t)(-n) % n;
    for (;;) {
        const uint64_t product = (uint64_t)rng_u32(rng) * n;
        if ((uint32_t)product >= n_rejected)
            return (uint32_t)(product >> WORD_BITS);
    }
}

float rng_uniform(Rng *rng, float low, float high)
{
    return low + (high - low) * rng_float(rng);
}

double rng_normal_from_u32(uint32_t word)
{
    return fm_normal_quantile(((double)word + 0.5) * 0x1p-32);
}

double rng_normal(Rng *rng)
{
    return rng_normal_from_u32(rng_u32(rng));
}

void rng_permutation(Rng *rng, uint32_t *items, size_t n)
{
    assert(n <= UINT32_MAX);
    for (size_t i = 0; i < n; i++)
        items[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        const uint32_t j = rng_below(rng, (uint32_t)i);
        const uint32_t item = items[i - 1];
        items[i - 1] = items[j];
        items[j] = item;
    }
}
