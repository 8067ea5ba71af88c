/* harness/importing.c: file, lock, store, one transaction. */
#include "harness/importing.h"

#include "harness/provenance.h"
#include "harness/run_open.h"

#include "base/sys.h"
#include "results/store_trust.h"

#include <string.h>

enum { MAX_TABLE_BYTES = 1 << 26 };

ErrCode importing_open(FileLock **lock, Store **store, const char *folder, Err *err)
{
    char *path = file_join(folder, "study.db");
    if (path == NULL)
        return err_memory(err, strlen(folder));
    if (!file_exists(path)) {
        (void)err_set(err, ERR_MISSING,
                      "there is no study in '%s': 'isoflop plan STUDY --specs %s' begins one",
                      folder, folder);
        goto fail;
    }
    TRY(run_open_lock(lock, folder, err));
    TRY(store_open(store, path, err));
    TRY(store_trust(*store, STORE_GROUND_RESULTS, err));
fail:
    mem_free(path);
    return err->code;
}

ErrCode importing_run(ImportReport *report, const char *folder, const char *path,
                      const char *command, Err *err)
{
    char host[PROVENANCE_TEXT_MAX];
    const StoreImporter who = {
        .command = command, .host = proc_host(host, sizeof host), .pid = proc_pid(), .path = path};
    Arena arena = {0};
    FileLock *lock = NULL;
    Store *store = NULL;
    ResultTable table;
    StoreStanding standing;
    char *text = NULL;
    size_t n_bytes = 0;
    *report = (ImportReport){0};
    TRY(file_read(path, MAX_TABLE_BYTES, &text, &n_bytes, err));
    TRY(resulttable_read(&table, path, text, &arena, err));
    TRY(importing_open(&lock, &store, folder, err));
    TRY(store_import(store, &table, &who, err));
    TRY(store_standing(store, &standing, err));
    report->n_imported = table.n;
    report->n_pending = (size_t)standing.n_by_status[STORE_PENDING];
fail:
    store_close(&store);
    file_unlock(&lock);
    arena_release(&arena);
    mem_free(text);
    return err->code;
}
