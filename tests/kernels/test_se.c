/* se: forward, backward and scaling of one image, at every level. */
#include "kernel_test.h"

#include <string.h>

#define MAX_C 100
#define MAX_S 33

static const int channel_counts[] = {1, 8, 15, 16, 17, 48, 64, 65, 100};
static const int squeezed_counts[] = {1, 2, 4, 16, 17, 33};
static const ActFn activations[] = {ACT_FN_SWISH, ACT_FN_RELU, ACT_FN_NONE, ACT_FN_SIGMOID};

static double truth_t[MAX_S], truth_v[MAX_S], truth_s[MAX_C];
static double truth_dt1[MAX_S], truth_dt2[MAX_C], truth_dp[MAX_C];

/* One layer with its buffers. */
typedef struct Layer {
    int C, S;
    long Cp, Sp;
    float *p, *W1, *b1, *W2, *b2, *W1t, *W2t;
    float *t, *v, *s;
    SeGateFn gate;
} Layer;

static void layer_init(Layer *l, int C, int S)
{
    *l = (Layer){.C = C, .S = S, .Cp = lanes_pad(C), .Sp = lanes_pad(S)};
    l->p = test_random_padded(1, C, l->Cp);
    l->W1 = test_random_padded(C, S, l->Sp);
    l->b1 = test_random_padded(1, S, l->Sp);
    l->W2 = test_random_padded(S, C, l->Cp);
    l->b2 = test_random_padded(1, C, l->Cp);
    l->W1t = test_buffer(S * l->Cp);
    l->W2t = test_buffer(C * l->Sp);
    pw_kernels(CPU_GENERIC).transpose(&(PwTransposeArgs){l->W1, l->Sp, l->W1t, l->Cp, C, S});
    pw_kernels(CPU_GENERIC).transpose(&(PwTransposeArgs){l->W2, l->Cp, l->W2t, l->Sp, S, C});
}

static SeForwardArgs forward_args(Layer *l, ActFn act)
{
    l->t = test_buffer(l->Sp);
    l->v = test_buffer(l->Sp);
    l->s = test_buffer(l->Cp);
    return (SeForwardArgs){l->p, l->W1, l->b1, l->W2, l->b2, l->t,
                           l->v, l->s,  l->C,  l->S,  act,   l->gate};
}

static void check_vector(const char *what, const float *got, const double *want, int used, long ld,
                         double tolerance)
{
    for (int i = 0; i < ld; i++)
        test_close(what, i, (double)got[i], i < used ? want[i] : 0.0, i < used ? tolerance : 0.0);
}

/* t: a chain of C products below 1 and a bias. v follows with slope 1.1 and 4 ulp of values below C
 * + 1; the chain over S of s has weights below 1, sigmoid a slope of 1/4
 * (the hard one 1/6, with two roundings). */
static void check_forward(Layer *l, ActFn act, const float *first[2])
{
    const int C = l->C, S = l->S;
    const double t_error = (C + 1.0) * (C + 1.0) * UNIT_ROUNDOFF;
    const double v_error = 1.1 * t_error + 8.0 * (C + 1.0) * UNIT_ROUNDOFF;
    const double u_error = S * v_error + (S + 1.0) * (S * (C + 1.0) + 1.0) * UNIT_ROUNDOFF;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        const SeForwardArgs a = forward_args(l, act);
        se_forward__ref(&a, truth_t, truth_v, truth_s);
        se_kernels(level).forward(&a);
        check_vector("t", l->t, truth_t, S, l->Sp, t_error);
        check_vector("v", l->v, truth_v, S, l->Sp, v_error);
        check_vector("s", l->s, truth_s, C, l->Cp, u_error / 4.0 + 4.0 * UNIT_ROUNDOFF);
        first[0] = first[0] != NULL ? first[0] : l->v;
        first[1] = first[1] != NULL ? first[1] : l->s;
        test_same_bits("v across levels", l->v, first[0], l->Sp);
        test_same_bits("s across levels", l->s, first[1], l->Cp);
    }
}

static void forward_is_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof channel_counts / sizeof *channel_counts; i++)
        for (size_t j = 0; j < sizeof squeezed_counts / sizeof *squeezed_counts; j++)
            for (size_t k = 0; k < sizeof activations / sizeof *activations; k++) {
                test_begin((uint32_t)(i * 64 + j * 8 + k));
                Layer l;
                layer_init(&l, channel_counts[i], squeezed_counts[j]);
                check_forward(&l, activations[k], (const float *[2]){NULL, NULL});
                l.gate = SE_GATE_FN_HARD_SIGMOID;
                check_forward(&l, activations[k], (const float *[2]){NULL, NULL});
                test_check_guards();
            }
}

/* Gradients of one image. */
typedef struct Gradients {
    float *dt1, *dt2, *dp;
} Gradients;

static Gradients backward(Layer *l, CpuLevel level, ActFn act, const float *ds)
{
    Gradients g = {test_buffer(l->Sp), test_buffer(l->Cp), test_buffer(l->Cp)};
    const SeBackwardArgs a = {ds,    l->t, l->s, l->W1t, l->W2t, g.dt1,
                              g.dt2, g.dp, l->C, l->S,   act,    l->gate};
    se_kernels(level).backward(&a);
    se_backward__ref(&a, truth_dt1, truth_dt2, truth_dp);
    return g;
}

/* dt2 is below 1/4 with 3 roundings (behind a hard sigmoid below 1/6 with 2); dv a chain of C of it
 * (below C/4); dt1 grows by a slope of 1.1 with 8 ulp; dp a chain of S of that. */
static void check_backward(Layer *l, ActFn act)
{
    const int C = l->C, S = l->S;
    const double dt2_error = 3.0 / 4.0 * UNIT_ROUNDOFF;
    const double dt1_size = 1.1 * C / 4.0;
    const double dt1_error =
        1.1 * (C * dt2_error + C * C / 4.0 * UNIT_ROUNDOFF) + 8.0 * dt1_size * UNIT_ROUNDOFF;
    const double dp_error = S * dt1_error + S * (S * dt1_size) * UNIT_ROUNDOFF;
    const float *ds = test_random_padded(1, C, l->Cp);
    const SeForwardArgs f = forward_args(l, act);
    se_kernels(CPU_GENERIC).forward(&f);
    Gradients first = {0};
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        const Gradients g = backward(l, level, act, ds);
        check_vector("dt2", g.dt2, truth_dt2, C, l->Cp, dt2_error);
        check_vector("dt1", g.dt1, truth_dt1, S, l->Sp, dt1_error);
        check_vector("dp", g.dp, truth_dp, C, l->Cp, dp_error);
        first = level == CPU_GENERIC ? g : first;
        test_same_bits("dt1 across levels", g.dt1, first.dt1, l->Sp);
        test_same_bits("dt2 across levels", g.dt2, first.dt2, l->Cp);
        test_same_bits("dp across levels", g.dp, first.dp, l->Cp);
    }
}

static void backward_is_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof channel_counts / sizeof *channel_counts; i++)
        for (size_t j = 0; j < sizeof squeezed_counts / sizeof *squeezed_counts; j++)
            for (size_t k = 0; k < sizeof activations / sizeof *activations; k++) {
                test_begin((uint32_t)(i * 64 + j * 8 + k));
                Layer l;
                layer_init(&l, channel_counts[i], squeezed_counts[j]);
                check_backward(&l, activations[k]);
                l.gate = SE_GATE_FN_HARD_SIGMOID;
                check_backward(&l, activations[k]);
                test_check_guards();
            }
}

/* Sum of ds * s in double. */
static double loss_of(const SeForwardArgs *a, const float *ds)
{
    double loss = 0.0;
    se_forward__ref(a, truth_t, truth_v, truth_s);
    for (int c = 0; c < a->C; c++)
        loss += (double)ds[c] * truth_s[c];
    return loss;
}

/* Every gradient by central differences of step 2^-8 (inputs of 12 bits stay exact). The layer has
 * 17 inputs below 1: third derivatives stay below 32, so the quotient is off by 32/6*2^-16; the
 * passes' own error is far below. */
static void gradients_match_differences(void **state)
{
    (void)state;
    const float step = 1.0f / 256.0f;
    const double tolerance = 32.0 / 6.0 * (double)(step * step);
    test_begin(31);
    Layer l;
    layer_init(&l, 17, 5);
    const float *ds = test_random_padded(1, l.C, l.Cp);
    const SeForwardArgs f = forward_args(&l, ACT_FN_SWISH);
    se_kernels(test_top_level()).forward(&f);
    const Gradients g = backward(&l, test_top_level(), ACT_FN_SWISH, ds);
    const struct {
        const char *name;
        float *value;
        const float *gradient;
        int n;
    } tensors[] = {{"p", l.p, g.dp, l.C}, {"b1", l.b1, g.dt1, l.S}, {"b2", l.b2, g.dt2, l.C}};
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++)
        for (int j = 0; j < tensors[i].n; j++) {
            float *const x = tensors[i].value + j, kept = *x;
            *x = kept + step;
            const double above = loss_of(&f, ds);
            *x = kept - step;
            const double below = loss_of(&f, ds);
            *x = kept;
            test_close(tensors[i].name, j, (double)tensors[i].gradient[j],
                       (above - below) / (2.0 * (double)step), tolerance);
        }
    test_check_guards();
}

/* One rounding of a product below 1. */
static void scale_is_right(void **state)
{
    (void)state;
    for (int P = 1; P < 9; P++) {
        const int C = 3 * LANES;
        test_begin((uint32_t)P);
        const float *x = test_random(P * C), *s = test_random(C);
        for (CpuLevel level = CPU_GENERIC; level <= test_top_level();
             level = cpu_next_level(level)) {
            float *y = test_buffer(P * C);
            se_kernels(level).scale(&(SeScaleArgs){x, C, s, y, C, P, C});
            for (int i = 0; i < P * C; i++)
                test_close("y", i, (double)y[i], (double)x[i] * (double)s[i % C], UNIT_ROUNDOFF);
        }
        test_check_guards();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_right),
        cmocka_unit_test(backward_is_right),
        cmocka_unit_test(gradients_match_differences),
        cmocka_unit_test(scale_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
