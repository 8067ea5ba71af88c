/*
 * infer: logits of every network of the zoo against the oracle in double, beside those of the
 * training's forward pass; threads, batches and instruction sets move no bit.
 */
#include "infer/infer.h"

#include "base/rng.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "infer/inferstate.h"
#include "models/zoo.h"
#include "nettest.h"
#include "oracle.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 40, CLASSES = 7, BATCH = 5 };
static const double WIDTH = 0.25;

/* An Infer with the weights of a Net. */
static Infer *infer_of(const Net *net, InferSettings settings)
{
    Err err = {0};
    Infer *infer = NULL;
    float *data = mem_calloc(net_largest_tensor(net), sizeof *data);
    nettest_ok(infer_plan(&infer, net_network(net), &settings, &err), &err);
    for (int i = 0; i < net_n_tensors(net); i++) {
        net_read(net, i, NET_WEIGHTS, data);
        infer_write(infer, net_tensor(net, i)->op, net_tensor(net, i)->k, data);
    }
    infer_fold(infer);
    mem_free(data);
    return infer;
}

/* Biases, means and variances that no formula can hide behind; images of the batch. */
static void settle(Net *net, const TestBatch *batch)
{
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *tensor = net_tensor(net, i);
        if (tensor->n_dims != 1)
            continue;
        Rng rng = rng_start(11, RNG_SEARCH, 0, (uint64_t)i);
        float *data = mem_calloc(tensor->n_elements, sizeof *data);
        net_read(net, i, NET_WEIGHTS, data);
        for (size_t e = 0; e < tensor->n_elements; e++)
            data[e] += rng_uniform(&rng, -0.3f, 0.3f);
        net_write(net, i, NET_WEIGHTS, data);
        mem_free(data);
    }
    const StepSettings step = nettest_step(0.0);
    StepResult result;
    net_train_step(net, batch->images, batch->labels, &step, &result);
}

typedef struct Subject {
    Network network;
    TestBatch batch;
    Net *net;
} Subject;

static Subject open_subject(const char *name, double width, int side)
{
    Subject s = {.network = nettest_zoo(name, width, CLASSES, side)};
    s.network.bn_momentum = 0.0; /* one step settles the running statistics */
    s.batch = nettest_batch(&s.network, BATCH, 3);
    const NetSettings settings = nettest_training(BATCH, 2, NET_SGD);
    s.net = nettest_net(&s.network, &settings, 5);
    settle(s.net, &s.batch);
    return s;
}

static void close_subject(Subject *s)
{
    nettest_release_batch(&s->batch);
    net_destroy(&s->net);
    network_release(&s->network);
}

static InferSettings settings_of(int batch, int threads, CpuLevel level)
{
    return (InferSettings){.batch = batch, .threads = threads, .level = level};
}

/* Of vectors of logits, relative to the second. */
static double distance(const float *ours, const double *exact, size_t n)
{
    double off = 0.0, all = 0.0;
    for (size_t i = 0; i < n; i++) {
        off += pow((double)ours[i] - exact[i], 2.0);
        all += pow(exact[i], 2.0);
    }
    return sqrt(off / all);
}

/*
 * Against the oracle, whose weights are those of the training. Ours and the training's forward pass
 * round the same function about as often, in chains as long: ours once more for a weight, once less
 * for a batch norm. How much of a rounding arrives at the logits is the network's affair (up to
 * 1e-3 in the deepest, whose maps at 40 px have 4 pixels), so the training's own distance is the
 * measure: two walks of as many steps differ in length by less than 4, and where the training is
 * right by chance, by what L = 50 layers of one rounding of 2^-24 walk.
 */
static void check_logits(const char *name)
{
    Subject s = open_subject(name, WIDTH, SIDE);
    float ours[BATCH * CLASSES], trained[BATCH * CLASSES];
    double exact[BATCH * CLASSES];
    Oracle *oracle = oracle_create(s.net);
    Infer *infer = infer_of(s.net, settings_of(BATCH, 2, cpu_best_level()));
    infer_run(infer, s.batch.images, BATCH, ours);
    net_forward(s.net, NET_WEIGHTS, s.batch.images, BATCH, trained);
    oracle_logits(oracle, s.batch.images, BATCH, exact);
    const double off = distance(ours, exact, BATCH * CLASSES);
    const double measure = distance(trained, exact, BATCH * CLASSES);
    if (!(off <= 4.0 * (measure + sqrt(50.0) * ldexp(1.0, -24))))
        fail_msg("'%s': logits are off by %.3g, the training's by %.3g", name, off, measure);
    oracle_destroy(&oracle);
    infer_destroy(&infer);
    close_subject(&s);
}

static void test_every_network_matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoo_count(); i++)
        check_logits(zoo_name(i));
}

/* Every node of a cell, in all orders: the network beside the golden fixtures. */
static const char *cells_path(void)
{
    static char path[512];
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/golden/cells-cifar.yaml", source == NULL ? "." : source);
    return path;
}

static void test_cells_match(void **state)
{
    (void)state;
    check_logits(cells_path());
}

/*
 * Where a network does not amplify them, roundings stay below 1e-5: a sum of K <= 1024 products
 * walks sqrt(K)/2 = 16 half-ulps of 2^-24, 1e-6, relative to its terms; L <= 80 such sums walk
 * sqrt(80) = 9 times as far.
 */
static void test_logits_are_the_trainings_within_1e_5(void **state)
{
    static const char *const names[] = {"efficientnet-b0-cifar", "mobilenet-v3-small", "proxy-b0",
                                        "resnet-20-cifar"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        Subject s = open_subject(names[i], 1.0, 32);
        float ours[BATCH * CLASSES], trained[BATCH * CLASSES];
        double wanted[BATCH * CLASSES];
        Infer *infer = infer_of(s.net, settings_of(BATCH, 1, cpu_best_level()));
        infer_run(infer, s.batch.images, BATCH, ours);
        net_forward(s.net, NET_WEIGHTS, s.batch.images, BATCH, trained);
        for (int j = 0; j < BATCH * CLASSES; j++)
            wanted[j] = (double)trained[j];
        const double off = distance(ours, wanted, BATCH * CLASSES);
        if (!(off <= 1e-5))
            fail_msg("'%s': logits are %.3g from the training's", names[i], off);
        infer_destroy(&infer);
        close_subject(&s);
    }
}

/* --- bits --- */

/* Logits of n images at a time are `wanted`, bit for bit. */
static void check_same(const Subject *s, InferSettings settings, const float *wanted)
{
    const int side = s->network.resolution;
    float seen[BATCH * CLASSES];
    Infer *infer = infer_of(s->net, settings);
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
    const char *const names[] = {"efficientnet-b0-cifar", "efficientnet-v2-s", "mnasnet-a1",
                                 "mobilenet-v3-small",    "resnet-50",         cells_path()};
    static const int threads[] = {2, 3, 5, 8, 13, 16};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        Subject s = open_subject(names[i], WIDTH, 33);
        float wanted[BATCH * CLASSES];
        Infer *infer = infer_of(s.net, settings_of(BATCH, 1, cpu_best_level()));
        infer_run(infer, s.batch.images, BATCH, wanted);
        infer_destroy(&infer);
        for (size_t t = 0; t < ARRAY_LEN(threads); t++)
            check_same(&s, settings_of(t % 2 ? 1 : BATCH, threads[t], cpu_best_level()), wanted);
        for (int n = 1; n <= BATCH; n++)
            check_same(&s, settings_of(n, 1, cpu_best_level()), wanted);
        for (CpuLevel level = CPU_GENERIC; level < cpu_best_level(); level = cpu_next_level(level))
            check_same(&s, settings_of(BATCH, 2, level), wanted);
        close_subject(&s);
    }
}

/* Losses and classes are those of the logits. */
static void test_losses_are_those_of_the_logits(void **state)
{
    (void)state;
    Subject s = open_subject("proxy-b0", 1.0, 16);
    float logits[BATCH][CLASSES];
    double losses[BATCH];
    int32_t predictions[BATCH];
    Infer *infer = infer_of(s.net, settings_of(BATCH, 2, cpu_best_level()));
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
    close_subject(&s);
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
    const InferSettings settings = settings_of(batch, threads, cpu_best_level());
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

/* Maps that are larger than any memory, and networks that make no sense, are refused in words. */
static void test_impossible_networks_are_refused(void **state)
{
    (void)state;
    Err err = {0};
    Infer *infer = NULL;
    Network network = nettest_zoo("proxy-b0", 1.0, CLASSES, 16);
    InferSettings settings = settings_of(1, 1, cpu_best_level());
    network.ops[0].out_size = 1 << 30;
    assert_int_equal(infer_plan(&infer, &network, &settings, &err), ERR_MEMORY);
    assert_non_null(strstr(err.msg, "too large"));
    assert_null(infer);
    network_release(&network);
    network = nettest_zoo("proxy-b0", 1.0, CLASSES, 16);
    network.ops[0].kind = OP_MAX_POOL;
    err = (Err){0};
    assert_int_equal(infer_plan(&infer, &network, &settings, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "'stem'"));
    network_release(&network);
    network = nettest_zoo("proxy-b0", 1.0, CLASSES, 16);
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
    const InferSettings settings = settings_of(2, 2, cpu_best_level());
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
        cmocka_unit_test(test_every_network_matches),
        cmocka_unit_test(test_cells_match),
        cmocka_unit_test(test_logits_are_the_trainings_within_1e_5),
        cmocka_unit_test(test_nothing_moves_a_bit),
        cmocka_unit_test(test_losses_are_those_of_the_logits),
        cmocka_unit_test(test_values_lie_apart),
        cmocka_unit_test(test_maps_take_few_megabytes),
        cmocka_unit_test(test_impossible_networks_are_refused),
        cmocka_unit_test(test_memory_may_be_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
