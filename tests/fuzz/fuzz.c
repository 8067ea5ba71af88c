/* tests/fuzz/fuzz.c: judgements and files. */
#include "tests/fuzz/fuzz.h"

#include "base/dir.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

static char folder[PATH_BYTES];
static size_t n_read;

void fuzz_require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

bool fuzz_read(ErrCode code, const Err *err)
{
    fuzz_require(code == ERR_NONE || (code == err->code && err->msg[0] != '\0'),
                 "an error has a code and a reason");
    fuzz_require(code != ERR_INTERNAL, "no input is the program's own fault");
    n_read += code == ERR_NONE;
    return code == ERR_NONE;
}

size_t fuzz_n_read(void)
{
    return n_read;
}

static void remove_folder(void)
{
    Err err = {0};
    if (dir_remove_tree(NULL, folder, &err) != ERR_NONE)
        fprintf(stderr, "%s\n", err.msg);
}

const char *fuzz_folder(void)
{
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    if (folder[0] != '\0')
        return folder;
    snprintf(folder, sizeof(folder), "%s/isoflop-fuzz-XXXXXX", root);
    fuzz_require(mkdtemp(folder) != NULL && atexit(remove_folder) == 0, "there is a folder");
    return folder;
}

const char *fuzz_file(const char *name, const uint8_t *data, size_t n_bytes)
{
    static char path[PATH_BYTES * 2];
    snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), name);
    FILE *file = fopen(path, "wb");
    fuzz_require(file != NULL && fwrite(data, 1, n_bytes, file) == n_bytes && fclose(file) == 0,
                 "there is room for a file");
    return path;
}
