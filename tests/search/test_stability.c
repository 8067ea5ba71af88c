/* How firm choices are: over seeds, over samples of them, over w; and fronts. */
#include "search/stability.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

enum { N = 4, N_SEEDS = 3 };

#define NONE ((double)NAN)

/* The second wins on the mean and on seeds 0 and 1, the third on seed 2; the last lacks a seed. */
static const double values[N][N_SEEDS] = {{50, 50, 50}, {62, 62, 56}, {60, 60, 59}, {58, NONE, 58}};
static const StabilityNetwork networks[N] = {
    {100, values[0]}, {200, values[1]}, {200, values[2]}, {300, values[3]}};

static StabilityField field_of(ObjectiveForm form, double w)
{
    return (StabilityField){{form, w, 150, 0.1, false}, networks, N, N_SEEDS};
}

static void assert_chosen(const StabilityField *f, const int *seeds, int n, const char *wanted)
{
    bool is_chosen[N];
    char found[N + 1] = "";
    stability_choose(f, seeds, n, is_chosen);
    for (size_t i = 0; i < f->n; i++)
        found[i] = is_chosen[i] ? 'x' : '.';
    found[f->n] = '\0';
    assert_string_equal(found, wanted);
}

/* By means by hand: all seeds, each alone, a seed twice, and where a network lacks the seed. */
static void one_is_chosen_by_the_mean(void **state)
{
    (void)state;
    static const int all[] = {0, 1, 2}, two[] = {2, 2, 0}, second[] = {1}, third[] = {2};
    const StabilityField free = field_of(OBJECTIVE_SOFT, 0), dear = field_of(OBJECTIVE_SOFT, -2);
    assert_chosen(&free, all, 3, ".x..");
    assert_chosen(&free, second, 1, ".x..");
    assert_chosen(&free, third, 1, "..x.");
    assert_chosen(&free, two, 3, "..x."); /* 58 against 59.33 and 58 */
    assert_chosen(&dear, all, 3, "x...");
}

/* Equal scores: the one with fewer MACs, then the earlier. Nobody eligible: nobody. */
static void ties_go_to_fewer_macs(void **state)
{
    (void)state;
    static const double same[1] = {50};
    static const StabilityNetwork twins[] = {{100, same}, {100, same}, {200, same}};
    static const int seed[] = {0};
    StabilityField f = {{OBJECTIVE_SOFT, 0, 150, 0, false}, twins, 3, 1};
    assert_chosen(&f, seed, 1, "x..");
    f.objective.form = OBJECTIVE_BAND;
    assert_chosen(&f, seed, 1, "...");
    f.objective.form = OBJECTIVE_PARETO;
    assert_chosen(&f, seed, 1, "xx."); /* neither twin beats the other */
}

/* The front by hand: the cheapest, the better of equal MACs; the dear ones are beaten. */
static void pareto_chooses_the_front(void **state)
{
    (void)state;
    static const int all[] = {0, 1, 2}, third[] = {2}, second[] = {1};
    const StabilityField f = field_of(OBJECTIVE_PARETO, 0);
    assert_chosen(&f, all, 3, "xx..");
    assert_chosen(&f, third, 1, "x.x.");
    assert_chosen(&f, second, 1, "xx.."); /* without a value nobody is on it */
}

/*
 * Shares against all 27 samples of three seeds, counted by stability_choose itself: 2,000 draws are
 * within four standard errors, 4 * sqrt(.25 / 2000) = .045. Twice the same.
 */
static void samples_are_those_of_the_seeds(void **state)
{
    (void)state;
    enum { N_ALL = 27, N_SAMPLES = 2000 };
    const StabilityField f = field_of(OBJECTIVE_SOFT, -0.07);
    double wanted[N] = {0}, shares[N], again[N];
    for (int s = 0; s < N_ALL; s++) {
        const int seeds[] = {s % 3, s / 3 % 3, s / 9};
        bool is_chosen[N];
        stability_choose(&f, seeds, N_SEEDS, is_chosen);
        for (int i = 0; i < N; i++)
            wanted[i] += is_chosen[i] ? 1.0 / N_ALL : 0;
    }
    Err err = {0};
    assert_int_equal(stability_resample(&f, N_SAMPLES, shares, &err), ERR_NONE);
    assert_int_equal(stability_resample(&f, N_SAMPLES, again, &err), ERR_NONE);
    for (int i = 0; i < N; i++) {
        assert_true(fabs(shares[i] - wanted[i]) < 0.045);
        assert_true(shares[i] == again[i]);
    }
    assert_true(wanted[1] > 0.5 && wanted[2] > 0.1);
}

/*
 * Two networks of 100 and 200 MACs, 50 % and 60 %: they are worth the same at w = -ln 1.2 / ln 2.
 * Tolerance: rounding of two logarithms.
 */
static void ranges_end_where_scores_are_equal(void **state)
{
    (void)state;
    StabilityRange ranges[N];
    size_t n;
    const StabilityField f = field_of(OBJECTIVE_SOFT, 0);
    stability_over_w(&f, ranges, &n);
    assert_int_equal(n, 2);
    assert_int_equal(ranges[0].network, 0);
    assert_int_equal(ranges[1].network, 1);
    assert_true(isinf(ranges[0].low) && ranges[0].high == ranges[1].low && ranges[1].high == 0);
    assert_true(fabs(ranges[1].low + log(1.2) / log(2)) < 1e-12);
    const StabilityField hard = field_of(OBJECTIVE_HARD, 0);
    stability_over_w(&hard, ranges, &n);
    assert_int_equal(n, 0);
}

/*
 * Over pseudo-random networks and every form with a w: inside each range its network is the one
 * that stability_choose picks, ranges join without a gap from -inf to 0, and no two neighbours are
 * one network.
 */
static void ranges_hold_their_winners(void **state)
{
    (void)state;
    enum { MANY = 40, ROUNDS = 60 };
    static const ObjectiveForm forms[] = {OBJECTIVE_SOFT, OBJECTIVE_HARD_SOFT, OBJECTIVE_ABS};
    static const int seed[] = {0};
    unsigned draw = 7;
    for (int round = 0; round < ROUNDS; round++) {
        double accuracy[MANY];
        StabilityNetwork many[MANY];
        StabilityRange ranges[MANY];
        StabilityField f = {{forms[round % 3], 0, 2000, 0, false}, many, MANY, 1};
        bool is_chosen[MANY];
        size_t n;
        for (int i = 0; i < MANY; i++) {
            draw = draw * 1103515245u + 12345u;
            accuracy[i] = 40 + 0.5 * i + (double)(draw >> 16) / 65536 * 10;
            many[i] = (StabilityNetwork){100.0 * (i + 1), &accuracy[i]};
        }
        stability_over_w(&f, ranges, &n);
        assert_true(n > 0 && isinf(ranges[0].low) && ranges[n - 1].high == 0);
        for (size_t i = 0; i < n; i++) {
            const double low = i > 0 ? ranges[i].low : 2 * ranges[i].high - 1;
            assert_true(i == 0 || ranges[i].low == ranges[i - 1].high);
            assert_true(i == 0 || ranges[i].network != ranges[i - 1].network);
            f.objective.w = (low + ranges[i].high) / 2;
            stability_choose(&f, seed, 1, is_chosen);
            assert_true(is_chosen[ranges[i].network]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_chosen_by_the_mean),
        cmocka_unit_test(ties_go_to_fewer_macs),
        cmocka_unit_test(pareto_chooses_the_front),
        cmocka_unit_test(samples_are_those_of_the_seeds),
        cmocka_unit_test(ranges_end_where_scores_are_equal),
        cmocka_unit_test(ranges_hold_their_winners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
