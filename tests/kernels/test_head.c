/* head: bias, dropout, softmax with cross-entropy and argmax, at every level. */
#include "kernel_test.h"

#include <math.h>
#include <string.h>

#define MAX_ROWS 9
#define MAX_CLASSES 1000

static const int row_counts[] = {1, 2, 7, 9};
static const int class_counts[] = {1, 2, 10, 15, 16, 17, 100, 1000};

static double truth[MAX_ROWS * MAX_CLASSES], truth_loss[MAX_ROWS];

/* Logits below 4 in absolute value. z - max is off by 8u, its exp by 8u + 1 ulp relatively; the
 * loss adds the error of the shifted label and of the mean: below 32u and the rounding of a double.
 * dlogits (scale 1/4) has three more roundings of values below 1. */
#define LOSS_TOLERANCE (40.0 * UNIT_ROUNDOFF)
#define GRADIENT_TOLERANCE (0.25 * 24.0 * UNIT_ROUNDOFF)

/* `mixed`: rows have second labels, some of them the same, with shares from 0 to 1. */
static void check_softmax(int M, int K, float smoothing, bool mixed)
{
    const long ld = lanes_pad(K);
    float *logits = test_random_padded(M, K, ld);
    int32_t labels[MAX_ROWS], mixed_labels[MAX_ROWS];
    float shares[MAX_ROWS];
    for (int m = 0; m < M; m++) {
        labels[m] = (m * 7 + 3) % K;
        mixed_labels[m] = (m * 5 + 1) % K;
        shares[m] = (float)m / (float)(MAX_ROWS - 1);
    }
    for (long i = 0; i < M * ld; i++)
        logits[i] *= 4.0f;
    HeadSoftmaxArgs a = {.logits = logits,
                         .ld = ld,
                         .labels = labels,
                         .lddlogits = ld,
                         .smoothing = smoothing,
                         .grad_scale = 0.25f,
                         .M = M,
                         .n_classes = K,
                         .mixed_labels = mixed ? mixed_labels : NULL,
                         .shares = mixed ? shares : NULL};
    head_softmax__ref(&a, truth_loss, truth);
    const float *first = NULL;
    double first_loss[MAX_ROWS];
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        double loss[MAX_ROWS], loss_only[MAX_ROWS];
        a.loss = loss_only;
        a.dlogits = NULL;
        head_kernels(level).softmax(&a);
        a.loss = loss;
        a.dlogits = test_buffer(M * ld);
        head_kernels(level).softmax(&a);
        for (int m = 0; m < M; m++) {
            test_close("loss", m, loss[m], truth_loss[m], LOSS_TOLERANCE);
            test_close("loss without gradient", m, loss_only[m], loss[m], 0.0);
            for (int k = 0; k < ld; k++)
                test_close("dlogits", m * ld + k, (double)a.dlogits[m * ld + k],
                           k < K ? truth[(long)m * K + k] : 0.0, k < K ? GRADIENT_TOLERANCE : 0.0);
        }
        if (first == NULL) {
            first = a.dlogits;
            memcpy(first_loss, loss, sizeof first_loss);
        }
        test_same_bits("dlogits across levels", a.dlogits, first, M * ld);
        assert_memory_equal(loss, first_loss, sizeof(double) * (size_t)M);
    }
}

static void softmax_is_right(void **state)
{
    (void)state;
    const float smoothings[] = {0.0f, 0.1f};
    for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++)
        for (size_t j = 0; j < sizeof class_counts / sizeof *class_counts; j++)
            for (size_t s = 0; s < sizeof smoothings / sizeof *smoothings; s++) {
                for (int mixed = 0; mixed < 2; mixed++) {
                    test_begin((uint32_t)(i * 64 + j * 2 + s));
                    check_softmax(row_counts[i], class_counts[j], smoothings[s], mixed);
                    test_check_guards();
                }
            }
}

/* dlogits/grad_scale is the derivative of the reference loss: central differences of step 2^-8
 * (logits stay floats of few bits) of a function whose third derivative is below 1. */
static void gradient_matches_differences(void **state)
{
    (void)state;
    const int K = 10;
    const float step = 1.0f / 256.0f;
    test_begin(5);
    float *logits = test_random_padded(1, K, LANES), *dlogits = test_buffer(LANES);
    const int32_t label = 4;
    double loss, unused[10];
    HeadSoftmaxArgs a = {logits, LANES, &label, &loss, dlogits, LANES,
                         0.1f,   1.0f,  1,      K,     NULL,    NULL};
    head_kernels(test_top_level()).softmax(&a);
    for (int k = 0; k < K; k++) {
        const float kept = logits[k];
        double above, below;
        logits[k] = kept + step;
        head_softmax__ref(&a, &above, unused);
        logits[k] = kept - step;
        head_softmax__ref(&a, &below, unused);
        logits[k] = kept;
        test_close("dlogits", k, (double)dlogits[k], (above - below) / (2.0 * (double)step),
                   (double)(step * step) / 6.0 + 4.0 * GRADIENT_TOLERANCE);
    }
}

/* A NaN or an infinity anywhere among the classes shows in the loss; in place is allowed. */
static void softmax_shows_what_is_not_finite(void **state)
{
    (void)state;
    const float bad[] = {NAN, INFINITY};
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level))
        for (int i = 0; i < 2; i++)
            for (int k = 0; k < 20; k++) {
                test_begin((uint32_t)k);
                float *logits = test_random_padded(1, 20, 32);
                const int32_t label = 2;
                double loss;
                logits[k] = bad[i];
                head_kernels(level).softmax(&(HeadSoftmaxArgs){logits, 32, &label, &loss, logits,
                                                               32, 0.0f, 1.0f, 1, 20, NULL, NULL});
                assert_false(isfinite(loss));
                test_check_guards();
            }
}

static void argmax_takes_the_first(void **state)
{
    (void)state;
    float rows[4][LANES] = {{1, 3, 3, 2}, {NAN, 1, NAN, 2}, {NAN, NAN, NAN, NAN}, {-2, -1, -1, -1}};
    const int32_t want[] = {1, 3, 0, 1};
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        int32_t got[4];
        head_kernels(level).argmax(&(HeadArgmaxArgs){rows[0], LANES, got, 4, 4});
        assert_memory_equal(got, want, sizeof want);
    }
}

/* One rounding for bias and mask; M roundings of partial sums below M + 1 for the gradient of the
 * bias. */
static void bias_and_dropout_are_right(void **state)
{
    (void)state;
    const int N = 3 * LANES;
    for (int M = 1; M < 12; M++)
        for (CpuLevel level = CPU_GENERIC; level <= test_top_level();
             level = cpu_next_level(level)) {
            test_begin((uint32_t)M);
            const HeadKernels head = head_kernels(level);
            const float *x = test_random(M * N), *b = test_random(N), *mask = test_random(M * N);
            float *y = test_buffer(M * N), *dropped = test_buffer(M * N), *db = test_random(N);
            test_copy(y, x, M * N);
            head.bias(&(HeadBiasArgs){y, N, b, M, N});
            head.dropout(&(HeadDropoutArgs){x, N, mask, N, dropped, N, M, N});
            for (int n = 0; n < N; n++) {
                double sum = (double)db[n];
                for (int m = 0; m < M; m++) {
                    const int i = m * N + n;
                    sum += (double)x[i];
                    test_close("y", i, (double)y[i], (double)x[i] + (double)b[n],
                               2 * UNIT_ROUNDOFF);
                    test_close("dropped", i, (double)dropped[i], (double)x[i] * (double)mask[i],
                               UNIT_ROUNDOFF);
                }
                truth[n] = sum;
            }
            head.bias_grad(&(HeadBiasGradArgs){x, N, db, M, N});
            for (int n = 0; n < N; n++)
                test_close("db", n, (double)db[n], truth[n], M * (M + 1.0) * UNIT_ROUNDOFF);
            test_check_guards();
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(softmax_is_right),
        cmocka_unit_test(gradient_matches_differences),
        cmocka_unit_test(softmax_shows_what_is_not_finite),
        cmocka_unit_test(argmax_takes_the_first),
        cmocka_unit_test(bias_and_dropout_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
