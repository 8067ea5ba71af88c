/*
 * tests/cli/unique_json.c: `unique_json FILE...`: each file is one JSON document in which no map
 * has a key twice. Exits with 1 where one is not, saying where.
 */
#include "base/file.h"
#include "base/json.h"
#include "base/sys.h"

#include <stdio.h>

enum { MAX_BYTES = 1 << 26 };

static ErrCode check(const char *path, Err *err)
{
    char *data = NULL;
    size_t n_bytes = 0;
    json_t *root = NULL;
    TRY(file_read(path, MAX_BYTES, &data, &n_bytes, err));
    TRY(json_parse(&root, path, data, n_bytes, err));
fail:
    json_decref(root);
    mem_free(data);
    return err->code;
}

int main(int n_args, char **args)
{
    int status = n_args < 2;
    for (int i = 1; i < n_args; i++) {
        Err err = {0};
        if (check(args[i], &err) != ERR_NONE) {
            fprintf(stderr, "%s\n", err.msg);
            status = 1;
        }
    }
    return status;
}
