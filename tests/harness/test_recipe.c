/* What a recipe comes to over a number of images: batch, steps, averages, and what is warned of. */
#include "harness/recipe.h"

#include "harness/study.h"

#include "base/sys.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* A recipe of so many epochs and images a step, with an average of that decay (NaN: auto). */
static Recipe recipe_of(int64_t epochs, int64_t batch, double ema)
{
    return (Recipe){.epochs = epochs, .batch = batch, .ema = ema};
}

/* Of something that contains `of`, or, NULL, of anything. */
static bool warns(const Recipe *recipe, int64_t n_images, const char *of)
{
    Text text = {0};
    recipe_warnings(recipe, n_images, &text);
    const bool does = of != NULL ? strstr(text_string(&text), of) != NULL : text.n_bytes > 0;
    text_release(&text);
    return does;
}

/* Property: the batch is never more than the images, and a last, smaller one is left out. */
static void batch_and_steps_in_force(void **state)
{
    (void)state;
    const Recipe recipe = recipe_of(20, 256, 0);
    assert_int_equal(recipe_batch_size(&recipe, 40), 40);
    assert_int_equal(recipe_steps(&recipe, 40), 20);
    assert_int_equal(recipe_steps(&recipe, 256), 20);
    assert_int_equal(recipe_steps(&recipe, 1023), 60);
    Text text = {0};
    recipe_in_force(&recipe, 40, &text);
    assert_string_equal(text_string(&text), "batch 40, 1 step an epoch, 20 in all, ema 0");
    text_release(&text);
}

/*
 * Property: auto averages over a tenth of the steps, is off where that is one step, and is the old
 * default, to the bit, from 1000 steps on; what is given stays as it is.
 */
static void average_scales_with_the_steps(void **state)
{
    (void)state;
    static const struct {
        int64_t steps;
        double ema;
    } rows[] = {{1, 0},      {10, 0},      {20, 0.5},    {40, 0.75},
                {200, 0.95}, {1000, 0.99}, {1001, 0.99}, {1000000, 0.99}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Recipe recipe = recipe_of(rows[i].steps, 8, (double)NAN);
        assert_true(recipe_ema(&recipe, 8) == rows[i].ema);
        assert_false(warns(&recipe, 8, "ema"));
    }
    const Recipe given = recipe_of(20, 8, 0.999);
    assert_true(recipe_ema(&given, 8) == 0.999);
}

/* Property: each warning begins exactly where it says, and none is given of what is meant. */
static void warnings_have_their_limits(void **state)
{
    (void)state;
    const Recipe at_limit = recipe_of(1000, 8, 0.99), below = recipe_of(999, 8, 0.99);
    assert_false(warns(&at_limit, 8, "ema"));
    assert_true(warns(&below, 8, "ema 0.99 averages over about 100 steps"));
    const Recipe few = recipe_of(499, 8, 0), enough = recipe_of(500, 8, 0);
    assert_true(warns(&few, 8, "499 steps in all"));
    assert_false(warns(&enough, 8, "steps"));
    assert_false(warns(&enough, 8, "batch"));
    assert_true(warns(&enough, 7, "batch 8 is larger than the training set: a step has its 7"));
    assert_false(warns(&enough, 8, NULL));
}

/* Whether it is said that verdicts may be unripe, with `of`. */
static bool may_be_unripe(const Recipe *recipe, int64_t n_images, const char *of)
{
    Text text = {0};
    recipe_ripeness_warnings(recipe, n_images, &text);
    const bool does = strstr(text_string(&text), of) != NULL;
    text_release(&text);
    return does;
}

/*
 * Property: 20 steps an epoch of warm-up, 100 in whole epochs of the last quarter, and the eight
 * epochs that ripeness.h asks for, are enough; with the epochs that are proposed nothing is said.
 */
static void ripeness_has_its_limits(void **state)
{
    (void)state;
    Recipe recipe = recipe_of(20, 8, 0);
    assert_false(may_be_unripe(&recipe, 8, "warm-up"));
    assert_true(may_be_unripe(&recipe, 8, "quarter of the epochs has 5 steps"));
    recipe.warmup_epochs = 1;
    assert_true(may_be_unripe(&recipe, 8 * 19, "warm-up has 19 steps an epoch, below 20"));
    assert_true(may_be_unripe(&recipe, 8 * 19, "quarter of the epochs has 95 steps, below 100"));
    assert_false(may_be_unripe(&recipe, 8 * 20, "below"));
    recipe.epochs = 7;
    assert_true(may_be_unripe(&recipe, 8 * 99, "quarter of the epochs has 99 steps"));
    assert_false(may_be_unripe(&recipe, 8 * 100, "quarter"));
    assert_true(may_be_unripe(&recipe, 8 * 100, "7 epochs in all: below 8"));
    assert_int_equal(recipe_ripe_epochs(&recipe, 8 * 1000), 8);
    assert_int_equal(recipe_ripe_epochs(&recipe, 8 * 20), 25); /* 500 steps */
    recipe.epochs = 8;
    assert_false(may_be_unripe(&recipe, 8 * 100, "below"));
}

/* Property: the word and the number are read and written; another word names both. */
static void auto_is_read_and_written(void **state)
{
    (void)state;
    static const char *const words[] = {"recipe.ema=auto", "recipe.ema=0.5", "recipe.ema=often"};
    Study *study = NULL;
    Text text = {0};
    Err err = {0};
    assert_int_equal(study_defaults(&study, words, 1, &err), ERR_NONE);
    assert_true(isnan(study->recipe.ema));
    study_emit(study, &text);
    assert_non_null(strstr(text_string(&text), "  ema: auto\n"));
    text_clear(&text);
    recipe_summary(&study->recipe, &text);
    assert_non_null(strstr(text_string(&text), ", ema auto,"));
    text_release(&text);
    study_destroy(&study);
    assert_int_equal(study_defaults(&study, words + 1, 1, &err), ERR_NONE);
    assert_true(study->recipe.ema == 0.5);
    study_destroy(&study);
    assert_int_equal(study_defaults(&study, words + 2, 1, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "neither 'auto' nor a number"));
}

/* What a seed varies is a set, written in one order; what it does not is as of one fixed seed. */
static void seeds_vary_what_is_said(void **state)
{
    (void)state;
    static const char *const sets[] = {"recipe.vary=[split, init]", "recipe.vary=[]",
                                       "recipe.vary=[init, test]"};
    Study *study = NULL;
    Text text = {0};
    Err err = {0};
    assert_int_equal(study_defaults(&study, NULL, 0, &err), ERR_NONE);
    assert_int_equal(study->recipe.vary, RECIPE_VARY_INIT | RECIPE_VARY_ORDER);
    assert_int_equal(recipe_seed(&study->recipe, RECIPE_VARY_ORDER, 7), 7);
    recipe_summary(&study->recipe, &text);
    assert_null(strstr(text_string(&text), "vary"));
    study_destroy(&study);
    assert_int_equal(study_defaults(&study, sets, 1, &err), ERR_NONE);
    assert_int_equal(recipe_seed(&study->recipe, RECIPE_VARY_INIT, 7), 7);
    assert_int_equal(recipe_seed(&study->recipe, RECIPE_VARY_ORDER, 7), RECIPE_FIXED_SEED);
    study_emit(study, &text);
    assert_non_null(strstr(text_string(&text), "  vary: [init, split]\n"));
    text_clear(&text);
    recipe_summary(&study->recipe, &text);
    assert_non_null(strstr(text_string(&text), ", seeds vary init split"));
    study_destroy(&study);
    assert_int_equal(study_defaults(&study, sets + 1, 1, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "'recipe.vary' is empty"));
    err = (Err){0};
    assert_int_equal(study_defaults(&study, sets + 2, 1, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "'test'"));
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(batch_and_steps_in_force),
                                       cmocka_unit_test(average_scales_with_the_steps),
                                       cmocka_unit_test(warnings_have_their_limits),
                                       cmocka_unit_test(ripeness_has_its_limits),
                                       cmocka_unit_test(auto_is_read_and_written),
                                       cmocka_unit_test(seeds_vary_what_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
