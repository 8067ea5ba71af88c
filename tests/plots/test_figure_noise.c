/* What figures say of a study's noise, from values made here: no store is asked. */
#include "plots/figure_blocks.h"
#include "plots/figure_noise.h"
#include "plots/figure_thin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static Arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* Block `value`: a row a network and seed, `first(network)` the first of n_seeds of its. */
static void add_values(FigureData *data, int n_networks, int n_seeds, double (*first)(int network))
{
    static const char *const names[] = {"network", "top1", "seed", NULL};
    Err err = {0};
    FigureTable table = figure_blocks_begin(names, (size_t)(n_networks * n_seeds), &arena);
    for (int p = 1; p <= n_networks; p++)
        for (int s = 0; s < n_seeds; s++) {
            figure_blocks_number(&table, p);
            figure_blocks_number(&table, 50.0 + 0.1 * p + 0.3 * ((p * 7 + s * 5) % 11));
            figure_blocks_number(&table, first(p) + s);
        }
    assert_int_equal(figure_blocks_end(&table, "value", data, &err), ERR_NONE);
}

static double shared(int network)
{
    (void)network;
    return 1.0;
}

/* The last network has seeds of its own, which are large. */
static double apart(int network)
{
    return network < 5 ? 1.0 : 3000000001.0;
}

/* Four networks on seeds 1 to 3, one on three others: a network has three seeds, not six. */
static void test_usual_seeds(void **state)
{
    (void)state;
    FigureData data = {0};
    Err err = {0};
    add_values(&data, 5, 3, apart);
    assert_int_equal(figure_noise_power(&data, &arena, &err), ERR_NONE);
    assert_string_equal(figure_data_text(&data, "n_seeds"), "3");
    assert_string_equal(figure_data_text(&data, "seeds_most"), "10");
}

/* Seeds keep all their digits, and so do counts in captions. */
static void test_whole_numbers(void **state)
{
    (void)state;
    FigureData data = {0};
    Text tsv = {0}, script = {0};
    Err err = {0};
    add_values(&data, 5, 3, apart);
    assert_int_equal(figure_noise_residuals(&data, &arena, &err), ERR_NONE);
    figure_blocks_set(&data, "count", 12340.0, &arena);
    assert_string_equal(figure_data_text(&data, "count"), "12340");
    figure_data_tsv(&data, &arena, &tsv);
    assert_non_null(strstr(text_string(&tsv), "\t3000000003\t"));
    figure_data_script(&data, &script);
    assert_non_null(strstr(text_string(&script), "seed 3000000003"));
    assert_non_null(strstr(text_string(&script), "$residual << END_OF_DATA"));
    assert_null(strstr(text_string(&script), "$value")); /* is not drawn */
    text_release(&tsv);
    text_release(&script);
}

/* Of 6000 values 4000 are drawn, all seeds of a network or none, and it is said; of 600 all. */
static void test_residuals_are_bounded(void **state)
{
    (void)state;
    for (int n_networks = 300; n_networks <= 3000; n_networks *= 10) {
        FigureData data = {0};
        Err err = {0};
        add_values(&data, n_networks, 2, shared);
        assert_int_equal(figure_noise_residuals(&data, &arena, &err), ERR_NONE);
        assert_int_equal(figure_data_int(&data, "noise_df"), n_networks - 1);
        if (n_networks == 300) {
            assert_int_equal(figure_data_rows(&data, "residual"), 600);
            assert_null(figure_data_block(&data, "thinned"));
            continue;
        }
        assert_int_equal(figure_data_rows(&data, "residual"), 4000);
        assert_string_equal(figure_data_block(&data, "thinned")->table.cells[0],
                            "4000 of 6000 trials");
    }
}

/* As many as there is room for, the last one among them; all where they fit. */
static void test_even_choice(void **state)
{
    (void)state;
    for (size_t n = 1; n < 60; n++) {
        size_t n_kept = 0;
        for (size_t i = 0; i < n; i++)
            n_kept += figure_thin_keeps(i, n, 20);
        assert_int_equal(n_kept, n < 20 ? n : 20);
        assert_true(figure_thin_keeps(n - 1, n, 20));
    }
}

/* A grid's groups have each their number of networks; what is drawn whole says nothing. */
static void test_thin_grid(void **state)
{
    (void)state;
    FigureData thin = {0}, whole = {0};
    FigureData *const both[] = {&thin, &whole};
    Err err = {0};
    for (int k = 0; k < 2; k++) {
        FigureBlock *map = figure_data_add(both[k], "map", "series\tall_networks", &arena, &err);
        assert_non_null(map);
        map->table.is_number = arena_zalloc(&arena, 8, sizeof *map->table.is_number);
        for (int r = 0; r < 3; r++) {
            figure_data_row(map, &arena, "%s\t%d", r < 2 ? "a" : "b", k ? (r < 2 ? 2 : 1) : 7);
            map->table.is_number[2 * r + 1] = true;
        }
        assert_int_equal(figure_thin_grid(both[k], &arena, &err), ERR_NONE);
    }
    assert_string_equal(figure_data_block(&thin, "thinned")->table.cells[0], "3 of 14 networks");
    assert_null(figure_data_block(&whole, "thinned"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_seeds), cmocka_unit_test(test_even_choice),
        cmocka_unit_test(test_thin_grid), cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_residuals_are_bounded)};
    return cmocka_run_group_tests(tests, NULL, release);
}
