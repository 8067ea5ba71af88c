/* harness/cli/cmd_clean.c: `isoflop clean`: what of a study's folder can be had again, and away. */
#include "harness/cli/command.h"

#include "base/dir.h"
#include "base/json.h"
#include "base/sys.h"
#include "harness/leftovers.h"
#include "results/store_trust.h"

#include <string.h>

static const char *const usage[] = {"DIR [--yes] [--json]", NULL};
static const char *const notes[] = {
    "Lists what a study can do without: decoded images, figures and the report, which are made "
    "again when they are asked for, attempts of finished trials, and what processes that died left "
    "behind. With --yes it is removed. The store, the weights of finished trials and checkpoints "
    "of unfinished ones stay, and so does what no trial is known of.",
    NULL};

typedef struct CleanSettings {
    bool yes;
} CleanSettings;

static const Option options[] = {
    {.name = "yes",
     .kind = OPTION_FLAG,
     .offset = offsetof(CleanSettings, yes),
     .doc = "remove it"},
};

/* What is listed, and, with --yes, was freed. */
static void print_json(const LeftoverList *list, bool is_freed, uint64_t n_bytes, Text *out)
{
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_bool(&json, "freed", is_freed);
    json_put_int(&json, "bytes", (int64_t)n_bytes);
    json_open_list(&json, "items");
    for (size_t i = 0; i < list->n; i++) {
        json_open_map(&json, NULL);
        json_put_text(&json, "path", list->items[i].path);
        json_put_text(&json, "what", list->items[i].what);
        json_put_int(&json, "bytes", (int64_t)list->items[i].n_bytes);
        json_put_bool(&json, "stays", list->items[i].is_orphan);
        json_close_map(&json);
    }
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void print_plain(const LeftoverList *list, bool is_freed, uint64_t n_bytes, Text *out)
{
    char size[TEXT_NUMBER_BYTES];
    for (size_t i = 0; i < list->n; i++) {
        const Leftover *item = &list->items[i];
        text_printf(out, "%10s  ", text_human_bytes(size, item->n_bytes));
        text_append_visible(out, item->path);
        text_printf(out, "  (%s%s)\n", item->what, item->is_orphan ? ": it stays" : "");
    }
    text_printf(out, "%10s  %s\n", text_human_bytes(size, n_bytes),
                is_freed ? "freed" : "can be freed by --yes");
}

/* Finds it and, with --yes, frees it while no run can be at work. */
static ErrCode clean(const char *folder, bool is_freed, LeftoverList *list, uint64_t *n_bytes,
                     Err *err)
{
    Store *store = NULL;
    FileLock *lock = NULL;
    Dir *handle = NULL;
    char *db = file_join(folder, "study.db"), *lock_path = file_join(folder, "study.lock");
    if (db == NULL || lock_path == NULL) {
        (void)err_memory(err, strlen(folder));
        goto fail;
    }
    TRY(store_open_read(&store, db, err));
    TRY(dir_open(&handle, NULL, folder, err));
    if (is_freed)
        TRY(file_lock(&lock, lock_path, "isoflop clean", err));
    /* Else a trial might seem to have finished. */
    TRY(store_trust(store, STORE_GROUND_RESULTS, err));
    TRY(leftovers_find(handle, store, list, err));
    *n_bytes = leftovers_bytes(list);
    if (is_freed)
        TRY(leftovers_free(handle, list, n_bytes, err));
fail:
    file_unlock(&lock);
    dir_close(&handle);
    store_close(&store);
    mem_free(db);
    mem_free(lock_path);
    return err->code;
}

static ErrCode run(const Call *call, int *status, Err *err)
{
    (void)status;
    const CleanSettings *settings = call->settings;
    LeftoverList list = {0};
    Text out = {0};
    uint64_t n_bytes = 0;
    TRY(clean(call->args[0], settings->yes, &list, &n_bytes, err));
    if (call->json)
        print_json(&list, settings->yes, n_bytes, &out);
    else
        print_plain(&list, settings->yes, n_bytes, &out);
    TRY(call_print(&out, err));
fail:
    arena_release(&list.arena);
    text_release(&out);
    return err->code;
}

const Command cmd_clean = {
    .name = "clean",
    .summary = "list, or free, what a study's folder can do without",
    .usage = usage,
    .notes = notes,
    .options = {options, ARRAY_LEN(options)},
    .settings_bytes = sizeof(CleanSettings),
    .min_args = 1,
    .max_args = 1,
    .shared = SHARED_JSON,
    .run = run,
};
