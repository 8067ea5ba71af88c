/* nn/netprofile: timing changes no bits, laps have no gaps, work is the plan's. */
#include "nettest.h"

#include "base/clock.h"
#include "base/sys.h"
#include "kernels/kernels.h"
#include "nn/netprofile.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { BATCH = 6, STEPS = 3, PIXELS = 16 };

static void train(Net *net, const Network *network)
{
    TestBatch batch = nettest_batch(network, BATCH, 5);
    const StepSettings settings = nettest_step(0.01);
    StepResult result;
    for (int i = 0; i < STEPS; i++)
        net_train_step(net, batch.images, batch.labels, &settings, &result);
    nettest_release_batch(&batch);
}

static Net *profiled(const Network *network, int threads)
{
    Err err = {0};
    const NetSettings settings = nettest_training(BATCH, threads, NET_RMSPROP);
    Net *net = nettest_net(network, &settings, 3);
    nettest_ok(net_profile_start(net, &err), &err);
    net_profile_time_kernels(net, true);
    return net;
}

/* Property: a profiled net has the bits of one that is not, on one thread and on several. */
static void bits_are_those_without(void **state)
{
    (void)state;
    static const char *const names[] = {"proxy-b0", "resnet-20-cifar"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        for (int threads = 1; threads <= 3; threads += 2) {
            Network network = nettest_zoo(names[i], 0.5, 0, PIXELS);
            const NetSettings settings = nettest_training(BATCH, threads, NET_RMSPROP);
            Net *plain = nettest_net(&network, &settings, 3), *timed = profiled(&network, threads);
            train(plain, &network);
            train(timed, &network);
            nettest_same_bits(plain, timed);
            net_destroy(&plain);
            net_destroy(&timed);
            network_release(&network);
        }
}

/* Property: the laps of all rows are the whole call, on every thread: their sum is at most threads
 * times the time around the call, and all of it but what the call does outside its team. A kernel
 * is never timed longer than its lap; waiting behind the rows is part of all waiting. */
static void laps_have_no_gaps(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 0.5, 0, PIXELS);
    for (int threads = 1; threads <= 3; threads++) {
        Net *net = profiled(&network, threads);
        train(net, &network);
        TestBatch batch = nettest_batch(&network, BATCH, 5);
        const StepSettings settings = nettest_step(0.01);
        StepResult result;
        const uint64_t begin = clock_ticks();
        net_train_step(net, batch.images, batch.labels, &settings, &result);
        const uint64_t whole = (clock_ticks() - begin) * (uint64_t)threads;
        int n = 0;
        uint64_t sum = 0, behind = 0, waits = 0;
        const NetProfileRow *rows = net_profile_rows(net, &n);
        for (int i = 0; i < n; i++) {
            const NetProfileTime lap = net_profile_time(net, i);
            uint64_t kernels = 0;
            for (int k = 0; k < net_profile_n_kernels(); k++)
                kernels += net_profile_kernel(net, i, k).ticks;
            assert_true(kernels <= lap.ticks);
            sum += lap.ticks;
            behind += lap.wait_ticks;
            waits += rows[i].pass == NET_WAIT ? lap.ticks : 0;
        }
        assert_true(sum > 0 && sum <= whole);
        assert_true(behind > 0 && behind <= waits);
        nettest_release_batch(&batch);
        net_destroy(&net);
    }
    network_release(&network);
}

/* Property: forward flops are the counted multiply-adds, twice, of a batch; backward twice as many,
 * but for the first operation, whose images want no gradient; the classifier does all three parts
 * forward. Sums of integers below 2^53: exact. */
static void flops_are_the_counted_ones(void **state)
{
    (void)state;
    static const char *const names[] = {"proxy-b0", "mobilenet-v2-cifar", "resnet-20-cifar"};
    for (size_t k = 0; k < ARRAY_LEN(names); k++) {
        Network network = nettest_zoo(names[k], 0.5, 0, PIXELS);
        Net *net = profiled(&network, 1);
        const int64_t first = network.ops[0].macs, last = network.ops[network.n_ops - 1].macs;
        int64_t forward = 0, backward = 0;
        int n = 0;
        const NetProfileRow *rows = net_profile_rows(net, &n);
        for (int i = 0; i < n; i++) {
            const bool is_forward = rows[i].pass == NET_FORWARD || rows[i].pass == NET_FORWARD_END;
            *(is_forward ? &forward : &backward) += (int64_t)rows[i].work.flops;
        }
        assert_int_equal(forward, 2 * BATCH * (network.macs + 2 * last));
        assert_int_equal(backward, 2 * BATCH * (2 * (network.macs - last) - first));
        net_destroy(&net);
        network_release(&network);
    }
}

/* Property: what a convolution of plain inputs reads and writes, by hand: the stem of 8 channels,
 * padded to 16 (images are not padded), and its weights of 3 x 3 x 3 x 8 with gamma and beta. */
static void bytes_are_those_of_the_tensors(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 0.5, 0, PIXELS);
    Net *net = profiled(&network, 1);
    const Op *stem = &network.ops[0];
    int n = 0;
    const NetProfileRow *rows = net_profile_rows(net, &n);
    const double images = BATCH * PIXELS * PIXELS * 3 * 4.0;
    const double z = (double)BATCH * stem->out_size * stem->out_size * 16 * 4.0;
    const double weights = (double)stem->params * 4.0;
    assert_true(stem->out_channels <= 16);
    for (int i = 0; i < n; i++) {
        if (rows[i].op != 0)
            continue;
        if (rows[i].pass == NET_FORWARD) {
            assert_true(!(fabs(rows[i].work.read_bytes - (images + weights)) > 0.0));
            assert_true(!(fabs(rows[i].work.written_bytes - z) > 0.0));
            assert_true(!(fabs(rows[i].work.vectors - z / 64.0) > 0.0));
        } else if (rows[i].pass == NET_BACKWARD) { /* z and g; a slot at least, read and written */
            assert_true(rows[i].work.read_bytes >= 2 * z + images + 2 * weights);
            assert_true(rows[i].work.written_bytes >= weights);
        }
    }
    net_destroy(&net);
    network_release(&network);
}

/* Property: every function of every table of kernels that nn uses has a timer, under its own name:
 * of all but gemm, which is inference's. */
static void every_kernel_is_timed(void **state)
{
    (void)state;
    KernelChoice choice;
    size_t n = 0;
    for (size_t i = 0; kernels_choice(CPU_GENERIC, i, &choice); i++) {
        if (strcmp(choice.family, "gemm") == 0)
            continue;
        bool is_timed = false;
        for (int k = 0; k < net_profile_n_kernels(); k++) {
            const char *name = net_profile_kernel_name(k);
            const size_t family = strlen(choice.family);
            is_timed |= strncmp(name, choice.family, family) == 0 && name[family] == '.' &&
                        strcmp(name + family + 1, choice.kernel) == 0;
        }
        assert_true(is_timed);
        n++;
    }
    assert_int_equal(n, net_profile_n_kernels());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_those_without),
        cmocka_unit_test(laps_have_no_gaps),
        cmocka_unit_test(flops_are_the_counted_ones),
        cmocka_unit_test(bytes_are_those_of_the_tensors),
        cmocka_unit_test(every_kernel_is_timed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
