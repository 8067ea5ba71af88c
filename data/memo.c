/* The seal is a last line: sixteen digits, the hash of all before. */
#include "data/memo.h"

#include "data/cachefolder.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MEMO_MAX_BYTES ((size_t)1 << 30)

enum { SEAL_BYTES = 17 }; /* sixteen digits and a newline */

ErrCode memo_path(char **path, const char *name, const char *key, const char *ending, Err *err)
{
    Text file = {0};
    char digest[HASH_HEX_BYTES], *folder = NULL;
    Err refused = {0};
    *path = NULL;
    if (cachefolder_make(&folder, NULL, &refused) != ERR_NONE || folder == NULL)
        return refused.code == ERR_MEMORY ? (*err = refused, err->code) : ERR_NONE;
    text_append_file_name(&file, name);
    text_printf(&file, "-%s.%s", hash_hex(hash_128(key, strlen(key)), digest), ending);
    TRY(text_ok(&file, err));
    *path = file_join(folder, file.data);
    if (*path == NULL)
        err_memory(err, file.n_bytes);
fail:
    text_release(&file);
    mem_free(folder);
    return err->code;
}

static void make_seal(char seal[SEAL_BYTES + 1], const char *data, size_t n_bytes)
{
    snprintf(seal, SEAL_BYTES + 1, "%016" PRIx64 "\n", hash_64(data, n_bytes));
}

void memo_read(const char *path, const char *magic, char **text)
{
    char seal[SEAL_BYTES + 1];
    size_t n_bytes = 0;
    const size_t n_magic = strlen(magic);
    Err ignored = {0};
    *text = NULL;
    if (path == NULL || !file_exists(path) ||
        file_read(path, MEMO_MAX_BYTES, text, &n_bytes, &ignored) != ERR_NONE)
        return;
    if (n_bytes > SEAL_BYTES + n_magic && text_starts_with(*text, magic) &&
        (*text)[n_magic] == '\n') {
        make_seal(seal, *text, n_bytes - SEAL_BYTES);
        if (memcmp(seal, *text + n_bytes - SEAL_BYTES, SEAL_BYTES) == 0) {
            (*text)[n_bytes - SEAL_BYTES] = '\0';
            return;
        }
    }
    mem_free(*text);
    *text = NULL;
}

void memo_write(const char *path, Text *text)
{
    char seal[SEAL_BYTES + 1];
    Err ignored = {0};
    if (text_ok(text, &ignored) != ERR_NONE)
        return;
    make_seal(seal, text_string(text), text->n_bytes);
    text_append(text, seal);
    if (text_ok(text, &ignored) == ERR_NONE)
        (void)!file_write(path, text->data, text->n_bytes, &ignored);
}
