/* harness/artifacts.c: size first, then the digest. */
#include "harness/artifacts.h"

#include "harness/leftovers.h"

#include "base/dir.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

enum { TRIAL, PATH, BYTES, XXH3 }; /* columns of the query */

/* What is wrong with a file, into *why, which stays empty if nothing is. */
static ErrCode compare(const Dir *folder, const char *name, int64_t n_bytes, const char *xxh3,
                       Text *why, Err *err)
{
    FileFacts facts;
    Hash128 hash;
    char hex[HASH_HEX_BYTES];
    Err missing = {0};
    if (dir_facts(folder, name, &facts, &missing) != ERR_NONE)
        text_append(why, missing.code == ERR_MISSING ? "is missing" : missing.msg);
    else if (facts.kind != FILE_REGULAR)
        text_append(why, facts.kind == FILE_LINK ? "is a link" : "is no regular file");
    else if ((int64_t)facts.n_bytes != n_bytes)
        text_printf(why, "has %" PRIu64 " bytes, not %" PRId64, facts.n_bytes, n_bytes);
    if (why->n_bytes > 0)
        return text_ok(why, err);
    TRY(hash_file(folder, name, &hash, err));
    if (strcmp(hash_hex(hash, hex), xxh3) != 0)
        text_append(why, "is damaged: its digest is not the store's");
    return text_ok(why, err);
fail:
    return err->code;
}

static ErrCode check_row(const Dir *folder, const char *const *row, ArtifactVisitor *visit,
                         void *user, Err *err)
{
    int64_t trial = 0, n_bytes = 0;
    Text why = {0};
    if (row[TRIAL] == NULL || row[PATH] == NULL || row[BYTES] == NULL || row[XXH3] == NULL ||
        !text_to_int64(row[TRIAL], &trial) || !text_to_int64(row[BYTES], &n_bytes) ||
        !leftovers_is_inside(row[PATH]))
        return ERR_NONE;
    char *path = file_join(dir_path(folder), row[PATH]);
    if (path == NULL)
        return err_memory(err, strlen(row[PATH]));
    TRY(compare(folder, row[PATH], n_bytes, row[XXH3], &why, err));
    const ArtifactState state = {trial, path, why.n_bytes > 0 ? text_string(&why) : NULL};
    visit(user, &state);
fail:
    text_release(&why);
    mem_free(path);
    return err->code;
}

ErrCode artifacts_check(const Dir *folder, Store *store, ArtifactVisitor *visit, void *user,
                        Err *err)
{
    Arena arena = {0};
    StoreTable table;
    TRY(store_query(store, "SELECT trial, path, n_bytes, xxh3 FROM artifact ORDER BY trial, kind",
                    NULL, &arena, &table, err));
    for (size_t i = 0; i < table.n_rows; i++)
        TRY(check_row(folder, table.cells + i * table.n_columns, visit, user, err));
fail:
    arena_release(&arena);
    return err->code;
}
