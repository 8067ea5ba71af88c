/*
 * Golden training: our first gradients and twenty losses against PyTorch's in double, for the same
 * weights and batches. The arguments STEM PATTERN choose one fixture and the tests (with '*' and
 * '?') to run on it.
 */
#include "golden.h"

#include "base/sys.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define GRADIENT_FLOOR 1e-6

/*
 * |ours - double| <= 4 |PyTorch float32 - double| + 1e-6 |all| / sqrt(tensors), for each tensor:
 * the same arithmetic in another order has the same size of error; a project's beta has gradient 0,
 * which only the floor can judge. The stored gradient's own rounding is subtracted from what is
 * allowed.
 */
static void check_gradients(const char *stem)
{
    Golden golden = golden_open(stem);
    Net *net = golden_net(&golden, NET_SGD);
    const StepSettings settings = golden_step(golden.file, NET_SGD, "sgd");
    StepResult result;
    const float *images;
    const int32_t *labels;
    int n_bad = 0;
    golden_batch(&golden, 0, &images, &labels);
    net_gradients(net, images, labels, &settings, &result);
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *t = net_tensor(net, i);
        if (!t->trainable)
            continue;
        float *exact = golden_tensor(golden.file, "grad.%s", t->name, t->n_elements);
        float *ours = mem_calloc(t->n_elements, sizeof *ours);
        assert_non_null(ours);
        net_read(net, i, NET_GRADIENT, ours);
        double square = 0.0;
        for (size_t e = 0; e < t->n_elements; e++)
            square += pow((double)ours[e] - (double)exact[e], 2.0);
        const double off = sqrt(square) + golden_scalar(golden.file, "grad_rounding.%s", t->name);
        const double allowed =
            GOLDEN_DEVIATION * golden_scalar(golden.file, "grad_fp32_error.%s", t->name) +
            GRADIENT_FLOOR * golden_scalar(golden.file, "grad_floor", "");
        if (!(off <= allowed)) {
            print_error("%s: %.3g off, %.3g allowed\n", t->name, off, allowed);
            n_bad++;
        }
        mem_free(exact);
        mem_free(ours);
    }
    assert_int_equal(n_bad, 0);
    net_destroy(&net);
    golden_close(&golden);
}

/* MBConv with SE and swish, without and with ReLU6; basic blocks with ReLU; fused MBConv; average
 * pooling; skips that pool, and other words of stages; concats. */
static const char *const all_stems[] = {"efficientnet-b0-cifar-w025", "mobilenet-v2-cifar-w010",
                                        "resnet-20-cifar-w050",       "fused-mbconv-cifar",
                                        "average-pool-cifar",         "skip-pool-cifar",
                                        "mobilenet-v3-words-cifar",   "densenet-bc-cifar"};
static const char *const *stems = all_stems;
static size_t n_stems = ARRAY_LEN(all_stems);

static void test_gradients(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_stems; i++)
        check_gradients(stems[i]);
}

static void check_all_losses(NetOptimizer optimizer, const char *name)
{
    for (size_t i = 0; i < n_stems; i++) {
        Golden golden = golden_open(stems[i]);
        golden_check_losses(&golden, golden.file, optimizer, name, NULL);
        golden_close(&golden);
    }
}

static void test_losses_sgd(void **state)
{
    (void)state;
    check_all_losses(NET_SGD, "sgd");
}

static void test_losses_rmsprop(void **state)
{
    (void)state;
    check_all_losses(NET_RMSPROP, "rmsprop");
}

static void test_losses_rmsprop_torch(void **state)
{
    (void)state;
    check_all_losses(NET_RMSPROP_TORCH, "rmsprop-torch");
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        stems = (const char *const *)argv + 1;
        n_stems = 1;
        cmocka_set_test_filter(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_losses_sgd),
        cmocka_unit_test(test_losses_rmsprop),
        cmocka_unit_test(test_losses_rmsprop_torch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
