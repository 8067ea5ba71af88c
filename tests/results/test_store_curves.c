/* Curves of a made-up study: who gets them, and that missing epochs are damage. */
#include "tests/results/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* A finished study and what is read of it. */
typedef struct Study {
    Store *store;
    Arena arena;
    StoreResults results;
} Study;

static Study study;

static int open_study(void **state)
{
    (void)state;
    static const Fixture fixture = {.n_seeds = 2, .noise = 0.5};
    Err err = {0};
    if (store_open(&study.store, fixture_path("curves.db"), &err) != ERR_NONE ||
        fixture_fill(study.store, &fixture, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return 0;
}

static int close_study(void **state)
{
    (void)state;
    return fixture_end(&study.store, &study.arena);
}

/* The first point of a part, of the results read anew. */
static StorePointResult *read_point(const char *part)
{
    Err err = {0};
    assert_int_equal(store_results(study.store, &study.arena, &study.results, &err), ERR_NONE);
    for (size_t i = 0; i < study.results.n_points; i++)
        if (strcmp(study.results.points[i].point.part, part) == 0 &&
            study.results.points[i].n_seeds > 0)
            return &study.results.points[i];
    fail_msg("no point of part '%s'", part);
    return NULL;
}

/* Property: whatever verdicts compare has curves: a grid that shapes are judged by, and what stands
 * beside it at a common learning rate; another part has none. */
static void parts_with_curves(void **state)
{
    (void)state;
    static const struct {
        const char *part, *renamed;
        bool is_read;
    } cases[] = {{"grid", "grid", true},
                 {"compare", "compare", true},
                 {"compare", "common:compare-2", true},
                 {"compare", "retrain", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Err err = {0};
        StorePointResult *p = read_point(cases[i].part);
        p->point.part = cases[i].renamed;
        study.results.points = p; /* no other point shares its trials */
        study.results.n_points = 1;
        assert_int_equal(store_curves(study.store, &study.arena, &study.results, &err), ERR_NONE);
        assert_int_equal(p->seeds[0].curve != NULL, cases[i].is_read);
        assert_int_equal(p->seeds[0].n_epochs, cases[i].is_read ? FIXTURE_EPOCHS : 0);
    }
}

/* Property: a trial that was trained here and has no epoch has lost them; an imported one had none.
 */
static void lost_epochs(void **state)
{
    (void)state;
    for (int is_imported = 0; is_imported < 2; is_imported++) {
        Err err = {0};
        StoreSeed *seed = (StoreSeed *)(uintptr_t)&read_point("compare")->seeds[0];
        seed->trial = 9999; /* nothing is stored of it */
        seed->is_imported = is_imported != 0;
        const ErrCode code = store_curves(study.store, &study.arena, &study.results, &err);
        assert_int_equal(code, is_imported ? ERR_NONE : ERR_DATA);
        if (!is_imported)
            assert_non_null(strstr(err.msg, "0 of 3 epochs are there"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parts_with_curves),
                                       cmocka_unit_test(lost_epochs)};
    return cmocka_run_group_tests(tests, open_study, close_study);
}
