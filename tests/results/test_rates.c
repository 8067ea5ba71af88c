/*
 * How often the rules of results/shapefit and results/blocks are right and wrong, on made-up
 * studies whose truth is known: the tables of docs/verdicts.md.
 *
 *     test_rates [STUDIES]    of each case; 200 unless given
 *
 * A rate that must not be above (or below) a limit fails when it passes it by four binomial
 * deviations at that limit: with 200 studies chance does that once in 30,000 cases.
 */
#include "tests/results/shapes.h"

#include "base/err.h"
#include "results/blocks.h"
#include "results/shapefit.h"
#include "results/verdict_rules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int n_studies = 200;

#define DEVIATIONS 4.0

static void at_most(const char *what, int count, int n, double limit)
{
    const double slack = DEVIATIONS * sqrt(limit * (1.0 - limit) / n);
    if (!((double)count / n <= limit + slack))
        fail_msg("%s: %d of %d, more than %.3f + %.3f", what, count, n, limit, slack);
}

static void at_least(const char *what, int count, int n, double limit)
{
    at_most(what, n - count, n, 1.0 - limit);
}

/* Deviations of shapes whose variances are 1, or in turn 0.5 and 1.5, a ratio of 3. */
static const double equal_sd[] = {1.0}, unequal_sd[] = {0.70710678118654752, 1.22474487139158905};

/* --- shapes --- */

enum { N_KINDS = SHAPE_REFUSED + 1 };

/* A surface, a design, and what its fits must be named: shares of studies, ANY: no matter. */
typedef struct Case {
    const char *name;
    double beta[SCHEFFE_CUBIC];
    int n_seeds;
    bool is_unequal;
    double blend_least, blend_most; /* PEAK or BLEND */
    double corner_least, corner_most;
} Case;

#define ANY (-1.0)

static const Case cases[] = {
    {"hill, gain 3", {0, 0, 0, 9, 9, 9}, 3, false, 0.94, ANY, ANY, 0.05},
    {"hill, gain 2", {0, 0, 0, 6, 6, 6}, 3, false, 0.75, ANY, ANY, 0.05},
    {"hill, gain 2", {0, 0, 0, 6, 6, 6}, 5, false, 0.90, ANY, ANY, 0.05},
    {"hill, gain 1", {0, 0, 0, 3, 3, 3}, 5, false, ANY, ANY, ANY, 0.05},
    {"hill, gain 2", {0, 0, 0, 6, 6, 6}, 3, true, ANY, ANY, ANY, 0.12},
    {"tilt of 6", {0, 0, 6}, 3, false, ANY, 0.05, 0.85, ANY},
    {"tilt of 6", {0, 0, 6}, 5, false, ANY, 0.05, 0.85, ANY},
    {"tilt of 6", {0, 0, 6}, 3, true, ANY, 0.12, ANY, ANY},
    {"flat", {0}, 2, false, ANY, 0.05, ANY, 0.05},
    {"flat", {0}, 3, false, ANY, 0.05, ANY, 0.05},
    {"flat", {0}, 5, false, ANY, 0.05, ANY, ANY},
    {"flat", {0}, 3, true, ANY, 0.12, ANY, ANY},
    {"tied edge", {6, 6, 0}, 2, false, ANY, 0.05, ANY, ANY},
    {"tied edge", {6, 6, 0}, 3, false, ANY, 0.05, ANY, ANY},
    {"tied edge", {6, 6, 0}, 5, false, ANY, 0.05, ANY, ANY},
    {"tied edge", {6, 6, 0}, 3, true, ANY, 0.12, ANY, ANY},
};

/* Rounding of heights near 6. */
#define ROUNDING 1e-9

/*
 * The surface without noise: the gain over the best corner, *best the highest lattice point, and
 * whether it is the only one.
 */
static double truth(const double *beta, Shares *best, bool *is_unique)
{
    double top = -(double)INFINITY, corner = -(double)INFINITY;
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        const Shares point = scheffe_lattice(i);
        const double y = scheffe_value(beta, SCHEFFE_CUBIC, &point);
        if (y > top - ROUNDING)
            *is_unique = y > top + ROUNDING;
        if (y > top) {
            top = y;
            *best = point;
        }
    }
    for (int k = 0; k < 3; k++)
        corner = fmax(corner, beta[k]);
    return top - corner;
}

static bool has_point(const ShapeFit *fit, const Shares *point)
{
    for (int i = 0; i < fit->n_region; i++)
        if (fabs(fit->region[i].x[0] - point->x[0]) + fabs(fit->region[i].x[1] - point->x[1]) <
            1e-9)
            return true;
    return false;
}

/* Counts of kinds; how many of those with an optimum cover gain and point. */
typedef struct Rates {
    int kinds[N_KINDS], optima, gains, points;
    bool is_unique; /* there is one best point */
} Rates;

static Rates rates_of(const Case *c)
{
    Rates rates = {.optima = 0};
    Shares best = {{0}};
    const double gain = truth(c->beta, &best, &rates.is_unique);
    const double *sd = c->is_unequal ? unequal_sd : equal_sd;
    const int n_sd = c->is_unequal ? (int)ARRAY_LEN(unequal_sd) : (int)ARRAY_LEN(equal_sd);
    for (int i = 0; i < n_studies; i++) {
        Arena arena = {0};
        Err err = {0};
        ShapeFit fit;
        double values[SHAPES_CELLS];
        shapes_draw(values, SHAPES_TEN, c->n_seeds, c->beta, sd, n_sd,
                    (uint64_t)(c - cases) * 1000003 + (uint64_t)i);
        const ShapeTable table = shapes_table(values, SHAPES_TEN, c->n_seeds);
        assert_int_equal(shapefit_run(&fit, &table, NULL, 0, &arena, &err), ERR_NONE);
        rates.kinds[fit.kind]++;
        if (fit.has_optimum) {
            rates.optima++;
            rates.gains += fit.gain.low <= gain + ROUNDING && gain <= fit.gain.high + ROUNDING;
            rates.points += has_point(&fit, &best);
        }
        arena_release(&arena);
    }
    return rates;
}

static void print_percent(int count, int n)
{
    if (n > 0)
        printf(" %.1f |", 100.0 * count / n);
    else
        printf(" |");
}

static void check_case(const Case *c, const Rates *r)
{
    const int blends = r->kinds[SHAPE_PEAK] + r->kinds[SHAPE_BLEND];
    if (c->blend_least >= 0.0)
        at_least("PEAK or BLEND", blends, n_studies, c->blend_least);
    if (c->blend_most >= 0.0)
        at_most("PEAK or BLEND", blends, n_studies, c->blend_most);
    if (c->corner_least >= 0.0)
        at_least("CORNER", r->kinds[SHAPE_CORNER], n_studies, c->corner_least);
    if (c->corner_most >= 0.0)
        at_most("CORNER", r->kinds[SHAPE_CORNER], n_studies, c->corner_most);
    at_most("REFUSED", r->kinds[SHAPE_REFUSED], n_studies, 0.05);
    if (!c->is_unequal && r->optima > n_studies / 2)
        at_least("gains covered", r->gains, r->optima, 0.83);
}

/* Property: kinds are named as often as they must be, and wrongly as seldom. */
static void kinds_are_named(void **state)
{
    (void)state;
    printf("| surface | seeds | variances | PEAK | BLEND | CORNER | OPEN | FLAT | REFUSED | gain "
           "covered | optimum in region |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Case *c = &cases[i];
        const Rates rates = rates_of(c);
        printf("| %s | %d | %s |", c->name, c->n_seeds, c->is_unequal ? "1 to 3" : "equal");
        for (int k = 0; k < N_KINDS; k++)
            print_percent(rates.kinds[k], n_studies);
        print_percent(rates.gains, rates.optima);
        print_percent(rates.points, rates.is_unique ? rates.optima : 0);
        putchar('\n');
        check_case(c, &rates);
    }
}

/* --- constants of the budget before --- */

/*
 * Surfaces at two budgets. `loses` is what the first's optimum truly loses on the second where
 * noise cannot move it (a corner is found whenever anything is); limits: shares of studies, ANY: no
 * matter.
 */
typedef struct PairCase {
    const char *name;
    double first[SCHEFFE_CUBIC], second[SCHEFFE_CUBIC];
    int n_seeds;
    bool is_unequal;
    double false_most, confirmed_least, refuted_least;
} PairCase;

/* The first N_JUDGED have limits that matter; the others say what is seen, in the long run's table.
 */
enum { N_JUDGED = 8, TABLE_STUDIES = 1000 };

static const PairCase pairs[] = {
    {"loses .5, edge of a slope", {0, 0, 6}, {-6, .5, 0}, 2, false, 0.05, ANY, ANY},
    {"loses .5, edge of a slope", {0, 0, 6}, {-6, .5, 0}, 3, false, 0.05, ANY, ANY},
    {"loses .5, edge of a slope", {0, 0, 6}, {-6, .5, 0}, 5, false, 0.05, ANY, ANY},
    {"loses .5, edge of a slope", {0, 0, 6}, {-6, .5, 0}, 3, true, 0.12, ANY, ANY},
    {"loses .5, hill on an edge", {0, 0, 6}, {-6, 0, 0, 0, 0, 2}, 3, false, 0.05, ANY, ANY},
    {"loses .5, hill on an edge", {0, 0, 6}, {-6, 0, 0, 0, 0, 2}, 5, false, 0.05, ANY, ANY},
    {"loses 0, same corner", {0, 0, 6}, {0, 0, 6}, 3, false, 0.05, 0.7, ANY},
    {"loses 4, other corner", {0, 0, 6}, {-6, 4, 0}, 3, false, 0.05, ANY, 0.8},
    {"loses 0, same corner", {0, 0, 6}, {0, 0, 6}, 3, true, 0.12, ANY, ANY},
    {"same hill, gain 3", {0, 0, 0, 9, 9, 9}, {0, 0, 0, 9, 9, 9}, 3, false, 0.05, ANY, ANY},
    {"same hill, gain 3", {0, 0, 0, 9, 9, 9}, {0, 0, 0, 9, 9, 9}, 5, false, 0.05, ANY, ANY},
    {"same hill, gain 6", {0, 0, 0, 18, 18, 18}, {0, 0, 0, 18, 18, 18}, 5, false, 0.05, ANY, ANY},
    {"loses 1, other corner", {0, 0, 6}, {-6, 1, 0}, 5, false, 0.05, ANY, ANY},
    {"loses 2, other corner", {0, 0, 6}, {-6, 2, 0}, 3, false, 0.05, ANY, ANY},
    {"loses 2, other corner", {0, 0, 6}, {-6, 2, 0}, 5, false, 0.05, ANY, ANY},
};

/* Fits one drawn study; the arena outlives the fit. */
static ShapeFit fit_drawn(const PairCase *c, const double *beta, uint64_t study, ShapeRule *rules,
                          int n_rules, Arena *arena)
{
    const double *sd = c->is_unequal ? unequal_sd : equal_sd;
    double *values = arena_alloc(arena, SHAPES_CELLS, sizeof *values);
    Err err = {0};
    ShapeFit fit;
    assert_non_null(values);
    shapes_draw(values, SHAPES_TEN, c->n_seeds, beta, sd, c->is_unequal ? 2 : 1, study);
    const ShapeTable table = shapes_table(values, SHAPES_TEN, c->n_seeds);
    assert_int_equal(shapefit_run(&fit, &table, rules, n_rules, arena, &err), ERR_NONE);
    return fit;
}

/* What constants truly lose on a surface. */
static double true_loss(const double *beta, const Shares *constants)
{
    double top = -(double)INFINITY;
    for (int i = 0; i < SCHEFFE_N_LATTICE; i++) {
        const Shares point = scheffe_lattice(i);
        top = fmax(top, scheffe_value(beta, SCHEFFE_CUBIC, &point));
    }
    return top - scheffe_value(beta, SCHEFFE_CUBIC, constants);
}

/* Property: constants that lose more than half a point are called good, and those that lose less
 * bad, in at most 5 % of studies each; 12 % where variances differ. */
static void constants_are_judged(void **state)
{
    (void)state;
    printf("\n| truth | seeds | variances | CONFIRMED | REFUTED | undecided | falsely CONFIRMED | "
           "falsely REFUTED |\n|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const PairCase *c = &pairs[i];
        const bool is_power_alone = i >= N_JUDGED;
        int counts[3] = {0}, falsely[3] = {0};
        if (is_power_alone && n_studies < TABLE_STUDIES)
            continue;
        for (int k = 0; k < n_studies; k++) {
            Arena arena = {0};
            const uint64_t study = (i + 1) * 9000011 + 2 * (uint64_t)k;
            ShapeRule rule = {.name = "before"};
            const ShapeFit before = fit_drawn(c, c->first, study, NULL, 0, &arena);
            rule.shares = before.optimum;
            VerdictOutcome outcome = VERDICT_INCONCLUSIVE;
            if (before.has_optimum &&
                fit_drawn(c, c->second, study + 1, &rule, 1, &arena).has_optimum) {
                outcome = verdict_loss(rule.surely, rule.below.high);
                const bool holds =
                    true_loss(c->second, &rule.shares) <= VERDICT_LOSS_POINTS + ROUNDING;
                const bool is_beyond =
                    true_loss(c->second, &rule.shares) >= VERDICT_LOSS_POINTS - ROUNDING;
                falsely[outcome] += (outcome == VERDICT_CONFIRMED && is_beyond) ||
                                    (outcome == VERDICT_REFUTED && holds);
            }
            counts[outcome]++;
            arena_release(&arena);
        }
        printf("| %s | %d | %s |", c->name, c->n_seeds, c->is_unequal ? "1 to 3" : "equal");
        print_percent(counts[VERDICT_CONFIRMED], n_studies);
        print_percent(counts[VERDICT_REFUTED], n_studies);
        print_percent(counts[VERDICT_INCONCLUSIVE], n_studies);
        print_percent(falsely[VERDICT_CONFIRMED], n_studies);
        print_percent(falsely[VERDICT_REFUTED], n_studies);
        putchar('\n');
        at_most("falsely CONFIRMED", falsely[VERDICT_CONFIRMED], n_studies, c->false_most);
        at_most("falsely REFUTED", falsely[VERDICT_REFUTED], n_studies, c->false_most);
        if (c->confirmed_least >= 0.0)
            at_least("CONFIRMED", counts[VERDICT_CONFIRMED], n_studies, c->confirmed_least);
        if (c->refuted_least >= 0.0)
            at_least("REFUTED", counts[VERDICT_REFUTED], n_studies, c->refuted_least);
    }
}

/* --- contrasts --- */

enum { NETWORKS = SHAPES_TEN, FASTER = 20 }; /* a contrast is so much faster than a fit */

/* How often a contrast of a difference `effect` is told from 0, upwards and downwards. */
static void contrast_rates(double effect, int n_seeds, bool is_unequal, int *above, int *below)
{
    const double beta[SCHEFFE_CUBIC] = {0.0};
    const double *sd = is_unequal ? unequal_sd : equal_sd;
    double c[NETWORKS] = {0.0};
    /* two of the larger variance: the pooled one is too small for them */
    const int first = 1, second = 3;
    c[first] = 1.0;
    c[second] = -1.0;
    *above = *below = 0;
    for (int i = 0; i < n_studies * FASTER; i++) {
        Arena arena = {0};
        Err err = {0};
        Blocks blocks;
        double values[SHAPES_CELLS];
        shapes_draw(values, NETWORKS, n_seeds, beta, sd, is_unequal ? 2 : 1,
                    (uint64_t)n_seeds * 7000003 + (uint64_t)i);
        for (int s = 0; s < n_seeds; s++)
            values[first * n_seeds + s] += effect;
        assert_int_equal(blocks_fit(&blocks, values, NETWORKS, n_seeds, &arena, &err), ERR_NONE);
        const BlocksContrast contrast = blocks_contrast(&blocks, c, NULL, 0.90);
        *above += contrast.interval.low > 0.0;
        *below += contrast.interval.high < 0.0;
        arena_release(&arena);
    }
}

/*
 * Property: equal networks are told apart in at most 5 % of studies on a side, 12 % where variances
 * differ. How often others are is for the long run's table.
 */
static void contrasts_keep_their_level(void **state)
{
    (void)state;
    static const int seeds[] = {2, 3, 5};
    const int n = n_studies * FASTER;
    printf("\n| seeds | variances | effect 0: above | effect 0: below | 0.5 | 1 | 2 |\n"
           "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < 2 * ARRAY_LEN(seeds); i++) {
        const bool is_unequal = i >= ARRAY_LEN(seeds);
        const int n_seeds = seeds[i % ARRAY_LEN(seeds)];
        int above, below, none;
        contrast_rates(0.0, n_seeds, is_unequal, &above, &below);
        printf("| %d | %s |", n_seeds, is_unequal ? "1 to 3" : "equal");
        print_percent(above, n);
        print_percent(below, n);
        at_most("above", above, n, is_unequal ? 0.12 : 0.05);
        at_most("below", below, n, is_unequal ? 0.12 : 0.05);
        static const double effects[] = {0.5, 1.0, 2.0};
        for (size_t e = 0; n_studies >= TABLE_STUDIES && e < ARRAY_LEN(effects); e++) {
            contrast_rates(effects[e], n_seeds, is_unequal, &above, &none);
            print_percent(above, n);
        }
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kinds_are_named),
                                       cmocka_unit_test(constants_are_judged),
                                       cmocka_unit_test(contrasts_keep_their_level)};
    if (argc > 1)
        n_studies = (int)strtol(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
