/* The machine's memory and the control group's; see memory.h. */
#include "base/memory.h"

#include "base/cgroup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MEMBERSHIP "/proc/self/cgroup"
#define MOUNT "/sys/fs/cgroup"

enum { BYTES_PER_KIB = 1024 };

/* A line "Name:   123 kB" of /proc/meminfo, in bytes; 0: there is none. */
static uint64_t machine_bytes(const char *name)
{
    char text[CGROUP_FILE_BYTES];
    uint64_t kib = 0;
    if (!cgroup_read("/proc", "meminfo", text))
        return 0;
    const char *line = strstr(text, name);
    if (line == NULL || sscanf(line + strlen(name), ": %" SCNu64, &kib) != 1)
        return 0;
    return kib * BYTES_PER_KIB;
}

/* The least limit and room so far. */
typedef struct Room {
    uint64_t limit, room;
} Room;

static bool read_bytes(const char *folder, const char *name, uint64_t *bytes)
{
    char text[CGROUP_FILE_BYTES];
    return cgroup_read(folder, name, text) && sscanf(text, "%" SCNu64, bytes) == 1;
}

/* A limit of "max", or one above all memory as version 1 has it, is none. */
static void take_least(void *user, const char *folder, bool is_v2)
{
    Room *room = user;
    uint64_t limit, used = 0;
    if (!read_bytes(folder, is_v2 ? "memory.max" : "memory.limit_in_bytes", &limit) ||
        limit >= INT64_MAX / 2)
        return;
    if (!read_bytes(folder, is_v2 ? "memory.current" : "memory.usage_in_bytes", &used))
        used = 0;
    const uint64_t left = used < limit ? limit - used : 0;
    room->limit = limit < room->limit ? limit : room->limit;
    room->room = left < room->room ? left : room->room;
}

uint64_t memory_cgroup_room(const char *membership, const char *mount, uint64_t *limit)
{
    Room room = {UINT64_MAX, UINT64_MAX};
    cgroup_walk(membership, mount, "memory", take_least, &room);
    *limit = room.limit;
    return room.room;
}

uint64_t memory_limit(void)
{
    uint64_t limit;
    const uint64_t machine = machine_bytes("MemTotal");
    (void)memory_cgroup_room(MEMBERSHIP, MOUNT, &limit);
    return machine == 0 || limit < machine ? (limit == UINT64_MAX ? 0 : limit) : machine;
}

uint64_t memory_free(void)
{
    uint64_t limit;
    const uint64_t machine = machine_bytes("MemAvailable");
    const uint64_t room = memory_cgroup_room(MEMBERSHIP, MOUNT, &limit);
    return machine == 0 || room < machine ? (room == UINT64_MAX ? 0 : room) : machine;
}
