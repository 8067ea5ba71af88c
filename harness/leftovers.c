/* harness/leftovers.c: walks a study's folder without following a link. */
#include "harness/leftovers.h"

#include "base/sys.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define TRIALS "trials"
#define ATTEMPT_PREFIX "a"

/* An entry of a folder while it is visited. */
typedef struct Entry {
    const Dir *in;
    const char *name;
    FileFacts facts;
} Entry;

/* Called for every entry; the Visitor is what the caller knows. */
typedef ErrCode Visitor(void *user, const Entry *entry, Err *err);

/* Visits the entries of a folder, sorted; those that go meanwhile are none. */
static ErrCode visit_entries(const Dir *folder, Visitor *visit, void *user, Err *err)
{
    FileList list = {0};
    Err gone = {0};
    TRY(dir_list(folder, &list, err));
    for (size_t i = 0; i < list.n_names; i++) {
        Entry entry = {.in = folder, .name = list.names[i]};
        if (dir_facts(folder, entry.name, &entry.facts, &gone) == ERR_NONE)
            TRY(visit(user, &entry, err));
    }
fail:
    file_list_release(&list);
    return err->code;
}

/* The same of a folder in one: what is not there, or a link, has none. */
static ErrCode visit_folder(const Dir *in, const char *name, Visitor *visit, void *user, Err *err)
{
    Dir *folder = NULL;
    Err none = {0};
    if (dir_open(&folder, in, name, &none) != ERR_NONE) {
        if (none.code != ERR_MISSING && none.code != ERR_DATA)
            *err = none;
        return err->code;
    }
    const ErrCode code = visit_entries(folder, visit, user, err);
    dir_close(&folder);
    return code;
}

static ErrCode visit_inner(const Entry *entry, Visitor *visit, void *user, Err *err)
{
    if (entry->facts.kind != FILE_FOLDER)
        return ERR_NONE;
    return visit_folder(entry->in, entry->name, visit, user, err);
}

static bool is_attempt(const Entry *entry)
{
    int64_t number;
    return entry->facts.kind == FILE_FOLDER && text_starts_with(entry->name, ATTEMPT_PREFIX) &&
           text_to_int64(entry->name + strlen(ATTEMPT_PREFIX), &number);
}

/* `path` from the study's folder on. */
static const char *name_in(const char *path, const char *folder)
{
    const char *name = path + strlen(folder);
    return name + strspn(name, "/");
}

static ErrCode add(LeftoverList *list, Leftover item, const Entry *entry, Err *err)
{
    Leftover *items = arena_add_item(&list->arena, list->items, &list->n, sizeof *items);
    char *path = file_join(dir_path(entry->in), entry->name);
    if (path == NULL)
        return err_memory(err, strlen(entry->name));
    item.path = arena_text(&list->arena, path);
    mem_free(path);
    if (items != NULL) {
        list->items = items;
        items[list->n - 1] = item;
    }
    return arena_ok(&list->arena, err);
}

/* Names in the study's folder, of all of them. */
static void set_names(LeftoverList *list, const Dir *folder)
{
    for (size_t i = 0; i < list->n; i++)
        list->items[i].name = name_in(list->items[i].path, dir_path(folder));
}

/* --- sizes --- */

static ErrCode add_size(void *user, const Entry *entry, Err *err)
{
    uint64_t *n_bytes = user;
    *n_bytes += entry->facts.kind == FILE_REGULAR ? entry->facts.n_bytes : 0;
    return visit_inner(entry, add_size, user, err);
}

static ErrCode add_with_size(LeftoverList *list, Leftover item, const Entry *entry, Err *err)
{
    TRY(add_size(&item.n_bytes, entry, err));
    TRY(add(list, item, entry, err));
fail:
    return err->code;
}

/* --- what lies about --- */

typedef struct Search {
    LeftoverList *out;
    StoreTrials trials;
    Arena arena;             /* of the trials */
    const StoreTrial *trial; /* whose folder is visited */
} Search;

static bool has_finished(const StoreTrial *trial)
{
    return trial->status == STORE_TRIAL_DONE || trial->status == STORE_TRIAL_DIVERGED;
}

static ErrCode find_temporary(Search *s, const Entry *entry, Err *err)
{
    if (!file_is_stale_temporary(entry->name))
        return ERR_NONE;
    return add_with_size(
        s->out, (Leftover){.what = "unfinished file of a process that died", .is_unwanted = true},
        entry, err);
}

static ErrCode visit_attempt_file(void *user, const Entry *entry, Err *err)
{
    return find_temporary(user, entry, err);
}

static ErrCode visit_trial_file(void *user, const Entry *entry, Err *err)
{
    Search *s = user;
    if (is_attempt(entry) && has_finished(s->trial))
        return add_with_size(s->out,
                             (Leftover){.what = "attempt of a finished trial", .is_unwanted = true},
                             entry, err);
    if (is_attempt(entry))
        return visit_inner(entry, visit_attempt_file, s, err);
    return find_temporary(s, entry, err);
}

static int by_number(const void *key, const void *trial)
{
    const int64_t a = *(const int64_t *)key, b = ((const StoreTrial *)trial)->number;
    return (a > b) - (a < b);
}

static ErrCode visit_trial(void *user, const Entry *entry, Err *err)
{
    Search *s = user;
    int64_t number = 0;
    s->trial = NULL;
    if (text_to_int64(entry->name, &number) && s->trials.n > 0)
        s->trial =
            bsearch(&number, s->trials.items, s->trials.n, sizeof *s->trials.items, by_number);
    if (s->trial == NULL)
        return add_with_size(
            s->out, (Leftover){.what = "of no trial that the store knows", .is_orphan = true},
            entry, err);
    return visit_inner(entry, visit_trial_file, s, err);
}

static ErrCode visit_top(void *user, const Entry *entry, Err *err)
{
    static const struct {
        const char *name, *what;
    } again[] = {{"cache", "decoded images"}, {"figures", "figures"}, {"report.html", "report"}};
    Search *s = user;
    for (size_t i = 0; i < ARRAY_LEN(again); i++)
        if (strcmp(entry->name, again[i].name) == 0 && entry->facts.kind != FILE_LINK)
            return add_with_size(s->out, (Leftover){.what = again[i].what}, entry, err);
    if (text_starts_with(entry->name, LEFTOVERS_VERIFY) && entry->facts.kind == FILE_FOLDER)
        return add_with_size(s->out,
                             (Leftover){.what = "'verify' that was stopped", .is_unwanted = true},
                             entry, err);
    return find_temporary(s, entry, err);
}

ErrCode leftovers_find(const Dir *folder, Store *store, LeftoverList *out, Err *err)
{
    Search search = {.out = out};
    TRY(store_trials(store, &search.arena, &search.trials, err));
    TRY(visit_entries(folder, visit_top, &search, err));
    TRY(visit_folder(folder, TRIALS, visit_trial, &search, err));
    set_names(out, folder);
fail:
    arena_release(&search.arena);
    return err->code;
}

uint64_t leftovers_bytes(const LeftoverList *list)
{
    uint64_t n_bytes = 0;
    for (size_t i = 0; i < list->n; i++)
        n_bytes += list->items[i].is_orphan ? 0 : list->items[i].n_bytes;
    return n_bytes;
}

ErrCode leftovers_free(const Dir *folder, const LeftoverList *list, uint64_t *n_bytes, Err *err)
{
    *n_bytes = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].is_orphan)
            continue;
        TRY(dir_remove_tree(folder, list->items[i].name, err));
        *n_bytes += list->items[i].n_bytes;
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* --- attempts --- */

static ErrCode keep_attempt(void *user, const Entry *entry, Err *err)
{
    return is_attempt(entry) ? add(user, (Leftover){.what = "attempt"}, entry, err) : ERR_NONE;
}

static ErrCode keep_attempts(void *user, const Entry *entry, Err *err)
{
    return visit_inner(entry, keep_attempt, user, err);
}

ErrCode leftovers_attempts(const Dir *folder, LeftoverList *out, Err *err)
{
    const ErrCode code = visit_folder(folder, TRIALS, keep_attempts, out, err);
    set_names(out, folder);
    return code;
}

/* --- links --- */

static ErrCode keep_link(void *user, const Entry *entry, Err *err)
{
    if (entry->facts.kind == FILE_LINK)
        return add(user, (Leftover){.what = "link"}, entry, err);
    return visit_inner(entry, keep_link, user, err);
}

/* Whether a name at the top is a study's own; what else users put there is theirs. */
static bool is_own_name(const char *name)
{
    static const char *const own[] = {"study.db", "study.db-journal", "study.lock",  "study.yaml",
                                      TRIALS,     "figures",          "report.html", "cache"};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (strcmp(name, own[i]) == 0)
            return true;
    return text_starts_with(name, LEFTOVERS_VERIFY);
}

static ErrCode keep_own_links(void *user, const Entry *entry, Err *err)
{
    return is_own_name(entry->name) ? keep_link(user, entry, err) : ERR_NONE;
}

ErrCode leftovers_links(const Dir *folder, LeftoverList *out, Err *err)
{
    const ErrCode code = visit_entries(folder, keep_own_links, out, err);
    set_names(out, folder);
    return code;
}

ErrCode leftovers_refuse_links(const Dir *folder, Err *err)
{
    LeftoverList links = {0};
    TRY(leftovers_links(folder, &links, err));
    for (size_t i = 0; i < links.n; i++)
        TRY(dir_refuse_link(folder, links.items[i].name, err));
fail:
    arena_release(&links.arena);
    return err->code;
}

bool leftovers_is_inside(const char *path)
{
    static const char up[] = "..";
    const size_t n_up = strlen(up);
    if (path[0] == '\0' || path[0] == '/')
        return false;
    for (const char *part = path; *part != '\0';) {
        const size_t n = strcspn(part, "/");
        if (n == n_up && strncmp(part, up, n_up) == 0)
            return false;
        part += n + (part[n] == '/');
    }
    return true;
}
