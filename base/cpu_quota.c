/*
 * What the control group allows this process, versions 2 and 1; see cpu.h. The smallest quota on
 * the way up to the root wins.
 */
#include "base/cgroup.h"
#include "base/cpu.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>

/* Threads a quota is worth, rounded up; 0 for none. */
static int whole_threads(double quota, double period)
{
    if (!(quota > 0.0) || !(period > 0.0) || quota / period > INT_MAX / 2)
        return 0;
    return (int)ceil(quota / period);
}

/* "max 100000" or "150000 100000" of version 2. */
static int quota_v2(const char *folder)
{
    char text[CGROUP_FILE_BYTES];
    double quota, period;
    if (!cgroup_read(folder, "cpu.max", text) || sscanf(text, "%lf %lf", &quota, &period) != 2)
        return 0;
    return whole_threads(quota, period);
}

/* cpu.cfs_quota_us (-1: none) and cpu.cfs_period_us of version 1. */
static int quota_v1(const char *folder)
{
    char text[CGROUP_FILE_BYTES];
    double quota, period;
    if (!cgroup_read(folder, "cpu.cfs_quota_us", text) || sscanf(text, "%lf", &quota) != 1)
        return 0;
    if (!cgroup_read(folder, "cpu.cfs_period_us", text) || sscanf(text, "%lf", &period) != 1)
        return 0;
    return whole_threads(quota, period);
}

static void take_smallest(void *user, const char *folder, bool is_v2)
{
    int *least = user;
    const int quota = is_v2 ? quota_v2(folder) : quota_v1(folder);
    if (quota > 0 && (*least == 0 || quota < *least))
        *least = quota;
}

int cpu_cgroup_quota(const char *membership, const char *mount)
{
    int least = 0;
    cgroup_walk(membership, mount, "cpu", take_smallest, &least);
    return least;
}
