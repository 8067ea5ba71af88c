/* bench/kernelbench: real shapes, each once, all of a kernel that is asked for; unknown ones
 * refused. */
#include "bench/kernelbench.h"
#include "bench/kernelshapes.h"

#include "base/sys.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Property: shapes of the networks are there, depthwise ones as such, and none twice. */
static void shapes_are_those_of_networks(void **state)
{
    (void)state;
    Err err = {0};
    KernelShapes shapes;
    assert_int_equal(kernelshapes_collect(&shapes, &err), ERR_NONE);
    /* efficientnet-b0 at 224: 14 x 14 x 480, k 5 depthwise; resnet-50 at 64: 3 x 3 of 512 at 2 x 2
     */
    const KernelShape wanted[] = {{true, 14, 5, 1, 480, 480}, {false, 2, 3, 1, 512, 512}};
    int found[2] = {0};
    for (size_t i = 0; i < shapes.n; i++)
        for (size_t k = 0; k < ARRAY_LEN(wanted); k++) {
            const KernelShape *a = &shapes.v[i], *b = &wanted[k];
            found[k] += a->is_depthwise == b->is_depthwise && a->side == b->side &&
                        a->kernel == b->kernel && a->stride == b->stride &&
                        a->inputs == b->inputs && a->outputs == b->outputs;
        }
    assert_int_equal(found[0], 1);
    assert_int_equal(found[1], 1);
    mem_free(shapes.v);
}

/* Property: rows are of the kernel asked for, with finite figures; an unknown one is named. */
static void a_kernel_is_measured(void **state)
{
    (void)state;
    Err err = {0};
    const MachineMemory memory = {.gbs = {{10.0, 10.0, 10.0}, {20.0, 20.0, 20.0}}};
    const MachineReport machine = {.level = cpu_best_level(),
                                   .threads = 1,
                                   .gflops = {50.0, 50.0},
                                   .memory = {memory, memory, memory, memory}};
    KernelBench bench;
    assert_int_equal(kernelbench_run(&bench, &machine, "affine.stats", &err), ERR_NONE);
    assert_true(bench.n > 5);
    for (size_t i = 0; i < bench.n; i++) {
        assert_string_equal(bench.rows[i].call->kernel, "affine.stats");
        assert_true(isfinite(bench.rows[i].roof_share) && bench.rows[i].roof_share > 0.0);
    }
    kernelbench_release(&bench);
    assert_int_equal(kernelbench_run(&bench, &machine, "pw.forwards", &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "'pw.forwards'"));
    kernelbench_release(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_those_of_networks),
        cmocka_unit_test(a_kernel_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
