/*
 * tests/harness/test_searchbench.c: replays on tables: small ones whose outcome is computed by
 * hand, and public ones (ISOFLOP_DATA/nas-tables) whose outcome independent code has found.
 */
#include "harness/nastable.h"
#include "harness/searchbench.h"
#include "search/strategies.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum { PATH_BYTES = 4096 };

static const char table_path[] = "searchbench.csv";

static NasTable *table_of(const char *text, const NasTableSettings *view)
{
    NasTable *table = NULL;
    Err err = {0};
    assert_int_equal(file_write(table_path, text, strlen(text), &err), ERR_NONE);
    NasTableSettings settings = *view;
    settings.path = table_path;
    if (nastable_load(&table, &settings, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return table;
}

/* A public table; skips the test, visibly, where there is none. */
static NasTable *public_table(const char *name, NasTableSettings view)
{
    char path[PATH_BYTES];
    NasTable *table = NULL;
    Err err = {0};
    const char *root = getenv("ISOFLOP_DATA");
    if (root != NULL)
        snprintf(path, sizeof path, "%s/nas-tables/%s", root, name);
    if (root == NULL || !file_exists(path)) {
        print_message("SKIP: no ISOFLOP_DATA/nas-tables/%s here\n", name);
        skip();
    }
    view.path = path;
    if (nastable_load(&table, &view, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return table;
}

static SearchBenchReport bench(const NasTable *table, const char *strategy,
                               const char *const *options, int64_t budget, int64_t n_runs,
                               double screen_cost)
{
    SearchBenchSettings settings = {.n_runs = n_runs, .seed = 1, .screen_cost = screen_cost};
    SearchBenchReport report = {0};
    Err err = {0};
    const SearchStrategy *row = NULL;
    assert_int_equal(strategies_find(strategy, &row, &err), ERR_NONE);
    settings.search = strategy_settings(row, &table->space, budget);
    for (int i = 0; options != NULL && options[i] != NULL; i++)
        assert_int_equal(strategy_set(&settings.search, options[i], &err), ERR_NONE);
    if (searchbench_run(table, &settings, &report, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return report;
}

/* --- small tables --- */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Networks 0 to 63 of value 64 to 127, seeds alike: the best of B drawn without replacement from N
 * is N - (N + 1) B / (B + 1) below the best on the average (order statistics). The mean of 4,000
 * runs is within 4 standard deviations of it; the variance of that maximum is
 * B (N + 1) (N - B) / ((B + 1)^2 (B + 2)). Means and interquartile means are those of the finals.
 */
static void random_search_is_order_statistics(void **state)
{
    (void)state;
    enum { N = 64, B = 5, RUNS = 4000 };
    Text text = {0};
    text_append(&text, "genes,val_top1_s0,val_top1_s1\n");
    for (int i = 0; i < N; i++)
        text_printf(&text, "%d%d,%d,%d\n", i / 8, i % 8, N + i, N + i);
    NasTable *table = table_of(text_string(&text), &(NasTableSettings){0});
    SearchBenchReport report = bench(table, "random", NULL, B, RUNS, 0);
    const double wanted = N - (N + 1.0) * B / (B + 1);
    const double sd = sqrt(B * (N + 1.0) * (N - B) / ((B + 1.0) * (B + 1) * (B + 2)));
    assert_true(fabs(report.regret_mean - wanted) <= 4 * sd / sqrt(RUNS));
    assert_true(report.p_beats_random == 0.5);
    double sum = 0, middle = 0;
    qsort(report.finals, RUNS, sizeof report.finals[0], compare);
    for (int i = 0; i < RUNS; i++) {
        sum += report.finals[i];
        middle += i >= RUNS / 4 && i < RUNS - RUNS / 4 ? report.finals[i] : 0;
    }
    assert_true(fabs(report.regret_mean - sum / RUNS) < 1e-9);
    assert_true(fabs(report.regret_iqm - middle / (RUNS - 2 * (RUNS / 4))) < 1e-9);
    assert_int_equal(report.n_curve, 3); /* 1, 2, 5 */
    assert_int_equal(report.curve[0].evaluations, 1);
    assert_true(report.curve[0].regret_iqm > report.curve[1].regret_iqm);
    assert_true(report.curve[2].regret_iqm == report.regret_iqm);
    searchbench_release(&report);
    nastable_destroy(&table);
    text_release(&text);
}

/* A has 90 and 80, B 85.5 and 85.5: who sees A's 90 takes A and ends at 80, 5.5 below B's mean; who
 * sees its 80 takes B, 0 below. Half of the runs do either. */
static void an_incumbent_is_scored_on_what_it_did_not_see(void **state)
{
    (void)state;
    enum { RUNS = 400 };
    NasTable *table =
        table_of("genes,top1_s0,top1_s1\nA,90,80\nB,85.5,85.5\n", &(NasTableSettings){0});
    SearchBenchReport report = bench(table, "local", NULL, 2, RUNS, 0);
    int n_cursed = 0;
    for (int i = 0; i < RUNS; i++) {
        assert_true(report.finals[i] == 0 || report.finals[i] == 5.5);
        n_cursed += report.finals[i] != 0;
    }
    assert_in_range(n_cursed, RUNS / 2 - 40, RUNS / 2 + 40); /* 4 sqrt(400) / 2 */
    assert_true(report.p_beats_random == 0.5);               /* both have seen all there is */
    searchbench_release(&report);
    nastable_destroy(&table);
}

/* The short schedule ranks perfectly: a budget of 2 is ten short ones at 0.1, of ten networks, and
 * the best in full, always. */
static void a_screen_finds_what_it_ranks(void **state)
{
    (void)state;
    Text text = {0};
    text_append(&text, "genes,short,top1_s0,top1_s1\n");
    for (int i = 0; i < 10; i++)
        text_printf(&text, "%d,%d,%d,%d\n", i, i * 7 % 10, 50 + i * 7 % 10, 50 + i * 7 % 10);
    NasTable *table = table_of(text_string(&text), &(NasTableSettings){.screen = "short"});
    SearchBenchReport report = bench(table, "random", NULL, 2, 50, 0.1);
    assert_true(report.regret_mean == 0);
    assert_true(report.p_beats_random > 0.8);
    assert_int_equal(report.n_curve, 1); /* after 1 there is no incumbent yet */
    assert_int_equal(report.curve[0].evaluations, 2);
    searchbench_release(&report);
    nastable_destroy(&table);
    text_release(&text);
}

/*
 * A short schedule with a value for each seed: a run sees one of them, drawn for the row. Where
 * both rank perfectly nothing is lost; where one puts the best network last, half of the runs lose
 * it.
 */
static void a_screen_sees_one_seed(void **state)
{
    (void)state;
    Text same = {0}, mixed = {0};
    text_append(&same, "genes,top1_s0,top1_s1,short_s0,short_s1\n");
    text_append(&mixed, "genes,top1_s0,top1_s1,short_s0,short_s1\n");
    for (int i = 0; i < 10; i++) {
        text_printf(&same, "%d,%d,%d,%d,%d\n", i, 50 + i, 50 + i, i, i);
        text_printf(&mixed, "%d,%d,%d,%d,%d\n", i, 50 + i, 50 + i, i, i == 9 ? -1 : i);
    }
    NasTable *tables[] = {
        table_of(text_string(&same), &(NasTableSettings){.screen = "short"}),
        table_of(text_string(&mixed), &(NasTableSettings){.screen = "short"}),
    };
    for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
        SearchBenchReport report = bench(tables[t], "random", NULL, 2, 200, 0.1);
        int n_missed = 0;
        for (int i = 0; i < 200; i++)
            n_missed += report.finals[i] != 0;
        if (t == 0)
            assert_int_equal(n_missed, 0);
        else
            assert_in_range(n_missed, 100 - 28, 100 + 28); /* 4 sqrt(200) / 2 */
        searchbench_release(&report);
        nastable_destroy(&tables[t]);
    }
    text_release(&same);
    text_release(&mixed);
}

/* Only rows of [95, 100] MACs count, for the best too. */
static void a_band_has_its_own_best(void **state)
{
    (void)state;
    NasTable *table = table_of(
        "genes,macs,top1_s0,top1_s1\n00,94,99,99\n01,95,60,60\n10,100,70,70\n11,101,99,99\n",
        &(NasTableSettings){.target_macs = 100, .tau = 0.05});
    assert_int_equal(table->n_inside, 2);
    SearchBenchReport report = bench(table, "random", NULL, 10, 40, 0);
    assert_true(report.regret_mean == 0);
    searchbench_release(&report);
    nastable_destroy(&table);
}

/* --- public tables --- */

/* A cell of the table in docs/search.md: regret and share of runs that beat random search at 100
 * evaluations, from independent code. Within 15 % or 0.03 points, and 0.06, plus, for the 200 runs
 * here, 0.05 (a share's standard error is 0.035; two thirds of it for what is over). */
typedef struct Cell {
    const char *strategy;
    const char *const *options;
    double regret, p;
} Cell;

static const char *const population_50[] = {"population=50", "sample=10", NULL};
static const char *const paper[] = {"paper=true", NULL};

static void assert_cells(const char *name, const Cell *cells, size_t n_cells)
{
    enum { BUDGET = 100, RUNS = 200 };
    NasTable *table = public_table(name, (NasTableSettings){0});
    for (size_t i = 0; i < n_cells; i++) {
        const Cell *cell = &cells[i];
        SearchBenchReport report = bench(table, cell->strategy, cell->options, BUDGET, RUNS, 0);
        const double off = fabs(report.regret_iqm - cell->regret);
        if (!(off <= 0.03 || off <= 0.15 * cell->regret) ||
            !(fabs(report.p_beats_random - cell->p) <= 0.11))
            fail_msg("%s: regret %.3f, not %.2f; beats random %.2f, not %.2f", cell->strategy,
                     report.regret_iqm, cell->regret, report.p_beats_random, cell->p);
        searchbench_release(&report);
    }
    nastable_destroy(&table);
}

static void nb201_is_as_elsewhere(void **state)
{
    (void)state;
    static const Cell cells[] = {{"random", NULL, 0.62, 0.5},
                                 {"evolution", paper, 0.62, 0.5},
                                 {"evolution", population_50, 0.32, 0.75},
                                 {"evolution", NULL, 0.26, 0.78},
                                 {"local", NULL, 0.17, 0.85},
                                 {"policy", NULL, 0.41, 0.65}};
    assert_cells("nb201-cifar10.csv.gz", cells, ARRAY_LEN(cells));
}

static void nb_macro_is_as_elsewhere(void **state)
{
    (void)state;
    static const Cell cells[] = {{"random", NULL, 0.38, 0.5},
                                 {"evolution", paper, 0.38, 0.5},
                                 {"evolution", population_50, 0.24, 0.69},
                                 {"evolution", NULL, 0.23, 0.71},
                                 {"local", NULL, 0.22, 0.70},
                                 {"policy", NULL, 0.26, 0.67}};
    assert_cells("nb-macro.csv.gz", cells, ARRAY_LEN(cells));
}

/* All (network, seed) pairs in order of the value seen: the best of `budget` networks drawn is the
 * pair at rank r of n with probability C(r - 1, B - 1) / C(n, B), if pairs are drawn without
 * replacement, which differs from networks drawn so by a share of budget / networks of what
 * replacement changes. Its regret, summed. */
typedef struct Pair {
    double seen, regret;
} Pair;

static int compare_pairs(const void *a, const void *b)
{
    return compare(&((const Pair *)a)->seen, &((const Pair *)b)->seen);
}

static double expected_regret(const NasTable *t, int budget)
{
    Pair *pairs = mem_calloc((size_t)t->n_rows * (size_t)t->n_seeds, sizeof *pairs);
    int n = 0;
    for (int32_t row = 0; row < t->n_rows; row++)
        for (int s = 0; s < t->n_values[row]; s++)
            pairs[n++] = (Pair){t->values[(size_t)row * (size_t)t->n_seeds + (size_t)s],
                                nastable_best(t) - nastable_unseen(t, row, s)};
    qsort(pairs, (size_t)n, sizeof *pairs, compare_pairs);
    double sum = 0, p = (double)budget / n; /* of the last: C(n - 1, B - 1) / C(n, B) */
    for (int r = n; r >= budget; r--) {
        sum += p * pairs[r - 1].regret;
        p *= (double)(r - budget) / (r - 1);
    }
    mem_free(pairs);
    return sum;
}

/* Random search on NAS-Bench-Macro against that expectation: 1 % and 4 standard errors. */
static void random_search_is_as_expected(void **state)
{
    (void)state;
    enum { RUNS = 10000 };
    static const int budgets[] = {10, 100};
    NasTable *table = public_table("nb-macro.csv.gz", (NasTableSettings){.space = "nbm"});
    for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
        SearchBenchReport report = bench(table, "random", NULL, budgets[i], RUNS, 0);
        double squares = 0;
        for (int k = 0; k < RUNS; k++)
            squares +=
                (report.finals[k] - report.regret_mean) * (report.finals[k] - report.regret_mean);
        const double wanted = expected_regret(table, budgets[i]);
        const double error = sqrt(squares / RUNS / RUNS);
        if (!(fabs(report.regret_mean - wanted) <= 0.01 * wanted + 4 * error))
            fail_msg("%g, not %g (error %g)", report.regret_mean, wanted, error);
        searchbench_release(&report);
    }
    nastable_destroy(&table);
}

/* --- fronts --- */

#define LEAST_VALUE 80.0
#define MOST_MACS 106e6

static int compare_macs(const void *a, const void *b)
{
    return compare(&((const Pair *)a)->regret, &((const Pair *)b)->regret);
}

/* The area between points (value `seen`, MACs `regret`) and the reference point; sorts them. */
static double hypervolume(Pair *points, size_t n)
{
    double area = 0, best = LEAST_VALUE;
    qsort(points, n, sizeof *points, compare_macs);
    for (size_t i = 0; i < n; i++) {
        const double end = i + 1 < n ? points[i + 1].regret : MOST_MACS;
        best = points[i].seen > best ? points[i].seen : best;
        area += (best - LEAST_VALUE) * (end - points[i].regret);
    }
    return area;
}

static Pair pair_of(const NasTable *t, int32_t row)
{
    return (Pair){t->means[row], (double)t->macs[row]};
}

/* Asks and tells one after the other, mean accuracies; points[budget] of what was asked for. */
static void walk(const NasTable *t, const char *strategy, int budget, uint64_t seed, Pair *points)
{
    const SearchStrategy *row = NULL;
    Err err = {0};
    assert_int_equal(strategies_find(strategy, &row, &err), ERR_NONE);
    StrategySettings s = strategy_settings(row, &t->space, budget);
    s.seed = seed;
    void *state = mem_calloc(1, strategy_decider.state_bytes(&s));
    for (int i = 0; i < budget; i++) {
        DeciderReply reply = {.reason = ""};
        uint8_t genes[GENESPACE_MAX_GENES];
        assert_int_equal(strategy_decider.decide(&s, seed, i + 1, state, &reply), DECIDER_ASKS);
        DeciderEntry entry = {.kind = DECIDER_ASK, .ticket = i + 1, .point = reply.point};
        strategy_decider.fold(&s, state, &entry);
        assert_true(genespace_from_text(&t->space, reply.point.genes, genes));
        points[i] = pair_of(t, nastable_row(t, genes));
        entry.kind = DECIDER_TELL;
        entry.result = (DeciderResult){DECIDER_DONE, points[i].seen, 1, 1};
        strategy_decider.fold(&s, state, &entry);
    }
    mem_free(state);
}

/* NAS-Bench-Macro is exhaustive, so its front is known: 34 points. The share of its area that
 * nsga2 finds, mean of 60 runs: at least 0.990 after 400 and 0.995 after 600 evaluations
 * (independent code: 0.993, 0.997; random search 0.954, 0.963, here within 0.005). */
static void nsga2_finds_the_front(void **state)
{
    (void)state;
    enum { RUNS = 60, MAX_BUDGET = 600 };
    static const struct {
        int budget;
        double least, random;
    } cells[] = {{400, 0.990, 0.954}, {600, 0.995, 0.963}};
    NasTable *table = public_table("nb-macro.csv.gz", (NasTableSettings){.space = "nbm"});
    Pair *all = mem_calloc((size_t)table->n_rows, sizeof *all), found[MAX_BUDGET];
    for (int32_t row = 0; row < table->n_rows; row++)
        all[row] = pair_of(table, row);
    const double whole = hypervolume(all, (size_t)table->n_rows);
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        double share = 0, chance = 0;
        for (uint64_t run = 1; run <= RUNS; run++) {
            walk(table, "nsga2", cells[i].budget, run, found);
            share += hypervolume(found, (size_t)cells[i].budget) / whole / RUNS;
            walk(table, "random", cells[i].budget, run, found);
            chance += hypervolume(found, (size_t)cells[i].budget) / whole / RUNS;
        }
        if (!(share >= cells[i].least) || !(fabs(chance - cells[i].random) <= 0.005))
            fail_msg("%d: %.4f, random %.4f", cells[i].budget, share, chance);
    }
    mem_free(all);
    nastable_destroy(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_search_is_order_statistics),
        cmocka_unit_test(an_incumbent_is_scored_on_what_it_did_not_see),
        cmocka_unit_test(a_screen_finds_what_it_ranks),
        cmocka_unit_test(a_screen_sees_one_seed),
        cmocka_unit_test(a_band_has_its_own_best),
        cmocka_unit_test(nb201_is_as_elsewhere),
        cmocka_unit_test(nb_macro_is_as_elsewhere),
        cmocka_unit_test(random_search_is_as_expected),
        cmocka_unit_test(nsga2_finds_the_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
