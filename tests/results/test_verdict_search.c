/* Verdicts of searches on made-up studies: who is paired with whom, and what is said when. */
#include "base/sys.h"
#include "base/sysfault.h"
#include "results/verdict.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { MAX_POINTS = 64, MAX_SEEDS = 8, MAX_FACTS = 32, NAME_BYTES = 64, MACS = 1000 };

typedef struct World {
    StoreResults results;
    StorePointResult points[MAX_POINTS];
    StoreSeed seeds[MAX_POINTS][MAX_SEEDS];
    StoreFact facts[MAX_FACTS];
    char names[MAX_POINTS][NAME_BYTES], fact_names[MAX_FACTS][NAME_BYTES];
} World;

static void begin(World *w)
{
    memset(w, 0, sizeof(*w));
    w->results.points = w->points;
    w->results.facts = w->facts;
    w->results.study.baseline = "net";
    w->results.study.data_name = "set";
    w->results.revision.baseline_macs = MACS;
}

/* A point of a network with test accuracies; validation is the same. */
static StorePointResult *add(World *w, const char *part, const char *figure, const char *series,
                             const char *network, const double *top1, int n)
{
    const size_t i = w->results.n_points++;
    snprintf(w->names[i], NAME_BYTES, "%s", series);
    w->points[i] = (StorePointResult){.point = {.part = part,
                                                .figure = figure,
                                                .series = w->names[i],
                                                .match = "counted",
                                                .genes = "0",
                                                .network = network,
                                                .trial_digest = network,
                                                .macs = MACS,
                                                .target_macs = MACS,
                                                .status = "fair"},
                                      .seeds = w->seeds[i],
                                      .n_seeds = (size_t)n};
    for (int s = 0; s < n; s++)
        w->seeds[i][s] = (StoreSeed){
            .seed = s + 1, .status = STORE_TRIAL_DONE, .val_top1 = top1[s], .test_top1 = top1[s]};
    return &w->points[i];
}

/* --- N-random --- */

static const char *const networks[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"};

/* A run of a searcher: a first network, the one it found, and that of its ledger. */
static void add_run(World *w, const char *part, const char *name, int run, const char *found,
                    double top1)
{
    char series[NAME_BYTES / 2];
    const double worse = top1 - 3.0;
    const size_t i = w->results.n_facts++;
    snprintf(series, sizeof(series), run > 1 ? "%s #%d" : "%s", name, run);
    add(w, part, "search", series, "first", &worse, 1);
    add(w, part, "search", series, found, &top1, 1);
    snprintf(w->fact_names[i], NAME_BYTES, "%s/%s/ledger", part, series);
    w->facts[i] = (StoreFact){.name = w->fact_names[i], .network = found};
}

static Verdict n_random(World *w, Arena *arena, bool is_wanted)
{
    Verdict v = {0};
    Err err = {0};
    bool is_there = false;
    assert_int_equal(verdict_random(&w->results, arena, &v, &is_there, &err), ERR_NONE);
    assert_int_equal(is_there, is_wanted);
    assert_true(!is_wanted || v.summary != NULL);
    return v;
}

/* Runs win by `lead` each; the last `n_lost` of them lose by as much. */
static void add_runs(World *w, int n_runs, int n_lost, double lead)
{
    for (int run = 1; run <= n_runs; run++) {
        add_run(w, "nas", "tpe", run, networks[run], 60.0 + (run > n_runs - n_lost ? -lead : lead));
        add_run(w, "nas", "random", run, networks[0], 60.0);
    }
}

/* Five of five BEATS, none LOSES, three of five is a TIE, equal networks too; four are too few. */
static void random_outcomes(void **state)
{
    (void)state;
    static const struct {
        int n_runs, n_lost;
        double lead;
        VerdictOutcome outcome;
        const char *words;
    } rows[] = {{5, 0, 1, VERDICT_CONFIRMED, "won 5 of 5 runs"},
                {5, 5, 1, VERDICT_REFUTED, "LOSES"},
                {5, 2, 1, VERDICT_INCONCLUSIVE, "TIE"},
                {5, 0, 0, VERDICT_INCONCLUSIVE, "won 2.5 of 5 runs"},
                {4, 0, 1, VERDICT_INCONCLUSIVE, "1 more run is missing: 5 decide"},
                {1, 0, 1, VERDICT_INCONCLUSIVE, "4 more runs are missing"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        World w;
        Arena arena = {0};
        begin(&w);
        add_runs(&w, rows[i].n_runs, rows[i].n_lost, rows[i].lead);
        const Verdict v = n_random(&w, &arena, true);
        assert_int_equal(v.outcome, rows[i].outcome);
        assert_non_null(strstr(v.summary, rows[i].words));
        assert_non_null(strstr(v.summary, "the trials they were chosen on"));
        assert_int_equal(v.n, rows[i].n_runs);
        assert_int_equal(v.n_contrasts, 2);
        arena_release(&arena);
    }
}

/* Fresh seeds turn what the search's own trials said, but only once every pair has them. */
static void random_on_fresh_seeds(void **state)
{
    (void)state;
    static const double good[] = {70, 71, 72}, bad[] = {50, 51, 52};
    World w;
    Arena arena = {0};
    begin(&w);
    add_runs(&w, 5, 0, 1);
    add(&w, "retrain", "frontier", "random", networks[0], good, 3);
    for (int run = 1; run < 5; run++)
        add(&w, "retrain", "frontier", "tpe", networks[run], bad, 3);
    assert_int_equal(n_random(&w, &arena, true).outcome, VERDICT_CONFIRMED);
    add(&w, "retrain", "frontier", "tpe", networks[5], bad, 3);
    const Verdict v = n_random(&w, &arena, true);
    assert_int_equal(v.outcome, VERDICT_REFUTED);
    assert_non_null(strstr(v.summary, "scored on fresh seeds"));
    assert_true(fabs(v.effect.mean + 20.0) < 1e-9);
    add(&w, "retrain-2", "frontier", "tpe", networks[5], NULL, 0); /* not trained yet */
    assert_int_equal(n_random(&w, &arena, true).outcome, VERDICT_REFUTED);
    arena_release(&arena);
}

/* A second rival has lines of its own; no search, no verdict; one that has not ended says so. */
static void random_whose(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    n_random(&w, &arena, false);
    add_runs(&w, 5, 0, 1);
    for (int run = 1; run <= 5; run++)
        add_run(&w, "nas", "local", run, networks[7], 50.0);
    Verdict v = n_random(&w, &arena, true);
    assert_int_equal(v.n_contrasts, 4);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_int_equal(v.contrasts[2].outcome, VERDICT_REFUTED);
    assert_non_null(strstr(v.contrasts[2].name, "nas: local"));
    w.results.n_facts = 0;
    v = n_random(&w, &arena, true);
    assert_int_equal(v.outcome, VERDICT_INCONCLUSIVE);
    assert_false(v.has_effect);
    assert_non_null(strstr(v.summary, "No run has ended"));
    arena_release(&arena);
}

/* --- N-base --- */

static Verdict n_base(World *w, Arena *arena, bool is_wanted)
{
    Verdict v = {0};
    Err err = {0};
    bool is_there = false;
    assert_int_equal(verdict_base(&w->results, arena, &v, &is_there, &err), ERR_NONE);
    assert_int_equal(is_there, is_wanted);
    assert_true(!is_wanted || v.summary != NULL);
    return v;
}

/* Two found networks `ahead` of the given one, the first by 0.3 more, and a rival's behind it. */
static void add_retrain(World *w, double ahead, int n)
{
    static const double spread[] = {0.1, -0.05, 0.0, 0.05, -0.1};
    const struct {
        const char *series;
        double lead;
    } rows[] = {{"found 1", ahead + 0.3}, {"found 2", ahead}, {"random", -5}, {"baseline", 0}};
    w->results.revision.fairness_tolerance = 0.05;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double top1[MAX_SEEDS];
        for (int s = 0; s < n; s++)
            top1[s] = 60.0 + rows[i].lead + spread[(s + (int)i) % 5];
        add(w, "retrain", "frontier", rows[i].series, networks[i], top1, n);
    }
}

/* What is ahead is confirmed, what is behind refuted; two seeds decide nothing. */
static void base_outcomes(void **state)
{
    (void)state;
    static const struct {
        double ahead;
        int n;
        VerdictOutcome outcome;
    } rows[] = {{2, 5, VERDICT_CONFIRMED},
                {-2, 5, VERDICT_REFUTED},
                {-0.25, 5, VERDICT_INCONCLUSIVE},
                {2, 2, VERDICT_INCONCLUSIVE}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        World w;
        Arena arena = {0};
        begin(&w);
        add_retrain(&w, rows[i].ahead, rows[i].n);
        const Verdict v = n_base(&w, &arena, true);
        assert_int_equal(v.outcome, rows[i].outcome);
        assert_int_equal(v.n, rows[i].n);
        assert_true(fabs(v.effect.mean - rows[i].ahead - 0.3) < 0.1);
        assert_int_equal(v.n_contrasts, 4); /* its own, two found, a rival's */
        assert_string_equal(v.contrasts[3].note, "a rival's");
        assert_non_null(strstr(v.summary, "2 networks that compete"));
        arena_release(&arena);
    }
}

/* A network of other cost or with a diverged seed does not compete; without any nothing is said. */
static void base_competes_at_equal_cost(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    n_base(&w, &arena, false);
    add_retrain(&w, 2, 5);
    w.points[0].point.macs = MACS * 2;
    Verdict v = n_base(&w, &arena, true);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_true(fabs(v.effect.mean - 2.0) < 0.1);
    assert_non_null(strstr(v.contrasts[1].note, "2 x the baseline's MACs"));
    w.seeds[1][4].status = STORE_TRIAL_DIVERGED;
    v = n_base(&w, &arena, true);
    assert_int_equal(v.outcome, VERDICT_INCONCLUSIVE);
    assert_false(v.has_effect);
    assert_non_null(strstr(v.summary, "None of 2 found networks competes"));
    arena_release(&arena);
}

/* --- N-const --- */

/* A grid of four multipliers, the `best` of them ahead by `lead`, with a spread of 0.1 by seed. */
static void add_grid(World *w, const char *part, int first_network, int best, double lead, int n)
{
    static const double spread[] = {0.1, -0.05, 0.0, 0.05, -0.1};
    for (int i = 0; i < 4; i++) {
        double top1[MAX_SEEDS];
        for (int s = 0; s < n; s++)
            top1[s] = 60.0 + (i == best ? lead : 0.0) + spread[(s + i) % 5];
        StorePointResult *p = add(w, part, "grid", part, networks[first_network + i], top1, n);
        p->point.nominal[0] = 1.0 + 0.1 * i;
        p->point.nominal[1] = p->point.nominal[2] = 1.0;
    }
}

static Verdict n_const(World *w, Arena *arena, bool is_wanted)
{
    Verdict v = {0};
    Err err = {0};
    bool is_there = false;
    assert_int_equal(verdict_const(&w->results, arena, &v, &is_there, &err), ERR_NONE);
    assert_int_equal(is_there, is_wanted);
    assert_true(!is_wanted || v.summary != NULL);
    return v;
}

/* The same best point holds; another one that leads by 5 does not; 0.5 is open; two seeds too few.
 */
static void const_outcomes(void **state)
{
    (void)state;
    static const struct {
        int best, n;
        double lead;
        VerdictOutcome outcome;
        const char *words;
    } rows[] = {{1, 5, 5.0, VERDICT_CONFIRMED, "No point leads"},
                {2, 5, 5.0, VERDICT_REFUTED, "lose more than 0.5 points"},
                {2, 5, 0.5, VERDICT_INCONCLUSIVE, "is open"},
                {2, 2, 5.0, VERDICT_INCONCLUSIVE, "is open: 2 seeds have no interval, 3 have."}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        World w;
        Arena arena = {0};
        begin(&w);
        add_grid(&w, "grid", 0, 1, rows[i].lead, rows[i].n);
        add_grid(&w, "grid-2", 4, rows[i].best, rows[i].lead, rows[i].n);
        const Verdict v = n_const(&w, &arena, true);
        assert_int_equal(v.outcome, rows[i].outcome);
        assert_non_null(strstr(v.summary, rows[i].words));
        assert_null(strstr(v.summary, "nan"));
        assert_int_equal(v.n, rows[i].n);
        if (rows[i].best == 2) /* what leads the borrowed constants, less the spread */
            assert_true(fabs(v.effect.mean - rows[i].lead) < 0.1);
        assert_non_null(strstr(v.contrasts[0].name, "grid, constants of grid-2 ("));
        arena_release(&arena);
    }
}

/* One grid, or two that built the same networks (of one baseline), are no case; nor are strangers.
 */
static void const_needs_two_baselines(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    add_grid(&w, "grid", 0, 1, 5.0, 5);
    n_const(&w, &arena, false);
    add_grid(&w, "grid-2", 0, 1, 5.0, 5);
    n_const(&w, &arena, false);
    begin(&w);
    add_grid(&w, "grid", 0, 1, 5.0, 5);
    add_grid(&w, "grid-2", 4, 1, 5.0, 5);
    for (size_t i = 4; i < 8; i++)
        w.points[i].point.nominal[1] = 1.3;
    n_const(&w, &arena, false);
    arena_release(&arena);
}

/* A network that diverged is no candidate of either grid, and costs the others no seed. */
static void const_leaves_diverged_out(void **state)
{
    (void)state;
    World w;
    Arena arena = {0};
    begin(&w);
    add_grid(&w, "grid", 0, 1, 5.0, 5);
    add_grid(&w, "grid-2", 4, 1, 5.0, 5);
    for (int s = 0; s < 5; s++)
        w.seeds[6][s].test_top1 = w.seeds[6][s].val_top1 = 90.0;
    assert_int_equal(n_const(&w, &arena, true).outcome, VERDICT_REFUTED);
    w.seeds[6][0].status = STORE_TRIAL_DIVERGED;
    const Verdict v = n_const(&w, &arena, true);
    assert_int_equal(v.outcome, VERDICT_CONFIRMED);
    assert_int_equal(v.n, 5);
    arena_release(&arena);
}

/* --- all of them --- */

static size_t all_of(World *w, const char *first, const char *last)
{
    Verdict v[VERDICT_MAX];
    Arena arena = {0};
    Err err = {0};
    size_t n = 0;
    assert_int_equal(verdict_all(&w->results, &arena, v, &n, &err), ERR_NONE);
    assert_true(n > 0);
    assert_string_equal(v[0].id, first);
    assert_string_equal(v[n - 1].id, last);
    arena_release(&arena);
    return n;
}

/* O1a, O1b and O2 stand where a study scales, or where there is nothing else. */
static void what_stands(void **state)
{
    (void)state;
    static const double top1[] = {60};
    World w;
    begin(&w);
    assert_int_equal(all_of(&w, "O1a", "O2"), 3);
    add_runs(&w, 5, 0, 1);
    assert_int_equal(all_of(&w, "N-random", "N-random"), 1);
    add_retrain(&w, 2, 5);
    assert_int_equal(all_of(&w, "N-random", "N-base"), 2);
    add(&w, "compare", "fig8", "compound", networks[7], top1, 1);
    assert_int_equal(all_of(&w, "O1a", "N-base"), 5);
}

/* Whether the verdict of that id is one on trials from here and from elsewhere. */
static bool is_mixed(World *w, const char *id)
{
    Verdict verdicts[VERDICT_MAX];
    Arena arena = {0};
    Err err = {0};
    size_t n = 0;
    assert_int_equal(verdict_all(&w->results, &arena, verdicts, &n, &err), ERR_NONE);
    const Verdict *v = verdict_find(verdicts, n, id);
    assert_non_null(v);
    const bool is_mixed = v->is_mixed;
    assert_int_equal(strstr(v->summary, "some elsewhere (import)") != NULL, is_mixed);
    arena_release(&arena);
    return is_mixed;
}

/* An imported trial makes a mixture of the verdict that compares it with own ones, and of no other.
 */
static void whose_origin_is_mixed(void **state)
{
    (void)state;
    static const char *const ids[] = {"N-random", "N-base", "N-const"};
    World w;
    begin(&w);
    size_t begins[ARRAY_LEN(ids)] = {1}; /* of the first pair what tpe found */
    add_runs(&w, 5, 0, 1);
    begins[1] = w.results.n_points;
    add_retrain(&w, 2, 5);
    begins[2] = w.results.n_points;
    add_grid(&w, "grid", 0, 1, 5.0, 5);
    add_grid(&w, "grid-2", 4, 1, 5.0, 5);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        w.seeds[begins[i]][0].is_imported = true;
        for (size_t k = 0; k < ARRAY_LEN(ids); k++)
            if (is_mixed(&w, ids[k]) != (i == k))
                fail_msg("a trial of %s is said in %s, or is not", ids[i], ids[k]);
        w.seeds[begins[i]][0].is_imported = false;
    }
    w.seeds[0][0].is_imported = true; /* that no run ended with */
    assert_false(is_mixed(&w, "N-random"));
}

/* --- without memory --- */

/* Each way of failing for the k-th allocation, and all behind it, is an error and nothing worse. */
static void no_memory(void **state)
{
    (void)state;
    static ErrCode (*const verdicts[])(const StoreResults *, Arena *, Verdict *, bool *,
                                       Err *) = {verdict_random, verdict_base, verdict_const};
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
        bool fired = true;
        for (long k = 1; fired; k++) {
            World w;
            Arena arena = {0};
            Verdict v;
            Err err = {0};
            bool is_there = false;
            begin(&w);
            add_runs(&w, 5, 0, 1);
            add_retrain(&w, 2, 5);
            add_grid(&w, "grid", 0, 1, 5.0, 5);
            add_grid(&w, "grid-2", 4, 1, 5.0, 5);
            sysfault_arm(SYS_ALLOC, k, SYS_FAIL_ALWAYS, ENOMEM);
            const ErrCode code = verdicts[i](&w.results, &arena, &v, &is_there, &err);
            fired = sysfault_fired();
            sysfault_clear();
            assert_int_equal(code, fired ? ERR_MEMORY : ERR_NONE);
            assert_true(fired || is_there);
            arena_release(&arena);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_outcomes),
                                       cmocka_unit_test(random_on_fresh_seeds),
                                       cmocka_unit_test(random_whose),
                                       cmocka_unit_test(base_outcomes),
                                       cmocka_unit_test(base_competes_at_equal_cost),
                                       cmocka_unit_test(const_outcomes),
                                       cmocka_unit_test(const_needs_two_baselines),
                                       cmocka_unit_test(const_leaves_diverged_out),
                                       cmocka_unit_test(what_stands),
                                       cmocka_unit_test(whose_origin_is_mixed),
                                       cmocka_unit_test(no_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
