/* Sizes of caches; see cpu.h. The kernel's list knows which part of a processor's last cache a
 * group of cores has to itself, sysconf counts all of it. */
#include "base/cgroup.h"
#include "base/cpu.h"

#include <stdio.h>
#include <string.h>

enum { MAX_CACHES = 16, FOLDER_BYTES = 512 };

/* "32K", "4M" or "512"; 0: neither. */
static size_t parse_size(const char *text)
{
    size_t value = 0;
    char unit = ' ';
    if (sscanf(text, "%zu%c", &value, &unit) < 1)
        return 0;
    return unit == 'K' ? value << 10 : unit == 'M' ? value << 20 : value;
}

void cpu_cache_sizes(const char *folder, CpuInfo *info)
{
    size_t *const fields[] = {&info->l1d_bytes, &info->l2_bytes, &info->l3_bytes};
    char text[CGROUP_FILE_BYTES], cache[FOLDER_BYTES];
    for (int i = 0; i < MAX_CACHES; i++) {
        int level = 0;
        snprintf(cache, sizeof cache, "%s/index%d", folder, i);
        if (!cgroup_read(cache, "level", text) || sscanf(text, "%d", &level) != 1)
            return;
        if (level < 1 || level > (int)ARRAY_LEN(fields) || !cgroup_read(cache, "type", text) ||
            strncmp(text, "Instruction", strlen("Instruction")) == 0)
            continue;
        const size_t n_bytes = cgroup_read(cache, "size", text) ? parse_size(text) : 0;
        if (n_bytes > 0)
            *fields[level - 1] = n_bytes;
    }
}
