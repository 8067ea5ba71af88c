/* Take-off in a report: there where runs are short, in words that tell what a time is. */
#include "plots/report_takeoff.h"
#include "tests/results/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A finished study with its curves, as a report has it. */
typedef struct Page {
    Store *store;
    Arena arena;
    StoreResults results;
    Text text;
} Page;

static void make(Page *p, const char *name, const Fixture *fixture)
{
    Err err = {0};
    *p = (Page){.store = fixture_store(name, fixture)};
    if (store_results(p->store, &p->arena, &p->results, &err) != ERR_NONE ||
        store_curves(p->store, &p->arena, &p->results, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

static void release(Page *p)
{
    text_release(&p->text);
    arena_release(&p->arena);
    store_close(&p->store);
}

static void is_said(const Page *p, const char *words)
{
    if (strstr(text_string(&p->text), words) == NULL)
        fail_msg("'%s' is not said", words);
}

/* The first number after these words. */
static double number_after(const Page *p, const char *words)
{
    const char *at = strstr(text_string(&p->text), words);
    if (at == NULL)
        fail_msg("'%s' is not said", words);
    return strtod(at + strlen(words), NULL);
}

/* The losses of every trial of a part; the fixture's are 2.0, 1.8, 1.6. */
static void set_loss(Page *p, const char *part, int epoch, double loss)
{
    for (size_t i = 0; i < p->results.n_points; i++) {
        const StorePointResult *point = &p->results.points[i];
        for (size_t s = 0; s < point->n_seeds; s++)
            if (point->seeds[s].losses != NULL &&
                (part == NULL || strcmp(point->point.part, part) == 0))
                ((double *)(uintptr_t)point->seeds[s].losses)[epoch] = loss;
    }
}

/* Property: a short run says what a time is, how many were late, and medians in steps. */
static void short_runs_are_told(void **state)
{
    (void)state;
    static const Fixture fixture = {.n_seeds = 2, .noise = 0.5};
    Page p;
    make(&p, "short.db", &fixture);
    p.results.revision.yaml = "recipe: {batch: 100, label_smoothing: 0.1}\n";
    p.results.study.n_train = 4250;
    report_takeoff(&p.text, &p.results, &p.arena);
    is_said(&p, "is below ln K − 0.5 = 1.80 nats");
    is_said(&p, "times are multiples of an epoch&#39;s 42 steps");
    is_said(&p, "Label smoothing of 0.1 is in that loss");
    is_said(&p, "no lower than 0.50");
    is_said(&p, "<td class=\"l\">compare</td><td class=\"l w\">width</td><td>4</td><td>0</td>"
                "<td>84</td><td>2</td>");
    is_said(&p, "no test, for none took off, all still under way did in one epoch, or one of the "
                "series alone was still under way.");
    is_said(&p, "</section>");
    release(&p);
}

/*
 * Property: where series differ there is a test, and a median that was not reached says so. Of each
 * series three networks are its own, of two seeds: depth's six trials take off at once and twelve
 * never, by numpy (tests/results/test_survival.c) lr([1]*6+[3]*12, ...) is 17.0, p 0.00020. Of
 * 9!/(3!3!3!) = 1680 deals 3 x 6!/(3!3!) have those of one series in one again: 1 in 28.
 */
static void differences_are_tested(void **state)
{
    (void)state;
    static const Fixture fixture = {.n_seeds = 2, .noise = 0.5};
    Page p;
    make(&p, "differ.db", &fixture);
    for (int e = 0; e < FIXTURE_EPOCHS; e++)
        set_loss(&p, "curves", e, (double)NAN);
    for (size_t i = 0; i < p.results.n_points; i++)
        if (strcmp(p.results.points[i].point.series, "depth") == 0)
            set_loss(&(Page){.results = {.points = &p.results.points[i], .n_points = 1}}, "curves",
                     0, 0.5);
    report_takeoff(&p.text, &p.results, &p.arena);
    is_said(&p, "curves: log-rank over 3 series, chi-square 17.00 at 2 degrees of freedom, p "
                "0.0002; ");
    const double error = sqrt(1.0 / 28 * 27 / 28 / 2000); /* SURVIVAL_DRAWS, two digits printed */
    assert_true(fabs(number_after(&p, "; networks shuffled: p ") - 1.0 / 28) <= 3 * error + 0.001);
    is_said(&p, "<td class=\"l\">curves</td><td class=\"l w\">width</td><td>8</td><td>6</td>"
                "<td>not reached</td>");
    is_said(&p, "grid: log-rank over 14 networks, ");
    is_said(&p, "; trials of each seed shuffled: p ");
    release(&p);
}

/* Property: there is no section where all took off at once, and one sentence where it cannot be
 * seen. */
static void nothing_to_tell(void **state)
{
    (void)state;
    static const Fixture fixture = {.n_seeds = 2, .noise = 0.5};
    Page p;
    make(&p, "long.db", &fixture);
    set_loss(&p, NULL, 0, 1.0);
    report_takeoff(&p.text, &p.results, &p.arena);
    assert_string_equal(text_string(&p.text), "");
    p.results.study.classes = 2;
    p.results.revision.yaml = "recipe: {label_smoothing: 0.1}\n";
    report_takeoff(&p.text, &p.results, &p.arena);
    is_said(&p, "take-off cannot be seen here.");
    assert_null(strstr(text_string(&p.text), "<table"));
    release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(short_runs_are_told),
                                       cmocka_unit_test(differences_are_tested),
                                       cmocka_unit_test(nothing_to_tell)};
    return cmocka_run_group_tests(tests, NULL, fixture_teardown);
}
