/*
 * Properties of whole Nets: the same bits for any team and instruction set, learning, evaluation,
 * memory, and networks that cannot be run.
 */
#include "base/sys.h"
#include "models/zoo.h"
#include "nettest.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { STEPS = 3, BATCH = 9 }; /* 9: no multiple of a chunk, so that ranges are uneven */

/* Noise, averages and decay on: everything that could depend on the team. */
static StepSettings full_step(int step)
{
    StepSettings settings = nettest_step(0.01);
    settings.weight_decay = 1e-4;
    settings.label_smoothing = 0.1;
    settings.ema = 0.9;
    settings.noise = true;
    settings.seed = 7;
    settings.step = (uint64_t)step;
    return settings;
}

static void train(Net *net, const TestBatch *batch, int first, int n_steps)
{
    for (int step = first; step < first + n_steps; step++) {
        StepResult result;
        const StepSettings settings = full_step(step);
        net_train_step(net, batch->images, batch->labels, &settings, &result);
        assert_true(result.finite);
    }
}

static Net *trained(const Network *network, const TestBatch *batch, int n_steps, int threads,
                    CpuLevel level)
{
    NetSettings settings = nettest_training(batch->n, threads, NET_RMSPROP);
    settings.level = level;
    Net *net = nettest_net(network, &settings, 3);
    train(net, batch, 0, n_steps);
    return net;
}

static const char *const families[] = {"proxy-b0", "resnet-20-cifar", "mobilenet-v2-cifar"};

/* Parameters, averages and optimiser state are equal bit for bit for 1, 2, 3, 7 threads. */
static void test_threads_change_no_bit(void **state)
{
    (void)state;
    static const int threads[] = {2, 3, 7};
    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        Network network = nettest_zoo(families[f], 0.5, 10, 24);
        TestBatch batch = nettest_batch(&network, BATCH, 1);
        Net *one = trained(&network, &batch, STEPS, 1, cpu_best_level());
        for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
            Net *other = trained(&network, &batch, STEPS, threads[i], cpu_best_level());
            nettest_same_bits(one, other);
            net_destroy(&other);
        }
        net_destroy(&one);
        nettest_release_batch(&batch);
        network_release(&network);
    }
}

/* So they are after 20 steps on maps of 1 to 16 pixels, where a chunk is one or two images and most
 * weights have one slot that the team shares out, for teams up to one thread a chunk. */
static void test_threads_change_no_bit_on_small_maps(void **state)
{
    (void)state;
    static const int threads[] = {2, 3, 5, 8, 16};
    static const char *const small[] = {"proxy-b0", "resnet-20-cifar"};
    for (size_t f = 0; f < ARRAY_LEN(small); f++) {
        Network network = nettest_zoo(small[f], 0.5, 10, 8);
        TestBatch batch = nettest_batch(&network, 20, 1);
        Net *one = trained(&network, &batch, 20, 1, cpu_best_level());
        for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
            Net *other = trained(&network, &batch, 20, threads[i], cpu_best_level());
            nettest_same_bits(one, other);
            net_destroy(&other);
        }
        net_destroy(&one);
        nettest_release_batch(&batch);
        network_release(&network);
    }
}

/* So they are for every instruction set this processor has. */
static void test_levels_change_no_bit(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        Network network = nettest_zoo(families[f], 0.5, 10, 16);
        TestBatch batch = nettest_batch(&network, BATCH, 2);
        Net *portable = trained(&network, &batch, STEPS, 2, CPU_GENERIC);
        for (CpuLevel level = cpu_next_level(CPU_GENERIC); cpu_has_level(level);
             level = cpu_next_level(level)) {
            Net *other = trained(&network, &batch, STEPS, 2, level);
            nettest_same_bits(portable, other);
            net_destroy(&other);
        }
        net_destroy(&portable);
        nettest_release_batch(&batch);
        network_release(&network);
    }
}

/* The noise is a function of seed and step: another seed gives other weights. */
static void test_noise_follows_its_seed(void **state)
{
    (void)state;
    Network network = nettest_zoo("efficientnet-b0-cifar", 0.25, 10, 16);
    TestBatch batch = nettest_batch(&network, BATCH, 2);
    const NetSettings settings = nettest_training(BATCH, 1, NET_SGD);
    float *weights[2];
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        Net *net = nettest_net(&network, &settings, 3);
        StepSettings step = full_step(0);
        StepResult result;
        step.seed += (uint64_t)i;
        net_train_step(net, batch.images, batch.labels, &step, &result);
        weights[i] = nettest_read_all(net, NET_WEIGHTS, &n);
        net_destroy(&net);
    }
    assert_memory_not_equal(weights[0], weights[1], n * sizeof(float));
    mem_free(weights[0]);
    mem_free(weights[1]);
    nettest_release_batch(&batch);
    network_release(&network);
}

/*
 * One batch is learnt by heart with every optimiser: the loss falls to a tenth of ln(10), the loss
 * of a guess, within 60 steps.
 */
static void test_overfits_one_batch(void **state)
{
    (void)state;
    static const struct {
        NetOptimizer optimizer;
        double lr;
    } runs[] = {
        {NET_SGD, 0.05}, {NET_RMSPROP, 0.005}, {NET_RMSPROP_TORCH, 0.001}, {NET_ADAMW, 0.003}};
    Network network = nettest_zoo("proxy-b0", 1.0, 10, 32);
    TestBatch batch = nettest_batch(&network, 20, 4);
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        const NetSettings settings = nettest_training(batch.n, 2, runs[i].optimizer);
        StepSettings step = nettest_step(runs[i].lr);
        Net *net = nettest_net(&network, &settings, 5);
        StepResult result = {.loss = (double)INFINITY};
        for (step.step = 0; step.step < 60; step.step++)
            net_train_step(net, batch.images, batch.labels, &step, &result);
        assert_true(result.loss / batch.n < 0.1 * log(10.0));
        assert_int_equal(result.n_correct, batch.n);
        net_destroy(&net);
    }
    nettest_release_batch(&batch);
    network_release(&network);
}

/* net_gradients changes nothing: weights, statistics and optimiser state keep their bits. */
static void test_gradients_leave_the_net_alone(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 1.0, 10, 16);
    TestBatch batch = nettest_batch(&network, BATCH, 4);
    const NetSettings settings = nettest_with_gradients(BATCH, 2, NET_RMSPROP);
    Net *touched = nettest_net(&network, &settings, 5),
        *fresh = nettest_net(&network, &settings, 5);
    const StepSettings step = nettest_step(0.1);
    StepResult result;
    net_gradients(touched, batch.images, batch.labels, &step, &result);
    nettest_same_bits(touched, fresh);
    net_destroy(&touched);
    net_destroy(&fresh);
    nettest_release_batch(&batch);
    network_release(&network);
}

/* All the share on the first labels, or on the second, is as if there were no others, to the bit; a
 * share between gives a loss between, linear in the share but for rounding (a loss below 64 in
 * double, shares of few bits). */
static void test_mixed_labels(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 1.0, 10, 16);
    TestBatch batch = nettest_batch(&network, BATCH, 4);
    const NetSettings settings = nettest_with_gradients(BATCH, 2, NET_SGD);
    Net *net = nettest_net(&network, &settings, 5);
    int32_t others[BATCH];
    float shares[BATCH];
    StepResult ends[2], result;
    for (int i = 0; i < BATCH; i++)
        others[i] = (batch.labels[i] + 1 + i) % 10;
    for (int end = 0; end < 2; end++) {
        StepSettings step = nettest_step(0.1);
        size_t n = 0;
        net_gradients(net, batch.images, end ? others : batch.labels, &step, &ends[end]);
        float *plain = nettest_read_all(net, NET_GRADIENT, &n);
        for (int i = 0; i < BATCH; i++)
            shares[i] = end ? 0.0f : 1.0f;
        step.mixed_labels = others;
        step.shares = shares;
        net_gradients(net, batch.images, batch.labels, &step, &result);
        float *mixed = nettest_read_all(net, NET_GRADIENT, &n);
        assert_true(result.loss == ends[end].loss);
        assert_memory_equal(plain, mixed, n * sizeof(float));
        mem_free(plain);
        mem_free(mixed);
        for (int i = 0; i < BATCH; i++)
            shares[i] = 0.25f;
        net_gradients(net, batch.images, batch.labels, &step, &result);
    }
    const double wanted = 0.25 * ends[0].loss + 0.75 * ends[1].loss;
    assert_true(fabs(result.loss - wanted) <= 64.0 * BATCH * 4.0 * DBL_EPSILON);
    net_destroy(&net);
    nettest_release_batch(&batch);
    network_release(&network);
}

/*
 * Evaluation does not depend on the batch an image is in, on threads, or on whether the Net trains:
 * logits of all images at once equal those of one image at a time, bit for bit.
 */
static void test_evaluation_is_per_image(void **state)
{
    (void)state;
    Network network = nettest_zoo("efficientnet-b0-cifar", 0.25, 10, 20);
    TestBatch batch = nettest_batch(&network, BATCH, 6);
    const NetSettings inference = {.batch = BATCH, .threads = 3, .level = cpu_best_level()};
    Net *trainer = trained(&network, &batch, STEPS, 2, cpu_best_level());
    Net *net = nettest_net(&network, &inference, 0);
    for (int i = 0; i < net_n_tensors(net); i++) {
        float *data = mem_calloc(net_tensor(net, i)->n_elements, sizeof *data);
        net_read(trainer, i, NET_EMA, data);
        net_write(net, i, NET_WEIGHTS, data);
        mem_free(data);
    }
    float all[BATCH * 10], one[10];
    net_forward(trainer, NET_EMA, batch.images, BATCH, all);
    for (int i = 0; i < BATCH; i++) {
        net_forward(net, NET_WEIGHTS, batch.images + (size_t)i * 20 * 20 * 3, 1, one);
        assert_memory_equal(one, all + i * 10, sizeof one);
    }
    EvalSums sums = {0};
    int32_t predictions[BATCH];
    net_evaluate(net, NET_WEIGHTS, batch.images, batch.labels, BATCH, &sums, predictions);
    int64_t n_correct = 0;
    for (int i = 0; i < BATCH; i++)
        n_correct += predictions[i] == batch.labels[i];
    assert_int_equal(sums.n, BATCH);
    assert_int_equal(sums.n_correct, n_correct);
    assert_true(isfinite(sums.loss) && sums.loss > 0.0);
    net_destroy(&trainer);
    net_destroy(&net);
    nettest_release_batch(&batch);
    network_release(&network);
}

/* A learning rate of 1e9 is an outcome, not a crash: the step says so. */
static void test_divergence_is_reported(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 1.0, 10, 16);
    TestBatch batch = nettest_batch(&network, BATCH, 4);
    const NetSettings settings = nettest_training(BATCH, 2, NET_SGD);
    Net *net = nettest_net(&network, &settings, 5);
    const StepSettings step = nettest_step(1e30);
    StepResult result = {.finite = true};
    for (int i = 0; i < 5 && result.finite; i++)
        net_train_step(net, batch.images, batch.labels, &step, &result);
    assert_false(result.finite);
    net_destroy(&net);
    nettest_release_batch(&batch);
    network_release(&network);
}

/* Feature maps of an inference share memory: less than a third of what a training keeps. */
static void test_inference_takes_less_memory(void **state)
{
    (void)state;
    Network network = nettest_zoo("efficientnet-b0", 1.0, 10, 64);
    const NetSettings training = nettest_training(2, 1, NET_SGD);
    const NetSettings inference = {.batch = 2, .threads = 1, .level = cpu_best_level()};
    Net *large = nettest_net(&network, &training, 1), *small = nettest_net(&network, &inference, 1);
    assert_true(net_memory(small).activation_bytes * 3 < net_memory(large).activation_bytes);
    net_destroy(&large);
    net_destroy(&small);
    network_release(&network);
}

/* A training without averages has no memory for them (an array as large as the weights), and the
 * weights that one with averages has that no step touches. */
static void test_averages_are_a_choice(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 0.5, 10, 16);
    NetSettings settings = nettest_training(BATCH, 2, NET_SGD);
    Net *with = nettest_net(&network, &settings, 1);
    settings.averages = false;
    Net *without = nettest_net(&network, &settings, 1);
    TestBatch batch = nettest_batch(&network, BATCH, 5);
    const StepSettings step = nettest_step(0.01);
    size_t n = 0, n_with = 0;
    for (int i = 0; i < 2; i++) {
        StepResult result;
        net_train_step(with, batch.images, batch.labels, &step, &result);
        net_train_step(without, batch.images, batch.labels, &step, &result);
    }
    for (int i = 0; i < net_n_tensors(with); i++) {
        assert_true(net_has(with, i, NET_EMA));
        assert_false(net_has(without, i, NET_EMA));
    }
    float *weights = nettest_read_all(without, NET_WEIGHTS, &n);
    float *wanted = nettest_read_all(with, NET_WEIGHTS, &n_with);
    assert_int_equal(n, n_with);
    assert_memory_equal(weights, wanted, n * sizeof *weights);
    assert_true(net_memory(without).parameter_bytes + n * sizeof *weights <=
                net_memory(with).parameter_bytes);
    mem_free(weights);
    mem_free(wanted);
    nettest_release_batch(&batch);
    net_destroy(&with);
    net_destroy(&without);
    network_release(&network);
}

/* Bytes of all activations of a training of B0 at 64 px. */
static size_t training_bytes(const Network *network, bool gradients)
{
    Err err = {0};
    NetSettings settings = nettest_training(32, 1, NET_SGD);
    settings.gradients = gradients;
    Net *net = NULL;
    nettest_ok(net_create(&net, network, &settings, &err), &err);
    const size_t n_bytes = net_memory(net).activation_bytes;
    net_destroy(&net);
    return n_bytes;
}

/* Beside its maps, which are at least the outputs of all convolutions, a training needs little: the
 * gradients and transposed weights of an operation, and its padding. Kept gradients take memory as
 * large as the weights; half of it lies where maps have been. */
static void test_gradients_go_with_their_update(void **state)
{
    (void)state;
    Network network = nettest_zoo("efficientnet-b0", 1.0, 10, 64);
    const size_t weights = (size_t)network.params * sizeof(float);
    size_t maps = 0;
    for (int i = 0; i < network.n_ops; i++)
        if (network.ops[i].kind == OP_CONV || network.ops[i].kind == OP_DEPTHWISE)
            maps += 32 * (size_t)network.ops[i].out_channels * (size_t)network.ops[i].out_size *
                    (size_t)network.ops[i].out_size * sizeof(float);
    const size_t with = training_bytes(&network, true), without = training_bytes(&network, false);
    assert_in_range(without, maps, maps + maps / 8 + weights / 4);
    assert_true(with >= without + weights / 2);
    network_release(&network);
}

/* Keeping gradients moves what shares memory with them, and no bit. */
static void test_kept_gradients_change_no_bit(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        Network network = nettest_zoo(families[f], 0.5, 10, 16);
        TestBatch batch = nettest_batch(&network, 20, 2);
        Net *nets[2];
        for (int i = 0; i < 2; i++) {
            NetSettings settings = nettest_training(batch.n, 3, NET_RMSPROP);
            settings.gradients = i == 1;
            nets[i] = nettest_net(&network, &settings, 3);
            train(nets[i], &batch, 0, STEPS);
        }
        nettest_same_bits(nets[0], nets[1]);
        net_destroy(&nets[0]);
        net_destroy(&nets[1]);
        nettest_release_batch(&batch);
        network_release(&network);
    }
}

/* Every network of the zoo can be planned and trained, narrow and on small images. */
static void test_every_zoo_network_trains(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoo_count(); i++) {
        Network network = nettest_zoo(zoo_name(i), 0.125, 5, 40);
        TestBatch batch = nettest_batch(&network, 3, i);
        const NetSettings settings = nettest_training(3, 2, NET_SGD);
        const StepSettings step = full_step(0);
        Net *net = nettest_net(&network, &settings, i);
        StepResult result;
        net_train_step(net, batch.images, batch.labels, &step, &result);
        if (!result.finite)
            fail_msg("%s: loss %g", zoo_name(i), result.loss);
        net_destroy(&net);
        nettest_release_batch(&batch);
        network_release(&network);
    }
}

static void expect_refusal(const Network *network, const char *words)
{
    Err err = {0};
    Net *net = NULL;
    const NetSettings settings = nettest_training(2, 1, NET_SGD);
    assert_int_equal(net_create(&net, network, &settings, &err), ERR_USAGE);
    assert_null(net);
    if (strstr(err.msg, words) == NULL)
        fail_msg("'%s' is not in '%s'", words, err.msg);
}

/* What cannot be run is refused with the operation's name. */
static void test_refuses_what_it_cannot_run(void **state)
{
    (void)state;
    Network network = nettest_zoo("proxy-b0", 1.0, 10, 16);
    Op *last = &network.ops[network.n_ops - 1];
    int gate = 0;
    while (network.ops[gate].kind != OP_SE)
        gate++;
    int other = gate + 2; /* behind the projection */
    while (network.ops[other].kind != OP_CONV)
        other++;
    const int input = network.ops[other].input;
    network.ops[other].input = gate;
    expect_refusal(&network, "SE has one reader");
    network.ops[other].input = input;
    last->input = last->input - 1;
    expect_refusal(&network, "'classifier'");
    last->input = network.n_ops;
    expect_refusal(&network, "does not come before");
    network.ops[0].in_size = 40000;
    expect_refusal(&network, "wide");
    network_release(&network);
}

/* A batch whose memory no machine has is an error, not a crash. */
static void test_too_large_is_an_error(void **state)
{
    (void)state;
    Err err = {0};
    Network network = nettest_zoo("proxy-b0", 1.0, 10, 4096);
    NetSettings settings = nettest_training(2000000000, 1, NET_SGD);
    Net *net = NULL;
    assert_int_equal(net_create(&net, &network, &settings, &err), ERR_MEMORY);
    assert_null(net);
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_change_no_bit),
        cmocka_unit_test(test_threads_change_no_bit_on_small_maps),
        cmocka_unit_test(test_levels_change_no_bit),
        cmocka_unit_test(test_noise_follows_its_seed),
        cmocka_unit_test(test_overfits_one_batch),
        cmocka_unit_test(test_gradients_leave_the_net_alone),
        cmocka_unit_test(test_mixed_labels),
        cmocka_unit_test(test_evaluation_is_per_image),
        cmocka_unit_test(test_divergence_is_reported),
        cmocka_unit_test(test_inference_takes_less_memory),
        cmocka_unit_test(test_averages_are_a_choice),
        cmocka_unit_test(test_gradients_go_with_their_update),
        cmocka_unit_test(test_kept_gradients_change_no_bit),
        cmocka_unit_test(test_every_zoo_network_trains),
        cmocka_unit_test(test_refuses_what_it_cannot_run),
        cmocka_unit_test(test_too_large_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
