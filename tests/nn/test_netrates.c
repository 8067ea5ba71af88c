/* Tensors that are frozen keep every bit, those that are slower go slower, on any number of threads
 * (net_set_rate). */
#include "base/sys.h"
#include "base/text.h"
#include "nettest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { BATCH = 9, STEPS = 3 };

static void train(Net *net, const TestBatch *batch)
{
    StepSettings step = nettest_step(0.01);
    step.weight_decay = 1e-2;
    step.ema = 0.7;
    step.noise = true;
    for (step.step = 0; step.step < STEPS; step.step++) {
        StepResult result;
        net_train_step(net, batch->images, batch->labels, &step, &result);
    }
}

/* Some at both ends, and one in the middle; statistics with them. */
static bool is_frozen(const NetTensor *tensor)
{
    return text_starts_with(tensor->name, "stem.") || text_starts_with(tensor->name, "stages.0.") ||
           text_starts_with(tensor->name, "stages.2.0.") ||
           strcmp(tensor->name, "classifier.bias") == 0;
}

/* How many tensors of a kind differ between two Nets: of the frozen ones, of the others. */
static void count_differing(const Net *a, const Net *b, NetValues values, int *frozen, int *others)
{
    *frozen = *others = 0;
    for (int i = 0; i < net_n_tensors(a); i++) {
        const size_t n = net_tensor(a, i)->n_elements;
        if (!net_has(a, i, values))
            continue;
        float *x = mem_calloc(n, sizeof *x), *y = mem_calloc(n, sizeof *y);
        assert_non_null(x);
        assert_non_null(y);
        net_read(a, i, values, x);
        net_read(b, i, values, y);
        if (memcmp(x, y, n * sizeof *x) != 0)
            ++*(is_frozen(net_tensor(a, i)) ? frozen : others);
        mem_free(x);
        mem_free(y);
    }
}

/* Weights, statistics, averages and both moments stay bit for bit, others move; one, two, three and
 * seven threads agree. */
static void frozen_tensors_keep_their_bits(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 3, 7};
    static const NetValues kinds[] = {NET_WEIGHTS, NET_EMA, NET_MOMENTUM, NET_MEAN_SQUARE};
    Network network = nettest_zoo("proxy-b0", 1.0, 10, 16);
    TestBatch batch = nettest_batch(&network, BATCH, 4);
    const NetSettings single = nettest_training(BATCH, 1, NET_ADAMW);
    Net *start = nettest_net(&network, &single, 5), *first = NULL;
    for (size_t k = 0; k < ARRAY_LEN(threads); k++) {
        const NetSettings settings = nettest_training(BATCH, threads[k], NET_ADAMW);
        Net *net = nettest_net(&network, &settings, 5);
        for (int i = 0; i < net_n_tensors(net); i++)
            if (is_frozen(net_tensor(net, i)))
                net_set_rate(net, i, 0.0);
        train(net, &batch);
        for (size_t v = 0; v < ARRAY_LEN(kinds); v++) {
            int frozen, others;
            count_differing(start, net, kinds[v], &frozen, &others);
            assert_int_equal(frozen, 0);
            assert_true(others > 0);
        }
        if (first != NULL)
            nettest_same_bits(first, net);
        else
            first = net;
        if (net != first)
            net_destroy(&net);
    }
    net_destroy(&first);
    net_destroy(&start);
    nettest_release_batch(&batch);
    network_release(&network);
}

/* A rate for all tensors is that learning rate: powers of two change no rounding. */
static void a_rate_is_a_learning_rate(void **state)
{
    (void)state;
    static const NetOptimizer optimizers[] = {NET_SGD, NET_RMSPROP, NET_RMSPROP_TORCH, NET_ADAMW};
    Network network = nettest_zoo("proxy-b0", 1.0, 10, 16);
    TestBatch batch = nettest_batch(&network, BATCH, 4);
    for (size_t k = 0; k < ARRAY_LEN(optimizers); k++) {
        const NetSettings settings = nettest_training(BATCH, 2, optimizers[k]);
        Net *by_rate = nettest_net(&network, &settings, 5),
            *by_lr = nettest_net(&network, &settings, 5);
        StepSettings whole = nettest_step(0.02), quarter = nettest_step(0.005);
        StepResult result;
        for (int i = 0; i < net_n_tensors(by_rate); i++)
            if (net_tensor(by_rate, i)->trainable)
                net_set_rate(by_rate, i, 0.25);
        net_train_step(by_rate, batch.images, batch.labels, &whole, &result);
        net_train_step(by_lr, batch.images, batch.labels, &quarter, &result);
        nettest_same_bits(by_rate, by_lr);
        net_destroy(&by_rate);
        net_destroy(&by_lr);
    }
    nettest_release_batch(&batch);
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frozen_tensors_keep_their_bits),
        cmocka_unit_test(a_rate_is_a_learning_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
