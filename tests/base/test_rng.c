/* base/rng: the published vectors, the layout of counters, and the distributions built on them. */
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { N_DRAWS = 200000 };

/*
 * Property: Philox4x32-10 gives the three known answers of Random123 (kat_vectors: zeros, ones,
 * digits of pi).
 */
static void philox_gives_the_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], answer[4];
    } vectors[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const RngBlock block = rng_philox(vectors[i].counter, vectors[i].key);
        assert_memory_equal(block.v, vectors[i].answer, sizeof block.v);
    }
}

/*
 * Property: a cursor draws the blocks of rng_block in order, and every coordinate changes the
 * block.
 */
static void cursor_and_counter_agree(void **state)
{
    (void)state;
    const uint64_t seed = 0x0123456789abcdefULL, index = 0x00fedcba98765432ULL;
    Rng rng = rng_start(seed, RNG_AUGMENT, 7, index);
    for (uint32_t b = 0; b < 5; b++) {
        const RngBlock block = rng_block(seed, RNG_AUGMENT, 7, index, b);
        for (int k = 0; k < 4; k++)
            assert_int_equal(rng_u32(&rng), block.v[k]);
    }
    const RngBlock base = rng_block(1, RNG_INIT, 0, 0, 0);
    const RngBlock others[] = {
        rng_block(2, RNG_INIT, 0, 0, 0),    rng_block(1 | (1ULL << 32), RNG_INIT, 0, 0, 0),
        rng_block(1, RNG_SHUFFLE, 0, 0, 0), rng_block(1, RNG_INIT, 1, 0, 0),
        rng_block(1, RNG_INIT, 0, 1, 0),    rng_block(1, RNG_INIT, 0, 1ULL << 32, 0),
        rng_block(1, RNG_INIT, 0, 0, 1),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_memory_not_equal(base.v, others[i].v, sizeof base.v);
}

/*
 * Property: uniforms lie in [0, 1) also for the extreme words, and their mean is 1/2 within 5
 * standard errors (1/sqrt(12 n) each).
 */
static void uniforms_are_uniform(void **state)
{
    (void)state;
    assert_true(rng_float_from_u32(0) == 0.0f);
    assert_true(rng_float_from_u32(UINT32_MAX) == 1.0f - 0x1p-24f);
    Rng rng = rng_start(3, RNG_SEARCH, 0, 0);
    double sum = 0.0, sum_double = 0.0;
    for (int i = 0; i < N_DRAWS; i++) {
        sum += (double)rng_float(&rng);
        const double u = rng_double(&rng);
        assert_true(u >= 0.0 && u < 1.0);
        sum_double += u;
    }
    const double tolerance = 5.0 / sqrt(12.0 * N_DRAWS);
    assert_true(fabs(sum / N_DRAWS - 0.5) <= tolerance);
    assert_true(fabs(sum_double / N_DRAWS - 0.5) <= tolerance);
}

/*
 * Property: rng_below(3) hits each value n/3 times within 5 standard deviations (sqrt(n 1/3 2/3)),
 * stays below n for the n with the most rejections, and 1 gives 0.
 */
static void bounded_integers_have_no_bias(void **state)
{
    (void)state;
    Rng rng = rng_start(4, RNG_SPLIT, 0, 0);
    long counts[3] = {0, 0, 0};
    for (int i = 0; i < N_DRAWS; i++)
        counts[rng_below(&rng, 3)]++;
    for (int k = 0; k < 3; k++)
        assert_true(fabs((double)counts[k] - N_DRAWS / 3.0) <= 5.0 * sqrt(N_DRAWS * 2.0 / 9.0));
    for (int i = 0; i < 1000; i++) {
        assert_true(rng_below(&rng, 0x80000001u) < 0x80000001u);
        assert_int_equal(rng_below(&rng, 1), 0);
    }
}

/*
 * Property: normals have mean 0 and variance 1 within 5 standard errors (1/sqrt(n), sqrt(2/n)), and
 * are finite for the extreme words, symmetric about the middle.
 */
static void normals_are_normal(void **state)
{
    (void)state;
    Rng rng = rng_start(5, RNG_INIT, 0, 0);
    double sum = 0.0, sum_square = 0.0;
    for (int i = 0; i < N_DRAWS; i++) {
        const double x = rng_normal(&rng);
        sum += x;
        sum_square += x * x;
    }
    assert_true(fabs(sum / N_DRAWS) <= 5.0 / sqrt(N_DRAWS));
    assert_true(fabs(sum_square / N_DRAWS - 1.0) <= 5.0 * sqrt(2.0 / N_DRAWS));
    const double least = rng_normal_from_u32(0), greatest = rng_normal_from_u32(UINT32_MAX);
    assert_true(least >= -6.34 && least < -6.2 && greatest == -least);
}

/*
 * Property: a permutation holds every item once, differs between epochs, and repeats for the same
 * cursor.
 */
static void permutations_are_permutations(void **state)
{
    (void)state;
    enum { N = 1000 };
    uint32_t first[N], again[N], other[N];
    bool seen[N] = {false};
    Rng rng = rng_start(6, RNG_SHUFFLE, 1, 0);
    rng_permutation(&rng, first, N);
    rng = rng_start(6, RNG_SHUFFLE, 1, 0);
    rng_permutation(&rng, again, N);
    rng = rng_start(6, RNG_SHUFFLE, 2, 0);
    rng_permutation(&rng, other, N);
    for (int i = 0; i < N; i++) {
        assert_true(first[i] < N && !seen[first[i]]);
        seen[first[i]] = true;
    }
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
    rng_permutation(&rng, first, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(cursor_and_counter_agree),
        cmocka_unit_test(uniforms_are_uniform),
        cmocka_unit_test(bounded_integers_have_no_bias),
        cmocka_unit_test(normals_are_normal),
        cmocka_unit_test(permutations_are_permutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
