/*
 * infer: logits against the oracle in double, of networks that have every kind of step between
 * them. With the argument `zoo`: of every network of the zoo, which takes minutes.
 */
#include "infertest.h"

#include "models/ops.h"
#include "models/zoo.h"
#include "oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* One network for each kind of block. */
static void test_every_block_matches(void **state)
{
    static const struct {
        const char *name;
        double width;
        int side;
    } cases[] = {
        {"proxy-b0", 0.5, 20},               /* depthwise 5 x 5, expand 1, SE */
        {"efficientnet-b0-cifar", 0.25, 16}, /* every stage of MBConv */
        {"efficientnet-v2-s", 0.125, 32},    /* fused MBConv */
        {"mobilenet-v1", 0.125, 32},         /* depthwise behind a plain convolution, ReLU */
        {"mobilenet-v2-cifar", 0.25, 16},    /* ReLU6, no SE */
        {"mobilenet-v3-small", 0.25, 32},    /* hard swish, hard gates, a hidden layer */
        {"resnet-18", 0.125, 32},            /* basic blocks, max pool, projected shortcuts */
        {"resnet-50", 0.125, 32},            /* bottlenecks */
        {"resnet-20-cifar", 0.5, 16},        /* a shortcut from an activated convolution */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        InferSubject s = infertest_zoo(cases[i].name, cases[i].width, cases[i].side);
        infertest_matches_oracle(&s, oracle_tolerance(s.net));
        infertest_close(&s);
    }
}

static void test_cells_match(void **state)
{
    (void)state;
    InferSubject s = infertest_zoo("tests/golden/cells-cifar.yaml", 0.25, 40);
    infertest_matches_oracle(&s, oracle_tolerance(s.net));
    infertest_close(&s);
}

static void test_the_zoo_matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoo_count(); i++) {
        InferSubject s = infertest_zoo(zoo_name(i), 0.25, 64);
        infertest_matches_oracle(&s, infertest_tolerance(&s));
        infertest_close(&s);
    }
}

/* --- what no network of the zoo has --- */

static void test_odd_blocks_match(void **state)
{
    (void)state;
    InferSubject s = infertest_zoo("tests/infer/odd.yaml", 1.0, 40);
    infertest_matches_oracle(&s, oracle_tolerance(s.net));
    infertest_close(&s);
}

/* A depthwise convolution that leaves out rows of what is made for it, in several strips. */
static void test_skipped_rows_match(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 0.5, INFERTEST_CLASSES, 96);
    int n_changed = 0;
    for (int i = 0; i < network.n_ops; i++) {
        Op *op = &network.ops[i];
        if (op->kind != OP_DEPTHWISE || op->stride != 2)
            continue;
        op->kernel = 1;
        ops_measure(op, false);
        n_changed++;
    }
    assert_true(n_changed > 0);
    InferSubject s = infertest_open(network);
    infertest_matches_oracle(&s, oracle_tolerance(s.net));
    infertest_close(&s);
}

int main(int n_arguments, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_block_matches),
        cmocka_unit_test(test_cells_match),
        cmocka_unit_test(test_odd_blocks_match),
        cmocka_unit_test(test_skipped_rows_match),
    };
    const struct CMUnitTest long_tests[] = {cmocka_unit_test(test_the_zoo_matches)};
    if (n_arguments > 1 && strcmp(arguments[1], "zoo") == 0)
        return cmocka_run_group_tests(long_tests, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
