/*
 * Our gradients, losses and logits against the oracle, and the oracle against finite differences,
 * on small networks that have every kind of operation between them.
 */
#include "base/file.h"
#include "base/rng.h"
#include "base/sys.h"
#include "models/ops.h"
#include "models/resolve.h"
#include "models/zoo.h"
#include "nettest.h"
#include "oracle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { PATH_BYTES = 512 };

/*
 * The seed of the images is one for which no input of a ReLU lies within rounding of its kink,
 * where float and double would rightly differ. (Our bits are the same everywhere, so it stays one.)
 */
typedef struct Case {
    const char *name;
    double width;
    int resolution, n;
    uint64_t seed;
} Case;

static const Case cases[] = {
    {"proxy-b0", 1.0, 20, 5, 0},               /* depthwise 5 x 5, expand 1, SE, shared inputs */
    {"efficientnet-b0-cifar", 0.25, 16, 6, 1}, /* every stage of MBConv */
    {"efficientnet-v2-s", 0.125, 64, 4, 2},    /* fused MBConv */
    {"mobilenet-v1", 0.125, 64, 4, 3},         /* depthwise behind a plain convolution, ReLU */
    {"mobilenet-v2-cifar", 0.25, 16, 5, 4},    /* ReLU6, no SE */
    {"mnasnet-a1", 0.25, 64, 4, 105},          /* SE behind ReLU in some blocks only */
    {"resnet-18", 0.125, 64, 4, 6},            /* basic blocks, max pool, projected shortcuts */
    {"resnet-50", 0.125, 64, 4, 7},            /* bottlenecks */
    {"resnet-20-cifar", 0.5, 16, 4, 8},        /* a shortcut from an activated convolution */
    {"cells-cifar", 1.0, 20, 5, 9},            /* every node of a cell, all orders */
    {"densenet-bc-cifar", 1.0, 16, 4, 10},     /* concats of concats, batch norm of them */
};

/* Of the zoo, or a file beside the golden fixtures. */
static Network case_network(const Case *c)
{
    char path[PATH_BYTES];
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/golden/%s.yaml", source == NULL ? "." : source, c->name);
    return nettest_zoo(file_exists(path) ? path : c->name, c->width, 7, c->resolution);
}

static double norm(const double *x, size_t n)
{
    double square = 0.0;
    for (size_t i = 0; i < n; i++)
        square += x[i] * x[i];
    return sqrt(square);
}

static void check_gradients(const Case *c, const Net *net, const Oracle *oracle)
{
    double all = 0.0;
    int n_trainable = 0, n_bad = 0;
    for (int i = 0; i < net_n_tensors(net); i++) {
        all += pow(norm(oracle_gradient(oracle, i), net_tensor(net, i)->n_elements), 2.0);
        n_trainable += net_tensor(net, i)->trainable;
    }
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *tensor = net_tensor(net, i);
        if (!tensor->trainable)
            continue;
        const size_t n = tensor->n_elements;
        float *ours = mem_calloc(n, sizeof *ours);
        double *off = mem_calloc(n, sizeof *off);
        net_read(net, i, NET_GRADIENT, ours);
        for (size_t e = 0; e < n; e++)
            off[e] = (double)ours[e] - oracle_gradient(oracle, i)[e];
        const double scale = norm(oracle_gradient(oracle, i), n) + sqrt(all / n_trainable);
        if (!(norm(off, n) <= oracle_tolerance(net) * scale)) {
            print_error("%s, %s: off by %.3g of %.3g\n", c->name, tensor->name, norm(off, n),
                        scale);
            n_bad++;
        }
        mem_free(ours);
        mem_free(off);
    }
    assert_int_equal(n_bad, 0);
}

/* Loss and every gradient tensor of a training step on a network. */
static void check_training(const Case *c, const Network *network, uint64_t weights)
{
    TestBatch batch = nettest_batch(network, c->n, c->seed);
    const NetSettings settings = nettest_with_gradients(c->n, 2, NET_SGD);
    Net *net = nettest_net(network, &settings, weights);
    nettest_perturb(net);
    Oracle *oracle = oracle_create(net);
    StepSettings step = nettest_step(0.0);
    step.label_smoothing = 0.1;
    StepResult result;
    net_gradients(net, batch.images, batch.labels, &step, &result);
    const double loss = oracle_loss(oracle, batch.images, batch.labels, c->n, 0.1, true);
    if (!(fabs(result.loss - loss) <= oracle_tolerance(net) * fabs(loss)))
        fail_msg("%s: loss %.9g, oracle %.9g", c->name, result.loss, loss);
    check_gradients(c, net, oracle);
    oracle_destroy(&oracle);
    net_destroy(&net);
    nettest_release_batch(&batch);
}

static void test_gradients_match(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Network network = case_network(&cases[i]);
        check_training(&cases[i], &network, i);
        network_release(&network);
    }
}

/* Makes the max pool behind the stem another kind; false if that kind is no pool of its shape. */
static bool exchange_pool(Op *pool, OpKind kind)
{
    const int size = pool->out_size;
    const OpRow *row = ops_row(kind);
    pool->kind = kind;
    pool->out_size = 0; /* which a kind without windows leaves */
    ops_measure(pool, false);
    return row->tensors == NULL && !row->reads_shortcut && pool->out_size == size &&
           pool->macs == 0;
}

/* Every kind of pool with a window, in the place of ResNet's max pool: padded, stride 2. */
static void test_every_pool_matches(void **state)
{
    static const OpKind kinds[] = {
#define KIND(kind, name) kind,
        OP_KINDS(KIND)
#undef KIND
    };
    const Case c = {"resnet-18", 0.125, 64, 4, 6};
    int n_pools = 0;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        Network network = nettest_zoo(c.name, c.width, 7, c.resolution);
        if (exchange_pool(&network.ops[1], kinds[i])) {
            check_training(&c, &network, 6);
            n_pools++;
        }
        network_release(&network);
    }
    assert_true(n_pools > 0);
}

/* A gate in front of a convolution with a window, which no network of the zoo has. */
static void test_gated_windows_match(void **state)
{
    (void)state;
    const Case c = {"proxy-b0", 1.0, 20, 5, 0};
    Network network = nettest_zoo(c.name, c.width, 7, c.resolution);
    int n_changed = 0;
    for (int i = 1; i < network.n_ops; i++) {
        Op *op = &network.ops[i];
        if (op->kind != OP_CONV || network.ops[op->input].kind != OP_SE)
            continue;
        op->kernel = 3;
        ops_measure(op, false);
        n_changed++;
    }
    assert_true(n_changed > 0);
    check_training(&c, &network, 0);
    network_release(&network);
}

/*
 * Gated images of more numbers than are kept from one time to the next (TILE_KEPT_FLOATS): 12 x 12
 * x 2048, not part of a sum, to channels of which the weights' gradients have slots, and one slot.
 */
static void test_large_gated_images_match(void **state)
{
    static const int channels[] = {100, 192};
    const Case c = {"proxy-b0", 1.0, 24, 3, 0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
        Err err = {0};
        Spec spec;
        Network network;
        nettest_ok(zoo_load(&spec, c.name, &err), &err);
        spec.resolution = c.resolution;
        spec.n_stages = 2;
        spec.stages[0].layers = spec.stages[1].layers = 1;
        spec.stages[1].stride = 1;
        spec.stages[1].expand = 256.0;
        spec.stages[1].channels = channels[i];
        nettest_ok(resolve_network(&network, &spec, &err), &err);
        check_training(&c, &network, 0);
        network_release(&network);
    }
}

/* Logits with running statistics, whose variance is the unbiased one and not that of the batch. */
static void test_logits_match(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Case *c = &cases[i];
        Network network = case_network(c);
        TestBatch batch = nettest_batch(&network, c->n, c->seed);
        network.bn_momentum = 0.0; /* so that one step settles the running statistics */
        const NetSettings settings = nettest_training(c->n, 2, NET_SGD);
        Net *net = nettest_net(&network, &settings, i);
        const StepSettings step = nettest_step(0.0);
        StepResult result;
        nettest_perturb(net);
        net_train_step(net, batch.images, batch.labels, &step, &result);
        Oracle *oracle = oracle_create(net);
        const size_t n = (size_t)c->n * 7;
        float *ours = mem_calloc(n, sizeof *ours);
        double *exact = mem_calloc(n, sizeof *exact), *off = mem_calloc(n, sizeof *off);
        net_forward(net, NET_WEIGHTS, batch.images, c->n, ours);
        oracle_logits(oracle, batch.images, c->n, exact);
        for (size_t e = 0; e < n; e++)
            off[e] = (double)ours[e] - exact[e];
        if (!(norm(off, n) <= oracle_tolerance(net) * norm(exact, n)))
            fail_msg("%s: logits off by %.3g of %.3g", c->name, norm(off, n), norm(exact, n));
        mem_free(ours);
        mem_free(exact);
        mem_free(off);
        oracle_destroy(&oracle);
        net_destroy(&net);
        nettest_release_batch(&batch);
        network_release(&network);
    }
}

/* Derivative of the loss along one random direction in a tensor, by a central difference. */
static double slope_along(Oracle *oracle, const TestBatch *batch, int tensor,
                          const double *direction, size_t n, double h)
{
    double *w = oracle_weight(oracle, tensor), loss[2];
    for (int side = 0; side < 2; side++) {
        const double step = side == 0 ? h : -h;
        for (size_t e = 0; e < n; e++)
            w[e] += step * direction[e];
        loss[side] = oracle_loss(oracle, batch->images, batch->labels, batch->n, 0.1, false);
        for (size_t e = 0; e < n; e++)
            w[e] -= step * direction[e];
    }
    return (loss[0] - loss[1]) / (2.0 * h) / batch->n;
}

/*
 * The oracle's own gradients. A central difference errs by h^2 f'''/6 + 2^-52 f/h: with h = 1e-5
 * and third derivatives up to 1e4 (batch norm of 5 small images) below 1e-6 + 1e-10, so 1e-5 of the
 * tensor's gradient, and 1e-6 where that is nothing.
 */
static void test_oracle_matches_differences(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 1.0, 7, 12);
    TestBatch batch = nettest_batch(&network, 5, 1);
    const NetSettings settings = {.batch = 5, .threads = 1, .level = cpu_best_level()};
    Net *net = nettest_net(&network, &settings, 1);
    nettest_perturb(net);
    Oracle *oracle = oracle_create(net);
    oracle_loss(oracle, batch.images, batch.labels, 5, 0.1, true);
    for (int i = 0; i < net_n_tensors(net); i++) {
        const size_t n = net_tensor(net, i)->n_elements;
        if (!net_tensor(net, i)->trainable)
            continue;
        double *direction = mem_calloc(n, sizeof *direction), expected = 0.0;
        Rng rng = rng_start(5, RNG_SEARCH, 1, (uint64_t)i);
        for (size_t e = 0; e < n; e++) {
            direction[e] = rng_normal(&rng) / sqrt((double)n);
            expected += direction[e] * oracle_gradient(oracle, i)[e];
        }
        const double got = slope_along(oracle, &batch, i, direction, n, 1e-5);
        const double scale = norm(oracle_gradient(oracle, i), n);
        if (!(fabs(got - expected) <= 1e-5 * scale + 1e-6))
            fail_msg("%s: difference %.9g, gradient %.9g", net_tensor(net, i)->name, got, expected);
        mem_free(direction);
    }
    oracle_destroy(&oracle);
    net_destroy(&net);
    nettest_release_batch(&batch);
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients_match),
        cmocka_unit_test(test_every_pool_matches),
        cmocka_unit_test(test_gated_windows_match),
        cmocka_unit_test(test_large_gated_images_match),
        cmocka_unit_test(test_logits_match),
        cmocka_unit_test(test_oracle_matches_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
