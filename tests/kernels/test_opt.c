/* opt: the tree over the slots and the updates, at every level. */
#include "kernel_test.h"

#include <math.h>
#include <string.h>

#define MAX_N (5 * LANES)
#define MAX_STATES 3
#define N_RULES 4 /* in the order of update_of */

static double truth[MAX_STATES][MAX_N];

/* The tree of docs/numerics.md in plain C: the bits must be these, not only the value. */
static float tree(const float *slots, long stride, int n)
{
    float v[OPT_MAX_SLOTS];
    for (int i = 0; i < n; i++)
        v[i] = slots[i * stride];
    for (; n > 1; n = (n + 1) / 2) {
        for (int i = 0; i < n / 2; i++)
            v[i] = v[2 * i] + v[2 * i + 1];
        if (n % 2)
            v[n / 2] = v[n - 1];
    }
    return v[0];
}

static void slots_are_summed_by_the_tree(void **state)
{
    (void)state;
    const long stride = MAX_N + LANES;
    for (int n = 1; n <= OPT_MAX_SLOTS; n++)
        for (long length = LANES; length <= MAX_N; length += LANES) {
            test_begin((uint32_t)(n * 8));
            const float *slots = test_random(n * stride);
            float *want = test_buffer(length);
            for (long j = 0; j < length; j++)
                want[j] = tree(slots + j, stride, n);
            for (CpuLevel level = CPU_GENERIC; level <= test_top_level();
                 level = cpu_next_level(level)) {
                float *g = test_buffer(length);
                opt_kernels(level).sum(&(OptSumArgs){{slots, stride, n}, g, length});
                test_same_bits("g", g, want, length);
            }
            test_check_guards();
        }
}

typedef void (*Update)(const OptUpdateArgs *args);

static Update update_of(CpuLevel level, int rule)
{
    const OptKernels opt = opt_kernels(level);
    const Update updates[N_RULES] = {opt.sgd_nesterov, opt.rmsprop_tf, opt.rmsprop_torch,
                                     opt.adamw};
    return updates[rule];
}

/* truth[0..2] = w, velocity, mean_square after one step in double. */
static void update_truth(const OptUpdateArgs *a, int rule)
{
    if (rule == 0)
        opt_sgd_nesterov__ref(a, truth[0], truth[1]);
    else if (rule == 1)
        opt_rmsprop_tf__ref(a, truth[0], truth[1], truth[2]);
    else if (rule == 2)
        opt_rmsprop_torch__ref(a, truth[0], truth[1], truth[2]);
    else
        opt_adamw__ref(a, truth[0], truth[1], truth[2]);
}

/* Slots sum to less than 16 with 4 roundings; mean squares are at least 1/4, hence at most 12 more
 * roundings of values below 16*16 = 256 (mean square) or 34 (w, velocity: g/sqrt(ms) < 2*17)
 * follow, and the derivative of g/sqrt(ms + eps) by ms is below 4*17. AdamW's mean is below
 * 0.9 + 0.1*16 and its step below 2.5/(1.5*sqrt(1/8)) < 5. */
static void check_update(int rule, int n_slots, float weight_decay)
{
    const long n = MAX_N;
    const float *slots = test_random(n_slots * n), *w = test_random(n), *velocity = test_random(n);
    float *mean_square = test_random(n);
    for (long j = 0; j < n; j++)
        mean_square[j] = 0.625f + mean_square[j] * 0.375f;
    const OptSettings settings = {.lr = 0.1f,
                                  .momentum = 0.9f,
                                  .rho = 0.5f,
                                  .eps = 0.001f,
                                  .weight_decay = weight_decay,
                                  .mean_scale = 10.0f,
                                  .root_scale = 1.5f};
    const float *first[MAX_STATES] = {NULL, NULL, NULL};
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *states[MAX_STATES] = {test_buffer(n), test_buffer(n), test_buffer(n)};
        test_copy(states[0], w, n);
        test_copy(states[1], velocity, n);
        test_copy(states[2], mean_square, n);
        const OptUpdateArgs a = {{slots, n, n_slots},     states[0], states[1],
                                 rule ? states[2] : NULL, n,         settings};
        update_truth(&a, rule);
        update_of(level, rule)(&a);
        const double tolerances[MAX_STATES] = {16 * 34 * UNIT_ROUNDOFF, 16 * 68 * UNIT_ROUNDOFF,
                                               16 * 256 * UNIT_ROUNDOFF};
        for (int i = 0; i < (rule ? 3 : 2); i++) {
            for (long j = 0; j < n; j++)
                test_close("state", i * n + j, (double)states[i][j], truth[i][j], tolerances[i]);
            first[i] = first[i] != NULL ? first[i] : states[i];
            test_same_bits("state across levels", states[i], first[i], n);
        }
    }
}

static void updates_are_right(void **state)
{
    (void)state;
    for (int rule = 0; rule < N_RULES; rule++)
        for (int n_slots = 1; n_slots <= OPT_MAX_SLOTS; n_slots++)
            for (int decayed = 0; decayed < 2; decayed++) {
                test_begin((uint32_t)(rule * 64 + n_slots * 2 + decayed));
                check_update(rule, n_slots, decayed ? 0.05f : 0.0f);
                test_check_guards();
            }
}

/* Pad lanes (gradient, weight, velocity 0; mean square 0 or 1) stay exactly 0 over steps. */
static void pad_lanes_stay_zero(void **state)
{
    (void)state;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
        for (int rule = 0; rule < N_RULES; rule++) {
            float g[LANES] = {0}, w[LANES] = {0}, v[LANES] = {0}, ms[LANES];
            for (int i = 0; i < LANES; i++)
                ms[i] = rule == 1 ? 1.0f : 0.0f;
            const OptUpdateArgs a = {
                {g, LANES, 1}, w, v, ms, LANES, {0.1f, 0.9f, 0.9f, 0.001f, 0.01f, 10.0f, 3.0f}};
            for (int step = 0; step < 3; step++)
                update_of(level, rule)(&a);
            for (int i = 0; i < LANES; i++)
                assert_true(w[i] == 0.0f && v[i] == 0.0f);
        }
}

/* Two roundings of values below 1. */
static void ema_is_right(void **state)
{
    (void)state;
    test_begin(9);
    const float *w = test_random(MAX_N), *old = test_random(MAX_N);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *ema = test_buffer(MAX_N);
        test_copy(ema, old, MAX_N);
        opt_kernels(level).ema(&(OptEmaArgs){w, ema, MAX_N, 0.75f});
        for (int j = 0; j < MAX_N; j++)
            test_close("ema", j, (double)ema[j], 0.75 * (double)old[j] + 0.25 * (double)w[j],
                       2.0 * UNIT_ROUNDOFF);
    }
    test_check_guards();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_summed_by_the_tree),
        cmocka_unit_test(updates_are_right),
        cmocka_unit_test(pad_lanes_stay_zero),
        cmocka_unit_test(ema_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
