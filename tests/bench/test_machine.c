/* bench/machine: what is measured hangs together, whatever the machine; and its JSON. */
#include "bench/machine.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static MachineReport one, two;

static int measure(void **state)
{
    (void)state;
    Err err = {0};
    if (machine_measure(&one, cpu_best_level(), 1, &err) != ERR_NONE)
        return -1;
    return machine_measure(&two, cpu_best_level(), 2, &err) == ERR_NONE ? 0 : -1;
}

static bool is_rate(double value)
{
    return isfinite(value) && value > 0.0;
}

/* Property: every rate is there, for one thread and for all; one thread waits for nobody. */
static void rates_are_positive(void **state)
{
    (void)state;
    const MachineReport *reports[] = {&one, &two};
    for (size_t r = 0; r < ARRAY_LEN(reports); r++) {
        assert_true(is_rate(reports[r]->clock_ghz) && is_rate(reports[r]->ticks_ghz));
        for (int team = 0; team < MACHINE_N_TEAMS; team++) {
            assert_true(is_rate(machine_compute(reports[r], (MachineTeam)team)));
            for (int i = 0; i < MACHINE_MEMORIES; i++)
                for (int motion = 0; motion < MACHINE_N_MOTIONS; motion++)
                    assert_true(is_rate(reports[r]->memory[i].gbs[team][motion]));
        }
    }
    assert_true(one.barrier_ns <= 0.0 && two.barrier_ns > 0.0);
    assert_memory_equal(&one.gflops[MACHINE_ONE], &one.gflops[MACHINE_ALL], sizeof(double));
}

/* The roof of so many bytes is the copying of memory i. */
static void check_roof(MachineTeam team, double n_bytes, int i)
{
    const double roof = two.memory[i].gbs[team][MACHINE_COPY] * 1e9;
    assert_true(!(fabs(machine_bandwidth(&two, team, n_bytes) - roof) > 0.0));
}

/* Property: footprints grow from memory to memory, those of a thread's own caches within them; the
 * roof of so many bytes is that of the first memory that holds them, the last one's for all. */
static void roofs_are_of_the_memory_that_holds(void **state)
{
    (void)state;
    const MachineMemory *m = two.memory;
    for (int team = 0; team < MACHINE_N_TEAMS; team++) {
        const size_t threads = team == MACHINE_ONE ? 1 : 2;
        for (int i = 1; i < MACHINE_MEMORIES; i++)
            assert_true(m[i].footprint_bytes[team] > m[i - 1].footprint_bytes[team]);
        for (int i = 0; i < 2; i++) {
            const double size = (double)(m[i].size_bytes * threads);
            assert_true(m[i].footprint_bytes[team] <= m[i].size_bytes * threads);
            check_roof((MachineTeam)team, size, i);
            check_roof((MachineTeam)team, size + 1.0, i + 1);
        }
        check_roof((MachineTeam)team, 1e18, MACHINE_MEMORIES - 1);
    }
}

static void check_number(const json_t *map, const char *key)
{
    double value;
    Err err = {0};
    assert_int_equal(json_get_double(map, key, &value, &err), ERR_NONE);
    assert_true(is_rate(value));
}

/* Property: the JSON has every figure under its name, and a row of bandwidths for each memory and
 * team. */
static void json_has_every_figure(void **state)
{
    (void)state;
    static const char *const numbers[] = {"clock_ghz",  "ticks_ghz",      "threads",
                                          "fma_gflops", "fma_gflops_one", "barrier_ns"};
    static const char *const rates[] = {"read_gbs", "write_gbs", "copy_gbs", "footprint_bytes"};
    static const char *const names[] = {"L1", "L2", "L3", "DRAM"};
    Text text = {0};
    Err err = {0};
    json_t *root = NULL, *rows = NULL;
    JsonWriter json = json_writer(&text, false);
    machine_put_json(&two, NULL, &json);
    assert_int_equal(json_parse(&root, "machine", text.data, text.n_bytes, &err), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        check_number(root, numbers[i]);
    const char *word;
    assert_int_equal(json_get_text(root, "cpu", &word, &err), ERR_NONE);
    assert_string_equal(word, cpu_level_name(two.level));
    assert_int_equal(json_get_list(root, "bandwidth", &rows, &err), ERR_NONE);
    assert_int_equal(json_array_size(rows), MACHINE_MEMORIES * MACHINE_N_TEAMS);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        int64_t threads;
        assert_int_equal(json_get_text(row, "memory", &word, &err), ERR_NONE);
        assert_string_equal(word, names[i / 2]);
        assert_int_equal(json_get_int(row, "threads", &threads, &err), ERR_NONE);
        assert_int_equal(threads, i % 2 == 0 ? 1 : 2);
        for (size_t k = 0; k < ARRAY_LEN(rates); k++)
            check_number(row, rates[k]);
    }
    json_decref(root);
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_positive),
        cmocka_unit_test(roofs_are_of_the_memory_that_holds),
        cmocka_unit_test(json_has_every_figure),
    };
    return cmocka_run_group_tests(tests, measure, NULL);
}
