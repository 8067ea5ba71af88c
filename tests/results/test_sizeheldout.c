/* results/sizeheldout: what smaller budgets foretell of the largest, and where they cannot. */
#include "tests/results/sizeplanted.h"

#include "results/sizeheldout.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/*
 * Property: on the known surface a parabola's bias is the same at each budget, so the smaller ones
 * foretell the largest's best size: 1e-9 is what rounding leaves of a parabola's minimum. A largest
 * budget that wants four times the size is not as foretold; of two budgets none is held out.
 */
static void the_largest_budget_is_foretold(void **state)
{
    (void)state;
    enum { BENT = 4 };
    for (int bend = 1; bend <= BENT; bend += BENT - 1) {
        Arena arena = {0};
        SizeRow rows[SIZEPLANTED_ROWS];
        Text text = {0};
        SizeTable table = sizeplanted_rows(rows, 8.0);
        for (int i = SIZEPLANTED_ROWS - SIZEPLANTED_SIZES; i < SIZEPLANTED_ROWS;
             i++) { /* the same losses */
            rows[i].macs *= bend;
            rows[i].images /= bend;
        }
        const SizeFit out = sizeplanted_fit(&table, &arena);
        assert_true(out.held_out.is_tested && out.held_out.n_fitted == SIZEPLANTED_BUDGETS - 1);
        assert_true(fabs(out.held_out.compute - 1e21) <= 1e12);
        assert_true(fabs(out.held_out.ratio - bend) <= 1e-9 * bend);
        assert_true(out.held_out.is_judged && out.held_out.is_compatible == (bend == 1));
        sizeheldout_text(&out.held_out, &text);
        assert_non_null(strstr(text_string(&text), "the law of the 4 smaller ones says"));
        const char *judged = strstr(text_string(&text), bend == 1 ? "; found over foretold 1 ("
                                                                  : "; found over foretold 4 (");
        assert_true(judged != NULL &&
                    strstr(judged, bend == 1 ? "): no contradiction" : "): the law misses it"));
        table.n_groups = 2;
        assert_false(sizeplanted_fit(&table, &arena).held_out.is_tested);
        text_release(&text);
        arena_release(&arena);
    }
}

/* What the test of the largest budget says where `bend` has changed the planted rows. */
static SizeHeldOut test_bent(void (*bend)(SizeRow *rows, int budget), int n_sizes, Text *text)
{
    Arena arena = {0};
    SizeRow rows[SIZEPLANTED_ROWS], taken[SIZEPLANTED_ROWS];
    sizeplanted_rows(rows, 8.0);
    for (int g = 0; g < SIZEPLANTED_BUDGETS; g++) {
        bend(rows + (ptrdiff_t)g * SIZEPLANTED_SIZES, g);
        for (int i = 0; i < n_sizes; i++) /* evenly from all */
            taken[g * n_sizes + i] =
                rows[g * SIZEPLANTED_SIZES + i * (SIZEPLANTED_SIZES - 1) / (n_sizes - 1)];
    }
    const SizeTable table = sizeplanted_table(taken, SIZEPLANTED_BUDGETS, n_sizes);
    const SizeHeldOut out = sizeplanted_fit(&table, &arena).held_out;
    if (out.is_tested)
        sizeheldout_text(&out, text);
    arena_release(&arena);
    return out;
}

static void is_as_planted(SizeRow *rows, int budget)
{
    (void)rows;
    (void)budget;
}

/* Losses only fall with size, the steeper the larger. */
static void fall(SizeRow *rows)
{
    for (int i = 0; i < SIZEPLANTED_SIZES; i++)
        rows[i].loss = 3.0 - 0.01 * i * i;
}

static void largest_falls(SizeRow *rows, int budget)
{
    if (budget == SIZEPLANTED_BUDGETS - 1)
        fall(rows);
}

/* All networks are too small, so that the best size lies beyond them. */
static void shrink(SizeRow *rows)
{
    for (int i = 0; i < SIZEPLANTED_SIZES; i++) {
        rows[i].macs /= 20.0;
        rows[i].images *= 20.0;
        rows[i].loss = sizeplanted_loss(rows[i].macs, rows[i].images);
    }
}

static void largest_is_outside(SizeRow *rows, int budget)
{
    if (budget == SIZEPLANTED_BUDGETS - 1)
        shrink(rows);
}

static void smaller_have_none(SizeRow *rows, int budget)
{
    if (budget == 0)
        fall(rows);
    if (budget == 1)
        shrink(rows);
}

static void all_fall(SizeRow *rows, int budget)
{
    (void)budget;
    fall(rows);
}

/*
 * A parabola so flat beside its residuals that no double holds the factor of its minimum: these are
 * a fourth difference, which parabolas do not follow.
 */
static void largest_is_flat(SizeRow *rows, int budget)
{
    static const double difference[] = {1, -4, 6, -4, 1};
    const int middle = SIZEPLANTED_SIZES / 2;
    if (budget != SIZEPLANTED_BUDGETS - 1)
        return;
    for (int i = 0; i < SIZEPLANTED_SIZES; i++)
        rows[i].loss = 2.0 + 1e-9 * (i - middle) * (i - middle);
    for (size_t i = 0; i < ARRAY_LEN(difference); i++)
        rows[middle - 2 + (int)i].loss += difference[i];
}

/*
 * Property: a minimum that is not among the sizes is none: of the largest that is said, of smaller
 * ones the law does without. What has no interval, or one without end, is not judged.
 */
static void what_has_no_minimum_foretells_nothing(void **state)
{
    (void)state;
    static const struct {
        void (*bend)(SizeRow *rows, int budget);
        int n_sizes;
        bool is_found, is_judged;
        int n_fitted;
        const char *begins, *ends;
    } cases[] = {
        {is_as_planted, SIZEPLANTED_SIZES, true, true, 4, "the law of the 4 smaller ones says ",
         "): no contradiction"},
        {is_as_planted, 3, true, false, 4, "the law of the 4 smaller ones says ",
         ": there is no interval to judge by"},
        {largest_falls, SIZEPLANTED_SIZES, false, false, 4, "the law of the 4 smaller ones says ",
         "; its own sizes have no minimum among them"},
        {largest_is_outside, SIZEPLANTED_SIZES, false, false, 4,
         "the law of the 4 smaller ones says ", "; its own sizes have no minimum among them"},
        {smaller_have_none, SIZEPLANTED_SIZES, true, true, 2,
         "the law of 2 of the 4 smaller ones says ", "): no contradiction"},
        {largest_is_flat, SIZEPLANTED_SIZES, true, false, 4, "the law of the 4 smaller ones says ",
         ": there is no interval to judge by"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Text text = {0};
        const SizeHeldOut out = test_bent(cases[i].bend, cases[i].n_sizes, &text);
        const char *says = text_string(&text), *end = strstr(says, cases[i].ends);
        if (!text_starts_with(says, cases[i].begins) || end == NULL ||
            strcmp(end, cases[i].ends) != 0)
            fail_msg("case %zu: %s", i, says);
        assert_true(out.is_found == cases[i].is_found && out.is_judged == cases[i].is_judged);
        assert_int_equal(out.n_fitted, cases[i].n_fitted);
        assert_true(strstr(says, "nan") == NULL && strstr(says, "inf") == NULL);
        text_release(&text);
    }
    assert_false(test_bent(all_fall, SIZEPLANTED_SIZES, NULL).is_tested);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_largest_budget_is_foretold),
                                       cmocka_unit_test(what_has_no_minimum_foretells_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
