/* The processor; see cpu.h. What cgroups allow is in cpu_quota.c. */
#include "base/cpu.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <xmmintrin.h>
#endif

static const char *const level_names[CPU_N_LEVELS] = {"generic", "neon", "avx2", "avx512"};

/* Each architecture has its own best level, and says which levels are its own. */
#if defined(__x86_64__)
static bool is_native(CpuLevel level)
{
    return level != CPU_NEON;
}

/* The state components the operating system saves. */
static uint64_t enabled_state(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

CpuLevel cpu_best_level(void)
{
    enum { XCR0_YMM = 0x6, XCR0_ZMM = 0xE6 };
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return CPU_GENERIC;
    const bool has_fma = (c & bit_FMA) != 0;
    const uint64_t state = enabled_state();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return CPU_GENERIC;
    const bool has_avx2 = has_fma && (b & bit_AVX2) && (state & XCR0_YMM) == XCR0_YMM;
    const unsigned wanted = bit_AVX512F | bit_AVX512VL | bit_AVX512BW | bit_AVX512DQ;
    const bool has_avx512 = (b & wanted) == wanted && (state & XCR0_ZMM) == XCR0_ZMM;
    if (!has_avx2)
        return CPU_GENERIC;
    return has_avx512 ? CPU_AVX512 : CPU_AVX2;
}

enum { MXCSR_FTZ_DAZ = 0x8040 };

void cpu_set_flush_to_zero(void)
{
    _mm_setcsr(_mm_getcsr() | MXCSR_FTZ_DAZ);
}

static void read_model(char *model, size_t n_bytes)
{
    static const unsigned first_leaf = 0x80000002u;
    enum { N_LEAVES = 3, LEAF_WORDS = 4 };
    uint32_t words[N_LEAVES * LEAF_WORDS + 1] = {0};
    for (unsigned i = 0; i < N_LEAVES; i++) {
        uint32_t *w = words + i * LEAF_WORDS;
        if (!__get_cpuid(first_leaf + i, &w[0], &w[1], &w[2], &w[3]))
            return;
    }
    const char *name = (const char *)words;
    name += strspn(name, " ");
    if (*name)
        snprintf(model, n_bytes, "%s", name);
}
#else
#if defined(__aarch64__)
static bool is_native(CpuLevel level)
{
    return level <= CPU_NEON;
}

CpuLevel cpu_best_level(void)
{
    return CPU_NEON;
}

static const uint64_t fpcr_fz = (uint64_t)1 << 24;

void cpu_set_flush_to_zero(void)
{
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | fpcr_fz));
}

#else
static bool is_native(CpuLevel level)
{
    return level == CPU_GENERIC;
}

CpuLevel cpu_best_level(void)
{
    return CPU_GENERIC;
}

void cpu_set_flush_to_zero(void)
{
}

#endif

static void read_model(char *model, size_t n_bytes)
{
    (void)model;
    (void)n_bytes;
}
#endif

bool cpu_has_level(CpuLevel level)
{
    return is_native(level) && level <= cpu_best_level();
}

CpuLevel cpu_next_level(CpuLevel level)
{
    int next = (int)level + 1;
    while (next < CPU_N_LEVELS && !is_native((CpuLevel)next))
        next++;
    return (CpuLevel)next;
}

const char *cpu_level_name(CpuLevel level)
{
    return level_names[level];
}

ErrCode cpu_level_named(const char *name, CpuLevel *level, Err *err)
{
    for (int i = 0; i < CPU_N_LEVELS; i++) {
        if (strcmp(name, level_names[i]) != 0)
            continue;
        *level = (CpuLevel)i;
        return ERR_NONE;
    }
    return err_set(err, ERR_USAGE, "unknown instruction set '%s': generic, neon, avx2 or avx512",
                   name);
}

ErrCode cpu_level_parse(const char *name, CpuLevel *level, Err *err)
{
    CpuLevel named = CPU_GENERIC;
    if (cpu_level_named(name, &named, err) != ERR_NONE)
        return err->code;
    if (!cpu_has_level(named))
        return err_set(err, ERR_USAGE, "this processor has no '%s', its best is '%s'", name,
                       level_names[cpu_best_level()]);
    *level = named;
    return ERR_NONE;
}

/* The affinity mask; room for machines of up to 8192 processors. */
enum { MAX_PROCESSORS = 8192 };
typedef union Mask {
    cpu_set_t set; /* the first words */
    unsigned char bytes[MAX_PROCESSORS / CHAR_BIT];
} Mask;

static bool read_mask(Mask *mask)
{
    memset(mask, 0, sizeof *mask);
    return sched_getaffinity(0, sizeof *mask, &mask->set) == 0;
}

int cpu_available_threads(void)
{
    Mask mask;
    int n = 1;
    if (read_mask(&mask))
        n = CPU_COUNT_S(sizeof mask, &mask.set);
    const int quota = cpu_cgroup_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    if (quota > 0 && quota < n)
        n = quota;
    return n > 1 ? n : 1;
}

ErrCode cpu_pin(int index, Err *err)
{
    Mask mask, one;
    if (!read_mask(&mask))
        return err_errno(err, "read the affinity of", "this process");
    const int n = CPU_COUNT_S(sizeof mask, &mask.set);
    int n_before = index % n;
    size_t processor = 0;
    while (!CPU_ISSET_S(processor, sizeof mask, &mask.set) || n_before-- > 0)
        processor++;
    memset(&one, 0, sizeof one);
    CPU_SET_S(processor, sizeof one, &one.set);
    if (sched_setaffinity(0, sizeof one, &one.set) != 0)
        return err_errno(err, "set the affinity of", "this process");
    return ERR_NONE;
}

static size_t configured(int name)
{
    const long value = sysconf(name);
    return value > 0 ? (size_t)value : 0;
}

void cpu_info(CpuInfo *info)
{
    *info = (CpuInfo){.model = "unknown"};
    read_model(info->model, sizeof info->model);
    info->l1d_bytes = configured(_SC_LEVEL1_DCACHE_SIZE);
    info->l2_bytes = configured(_SC_LEVEL2_CACHE_SIZE);
    info->l3_bytes = configured(_SC_LEVEL3_CACHE_SIZE);
    cpu_cache_sizes("/sys/devices/system/cpu/cpu0/cache", info);
    info->n_online = (int)configured(_SC_NPROCESSORS_ONLN);
    info->n_available = cpu_available_threads();
    info->best = cpu_best_level();
}
