/* tests/nn/test_zoo_trains.c: every network of the zoo takes training steps. */
#include "nettest.h"

#include "models/zoo.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 32, CLASSES = 4, BATCH = 4, STEPS = 2 };
static const double WIDTH = 0.25, LEARNING_RATE = 1e-3;

/* Finite losses, not all the same bits: the first step has changed the weights. */
static void check_network(const char *name)
{
    Network network = nettest_zoo(name, WIDTH, CLASSES, SIDE);
    const NetSettings settings = nettest_training(BATCH, 1, NET_SGD);
    const StepSettings step = nettest_step(LEARNING_RATE);
    Net *net = nettest_net(&network, &settings, 5);
    TestBatch batch = nettest_batch(&network, BATCH, 6);
    double losses[STEPS];
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
