/* bench/stepexplain: lines of phases, stages and operations are sums of the same rows. */
#include "bench/explainreport.h"
#include "bench/stepexplain.h"

#include "base/sys.h"
#include "base/sysfault.h"
#include "models/resolve.h"
#include "models/zoo.h"
#include "nn/net.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { BATCH = 4, STEPS = 4 };

/* A machine of round numbers: nothing here depends on what this one can do. */
static const MachineMemory memory = {.gbs = {{10.0, 10.0, 10.0}, {20.0, 20.0, 20.0}}};
static MachineReport machine;

static int describe_machine(void **state)
{
    (void)state;
    machine = (MachineReport){.level = CPU_GENERIC,
                              .threads = 2,
                              .clock_ghz = 1.0,
                              .ticks_ghz = 1.0,
                              .gflops = {50.0, 100.0},
                              .memory = {memory, memory, memory, memory}};
    return 0;
}

/* An explained training of a zoo network on two threads. */
static StepExplain *explain(const char *name, Network *network)
{
    Err err = {0};
    Spec spec;
    Net *net = NULL;
    StepExplain *it = NULL;
    StepResult result;
    const NetSettings settings = {.batch = BATCH,
                                  .threads = 2,
                                  .level = cpu_best_level(),
                                  .training = true,
                                  .optimizer = NET_SGD};
    const StepSettings step = {.lr = 0.01, .momentum = 0.9};
    assert_int_equal(zoo_load(&spec, name, &err), ERR_NONE);
    spec.resolution = 16;
    assert_int_equal(resolve_network(network, &spec, &err), ERR_NONE);
    float *images = mem_calloc(BATCH * 16 * 16 * 3, sizeof *images);
    int32_t labels[BATCH] = {0, 1, 2, 3};
    assert_int_equal(net_create(&net, network, &settings, &err), ERR_NONE);
    net_init_weights(net, 1);
    assert_int_equal(stepexplain_create(&it, &machine, STEPS, &err), ERR_NONE);
    assert_int_equal(stepexplain_begin(it, net, &err), ERR_NONE);
    for (int i = 0; i < STEPS; i++) {
        net_train_step(net, images, labels, &step, &result);
        stepexplain_take_phases(it, net, i);
        net_train_step(net, images, labels, &step, &result);
        stepexplain_take_kernels(it, net, i);
    }
    stepexplain_finish(it);
    net_destroy(&net);
    mem_free(images);
    return it;
}

/* Shares sum to 1 (n additions of numbers up to 1: n eps); returns the sum of flops. */
static double check_list(ExplainLines lines)
{
    double shares = 0.0, flops = 0.0;
    for (int i = 0; i < lines.n; i++) {
        const ExplainLine *line = &lines.v[i];
        assert_true(line->seconds >= 0.0 && isfinite(line->seconds));
        assert_true(line->wait_seconds >= 0.0 && isfinite(line->wait_seconds));
        assert_true((line->roof_seconds > 0.0) ==
                    (line->work.flops + line->work.read_bytes + line->work.written_bytes > 0.0));
        shares += line->share;
        flops += line->work.flops;
    }
    assert_true(!(fabs(shares - 1.0) > lines.n * 2.3e-16));
    return flops;
}

/* Property: every phase of an inverted bottleneck is there, in order, and no other forward; lists
 * agree in what was multiplied, which is what is counted (three times forward, but for the images'
 * gradient); calls of kernels are those of the lines. */
static void lists_agree(void **state)
{
    (void)state;
    static const char *const names[] = {"F1",   "F2",   "F3",     "B4",      "B3",        "B2",
                                        "stem", "head", "finish", "prepare", "optimiser", "wait"};
    Network network = {0};
    StepExplain *it = explain("proxy-b0", &network);
    const ExplainLines phases = stepexplain_phases(it);
    assert_int_equal(phases.n, ARRAY_LEN(names));
    for (int i = 0; i < phases.n; i++)
        assert_string_equal(stepexplain_phase_name(phases.v[i].phase), names[i]);
    const double flops = 2.0 * BATCH * (double)(3 * network.macs - network.ops[0].macs);
    assert_true(!(fabs(check_list(phases) - flops) > 0.0));
    assert_true(!(fabs(check_list(stepexplain_stages(it)) - flops) > 0.0));
    assert_true(!(fabs(check_list(stepexplain_operations(it)) - flops) > 0.0));
    double calls = 0.0, seconds = 0.0;
    int n = 0;
    const ExplainKernel *kernels = stepexplain_kernels(it, &n);
    for (int i = 0; i < phases.n; i++)
        calls += phases.v[i].calls;
    for (int i = 0; i < n; i++) {
        calls -= kernels[i].calls;
        seconds += kernels[i].share;
    }
    assert_true(n > 10 && !(fabs(calls) > 0.0) && seconds < 1.0);
    stepexplain_destroy(&it);
    network_release(&network);
}

/* Property: networks of other blocks have phases of their own. */
static void other_blocks_are_forward_and_backward(void **state)
{
    (void)state;
    static const char *const names[] = {"forward", "backward", "stem",      "head",
                                        "finish",  "prepare",  "optimiser", "wait"};
    Network network = {0};
    StepExplain *it = explain("resnet-20-cifar", &network);
    const ExplainLines phases = stepexplain_phases(it);
    assert_int_equal(phases.n, ARRAY_LEN(names));
    for (int i = 0; i < phases.n; i++)
        assert_string_equal(stepexplain_phase_name(phases.v[i].phase), names[i]);
    stepexplain_destroy(&it);
    network_release(&network);
}

/* Property: the JSON has all lists, and each line all of its figures. */
static void json_has_every_line(void **state)
{
    (void)state;
    static const char *const lists[] = {"phases", "stages", "operations"};
    static const char *const figures[] = {"ms",     "share",      "flops",
                                          "bytes",  "bytes_read", "bytes_written",
                                          "calls",  "roof_share", "cycles_per_vector",
                                          "wait_ms"};
    Network network = {0};
    Text text = {0};
    Err err = {0};
    json_t *root = NULL, *list = NULL;
    StepExplain *it = explain("proxy-b0", &network);
    JsonWriter json = json_writer(&text, false);
    explainreport_put_json(it, NULL, &json);
    assert_int_equal(json_parse(&root, "explain", text.data, text.n_bytes, &err), ERR_NONE);
    assert_true(json_has(root, "machine"));
    const int counts[] = {stepexplain_phases(it).n, stepexplain_stages(it).n,
                          stepexplain_operations(it).n};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        assert_int_equal(json_get_list(root, lists[i], &list, &err), ERR_NONE);
        assert_int_equal(json_array_size(list), counts[i]);
        for (size_t j = 0; j < json_array_size(list); j++)
            for (size_t k = 0; k < ARRAY_LEN(figures); k++) {
                double value;
                assert_int_equal(json_get_double(json_array_get(list, j), figures[k], &value, &err),
                                 ERR_NONE);
            }
    }
    assert_int_equal(json_get_list(root, "kernels", &list, &err), ERR_NONE);
    json_decref(root);
    text_release(&text);
    stepexplain_destroy(&it);
    network_release(&network);
}

/* Property: whichever allocation of the beginning fails, that is an error. */
static void beginning_says_what_it_lacks(void **state)
{
    (void)state;
    Err err = {0};
    Spec spec;
    Network network;
    const NetSettings settings = {.batch = BATCH, .threads = 2, .training = true};
    assert_int_equal(zoo_load(&spec, "proxy-b0", &err), ERR_NONE);
    spec.resolution = 16;
    assert_int_equal(resolve_network(&network, &spec, &err), ERR_NONE);
    bool has_fired = true;
    for (long k = 1; has_fired; k++) {
        Net *net = NULL;
        StepExplain *it = NULL;
        err = (Err){0};
        assert_int_equal(net_create(&net, &network, &settings, &err), ERR_NONE);
        assert_int_equal(stepexplain_create(&it, &machine, STEPS, &err), ERR_NONE);
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = stepexplain_begin(it, net, &err);
        has_fired = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, has_fired ? ERR_MEMORY : ERR_NONE);
        stepexplain_destroy(&it);
        net_destroy(&net);
    }
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_agree),
        cmocka_unit_test(other_blocks_are_forward_and_backward),
        cmocka_unit_test(json_has_every_line),
        cmocka_unit_test(beginning_says_what_it_lacks),
    };
    return cmocka_run_group_tests(tests, describe_machine, NULL);
}
