/*
 * Randomness without state to lose: Philox4x32-10, keyed by seed, counted by (stream, epoch, index,
 * block).
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011;
 * checked against the known-answer vectors of Random123 1.14. Whoever needs numbers names them: the
 * same (seed, stream, epoch, index) gives the same sequence on any machine, in any order, on any
 * thread.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* The numbers are part of the arithmetic revision: append, never reorder. */
typedef enum RngStream {
    RNG_INIT = 0,     /* initial weights; index = tensor */
    RNG_SHUFFLE,      /* order of samples; epoch */
    RNG_AUGMENT,      /* epoch, index = sample */
    RNG_DROPOUT,      /* epoch, index = sample */
    RNG_DROP_CONNECT, /* epoch, index = sample */
    RNG_SEARCH,       /* index = trial */
    RNG_RENDER,       /* embedded data set; index = image */
    RNG_SPLIT,        /* subsets and validation */
    RNG_BOOTSTRAP,    /* statistics */
    RNG_MIXUP         /* epoch, index = sample */
} RngStream;

/* One Philox output. */
typedef struct RngBlock {
    uint32_t v[4];
} RngBlock;

/*
 * A cursor over the blocks of one (seed, stream, epoch, index): 2^34 numbers. Plain data: copy it
 * freely.
 */
typedef struct Rng {
    uint32_t key[2];
    uint32_t counter[4]; /* block, index low, epoch, stream | index high << 8 */
    RngBlock block;
    int n_left; /* words of `block` not yet drawn */
} Rng;

/* The bare generator. */
RngBlock rng_philox(const uint32_t counter[4], const uint32_t key[2]);

/* The block-th block of (seed, stream, epoch, index). index < 2^56. */
RngBlock rng_block(uint64_t seed, RngStream stream, uint32_t epoch, uint64_t index, uint32_t block);

/* A cursor before its first number. */
Rng rng_start(uint64_t seed, RngStream stream, uint32_t epoch, uint64_t index);

uint32_t rng_u32(Rng *rng);
uint64_t rng_u64(Rng *rng);  /* low word drawn first */
float rng_float(Rng *rng);   /* [0, 1), multiples of 2^-24; one word */
double rng_double(Rng *rng); /* [0, 1), multiples of 2^-53; two words */

/* Uniform integer in [0, n), n >= 1, without bias (Lemire's multiplication with rejection). */
uint32_t rng_below(Rng *rng, uint32_t n);

/* Uniform in [low, high), as low + (high-low)*rng_float. */
float rng_uniform(Rng *rng, float low, float high);

/*
 * Standard normal by inverse CDF: fm_normal_quantile((k + 0.5)/2^32) of one word, in double.
 * |value| <= 6.34.
 */
double rng_normal(Rng *rng);

/* The same mapping for a word already drawn (vector code, counter access). */
double rng_normal_from_u32(uint32_t word);
float rng_float_from_u32(uint32_t word);

/* items[n] = a permutation of 0..n-1 (Fisher-Yates), a function of the cursor's key and counter. */
void rng_permutation(Rng *rng, uint32_t *items, size_t n);

#endif
