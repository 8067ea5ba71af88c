/* ladder: how a family's table is made from its ladder. */
#include "kernel_test.h"

#include "kernels/ladder.h"

#include <string.h>

static void other_forward(const PwForwardArgs *args)
{
    (void)args;
}

static void third_forward(const PwForwardArgs *args)
{
    (void)args;
}

/* A tuned rung replaces the slots it holds, name included, from its level upward and nowhere
 * below; what it leaves NULL stays generic. */
static void tuned_slots_replace_generic_ones(void **state)
{
    (void)state;
    const PwKernels generic = pw_kernels(CPU_GENERIC);
    const PwKernels tuned = {.variant = "pw_tuned", .forward = other_forward};
    const LadderRung ladder[] = {{CPU_GENERIC, &generic}, {CPU_AVX2, &tuned}};
    for (CpuLevel level = CPU_GENERIC; level <= CPU_AVX512; level++) {
        PwKernels table = {0};
        ladder_fill(&table, sizeof table, ladder, 2, level);
        const PwKernels *expected = level < CPU_AVX2 ? &generic : &tuned;
        assert_string_equal(table.variant, expected->variant);
        assert_true(table.forward == expected->forward);
        assert_true(table.backward_weights == generic.backward_weights);
        assert_true(table.transpose == generic.transpose);
    }
}

/* The order of the ladder decides: a tuned rung behind the generic ones stays above its own level,
 * until a later one takes its slot. */
static void later_rungs_win(void **state)
{
    (void)state;
    const PwKernels generic = pw_kernels(CPU_GENERIC);
    const PwKernels avx2 = {.variant = "pw_tuned_avx2", .forward = other_forward};
    const PwKernels avx512 = {.variant = "pw_tuned_avx512", .forward = third_forward};
    const LadderRung ladder[] = {
        {CPU_GENERIC, &generic}, {CPU_AVX512, &generic}, {CPU_AVX2, &avx2}, {CPU_AVX512, &avx512}};
    PwKernels table = {0};
    ladder_fill(&table, sizeof table, ladder, 3, CPU_AVX512);
    assert_true(table.forward == other_forward);
    ladder_fill(&table, sizeof table, ladder, 4, CPU_AVX512);
    assert_true(table.forward == third_forward);
    assert_string_equal(table.variant, "pw_tuned_avx512");
}

/* Every slot of every family is filled at every level: all tables consist of pointers only. */
static void no_slot_is_empty(void **state)
{
    (void)state;
    for (CpuLevel level = CPU_GENERIC; level <= CPU_AVX512; level++) {
        const Kernels all = kernels_select(level);
        const struct {
            const void *table;
            size_t n_bytes;
        } tables[] = {{&all.pw, sizeof all.pw},     {&all.dw, sizeof all.dw},
                      {&all.conv, sizeof all.conv}, {&all.affine, sizeof all.affine},
                      {&all.se, sizeof all.se},     {&all.pool, sizeof all.pool},
                      {&all.head, sizeof all.head}, {&all.opt, sizeof all.opt}};
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
            for (size_t at = 0; at < tables[i].n_bytes; at += sizeof(uintptr_t)) {
                uintptr_t slot;
                memcpy(&slot, (const char *)tables[i].table + at, sizeof slot);
                assert_true(slot != 0);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tuned_slots_replace_generic_ones),
        cmocka_unit_test(later_rungs_win),
        cmocka_unit_test(no_slot_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
