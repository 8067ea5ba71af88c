/* Walking control groups; see cgroup.h. */
#include "base/cgroup.h"

#include "base/file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { NAME_ROOM = 64 };

/* A file of the kernel's, whose size is reported as 0, as text. */
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
        is_ok = file_read_some(fd, path, buffer + n_bytes, CGROUP_FILE_BYTES - 1 - n_bytes, &n_read,
                               &err) == ERR_NONE;
    } while (is_ok && n_read > 0 && n_bytes + n_read < CGROUP_FILE_BYTES - 1);
    file_close_fd(fd);
    buffer[n_bytes + (is_ok ? n_read : 0)] = '\0';
    return is_ok;
}

bool cgroup_read(const char *folder, const char *name, char *buffer)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.*s/%.*s", PATH_MAX - NAME_ROOM, folder, NAME_ROOM - 2, name);
    return read_small(path, buffer);
}

/* From root/path up to root. */
static void walk_up(const char *root, const char *path, bool is_v2, CgroupVisit *visit, void *user)
{
    char folder[PATH_MAX];
    const int n = snprintf(folder, sizeof folder, "%s%s", root, path);
    if (n < 0 || n >= (int)sizeof folder)
        return;
    for (;;) {
        visit(user, folder, is_v2);
        char *slash = strrchr(folder, '/');
        if (slash == NULL || strlen(folder) <= strlen(root))
            return;
        *slash = '\0';
    }
}

/* True if the comma-separated list of controllers of version 1 has this one. */
static bool has_controller(const char *list, size_t n, const char *name)
{
    const size_t n_name = strlen(name);
    for (size_t i = 0; i + n_name <= n; i++) {
        const bool begins = i == 0 || list[i - 1] == ',';
        const bool ends = i + n_name == n || list[i + n_name] == ',';
        if (begins && ends && memcmp(list + i, name, n_name) == 0)
            return true;
    }
    return false;
}

void cgroup_walk(const char *membership, const char *mount, const char *controller,
                 CgroupVisit *visit, void *user)
{
    char text[CGROUP_FILE_BYTES], root[PATH_MAX];
    if (!read_small(membership, text))
        return;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        /* hierarchy:controllers:path; version 2 has no controllers. */
        const char *controllers = strchr(line, ':');
        const char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (path == NULL)
            continue;
        controllers++;
        if (controllers == path) {
            walk_up(mount, path + 1, true, visit, user);
        } else if (has_controller(controllers, (size_t)(path - controllers), controller)) {
            snprintf(root, sizeof root, "%.*s/%s", PATH_MAX - NAME_ROOM, mount, controller);
            walk_up(root, path + 1, false, visit, user);
        }
    }
}
