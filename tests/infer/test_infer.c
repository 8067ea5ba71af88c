/*
 * infer: threads, batches and instruction sets move no bit; what is made of logits; memory.
 */
#include "base/sys.h"
#include "base/sysfault.h"
#include "infer/inferstate.h"
#include "models/zoo.h"
#include "infertest.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 40, CLASSES = INFERTEST_CLASSES, BATCH = INFERTEST_BATCH };
static const double WIDTH = 0.25;

/* --- bits --- */

/* Logits of n images at a time are `wanted`, bit for bit. */
static void check_same(const InferSubject *s, InferSettings settings, const float *wanted)
{
    const int side = s->network.resolution;
    float seen[BATCH * CLASSES];
    Infer *infer = infertest_infer(s->net, settings);
    for (int i = 0; i < BATCH; i += settings.batch) {
        const int n = BATCH - i < settings.batch ? BATCH - i : settings.batch;
        infer_run(infer, s->batch.images + (size_t)i * 3 * (size_t)side * (size_t)side, n,
                  seen + (size_t)i * CLASSES);
    }
    infer_destroy(&infer);
    if (memcmp(seen, wanted, sizeof seen) != 0)
        fail_msg("'%s': other bits with %d threads, %d images at a time, %s", s->network.name,
                 settings.threads, settings.batch, cpu_level_name(settings.level));
}

/* Every kind of step, layers that are shared out by rows and by channels, uneven blocks. */
static void test_nothing_moves_a_bit(void **state)
{
    static const char *const names[] = {
        "efficientnet-b0-cifar", "efficientnet-v2-s", "mnasnet-a1",
        "mobilenet-v3-small",    "resnet-50",         "tests/golden/cells-cifar.yaml",
        "tests/infer/odd.yaml",
    };
    static const int threads[] = {2, 3, 5, 8, 13, 16};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        InferSubject s = infertest_zoo(names[i], WIDTH, 33);
        float wanted[BATCH * CLASSES];
        Infer *infer = infertest_infer(s.net, infertest_settings(BATCH, 1, cpu_best_level()));
        infer_run(infer, s.batch.images, BATCH, wanted);
        infer_destroy(&infer);
        for (size_t t = 0; t < ARRAY_LEN(threads); t++)
            check_same(&s, infertest_settings(t % 2 ? 1 : BATCH, threads[t], cpu_best_level()),
                       wanted);
        for (int n = 1; n <= BATCH; n++)
            check_same(&s, infertest_settings(n, 1, cpu_best_level()), wanted);
        for (CpuLevel level = CPU_GENERIC; level < cpu_best_level(); level = cpu_next_level(level))
            check_same(&s, infertest_settings(BATCH, 2, level), wanted);
        infertest_close(&s);
    }
}

/* Losses and classes are those of the logits. */
static void test_losses_are_those_of_the_logits(void **state)
{
    (void)state;
    InferSubject s = infertest_zoo("proxy-b0", 1.0, 16);
    float logits[BATCH][CLASSES];
    double losses[BATCH];
    int32_t predictions[BATCH];
    Infer *infer = infertest_infer(s.net, infertest_settings(BATCH, 2, cpu_best_level()));
    infer_run(infer, s.batch.images, BATCH, &logits[0][0]);
    infer_evaluate(infer, s.batch.images, s.batch.labels, BATCH, losses, predictions);
    for (int i = 0; i < BATCH; i++) {
        double sum = 0.0;
        for (int c = 0; c < CLASSES; c++)
            sum += exp((double)logits[i][c] - (double)logits[i][s.batch.labels[i]]);
        /* seven exponentials in float, each right to 2 ulp: 2 x 2^-23 of their sum */
        assert_true(fabs(losses[i] - log(sum)) <= 4.0 * ldexp(1.0, -23));
        for (int c = 0; c < CLASSES; c++)
            assert_true(c < predictions[i] ? logits[i][c] < logits[i][predictions[i]]
                                           : logits[i][c] <= logits[i][predictions[i]]);
    }
    infer_destroy(&infer);
    infertest_close(&s);
}

/* --- memory --- */

static bool are_apart(const Value *a, const Value *b, int lot)
{
    return a->data + a->image_floats * lot <= b->data || b->data + b->image_floats * lot <= a->data;
}

static Infer *plan(const Network *network, int batch, int threads)
{
    Err err = {0};
    Infer *infer = NULL;
    const InferSettings settings = infertest_settings(batch, threads, cpu_best_level());
    nettest_ok(infer_plan(&infer, network, &settings, &err), &err);
    return infer;
}

/* Values that are in use at one time lie apart, and each step finds what it reads in use. */
static void test_values_lie_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoo_count(); i++) {
        Network network = nettest_zoo(zoo_name(i), WIDTH, CLASSES, SIDE);
        Infer *infer = plan(&network, 3, 2);
        for (int a = 0; a < infer->n_values; a++)
            for (int b = 0; b < a; b++) {
                const Value *x = &infer->values[a], *y = &infer->values[b];
                if (x->first <= y->last && y->first <= x->last)
                    assert_true(are_apart(x, y, infer->lot));
            }
        for (int k = 0; k < infer->n_steps; k++) {
            const Step *step = &infer->steps[k];
            const int read[] = {step->source != NULL ? step->source->input : step->input,
                                step->shortcut, step->means, step->output};
            for (size_t j = 0; step->run != NULL && j < ARRAY_LEN(read); j++)
                if (read[j] != NO_VALUE)
                    assert_true(infer->values[read[j]].first <= k &&
                                k <= infer->values[read[j]].last);
        }
        infer_destroy(&infer);
        network_release(&network);
    }
}

/* EfficientNet-B0's wide maps are never stored: all maps of an image take less than one of them. */
static void test_maps_take_few_megabytes(void **state)
{
    (void)state;
    Network network = nettest_zoo("efficientnet-b0", 1.0, 0, 0);
    Infer *infer = plan(&network, 1, 1);
    const size_t widest = (size_t)112 * 112 * 96 * sizeof(float);
    assert_true(infer_memory(infer).activation_bytes < widest);
    infer_destroy(&infer);
    network_release(&network);
}

/* The stem, pool and classifier of a network, with so many channels between them. */
static Network shorten(Network network, int channels)
{
    Op *ops = network.ops;
    ops[1] = ops[network.n_ops - 2];
    ops[2] = ops[network.n_ops - 1];
    network.n_ops = 3;
    ops[0].out_channels = ops[1].in_channels = ops[1].out_channels = ops[2].in_channels = channels;
    ops[1].input = 0;
    ops[1].in_size = ops[0].out_size;
    ops[2].input = 1;
    return network;
}

/* Maps that are larger than any memory, and settings that make no sense, are refused in words. */
static void test_impossible_plans_are_refused(void **state)
{
    (void)state;
    Err err = {0};
    Infer *infer = NULL;
    Network network = shorten(nettest_zoo("proxy-b0", 1.0, CLASSES, OPS_SIDE_MOST), 1 << 21);
    InferSettings settings = infertest_settings(1, 1, cpu_best_level());
    assert_int_equal(infer_plan(&infer, &network, &settings, &err), ERR_MEMORY);
    assert_non_null(strstr(err.msg, "maps of network 'proxy-b0'"));
    assert_non_null(strstr(err.msg, "too large"));
    assert_null(infer);
    settings.threads = 0;
    err = (Err){0};
    assert_int_equal(infer_plan(&infer, &network, &settings, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "threads 0"));
    network_release(&network);
}

/* Every allocation may fail: one error, nothing left. */
static void test_memory_may_be_short(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 0.5, CLASSES, 16);
    const InferSettings settings = infertest_settings(2, 2, cpu_best_level());
    bool has_fired = true;
    long k = 1;
    for (; has_fired; k++) {
        Err err = {0};
        Infer *infer = NULL;
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = infer_plan(&infer, &network, &settings, &err);
        has_fired = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, has_fired ? ERR_MEMORY : ERR_NONE);
        assert_true(has_fired == (infer == NULL));
        infer_destroy(&infer);
    }
    assert_true(k > 8);
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_moves_a_bit),
        cmocka_unit_test(test_losses_are_those_of_the_logits),
        cmocka_unit_test(test_values_lie_apart),
        cmocka_unit_test(test_maps_take_few_megabytes),
        cmocka_unit_test(test_impossible_plans_are_refused),
        cmocka_unit_test(test_memory_may_be_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
