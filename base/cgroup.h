/*
 * Control groups of Linux, versions 2 and 1: the folders whose limits hold for this process.
 *
 * The limit of a group holds for all groups below it, so the path is walked up to the root. In a
 * container the path may not exist under the mount; then the walk simply finds the root's files.
 */
#ifndef BASE_CGROUP_H
#define BASE_CGROUP_H

#include <stdbool.h>

enum { CGROUP_FILE_BYTES = 4096 };

/* A folder on the way; its files are those of version 2 or of version 1. */
typedef void CgroupVisit(void *user, const char *folder, bool is_v2);

/*
 * Visits the folders of this process' group under the controller ("cpu", "memory") up to the root.
 * `membership` is /proc/self/cgroup and `mount` /sys/fs/cgroup; tests give others.
 */
void cgroup_walk(const char *membership, const char *mount, const char *controller,
                 CgroupVisit *visit, void *user);

/*
 * A small file of the kernel's (whose size is reported as 0) as text in buffer[CGROUP_FILE_BYTES];
 * false if it is not there.
 */
bool cgroup_read(const char *folder, const char *name, char *buffer);

#endif
