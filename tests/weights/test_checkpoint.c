/* Checkpoints and weight files: what is read equals what was written, and damage is found. */
#include "base/file.h"
#include "base/sys.h"
#include "nettest.h"
#include "weights/checkpoint.h"
#include "weights/weights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { BATCH = 6, BEFORE = 3, AFTER = 3, FILE_MOST = 1 << 24 };

typedef struct Setup {
    Network network;
    TestBatch batch;
} Setup;

static Setup setup(void)
{
    Setup s = {.network = nettest_zoo("proxy-b0", 1.0, 10, 16)};
    s.batch = nettest_batch(&s.network, BATCH, 1);
    return s;
}

static void teardown(Setup *s)
{
    nettest_release_batch(&s->batch);
    network_release(&s->network);
}

static void train(Net *net, const Setup *s, int first, int n)
{
    for (int step = first; step < first + n; step++) {
        StepSettings settings = nettest_step(0.01);
        StepResult result;
        settings.ema = 0.9;
        settings.noise = true;
        settings.step = (uint64_t)step;
        net_train_step(net, s->batch.images, s->batch.labels, &settings, &result);
    }
}

/* Six steps in one go equal three steps, a checkpoint, another Net, and three more, bit for bit. */
static void check_resume(NetOptimizer optimizer)
{
    Err err = {0};
    Setup s = setup();
    const NetSettings settings = nettest_training(BATCH, 2, optimizer);
    Net *straight = nettest_net(&s.network, &settings, 1);
    Net *first = nettest_net(&s.network, &settings, 1),
        *second = nettest_net(&s.network, &settings, 9);
    const char *path = nettest_path("checkpoint");
    char *text = NULL;
    train(straight, &s, 0, BEFORE + AFTER);
    train(first, &s, 0, BEFORE);
    nettest_ok(checkpoint_save(first, "epoch \"1\"\nstep 3", NULL, path, &err), &err);
    nettest_ok(checkpoint_load(second, NULL, path, &text, &err), &err);
    assert_string_equal(text, "epoch \"1\"\nstep 3");
    nettest_same_bits(first, second);
    train(second, &s, BEFORE, AFTER);
    nettest_same_bits(straight, second);
    mem_free(text);
    net_destroy(&straight);
    net_destroy(&first);
    net_destroy(&second);
    nettest_ok(file_remove(path, &err), &err);
    teardown(&s);
}

static void test_resume_equals_uninterrupted(void **state)
{
    (void)state;
    check_resume(NET_SGD);
    check_resume(NET_RMSPROP);
    check_resume(NET_RMSPROP_TORCH);
    check_resume(NET_ADAMW);
}

/* Every one-byte change of a checkpoint that changes its meaning is found, wherever it is. */
static void test_damage_is_found(void **state)
{
    (void)state;
    Err err = {0};
    Setup s = setup();
    const NetSettings settings = nettest_training(BATCH, 1, NET_SGD);
    Net *net = nettest_net(&s.network, &settings, 1),
        *intact = nettest_net(&s.network, &settings, 1);
    char good[64], bad[64], *data = NULL, *text = NULL;
    size_t n = 0;
    snprintf(good, sizeof good, "%s", nettest_path("good"));
    snprintf(bad, sizeof bad, "%s", nettest_path("bad"));
    nettest_ok(checkpoint_save(net, "position", NULL, good, &err), &err);
    nettest_ok(file_read(good, FILE_MOST, &data, &n, &err), &err);
    for (size_t at = 0; at < n; at += n / 97 + 1) {
        if (data[at] == ' ') /* padding of the header means nothing */
            continue;
        data[at] = (char)(data[at] ^ 1);
        nettest_ok(file_write(bad, data, n, &err), &err);
        const ErrCode code = checkpoint_load(net, NULL, bad, &text, &err);
        assert_true(code == ERR_DATA || code == ERR_VERSION);
        assert_null(text);
        err = (Err){0};
        data[at] = (char)(data[at] ^ 1);
    }
    for (size_t cut = 0; cut < n; cut += n / 23 + 1) {
        nettest_ok(file_write(bad, data, cut, &err), &err);
        assert_int_equal(checkpoint_load(net, NULL, bad, &text, &err), ERR_DATA);
        err = (Err){0};
    }
    nettest_same_bits(net, intact);
    nettest_ok(checkpoint_peek(NULL, good, &text, &err), &err);
    assert_string_equal(text, "position");
    mem_free(text);
    mem_free(data);
    net_destroy(&net);
    net_destroy(&intact);
    nettest_ok(file_remove(good, &err), &err);
    nettest_ok(file_remove(bad, &err), &err);
    teardown(&s);
}

/* A checkpoint of another network or optimiser is refused by name. */
static void test_other_training_is_refused(void **state)
{
    (void)state;
    Err err = {0};
    Setup s = setup();
    Network wider = nettest_zoo("proxy-b0", 1.5, 10, 16);
    const NetSettings sgd = nettest_training(BATCH, 1, NET_SGD);
    const NetSettings rmsprop = nettest_training(BATCH, 1, NET_RMSPROP);
    Net *net = nettest_net(&s.network, &sgd, 1), *other = nettest_net(&wider, &sgd, 1);
    Net *optimised = nettest_net(&s.network, &rmsprop, 1);
    const char *path = nettest_path("other");
    char *text = NULL;
    nettest_ok(checkpoint_save(net, "", NULL, path, &err), &err);
    assert_int_equal(checkpoint_load(other, NULL, path, &text, &err), ERR_VERSION);
    err = (Err){0};
    assert_int_equal(checkpoint_load(optimised, NULL, path, &text, &err), ERR_VERSION);
    err = (Err){0};
    nettest_ok(file_remove(path, &err), &err);
    net_destroy(&net);
    net_destroy(&other);
    net_destroy(&optimised);
    network_release(&wider);
    teardown(&s);
}

/* Weights go out and in unchanged, and the file's bytes are a function of the weights. */
static void test_weight_files_round_trip(void **state)
{
    (void)state;
    Err err = {0};
    Setup s = setup();
    const NetSettings settings = nettest_training(BATCH, 1, NET_SGD);
    const NetSettings threaded = nettest_training(BATCH, 3, NET_SGD);
    Net *net = nettest_net(&s.network, &settings, 1), *copy = nettest_net(&s.network, &threaded, 2);
    char first[64], second[64], *a = NULL, *b = NULL;
    size_t n_a = 0, n_b = 0;
    snprintf(first, sizeof first, "%s", nettest_path("first"));
    snprintf(second, sizeof second, "%s", nettest_path("second"));
    nettest_ok(weights_save(net, NET_WEIGHTS, NULL, first, &weights_own_names, NULL, &err), &err);
    const WeightSource source = {.path = first, .naming = &weights_own_names};
    WeightOrigin origin;
    nettest_ok(weights_load(copy, &source, &origin, &err), &err);
    assert_false(origin.is_known);
    nettest_same_bits(net, copy);
    nettest_ok(weights_save(copy, NET_EMA, NULL, second, &weights_own_names, NULL, &err), &err);
    nettest_ok(file_read(first, FILE_MOST, &a, &n_a, &err), &err);
    nettest_ok(file_read(second, FILE_MOST, &b, &n_b, &err), &err);
    assert_int_equal(n_a, n_b);
    assert_memory_equal(a, b, n_a);
    mem_free(a);
    mem_free(b);
    net_destroy(&net);
    net_destroy(&copy);
    nettest_ok(file_remove(first, &err), &err);
    nettest_ok(file_remove(second, &err), &err);
    teardown(&s);
}

/* A file of another network is refused: missing or extra tensor, or another shape, named. */
static void test_foreign_weights_are_refused(void **state)
{
    (void)state;
    Err err = {0};
    Setup s = setup();
    Network wider = nettest_zoo("proxy-b0", 1.5, 10, 16),
            deeper = nettest_zoo("efficientnet-b0-cifar", 0.25, 10, 16);
    const NetSettings settings = nettest_training(BATCH, 1, NET_SGD);
    Net *net = nettest_net(&s.network, &settings, 1),
        *intact = nettest_net(&s.network, &settings, 1);
    Net *others[] = {nettest_net(&wider, &settings, 1), nettest_net(&deeper, &settings, 1)};
    const char *path = nettest_path("foreign");
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        nettest_ok(weights_save(others[i], NET_WEIGHTS, NULL, path, &weights_own_names, NULL, &err),
                   &err);
        const WeightSource source = {.path = path, .naming = &weights_own_names};
        WeightOrigin origin;
        assert_int_equal(weights_load(net, &source, &origin, &err), ERR_DATA);
        assert_non_null(strstr(err.msg, path));
        assert_non_null(strstr(err.msg, "tensor '"));
        err = (Err){0};
        net_destroy(&others[i]);
    }
    nettest_same_bits(net, intact);
    nettest_ok(file_remove(path, &err), &err);
    net_destroy(&net);
    net_destroy(&intact);
    network_release(&wider);
    network_release(&deeper);
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resume_equals_uninterrupted),
        cmocka_unit_test(test_damage_is_found),
        cmocka_unit_test(test_other_training_is_refused),
        cmocka_unit_test(test_weight_files_round_trip),
        cmocka_unit_test(test_foreign_weights_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
