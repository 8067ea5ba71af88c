/* Trainings that begin from the golden fixtures' starts (tests/golden/make_tuning.py): AdamW, and
 * what is fine-tuned, frozen and slower. */
#include "golden.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Freezes a batch norm's statistic at what the fixture's formula says. */
static void freeze_statistic(Net *net, int index)
{
    golden_write_statistic(net, index);
    net_set_rate(net, index, 0.0);
}

static void freeze_norms(Net *net)
{
    for (int i = 0; i < net_n_tensors(net); i++)
        if (!net_tensor(net, i)->trainable)
            freeze_statistic(net, i);
}

/* Stem and first stage are frozen, the other stages go at a tenth of the rate. */
static void freeze_parts(Net *net)
{
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *t = net_tensor(net, i);
        const bool is_frozen =
            text_starts_with(t->name, "stem.") || text_starts_with(t->name, "stages.0.");
        if (is_frozen && !t->trainable)
            freeze_statistic(net, i);
        else if (is_frozen)
            net_set_rate(net, i, 0.0);
        else if (t->trainable && text_starts_with(t->name, "stages."))
            net_set_rate(net, i, 0.1);
    }
}

/* All trainings of that name in the file, at least so many. */
static void check_tuning(const char *training, NetOptimizer optimizer, void (*prepare)(Net *net),
                         size_t n_least)
{
    TensorFile *tuning = golden_fixture("tuning");
    size_t n_checked = 0;
    for (size_t i = 0; i < safetensors_count(tuning); i++) {
        static const char prefix[] = "losses.";
        const char *tensor = safetensors_tensor(tuning, i)->name;
        const char *dot = strrchr(tensor, '.');
        char stem[GOLDEN_TEXT];
        if (!text_starts_with(tensor, prefix) || strcmp(dot + 1, training) != 0)
            continue;
        const char *name = tensor + strlen(prefix);
        snprintf(stem, sizeof stem, "%.*s", (int)(dot - name), name);
        Golden golden = golden_open(stem);
        golden_check_losses(&golden, tuning, optimizer, name, prepare);
        golden_close(&golden);
        n_checked++;
    }
    assert_true(n_checked >= n_least);
    safetensors_close(&tuning);
}

static void test_losses_adamw(void **state)
{
    (void)state;
    check_tuning("adamw", NET_ADAMW, NULL, 7);
}

/* model.eval() of the batch norm layers: running statistics forward and backward. */
static void test_losses_frozen_norm(void **state)
{
    (void)state;
    check_tuning("frozen-norm", NET_SGD, freeze_norms, 2);
}

static void test_losses_frozen_parts(void **state)
{
    (void)state;
    check_tuning("parts", NET_ADAMW, freeze_parts, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_losses_adamw),
        cmocka_unit_test(test_losses_frozen_norm),
        cmocka_unit_test(test_losses_frozen_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
