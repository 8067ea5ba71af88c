/* tests/search/test_genespace.c: members, neighbours and text of points, by hand. */
#include "search/genespace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { N = 3 };

static const Gene genes[N] = {{GENE_CATEGORY, 3}, {GENE_ORDERED, 2}, {GENE_CATEGORY, 3}};

/* 1, 10 and 100 MACs a step of each gene. */
static int64_t macs(const void *user, const uint8_t *point)
{
    (void)user;
    return 1 + point[0] + 10 * point[1] + 100 * point[2];
}

/* Gene 2 is inactive, and 0, unless gene 1 is 1. */
static void canonical(const void *user, uint8_t *point)
{
    (void)user;
    if (point[1] == 0)
        point[2] = 0;
}

/* 2, 0 and 2 do not go together. */
static bool is_member(const void *user, const uint8_t *point)
{
    (void)user;
    return !(point[0] == 2 && point[1] == 0);
}

static const GeneSpace plain = {.genes = genes, .n_genes = N};
static const GeneSpace limited = {
    .genes = genes, .n_genes = N, .macs = macs, .min_macs = 100, .max_macs = 120};
static const GeneSpace full = {
    .genes = genes, .n_genes = N, .canonical = canonical, .is_member = is_member};

static void choices_are_numbered(void **state)
{
    (void)state;
    static const int wanted[][2] = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {2, 0}, {2, 1}, {2, 2}};
    assert_int_equal(genespace_n_choices(&plain), 8);
    for (int c = 0; c < 8; c++) {
        int value = -1;
        assert_int_equal(genespace_choice(&plain, c, &value), wanted[c][0]);
        assert_int_equal(value, wanted[c][1]);
    }
}

/* One change; the value it has already is none. */
static void neighbours_differ_in_one_gene(void **state)
{
    (void)state;
    const uint8_t from[N] = {1, 0, 2};
    uint8_t to[N];
    int n = 0;
    for (int c = 0; c < 8; c++)
        n += genespace_neighbour(&plain, from, c, -1, to);
    assert_int_equal(n, 2 + 1 + 2);
    assert_false(genespace_neighbour(&plain, from, 1, -1, to));
    assert_true(genespace_neighbour(&plain, from, 4, -1, to));
    assert_memory_equal(to, ((const uint8_t[N]){1, 1, 2}), N);
    assert_false(genespace_neighbour(&plain, from, 4, 0, to)); /* no limits: no second change */
}

/* In [100, 120]: 1 + 0 + 100 = 101. Gene 2 to 0 leaves the band by 100, and nothing brings it back;
 * to 2 likewise; genes 0 and 1 stay inside, so that no second change is a neighbour. */
static void a_second_change_brings_back(void **state)
{
    (void)state;
    const uint8_t from[N] = {0, 0, 1};
    GeneSpace narrow = limited;
    uint8_t to[N];
    int n = 0;
    for (int a = 0; a < 8; a++)
        for (int b = 0; b < 8; b++)
            n += genespace_neighbour(&limited, from, a, b, to);
    assert_int_equal(n, 0);
    assert_true(genespace_neighbour(&limited, from, 4, -1, to)); /* 111 */
    /* [109, 111]: from 0 1 1 (111), gene 0 to 1 gives 112, gene 1 back to 0 gives 102: outside */
    narrow.min_macs = 109;
    narrow.max_macs = 111;
    const uint8_t top[N] = {0, 1, 1};
    assert_false(genespace_neighbour(&narrow, top, 1, -1, to));
    assert_false(genespace_neighbour(&narrow, top, 1, 3, to));
    /* [102, 111]: then it is inside */
    narrow.min_macs = 102;
    assert_true(genespace_neighbour(&narrow, top, 1, 3, to));
    assert_memory_equal(to, ((const uint8_t[N]){1, 0, 1}), N);
}

/* Mutations are exactly the neighbours: all of them come, nothing else does. */
static void mutations_are_neighbours(void **state)
{
    (void)state;
    enum { DRAWS = 2000 };
    const GeneSpace *const spaces[] = {&plain, &limited, &full};
    const uint8_t from[N] = {1, 1, 1};
    for (size_t s = 0; s < 3; s++) {
        bool is_neighbour[3][2][3] = {0}, was_drawn[3][2][3] = {0};
        uint8_t to[N];
        for (int a = 0; a < 8; a++)
            for (int b = -1; b < 8; b++)
                if (genespace_neighbour(spaces[s], from, a, b, to))
                    is_neighbour[to[0]][to[1]][to[2]] = true;
        for (uint64_t i = 0; i < DRAWS; i++) {
            Rng rng = rng_start(1, RNG_SEARCH, 0, i);
            assert_true(genespace_mutate(spaces[s], from, &rng, to));
            was_drawn[to[0]][to[1]][to[2]] = true;
        }
        assert_memory_equal(is_neighbour, was_drawn, sizeof was_drawn);
    }
}

/* Of 3 * 2 * 3 genotypes those with gene 1 at 0 are one for each gene 0, but for 2. */
static void draws_are_canonical_members(void **state)
{
    (void)state;
    enum { DRAWS = 2000 };
    bool was_drawn[3][2][3] = {0};
    int n = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        Rng rng = rng_start(2, RNG_SEARCH, 0, i);
        uint8_t point[N];
        assert_true(genespace_draw(&full, &rng, point));
        assert_false(point[1] == 0 && (point[2] != 0 || point[0] == 2));
        n += !was_drawn[point[0]][point[1]][point[2]];
        was_drawn[point[0]][point[1]][point[2]] = true;
    }
    assert_int_equal(n, 2 + 9);
}

static void nothing_is_drawn_where_nothing_is(void **state)
{
    (void)state;
    GeneSpace nowhere = limited;
    nowhere.min_macs = nowhere.max_macs = 50;
    Rng rng = rng_start(3, RNG_SEARCH, 0, 0);
    uint8_t point[N] = {0};
    assert_false(genespace_draw(&nowhere, &rng, point));
    assert_false(genespace_mutate(&nowhere, point, &rng, point));
}

static void text_comes_back(void **state)
{
    (void)state;
    static const Gene wide[2] = {{GENE_ORDERED, 36}, {GENE_ORDERED, 11}};
    const GeneSpace space = {.genes = wide, .n_genes = 2};
    char text[3];
    uint8_t point[2] = {35, 10};
    genespace_to_text(&space, point, text);
    assert_string_equal(text, "za");
    assert_true(genespace_from_text(&space, "9a", point));
    assert_int_equal(point[0], 9);
    assert_int_equal(point[1], 10);
    static const char *const wrong[] = {"", "a", "ab", "0b", "A0", "000", "0 "};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(genespace_from_text(&space, wrong[i], point));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices_are_numbered),
        cmocka_unit_test(neighbours_differ_in_one_gene),
        cmocka_unit_test(a_second_change_brings_back),
        cmocka_unit_test(mutations_are_neighbours),
        cmocka_unit_test(draws_are_canonical_members),
        cmocka_unit_test(nothing_is_drawn_where_nothing_is),
        cmocka_unit_test(text_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
