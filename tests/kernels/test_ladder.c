/* ladder: how a family's table is made from its ladder. */
#include "kernel_test.h"

#include "kernels/ladder.h"

#include "base/err.h"

#include <string.h>

static const LadderSlot slots[] = {LADDER_SLOT(PwKernels, forward),
                                   LADDER_SLOT(PwKernels, backward_weights),
                                   LADDER_SLOT(PwKernels, transpose)};

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
    const LadderRung rungs[] = {{CPU_GENERIC, &generic, true}, {CPU_AVX2, &tuned, false}};
    const Ladder ladder = {"pw", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs)};
    for (CpuLevel level = CPU_GENERIC; level < CPU_N_LEVELS; level++) {
        PwKernels table = {0};
        ladder_fill(&table, sizeof table, &ladder, level);
        const PwKernels *expected = level < CPU_AVX2 ? &generic : &tuned;
        assert_string_equal(table.variant, expected->variant);
        assert_true(table.forward == expected->forward);
        assert_true(table.backward_weights == generic.backward_weights);
        assert_true(table.transpose == generic.transpose);
        assert_true(ladder_rung(&ladder, slots[0].offset, level)->is_generic == (level < CPU_AVX2));
        assert_true(ladder_rung(&ladder, slots[1].offset, level)->is_generic);
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
    const LadderRung rungs[] = {{CPU_GENERIC, &generic, true},
                                {CPU_AVX512, &generic, true},
                                {CPU_AVX2, &avx2, false},
                                {CPU_AVX512, &avx512, false}};
    Ladder ladder = {"pw", slots, ARRAY_LEN(slots), rungs, ARRAY_LEN(rungs) - 1};
    PwKernels table = {0};
    ladder_fill(&table, sizeof table, &ladder, CPU_AVX512);
    assert_true(table.forward == other_forward);
    ladder.n_rungs++;
    ladder_fill(&table, sizeof table, &ladder, CPU_AVX512);
    assert_true(table.forward == third_forward);
    assert_string_equal(table.variant, "pw_tuned_avx512");
}

/* Every slot of every family is filled at every level: all tables consist of pointers only. */
static void no_slot_is_empty(void **state)
{
    (void)state;
    for (CpuLevel level = CPU_GENERIC; level < CPU_N_LEVELS; level++) {
        const Kernels all = kernels_select(level);
        const struct {
            const void *table;
            size_t n_bytes;
        } tables[] = {{&all.pw, sizeof all.pw},         {&all.dw, sizeof all.dw},
                      {&all.affine, sizeof all.affine}, {&all.se, sizeof all.se},
                      {&all.pool, sizeof all.pool},     {&all.head, sizeof all.head},
                      {&all.opt, sizeof all.opt},       {&all.mb, sizeof all.mb},
                      {&all.panel, sizeof all.panel},   {&all.gemm, sizeof all.gemm}};
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
            for (size_t at = 0; at < tables[i].n_bytes; at += sizeof(uintptr_t)) {
                uintptr_t slot;
                memcpy(&slot, (const char *)tables[i].table + at, sizeof slot);
                assert_true(slot != 0);
            }
    }
}

/* What is listed is what is taken: one entry a function of every table, at every level, none twice,
 * and the variants of the tables among them. */
static void choices_name_every_function(void **state)
{
    (void)state;
    for (CpuLevel level = CPU_GENERIC; level < CPU_N_LEVELS; level++) {
        const Kernels all = kernels_select(level);
        const size_t n_pointers =
            (sizeof all.pw + sizeof all.dw + sizeof all.affine + sizeof all.se + sizeof all.pool +
             sizeof all.head + sizeof all.opt + sizeof all.mb + sizeof all.panel +
             sizeof all.gemm) /
            sizeof(void *);
        const size_t n_families = 10;
        size_t n = 0;
        bool has_variant = false;
        for (KernelChoice choice, before = {0}; kernels_choice(level, n, &choice);
             before = choice) {
            if (n++ > 0)
                assert_true(strcmp(choice.family, before.family) != 0 ||
                            strcmp(choice.kernel, before.kernel) != 0);
            assert_true(choice.level <= level);
            has_variant |= strcmp(choice.variant, all.pw.variant) == 0;
        }
        assert_int_equal(n, n_pointers - n_families);
        assert_true(has_variant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tuned_slots_replace_generic_ones),
        cmocka_unit_test(later_rungs_win),
        cmocka_unit_test(no_slot_is_empty),
        cmocka_unit_test(choices_name_every_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
