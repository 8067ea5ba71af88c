/* base/cpu: levels, quotas from made-up control groups, floating-point mode, pinning. */
#include "base/cpu.h"
#include "base/dir.h"
#include "base/file.h"
#include "base/sys.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/*
 * Property: every level up to the best parses, higher and unknown ones are misuse and repeat the
 * name; names alone are known of every level.
 */
static void levels_parse_up_to_the_best(void **state)
{
    (void)state;
    Err err = {0};
    for (int i = 0; i < CPU_N_LEVELS; i++) {
        CpuLevel level = CPU_N_LEVELS;
        const ErrCode code = cpu_level_parse(cpu_level_name((CpuLevel)i), &level, &err);
        assert_int_equal(code, cpu_has_level((CpuLevel)i) ? ERR_NONE : ERR_USAGE);
        assert_int_equal(level, code == ERR_NONE ? i : CPU_N_LEVELS);
    }
    CpuLevel level;
    assert_int_equal(cpu_level_named("avx512", &level, &err), ERR_NONE);
    assert_int_equal(level, CPU_AVX512);
    assert_int_equal(cpu_level_parse("sse9", &level, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "'sse9'"));
}

static void put(const char *path, const char *text)
{
    Err err;
    char *folder = file_folder(path);
    assert_int_equal(file_make_dirs(folder, &err), ERR_NONE);
    assert_int_equal(file_write(path, text, strlen(text), &err), ERR_NONE);
    mem_free(folder);
}

/* Property: version 2 quotas are rounded up, a limit above holds below, "max" is none. */
static void quotas_of_version_2_are_found(void **state)
{
    (void)state;
    put("cgroup/self", "0::/outer/inner\n");
    put("cgroup/mount/outer/cpu.max", "150000 100000\n");
    put("cgroup/mount/outer/inner/cpu.max", "max 100000\n");
    assert_int_equal(cpu_cgroup_quota("cgroup/self", "cgroup/mount"), 2);
    put("cgroup/mount/outer/inner/cpu.max", "50000 100000\n");
    assert_int_equal(cpu_cgroup_quota("cgroup/self", "cgroup/mount"), 1);
    put("cgroup/mount/outer/cpu.max", "max 100000\n");
    put("cgroup/mount/outer/inner/cpu.max", "max 100000\n");
    assert_int_equal(cpu_cgroup_quota("cgroup/self", "cgroup/mount"), 0);
}

/*
 * Property: version 1 quotas are found for the hierarchy that holds "cpu" and no other; -1 is none;
 * in a container the root's file counts though the path does not exist.
 */
static void quotas_of_version_1_are_found(void **state)
{
    (void)state;
    put("cgroup/self", "4:cpuset:/x\n3:cpu,cpuacct:/docker/abc\n2:memory:/y\n");
    put("cgroup/mount/cpu/cpu.cfs_quota_us", "250000\n");
    put("cgroup/mount/cpu/cpu.cfs_period_us", "100000\n");
    assert_int_equal(cpu_cgroup_quota("cgroup/self", "cgroup/mount"), 3);
    put("cgroup/mount/cpu/cpu.cfs_quota_us", "-1\n");
    assert_int_equal(cpu_cgroup_quota("cgroup/self", "cgroup/mount"), 0);
    put("cgroup/self", "4:cpuset:/x\n");
    put("cgroup/mount/cpu/cpu.cfs_quota_us", "250000\n");
    assert_int_equal(cpu_cgroup_quota("cgroup/self", "cgroup/mount"), 0);
    assert_int_equal(cpu_cgroup_quota("cgroup/missing", "cgroup/mount"), 0);
}

/* Property: caches are those of the kernel's list; instructions do not count, what is not listed
 * stays. */
static void caches_are_found(void **state)
{
    (void)state;
    CpuInfo info = {.l1d_bytes = 1, .l2_bytes = 2, .l3_bytes = 3};
    put("cgroup/cache/index0/level", "1\n");
    put("cgroup/cache/index0/type", "Data\n");
    put("cgroup/cache/index0/size", "48K\n");
    put("cgroup/cache/index1/level", "1\n");
    put("cgroup/cache/index1/type", "Instruction\n");
    put("cgroup/cache/index1/size", "32K\n");
    put("cgroup/cache/index2/level", "3\n");
    put("cgroup/cache/index2/type", "Unified\n");
    put("cgroup/cache/index2/size", "4M\n");
    cpu_cache_sizes("cgroup/cache", &info);
    assert_int_equal(info.l1d_bytes, 48 << 10);
    assert_int_equal(info.l2_bytes, 2);
    assert_int_equal(info.l3_bytes, 4 << 20);
    cpu_cache_sizes("nowhere", &info);
    assert_int_equal(info.l3_bytes, 4 << 20);
}

/*
 * Property: subnormal results and arguments count as zero once the mode is set, where the processor
 * has one.
 */
static void subnormals_are_flushed(void **state)
{
    (void)state;
    cpu_set_flush_to_zero();
#if defined(__x86_64__) || defined(__aarch64__)
    volatile float least = FLT_MIN, subnormal = FLT_TRUE_MIN;
    volatile float half = least * 0.5f, scaled = subnormal * 0x1p30f;
    assert_true(half == 0.0f && scaled == 0.0f);
#else
    skip();
#endif
}

/* Property: pinning leaves one processor, whatever the index; threads never exceed the mask. */
static void pinning_leaves_one_processor(void **state)
{
    (void)state;
    Err err;
    CpuInfo info;
    cpu_info(&info);
    assert_true(info.n_available >= 1 && info.n_available <= info.n_online);
    assert_true(info.model[0] != '\0');
    assert_int_equal(info.best, cpu_best_level());
    assert_int_equal(cpu_pin(1001, &err), ERR_NONE);
    assert_int_equal(cpu_available_threads(), 1);
}

static int clean(void **state)
{
    (void)state;
    Err err;
    return dir_remove_tree(NULL, "cgroup", &err) == ERR_NONE ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_parse_up_to_the_best),
        cmocka_unit_test(quotas_of_version_2_are_found),
        cmocka_unit_test(quotas_of_version_1_are_found),
        cmocka_unit_test(caches_are_found),
        cmocka_unit_test(subnormals_are_flushed),
        cmocka_unit_test(pinning_leaves_one_processor),
    };
    return cmocka_run_group_tests(tests, clean, clean);
}
