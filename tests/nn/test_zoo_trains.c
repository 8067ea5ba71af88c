/* tests/nn/test_zoo_trains.c: every network of the zoo takes training steps. */
#include "base/sys.h"
#include "models/zoo.h"
#include "nettest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 32, CLASSES = 4, BATCH = 4, STEPS = 2 };
static const double WIDTH = 0.25, LEARNING_RATE = 1e-3;

/*
 * The gradient of every convolution and of the classifier is finite and not all zero. An SE's may
 * be: with ReLU its one or two hidden channels can be dead.
 */
static void check_gradients(const Net *net, const char *name)
{
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *tensor = net_tensor(net, i);
        if (tensor->n_dims < 2 || strstr(tensor->name, ".se.") != NULL)
            continue;
        float *data = mem_calloc(tensor->n_elements, sizeof *data);
        assert_non_null(data);
        net_read(net, i, NET_GRADIENT, data);
        double square = 0.0;
        for (size_t e = 0; e < tensor->n_elements; e++)
            square += (double)data[e] * (double)data[e];
        mem_free(data);
        if (!isfinite(square) || square == 0.0)
            fail_msg("'%s': gradient of '%s' has square %g", name, tensor->name, square);
    }
}

/* Finite gradients and losses, not all the same bits: the first step has changed the weights. */
static void check_network(const char *name)
{
    Network network = nettest_zoo(name, WIDTH, CLASSES, SIDE);
    const NetSettings settings = nettest_with_gradients(BATCH, 1, NET_SGD);
    const StepSettings step = nettest_step(LEARNING_RATE);
    Net *net = nettest_net(&network, &settings, 5);
    TestBatch batch = nettest_batch(&network, BATCH, 6);
    double losses[STEPS];
    StepResult first;
    net_gradients(net, batch.images, batch.labels, &step, &first);
    check_gradients(net, name);
    for (int i = 0; i < STEPS; i++) {
        StepResult result;
        net_train_step(net, batch.images, batch.labels, &step, &result);
        losses[i] = result.loss / BATCH;
        if (!isfinite(losses[i]))
            fail_msg("'%s', step %d: loss %g", name, i + 1, losses[i]);
    }
    if (losses[0] == losses[1])
        fail_msg("'%s': a step left the loss at %g", name, losses[0]);
    nettest_release_batch(&batch);
    net_destroy(&net);
    network_release(&network);
}

static void test_every_network_trains(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoo_count(); i++)
        check_network(zoo_name(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_network_trains)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
