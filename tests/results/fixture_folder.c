/* tests/results/fixture_folder.c: where the files of a made-up study stand. */
#include "tests/results/fixture.h"

#include "base/dir.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[FIXTURE_PATH_BYTES];

const char *fixture_folder(void)
{
    const char *wish = getenv("TMPDIR");
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* memory syncs fast */
    if (!folder[0]) {
        snprintf(folder, sizeof(folder), "%s/isoflop-test-XXXXXX", wish != NULL ? wish : root);
        if (mkdtemp(folder) == NULL)
            abort();
    }
    return folder;
}

void fixture_remove(void)
{
    Err err = {0};
    if (folder[0] && dir_remove_tree(NULL, folder, &err) == ERR_NONE)
        folder[0] = '\0';
}

int fixture_end(Store **store, Arena *arena)
{
    store_close(store);
    arena_release(arena);
    fixture_remove();
    return 0;
}

int fixture_teardown(void **state)
{
    (void)state;
    fixture_remove();
    return 0;
}

const char *fixture_path(const char *name)
{
    static char path[FIXTURE_PATH_BYTES * 2];
    snprintf(path, sizeof(path), "%s/%s", fixture_folder(), name);
    return path;
}

char *fixture_bytes(size_t *n, const char *format, ...)
{
    enum { MAX_BYTES = 1 << 26 };
    char name[FIXTURE_PATH_BYTES];
    char *bytes = NULL;
    Err err = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    if (file_read(fixture_path(name), MAX_BYTES, &bytes, n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return bytes;
}
