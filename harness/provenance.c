/* harness/provenance.c: what was fixed at build time comes from CMake, the rest from base. */
#include "harness/provenance.h"

#include "harness/build_commit.h"

#include "base/proc.h"
#include "nn/arithmetic.h"

#include <stdio.h>
#include <sys/utsname.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

static void put(char *field, const char *text)
{
    snprintf(field, PROVENANCE_TEXT_MAX, "%s", text);
}

void provenance_collect(Provenance *out, CpuLevel level)
{
    CpuInfo cpu;
    cpu_info(&cpu);
    put(out->version, ISOFLOP_VERSION);
    put(out->commit, ISOFLOP_COMMIT);
    out->is_dirty = ISOFLOP_DIRTY;
    put(out->compiler, COMPILER);
    put(out->flags, ISOFLOP_FLAGS);
    put(out->libraries, ISOFLOP_LIBRARIES);
    put(out->kernels, cpu_level_name(level));
    put(out->cpu, cpu.model);
    out->cpus = cpu.n_available;
    out->arithmetic = arithmetic_revision();
    proc_host(out->host, sizeof out->host);
    struct utsname system;
    if (uname(&system) == 0)
        snprintf(out->system, sizeof out->system, "%.64s %.64s %.64s", system.sysname,
                 system.release, system.machine);
    else
        put(out->system, "unknown");
}
