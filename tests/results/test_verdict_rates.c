/*
 * Error rates and power of the rules behind N-random, N-base and N-const: the table of
 * docs/verdicts.md, made again. Prints it.
 */
#include "tests/results/rates.h"

#include "base/err.h"
#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { N_STUDIES = 10000, PATH_BYTES = 1024, ROW_BYTES = 200, MAX_BYTES = 1 << 20 };

/*
 * Largest share of wrong outcomes on either side. Nominal are 5 %; what 10,000 studies show
 * deviates by 0.2 points, so half a point more is left to chance.
 */
static const double most_wrong = 0.055;
/* Where variances differ threefold. */
static const double most_wrong_unequal = 0.12;

static char *document;

static int begin(void **state)
{
    (void)state;
    char path[PATH_BYTES];
    Err err = {0};
    size_t n = 0;
    const char *root = getenv("ISOFLOP_SOURCE_DIR");
    if (root == NULL)
        return 0;
    snprintf(path, sizeof(path), "%s/docs/verdicts.md", root);
    return file_read(path, MAX_BYTES, &document, &n, &err) == ERR_NONE ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    mem_free(document);
    return 0;
}

/* Prints a row, and holds the document to it. */
static void put(const char *rule, const char *what, int n, Rates rates)
{
    char row[ROW_BYTES];
    snprintf(row, sizeof(row), "| %s | %s | %d | %.1f | %.1f |", rule, what, n,
             100.0 * rates.confirmed, 100.0 * rates.refuted);
    printf("%s\n", row);
    if (document != NULL && strstr(document, row) == NULL)
        fail_msg("docs/verdicts.md does not have the row '%s'", row);
}

/* Of two searches that are alike none wins in more than 5 of 100; ties make that rarer. */
static void shares(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        double p_win, p_tie;
        int n;
    } cases[] = {{"equal", 0.5, 0.0, 5},
                 {"equal", 0.5, 0.0, 10},
                 {"equal", 0.5, 0.0, 20},
                 {"equal", 0.5, 0.0, 200},
                 {"equal, 30 % ties", 0.35, 0.3, 5},
                 {"equal, 30 % ties", 0.35, 0.3, 200},
                 {"wins 60 %", 0.6, 0.0, 200},
                 {"wins 65 %", 0.65, 0.0, 200},
                 {"wins 70 %", 0.7, 0.0, 5},
                 {"wins 70 %", 0.7, 0.0, 20},
                 {"wins 80 %", 0.8, 0.0, 5},
                 {"wins 80 %", 0.8, 0.0, 10},
                 {"wins 90 %", 0.9, 0.0, 5},
                 {"wins 90 %", 0.9, 0.0, 10}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const RatesShare c = {cases[i].p_win, cases[i].p_tie, cases[i].n};
        const Rates rates = rates_share(&c, N_STUDIES);
        put("N-random", cases[i].what, c.n, rates);
        assert_true(rates.refuted <= most_wrong);
        assert_true(c.p_win > 0.5 || rates.confirmed <= most_wrong);
    }
}

/* What other seeds choose of five networks no better than the given one is rarely said to be. */
static void chosen(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        double ahead, others, variance;
        int n_seeds;
    } cases[] = {{"none better", 0, 0, 1, 3},
                 {"none better", 0, 0, 1, 5},
                 {"none better, variance 3:1", 0, 0, 3, 3},
                 {"none better, variance 3:1", 0, 0, 3, 5},
                 {"none better, variance 1:3", 0, 0, 1.0 / 3.0, 3},
                 {"none better, variance 1:3", 0, 0, 1.0 / 3.0, 5},
                 {"one better by 1", 1, 0, 1, 5},
                 {"one better by 2", 2, 0, 1, 3},
                 {"one better by 2", 2, 0, 1, 5},
                 {"all better by 0.5", 0.5, 0.5, 1, 5},
                 {"all better by 1", 1, 1, 1, 5},
                 {"all better by 2", 2, 2, 1, 3},
                 {"all better by 2", 2, 2, 1, 5},
                 {"all worse by 2", -2, -2, 1, 5}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const RatesChosen c = {5, cases[i].n_seeds, cases[i].ahead, cases[i].others,
                               cases[i].variance};
        const Rates rates = rates_chosen(&c, N_STUDIES);
        const double most = c.variance == 1.0 ? most_wrong : most_wrong_unequal;
        put("N-base", cases[i].what, c.n_seeds, rates);
        assert_true(c.ahead > 0.0 || rates.confirmed <= most);
        assert_true(c.ahead < 0.0 || rates.refuted <= most);
    }
}

/* Constants at the edge of what they may lose are called neither good nor bad in over 5 of 100. */
static void borrowed(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        double lead, trail, variance;
        int n_seeds;
    } cases[] = {{"loses the margin, others trail by 2", 1, 2, 1, 3},
                 {"loses the margin, others trail by 2", 1, 2, 1, 5},
                 {"loses the margin, others trail by 2", 1, 2, 1, 20},
                 {"loses the margin, variance 3:1", 1, 2, 3, 3},
                 {"loses the margin, variance 3:1", 1, 2, 3, 5},
                 {"all alike", 0, 0, 1, 5},
                 {"all alike", 0, 0, 1, 20},
                 {"is best by 2", -2, 2, 1, 3},
                 {"is best by 2", -2, 2, 1, 5},
                 {"is best by 2", -2, 2, 1, 10},
                 {"loses 3", 3, 2, 1, 5},
                 {"loses 5", 5, 2, 1, 3},
                 {"loses 5", 5, 2, 1, 5}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const RatesBorrowed c = {12,  cases[i].n_seeds, cases[i].lead, cases[i].trail,
                                 1.0, cases[i].variance};
        const Rates rates = rates_borrowed(&c, N_STUDIES);
        const double most = c.variance == 1.0 ? most_wrong : most_wrong_unequal;
        put("N-const", cases[i].what, c.n_seeds, rates);
        assert_true(c.lead < c.margin || rates.confirmed <= most);
        assert_true(c.lead > c.margin || rates.refuted <= most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shares), cmocka_unit_test(chosen),
                                       cmocka_unit_test(borrowed)};
    return cmocka_run_group_tests(tests, begin, end);
}
