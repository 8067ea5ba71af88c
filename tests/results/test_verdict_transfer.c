/* tests/results/test_verdict_transfer.c: T1 to T3 on made-up studies, and what they leave alone. */
#include "tests/results/world.h"

#include "results/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { N_SEEDS = 3, N_STRATEGIES = 4, N_COSTS = 2, NAME_BYTES = 48 };

static const char *const strategies[N_STRATEGIES] = {"width", "depth", "resolution", "compound"};

/* Small differences of seeds, so that there is noise; they sum to 0. */
static const double noise[N_SEEDS] = {-0.2, 0.3, -0.1};

static StoreCarried sets[2] = {{.data_name = "one",
                                .classes = 10,
                                .n_train = 100,
                                .n_val = 2000,
                                .n_test = 10000,
                                .yaml = "",
                                .init = ""},
                               {.data_name = "two",
                                .classes = 10,
                                .n_train = 100,
                                .n_val = 2000,
                                .n_test = 10000,
                                .yaml = "",
                                .init = ""}};
static World world;
static char names[WORLD_POINTS][NAME_BYTES];
static Verdict verdicts[VERDICT_MAX];
static size_t n_verdicts;

/* A network whose seeds differ from `mean` by the noise, beginning with that of a seed. */
static StorePointResult *put(const char *part, const char *series, int cost, double mean, int first)
{
    double top1[N_SEEDS];
    for (int s = 0; s < N_SEEDS; s++)
        top1[s] = mean + noise[(s + first) % N_SEEDS];
    const int64_t macs = WORLD_BASELINE * (cost + 1);
    StorePointResult *p = world_add(&world, part, series, macs, macs, top1, N_SEEDS);
    p->point.x = cost + 1;
    return p;
}

static StorePointResult *carry(const StoreCarried *set, const char *way, const char *series,
                               int cost, double mean)
{
    char *name = names[world.results.n_points];
    snprintf(name, NAME_BYTES, "%s/%s/%s", set->data_name, way, series);
    StorePointResult *p = put("transfer", name, cost, mean, (int)world.results.n_points);
    p->carried = set;
    return p;
}

/* The study's own networks, compound ahead by so much, all others a point apart. */
static void begin(double ahead)
{
    world_begin(&world);
    for (int cost = 0; cost < N_COSTS; cost++)
        for (int k = 0; k < N_STRATEGIES; k++)
            put("compare", strategies[k], cost, 50 + k + 4 * cost + (k == 3 ? ahead : 0), k + cost);
}

/* All of them on a data set: fine-tuned as far apart as `spread` times on the source. */
static void carry_all(const StoreCarried *set, double tuning, double spread, double ahead)
{
    for (int cost = 0; cost < N_COSTS; cost++)
        for (int k = 0; k < N_STRATEGIES; k++) {
            const double mean = 60 + spread * (k + 4 * cost) + (k == 3 ? ahead : 0);
            carry(set, "finetune", strategies[k], cost, mean);
            carry(set, "scratch", strategies[k], cost, mean - tuning);
        }
}

static const Verdict *judge(const char *id, Arena *arena)
{
    Err err = {0};
    if (verdict_all(&world.results, arena, verdicts, &n_verdicts, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return verdict_find(verdicts, n_verdicts, id);
}

/* Fine-tuned and scratch of one network meet; one data set that says the contrary refutes. */
static void every_data_set_is_asked(void **state)
{
    (void)state;
    Arena arena = {0};
    begin(0);
    carry_all(&sets[0], 2, 1, 0);
    const Verdict *v = judge("T1", &arena);
    assert_int_equal(v->n_contrasts, 1);
    assert_string_equal(v->contrasts[0].name, "one: finetune minus scratch");
    assert_true(fabs(v->contrasts[0].interval.mean - 2) < 1e-9); /* the noise sums to 0 */
    assert_int_equal(v->outcome, VERDICT_CONFIRMED);
    carry_all(&sets[1], -2, 1, 0);
    v = judge("T1", &arena);
    assert_int_equal(v->n_contrasts, 2);
    assert_int_equal(v->outcome, VERDICT_REFUTED);
    assert_true(v->effect.mean < 0);
    arena_release(&arena);
}

/* Training from scratch for pretraining's MACs, too, stands beside and decides nothing. */
static void pretraining_stands_beside(void **state)
{
    (void)state;
    Arena arena = {0};
    begin(0);
    carry_all(&sets[0], 2, 1, 0);
    for (int cost = 0; cost < N_COSTS; cost++)
        for (int k = 0; k < N_STRATEGIES; k++)
            carry(&sets[0], "scratch-total", strategies[k], cost, 61 + k + 4 * cost)->epochs =
                2 * WORLD_EPOCHS;
    const Verdict *v = judge("T1", &arena);
    assert_int_equal(v->n_contrasts, 2);
    assert_string_equal(v->contrasts[1].name, "one: finetune minus scratch-total");
    assert_true(fabs(v->contrasts[1].interval.mean + 1) < 1e-9);
    assert_false(v->contrasts[1].decides);
    assert_int_equal(v->outcome, VERDICT_CONFIRMED);
    arena_release(&arena);
}

/* The order is seen where it is there; four networks decide nothing. */
static void orders_are_compared(void **state)
{
    (void)state;
    Arena arena = {0};
    begin(0);
    carry_all(&sets[0], 0, 1, 0);
    const Verdict *v = judge("T2", &arena);
    assert_int_equal(v->contrasts[0].interval.n, N_COSTS * N_STRATEGIES);
    assert_true(v->effect.mean == 1.0);
    assert_int_equal(v->outcome, VERDICT_CONFIRMED);
    begin(0);
    carry_all(&sets[0], 0, -1, 0);
    assert_int_equal(judge("T2", &arena)->outcome, VERDICT_REFUTED);
    begin(0);
    for (int k = 0; k < N_STRATEGIES; k++)
        carry(&sets[0], "finetune", strategies[k], 0, 60 + k);
    v = judge("T2", &arena);
    assert_int_equal(v->outcome, VERDICT_INCONCLUSIVE);
    assert_string_equal(v->contrasts[0].note, "4 networks: 5 decide");
    arena_release(&arena);
}

/*
 * Luck that a seed hands on is no agreement: networks that are all alike and differ by their seeds
 * alone, in the same way on both sides, have no order, although each seed's agree wholly.
 */
static void luck_is_no_order(void **state)
{
    (void)state;
    Arena arena = {0};
    world_begin(&world);
    for (int cost = 0; cost < N_COSTS; cost++)
        for (int k = 0; k < N_STRATEGIES; k++) {
            const int first = k + cost;
            put("compare", strategies[k], cost, 50, first);
            char *name = names[world.results.n_points];
            snprintf(name, NAME_BYTES, "one/finetune/%s", strategies[k]);
            put("transfer", name, cost, 60, first)->carried = &sets[0];
        }
    const Verdict *v = judge("T2", &arena);
    assert_true(v->effect.mean < 0.0);
    assert_int_not_equal(v->outcome, VERDICT_CONFIRMED);
    arena_release(&arena);
}

/* An advantage that is there on both sides survives, one that is gone does not; one that never was
 * cannot. */
static void advantages_survive_or_not(void **state)
{
    (void)state;
    static const struct {
        double source, target;
        VerdictOutcome outcome;
        const char *why;
    } cases[] = {{3, 3, VERDICT_CONFIRMED, "every contrast agrees"},
                 {3, -5, VERDICT_REFUTED, "a contrast contradicts"},
                 {-5, 3, VERDICT_INCONCLUSIVE, "no advantage on the source"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        begin(cases[i].source);
        carry_all(&sets[0], 0, 1, cases[i].target);
        const Verdict *v = judge("T3", &arena);
        assert_int_equal(v->outcome, cases[i].outcome);
        assert_string_equal(v->why, cases[i].why);
        assert_int_equal(v->n_contrasts, 2 * N_COSTS);
        assert_non_null(strstr(v->contrasts[0].name, "one: compound minus resolution"));
        arena_release(&arena);
    }
}

/* Unripe networks decide T1, which is about a budget, and not the others. */
static void budgets_need_not_be_ripe(void **state)
{
    (void)state;
    Arena arena = {0};
    begin(3);
    carry_all(&sets[0], 2, 1, 3);
    for (size_t i = 0; i < world.results.n_points; i++)
        world_train(&world, i, i < N_COSTS * N_STRATEGIES ? world_settled : world_rising);
    assert_int_equal(judge("T1", &arena)->outcome, VERDICT_CONFIRMED);
    assert_non_null(strstr(judge("T1", &arena)->summary, "not ripe"));
    assert_string_equal(judge("T2", &arena)->why, "unripe");
    assert_string_equal(judge("T3", &arena)->why, "unripe");
    arena_release(&arena);
}

/* What was carried is no noise of the study's own networks. */
static void own_noise_stays(void **state)
{
    (void)state;
    Arena arena = {0};
    begin(3);
    const VerdictNoise before = judge("O2", &arena)->noise;
    carry_all(&sets[0], 9, 5, 3);
    const VerdictNoise after = judge("O2", &arena)->noise;
    assert_true(after.sd == before.sd && after.df == before.df);
    assert_int_equal(after.n_networks, N_COSTS * N_STRATEGIES);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_data_set_is_asked),   cmocka_unit_test(pretraining_stands_beside),
        cmocka_unit_test(orders_are_compared),       cmocka_unit_test(luck_is_no_order),
        cmocka_unit_test(advantages_survive_or_not), cmocka_unit_test(budgets_need_not_be_ripe),
        cmocka_unit_test(own_noise_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
