/* O2s and O4 on planted studies: what is said, of which budgets, and why nothing is. */
#include "results/verdict.h"
#include "tests/results/planted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const double hill[] = {60, 60, 60, 18, 18, 18, 0}, tilt[] = {60, 66, 60, 0, 0, 0, 0},
                    flat[] = {60, 60, 60, 0, 0, 0, 0},
                    moved[] = {60, 66, 60, 0, 0, 24, 0}; /* best between width and resolution */

/* The verdict of that id among all of a study, or NULL. */
static const Verdict *find(const StoreResults *results, const char *id, Arena *arena)
{
    Err err = {0};
    size_t n = 0;
    Verdict *verdicts = arena_zalloc(arena, VERDICT_MAX, sizeof *verdicts);
    if (verdicts == NULL || verdict_all(results, arena, verdicts, &n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < n; i++)
        if (strcmp(verdicts[i].id, id) == 0)
            return &verdicts[i];
    return NULL;
}

static StoreResults two_budgets(const double *first, const double *second, Arena *arena)
{
    const Planted planted = {"profile", {first, second}, 2, SHAPES_TEN, 3, 0.1, 5};
    return planted_results(&planted, arena);
}

static void check(const double *first, const double *second, const char *id, VerdictOutcome wanted,
                  const char *words)
{
    Arena arena = {0};
    const StoreResults results = two_budgets(first, second, &arena);
    const Verdict *v = find(&results, id, &arena);
    assert_non_null(v);
    assert_string_equal(verdict_outcome_name(v->outcome), verdict_outcome_name(wanted));
    if (strstr(v->summary, words) == NULL)
        fail_msg("'%s' is not in: %s", words, v->summary);
    arena_release(&arena);
}

/* Property: every budget has to say so. */
static void blends_and_corners(void **state)
{
    (void)state;
    check(hill, hill, "O2s", VERDICT_CONFIRMED, "At 2 x: PEAK, best at depth 0.3");
    check(tilt, tilt, "O2s", VERDICT_REFUTED, "At 4 x: CORNER, best at depth 0.00, width 1.00");
    check(hill, tilt, "O2s", VERDICT_INCONCLUSIVE, "At 4 x: CORNER");
    check(hill, flat, "O2s", VERDICT_INCONCLUSIVE, "At 4 x: FLAT; of test loss: FLAT");
}

/* Property: constants that hold do, those whose optimum moved by points do not, and a budget
 * without an optimum decides nothing. */
static void constants_hold_or_not(void **state)
{
    (void)state;
    check(hill, hill, "O4", VERDICT_CONFIRMED, "From 2 to 4 x the baseline the optimum goes from");
    check(hill, moved, "O4", VERDICT_REFUTED, "the old one loses");
    check(flat, hill, "O4", VERDICT_INCONCLUSIVE, "nothing is said: no optimum at 2 x: FLAT");
    check(hill, flat, "O4", VERDICT_INCONCLUSIVE, "nothing is said: no optimum at 4 x: FLAT");
}

/* Property: one budget has no O4; a study without shapes neither, nor O2s. */
static void there_where_it_can_be(void **state)
{
    (void)state;
    Arena arena = {0};
    const Planted one = {"profile", {hill}, 1, SHAPES_TEN, 3, 0.1, 5};
    StoreResults results = planted_results(&one, &arena);
    const Verdict *v = find(&results, "O2s", &arena);
    assert_non_null(v);
    assert_true(v->has_effect && v->n == 3 && v->n_contrasts == 1);
    assert_null(find(&results, "O4", &arena));
    assert_null(find(&results, "O1a", &arena));
    results.n_points = 0;
    assert_null(find(&results, "O2s", &arena));
    assert_non_null(find(&results, "O1a", &arena));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(blends_and_corners),
                                       cmocka_unit_test(constants_hold_or_not),
                                       cmocka_unit_test(there_where_it_can_be)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
