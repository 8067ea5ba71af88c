/*
 * Memory of the machine: how much this process may use, and how much of it is free. For forecasts
 * and refusals, never for results.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdint.h>

/* The machine's memory, or the control group's limit if that is less, in bytes; 0: unknown. */
uint64_t memory_limit(void);

/*
 * Bytes that can be had without swapping: what the kernel calls available, or what the control
 * group leaves if that is less; 0: unknown.
 */
uint64_t memory_free(void);

/*
 * What control groups (versions 2 and 1) leave of their limits: the least on the way from this
 * process' group up to the root; UINT64_MAX: no limit. `membership` is /proc/self/cgroup and
 * `mount` /sys/fs/cgroup; tests give others. *limit is the least limit.
 */
uint64_t memory_cgroup_room(const char *membership, const char *mount, uint64_t *limit);

#endif
