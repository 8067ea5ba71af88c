/*
 * The processor: instruction-set level, threads we may use, floating-point mode, names and caches.
 */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Each level includes those before it of its architecture: generic and neon on aarch64; generic,
 * avx2 (with FMA) and avx512 (F, VL, BW and DQ) on x86-64. No processor has levels of both.
 */
typedef enum CpuLevel {
    CPU_GENERIC = 0,
    CPU_NEON,
    CPU_AVX2,
    CPU_AVX512,
    CPU_N_LEVELS,
} CpuLevel;

typedef struct CpuInfo {
    char model[64];   /* as the processor or the kernel names it; "unknown" otherwise */
    size_t l1d_bytes; /* 0: unknown */
    size_t l2_bytes;  /* of one core; 0: unknown */
    size_t l3_bytes;  /* shared by the cores around this one; 0: unknown or none */
    int n_online;     /* processors of the machine; for information only */
    int n_available;  /* cpu_available_threads() */
    CpuLevel best;    /* cpu_best_level() */
} CpuInfo;

/* The highest level that processor and operating system (XCR0) support. */
CpuLevel cpu_best_level(void);

/* Whether processor and operating system support a level. */
bool cpu_has_level(CpuLevel level);

/* The lowest level above `level` that this architecture has; CPU_N_LEVELS: none. */
CpuLevel cpu_next_level(CpuLevel level);

/* "generic", "neon", "avx2", "avx512". */
const char *cpu_level_name(CpuLevel level);

/* The level of a name, whether or not this processor has it. Errors: ERR_USAGE. */
ErrCode cpu_level_named(const char *name, CpuLevel *level, Err *err) ERR_CHECKED;

/* Errors: ERR_USAGE for an unknown name or a level this processor lacks. */
ErrCode cpu_level_parse(const char *name, CpuLevel *level, Err *err) ERR_CHECKED;

/*
 * Threads this process may use: the affinity mask, bounded by the cgroup's quota (v2 and v1,
 * rounded up, at least 1); never the machine's count.
 */
int cpu_available_threads(void);

/*
 * What the cgroup allows, rounded up; 0: no limit. `membership` is /proc/self/cgroup and `mount`
 * /sys/fs/cgroup; tests give others.
 */
int cpu_cgroup_quota(const char *membership, const char *mount);

/*
 * Sets flush-to-zero and denormals-are-zero for the calling thread; every thread that computes
 * calls it once.
 */
void cpu_set_flush_to_zero(void);

/*
 * Pins the calling process to the index-th processor of its affinity mask (index modulo their
 * number). Errors: ERR_IO.
 */
ErrCode cpu_pin(int index, Err *err) ERR_CHECKED;

void cpu_info(CpuInfo *info);

/*
 * Sets the sizes of the caches that are listed under `folder`
 * (/sys/devices/system/cpu/cpu0/cache; tests give another) and leaves the others.
 */
void cpu_cache_sizes(const char *folder, CpuInfo *info);

#endif
