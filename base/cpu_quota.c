/*
 * What the control group allows this process, versions 2 and 1; see cpu.h.
 *
 * The limit of a group holds for all groups below it, so the path is walked up to the root and the
 * smallest quota wins. In a container the path may not exist under the mount; then the walk simply
 * finds the root's file.
 */
#include "base/cpu.h"
#include "base/file.h"
#include "base/text.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FILE_BYTES = 4096 };

/*
 * Reads a small file of the kernel's (whose size is reported as 0) as text; false if it is not
 * there.
 */
static bool read_small(const char *path, char *buffer)
{
    Err err;
    int fd;
    if (file_open_read(path, &fd, &err) != ERR_NONE)
        return false;
    size_t n_bytes = 0, n_read = 0;
    bool is_ok;
    do {
        n_bytes += n_read;
        is_ok = file_read_some(fd, path, buffer + n_bytes, FILE_BYTES - 1 - n_bytes, &n_read,
                               &err) == ERR_NONE;
    } while (is_ok && n_read > 0 && n_bytes + n_read < FILE_BYTES - 1);
    file_close_fd(fd);
    buffer[n_bytes + (is_ok ? n_read : 0)] = '\0';
    return is_ok;
}

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
    char path[PATH_MAX], text[FILE_BYTES];
    double quota, period;
    snprintf(path, sizeof path, "%.*s/cpu.max", PATH_MAX - 16, folder);
    if (!read_small(path, text) || sscanf(text, "%lf %lf", &quota, &period) != 2)
        return 0;
    return whole_threads(quota, period);
}

/* cpu.cfs_quota_us (-1: none) and cpu.cfs_period_us of version 1. */
static int quota_v1(const char *folder)
{
    char path[PATH_MAX], text[FILE_BYTES];
    double quota, period;
    snprintf(path, sizeof path, "%.*s/cpu.cfs_quota_us", PATH_MAX - 32, folder);
    if (!read_small(path, text) || sscanf(text, "%lf", &quota) != 1)
        return 0;
    snprintf(path, sizeof path, "%.*s/cpu.cfs_period_us", PATH_MAX - 32, folder);
    if (!read_small(path, text) || sscanf(text, "%lf", &period) != 1)
        return 0;
    return whole_threads(quota, period);
}

/* The smallest quota on the way from root/path up to root; 0: none. */
static int smallest_quota(const char *root, const char *path, int (*quota_of)(const char *folder))
{
    char folder[PATH_MAX];
    const int n = snprintf(folder, sizeof folder, "%s%s", root, path);
    if (n < 0 || n >= (int)sizeof folder)
        return 0;
    int least = 0;
    for (;;) {
        const int quota = quota_of(folder);
        if (quota > 0 && (least == 0 || quota < least))
            least = quota;
        char *slash = strrchr(folder, '/');
        if (!slash || strlen(folder) <= strlen(root))
            return least;
        *slash = '\0';
    }
}

/* True if the comma-separated list of controllers of version 1 has "cpu". */
static bool has_cpu(const char *list, size_t n)
{
    static const char name[] = "cpu";
    const size_t n_name = sizeof name - 1;
    for (size_t i = 0; i + n_name <= n; i++) {
        const bool begins = i == 0 || list[i - 1] == ',';
        const bool ends = i + n_name == n || list[i + n_name] == ',';
        if (begins && ends && memcmp(list + i, name, n_name) == 0)
            return true;
    }
    return false;
}

int cpu_cgroup_quota(const char *membership, const char *mount)
{
    char text[FILE_BYTES], root[PATH_MAX];
    if (!read_small(membership, text))
        return 0;
    int least = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        /* hierarchy:controllers:path; version 2 has no controllers. */
        const char *controllers = strchr(line, ':');
        const char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (path == NULL)
            continue;
        controllers++;
        int quota = 0;
        if (controllers == path) {
            quota = smallest_quota(mount, path + 1, quota_v2);
        } else if (has_cpu(controllers, (size_t)(path - controllers))) {
            snprintf(root, sizeof root, "%.*s/cpu", PATH_MAX - 16, mount);
            quota = smallest_quota(root, path + 1, quota_v1);
        }
        if (quota > 0 && (least == 0 || quota < least))
            least = quota;
    }
    return least;
}
