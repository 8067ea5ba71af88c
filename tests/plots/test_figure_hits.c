/*
 * Marks of pictures and the rows they stand for: of every figure as gnuplot draws it, and of
 * pictures made here.
 */
#include "base/text.h"
#include "plots/figure.h"
#include "plots/figure_hits.h"
#include "results/figure_names.h"
#include "tests/results/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char view[] = "<svg viewBox=\"0 0 860 560\">";

/* --- of figures --- */

/* "top-1 63.20 %" of a mark's words; NaN. */
static double top1_of(const FigureHit *hit)
{
    double top1 = 0.0;
    const char *at = strstr(hit->words, "top-1 ");
    return at != NULL && sscanf(at, "top-1 %lf", &top1) == 1 ? top1 : (double)NAN;
}

/*
 * In one plot of accuracies each mark is as high as its words say: all lie on the line through the
 * lowest and the highest. Words have two decimals, the picture has two of a pixel.
 */
static void heights_fit(const Figure *figure)
{
    const FigureHits *h = &figure->hits;
    const FigureHit *low = &h->items[0], *high = low;
    for (size_t i = 1; i < h->n; i++) {
        low = top1_of(&h->items[i]) < top1_of(low) ? &h->items[i] : low;
        high = top1_of(&h->items[i]) > top1_of(high) ? &h->items[i] : high;
    }
    const double slope = (high->y - low->y) / (top1_of(high) - top1_of(low));
    assert_true(slope < -1.0); /* pixels a point, downwards */
    for (size_t i = 0; i < h->n; i++) {
        const double y = low->y + slope * (top1_of(&h->items[i]) - top1_of(low));
        if (!(fabs(y - h->items[i].y) <= 2 * 0.005 * fabs(slope) + 0.02))
            fail_msg("%s: '%s' is at %g, not %g", figure->name, h->items[i].words, h->items[i].y,
                     y);
    }
}

/* Every figure has marks within the picture, all that stand for trials name them. */
static void test_figures(void **state)
{
    (void)state;
    static const char *const one_plot[] = {"fig1", "fig4", "fig5", "fig8", "family", "frontier"};
    const Fixture full = {.n_seeds = 5,
                          .noise = 0.8,
                          .has_diverged = true,
                          .has_nominal_grid = true,
                          .has_table = true,
                          .has_profile = true,
                          .has_sizes = true,
                          .has_transfer = true,
                          .has_search = true,
                          .has_two_compounds = true};
    char folder[FIXTURE_PATH_BYTES];
    Store *store = fixture_store("hits.db", &full);
    Err err = {0};
    assert_int_equal(store_set_score(store, fixture_score, NULL, &err), ERR_NONE);
    snprintf(folder, sizeof(folder), "%s", fixture_path("hits"));
    for (size_t f = 0; figure_names[f] != NULL; f++) {
        const FigurePlace place = {.folder = folder};
        Arena arena = {0};
        Figure figure;
        if (figure_draw(store, figure_names[f], &place, &arena, &figure, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        const FigureHits *h = &figure.hits;
        if (figure.missing == NULL && h->n < 3)
            fail_msg("%s has %zu marks", figure.name, h->n);
        for (size_t i = 0; i < h->n; i++) {
            const FigureHit *hit = &h->items[i];
            assert_true(hit->x > 0 && hit->x < h->width && hit->y > 0 && hit->y < h->height);
            assert_true(strstr(hit->words, "trial ") == NULL || hit->trials[0] != '\0');
            assert_true(strstr(hit->words, ", n = ") == NULL || hit->trials[0] != '\0');
        }
        for (size_t i = 0; i < ARRAY_LEN(one_plot); i++)
            if (strcmp(figure.name, one_plot[i]) == 0)
                heights_fit(&figure);
        arena_release(&arena);
    }
    store_close(&store);
}

/* --- of pictures made here --- */

static void put_element(Text *svg, int n, double first_x)
{
    text_append(svg, "<g id=\"gnuplot_plot_1\" ><title>x</title>\n");
    for (int i = 0; i < n; i++)
        text_printf(svg,
                    "<use xlink:href='#gpPt4' transform='translate(%.2f,50.00) scale(2.25)' "
                    "color='rgb(  0, 114, 178)'/>\n",
                    first_x + i);
}

/* Block `name` of groups a and b, n[0] and n[1] rows; trials count from `trial`. */
static void add_block(FigureData *data, const char *name, const int n[2], int trial, Arena *arena)
{
    Err err = {0};
    FigureBlock *block = figure_data_add(data, name, "series\ttrial", arena, &err);
    assert_non_null(block);
    for (int g = 0; g < 2; g++)
        for (int i = 0; i < n[g]; i++)
            figure_data_row(block, arena, "%s\t%d", g ? "b" : "a", trial++);
}

typedef struct Picture {
    const char *head;
    int elements[6];    /* marks of each */
    const char *trials; /* of all hits */
} Picture;

/*
 * Blocks `seed` (2 and 1 rows: trials 1 to 3) and `mean` (1 and 1: 4 and 5) by their head lines:
 * one after the other, a key's sample behind a group, in turn, whole, passed over; and pictures
 * that have too few or too many of them.
 */
static void test_pairs(void **state)
{
    (void)state;
    static const Picture pictures[] = {
        {"# points: seed mean\n", {2, 1, 1, 1}, "1 2 3 4 5"},
        {"# points: seed mean\n", {2, 1, 0, 2, 2}, "1 2 3 4 5"},
        {"# points in turn: seed mean\n", {2, 1, 1, 1}, "1 2 4 3 5"},
        {"# points: seed* -mean\n", {3, 1, 1}, "1 2 3"},
        {"# points: -seed mean* mean\n", {2, 1, 2, 1, 1}, "4 5 4 5"},
        {"# points: seed\n", {2, 1}, "1 2 3"},
        {"# points: seed\n", {2}, ""},
        {"# points: seed\n", {2, 1, 1}, ""},
        {"# points: seed\n", {4, 1}, ""},
        {"# points: seed\n", {1, 1}, ""},
        {"", {0}, ""},
        {"", {1}, ""},
    };
    for (size_t p = 0; p < ARRAY_LEN(pictures); p++) {
        FigureData data = {0};
        Arena arena = {0};
        Text svg = {0}, trials = {0};
        add_block(&data, "seed", (const int[]){2, 1}, 1, &arena);
        add_block(&data, "mean", (const int[]){1, 1}, 4, &arena);
        text_append(&svg, view);
        for (size_t e = 0; e < ARRAY_LEN(pictures[p].elements); e++)
            put_element(&svg, pictures[p].elements[e], 100.0);
        const FigureHits hits =
            figure_hits_find(text_string(&svg), pictures[p].head, &data, &arena);
        for (size_t i = 0; i < hits.n; i++)
            text_printf(&trials, "%s%s", i ? " " : "", hits.items[i].trials);
        assert_string_equal(text_string(&trials), pictures[p].trials);
        text_release(&svg);
        text_release(&trials);
        arena_release(&arena);
    }
}

/* Of too many marks the last are kept; a mark has room around it. */
static void test_many(void **state)
{
    (void)state;
    enum { N = FIGURE_MOST_HITS + 7 };
    FigureData data = {0};
    Arena arena = {0};
    Text svg = {0};
    add_block(&data, "seed", (const int[]){N, 0}, 1, &arena);
    text_append(&svg, view);
    put_element(&svg, N, 0.0);
    const FigureHits hits = figure_hits_find(text_string(&svg), "# points: seed\n", &data, &arena);
    assert_int_equal(hits.n, FIGURE_MOST_HITS);
    assert_string_equal(hits.items[0].trials, "8");
    assert_true(hits.items[0].x == 7.0 && hits.items[0].y == 50.0 && hits.items[0].radius >= 6.0);
    assert_true(hits.width == 860.0 && hits.height == 560.0);
    text_release(&svg);
    arena_release(&arena);
}

/* Words have the columns that say something, MACs in full whether the figure counts in millions. */
static void test_words(void **state)
{
    (void)state;
    static const char *const names[] = {"x_high", "unit"}, *const cells[] = {"30", "millions"};
    FigureData data = {.vars = {.names = (const char **)names,
                                .cells = (const char **)cells,
                                .n_columns = 2,
                                .n_rows = 1}};
    Arena arena = {0};
    Text svg = {0};
    Err err = {0};
    FigureBlock *block = figure_data_add(
        &data, "m", "series\tmacs\ttop1\thalf\tshift\tn\ttrials\tseed", &arena, &err);
    assert_non_null(block);
    figure_data_row(block, &arena, "seed 3\t24.1\t63.2\t1.0471\t0.5\t5\t7 8\t3");
    figure_data_row(block, &arena, "seed 3\t1485000\tx\t\t0.5\t1\t9\t12");
    text_append(&svg, view);
    put_element(&svg, 2, 0.0);
    const FigureHits hits = figure_hits_find(text_string(&svg), "# points: m\n", &data, &arena);
    assert_int_equal(hits.n, 2);
    assert_string_equal(hits.items[0].words,
                        "seed 3, 24.10 M MACs, top-1 63.20 % ± 1 (90 %), n = 5");
    assert_string_equal(hits.items[0].trials, "7 8");
    assert_string_equal(hits.items[1].words, "seed 3, seed 12, 1.485 M MACs, n = 1");
    text_release(&svg);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_figures), cmocka_unit_test(test_pairs),
                                       cmocka_unit_test(test_many), cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, fixture_teardown);
}
