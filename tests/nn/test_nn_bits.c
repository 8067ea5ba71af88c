/*
 * The bits of an arithmetic revision: digests of short trainings, the same on every processor, with
 * every compiler and at every instruction-set level. They change with ARITHMETIC_REVISION, never
 * without it (docs/numerics.md).
 */
#include "base/hash.h"
#include "base/sys.h"
#include "kernels/kernels.h"
#include "nettest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { STEPS = 3, BATCH = 9, CLASSES = 10, SIDE = 16, THREADS = 2 };

_Static_assert(ARITHMETIC_REVISION == 2, "the digests below are those of another revision");

/* All optimisers; swish with squeeze-and-excitation, ReLU with dense convolutions, ReLU6. */
static const struct {
    const char *network;
    NetOptimizer optimizer;
    const char *digest; /* XXH3-128 of the weights, as they lie in memory (little-endian) */
} trainings[] = {
    {"proxy-b0", NET_RMSPROP, "b22bd8684dab58cb914286f58a789347"},
    {"resnet-20-cifar", NET_SGD, "7e571fe41aa610e29953f732f3eaa5f2"},
    {"mobilenet-v2-cifar", NET_RMSPROP_TORCH, "474e4623936ec7b783821fee85d4607f"},
    {"proxy-b0", NET_ADAMW, "b5a3b4754e1af0c0d0e3b2ae8887e571"},
};

static bool has_digest(const char *name, NetOptimizer optimizer, CpuLevel level, const char *digest)
{
    Network network = nettest_zoo(name, 0.5, CLASSES, SIDE);
    TestBatch batch = nettest_batch(&network, BATCH, 1);
    NetSettings settings = nettest_training(BATCH, THREADS, optimizer);
    settings.level = level;
    Net *net = nettest_net(&network, &settings, 3);
    StepSettings step = nettest_step(0.01);
    step.weight_decay = 1e-4;
    step.label_smoothing = 0.1;
    for (step.step = 0; step.step < STEPS; step.step++) {
        StepResult result;
        net_train_step(net, batch.images, batch.labels, &step, &result);
    }
    size_t n = 0;
    char hex[HASH_HEX_BYTES];
    float *weights = nettest_read_all(net, NET_WEIGHTS, &n);
    hash_hex(hash_128(weights, n * sizeof *weights), hex);
    const bool is_same = strcmp(hex, digest) == 0;
    if (!is_same)
        print_error("%s, %s: trained to %s, not to %s\n", name, cpu_level_name(level), hex, digest);
    mem_free(weights);
    net_destroy(&net);
    nettest_release_batch(&batch);
    network_release(&network);
    return is_same;
}

static void check_level(CpuLevel level)
{
    int n_other = 0;
    for (size_t i = 0; i < ARRAY_LEN(trainings); i++)
        n_other +=
            !has_digest(trainings[i].network, trainings[i].optimizer, level, trainings[i].digest);
    assert_int_equal(n_other, 0);
}

/* Property: this build trains to the digests of the revision at the best level. */
static void trainings_have_their_digests(void **state)
{
    (void)state;
    check_level(cpu_best_level());
}

/* Property: so it does in portable code. */
static void portable_code_has_them_too(void **state)
{
    (void)state;
    check_level(CPU_GENERIC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trainings_have_their_digests),
        cmocka_unit_test(portable_code_has_them_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
