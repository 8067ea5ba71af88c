/*
 * Both memos are a line a file: its hash, size, times, device, inode, and its path to the line's
 * end. Paths with a newline are left out of them: such files are merely read again.
 */
#include "data/contents.h"

#include "data/memo.h"

#include "base/clock.h"
#include "base/sys.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMO_MAGIC "isoflop contents 1"
#define DIGEST_MARK "image folder by contents 1"

enum {
    HASH_DIGITS = HASH_HEX_BYTES - 1,
    N_NUMBERS = 5,     /* of a line */
    CHANGES_SHOWN = 3, /* of the files that differ */
    HASH_BYTES = 16,
};

static const int64_t settled_ns = 2000000000; /* age from which a file is remembered */

/* One line. */
typedef struct Entry {
    const char *path; /* in the memo's text */
    Hash128 content;
    FileFacts facts;
} Entry;

typedef struct Entries {
    char *text;
    Entry *items; /* bytewise by path */
    size_t n_items;
    size_t capacity;
} Entries;

/* --- the memo --- */

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const Entry *)a)->path, ((const Entry *)b)->path);
}

static const Entry *find_entry(const Entries *entries, const char *path)
{
    const Entry wanted = {.path = path};
    return entries->n_items > 0
               ? bsearch(&wanted, entries->items, entries->n_items, sizeof wanted, compare_entries)
               : NULL;
}

static void entries_release(Entries *entries)
{
    mem_free(entries->items);
    mem_free(entries->text);
    *entries = (Entries){0};
}

/* A line into an entry; false if it is of another form. */
static bool take_line(Entry *entry, char *line)
{
    unsigned long long numbers[N_NUMBERS];
    if (strlen(line) <= HASH_DIGITS || line[HASH_DIGITS] != ' ')
        return false;
    line[HASH_DIGITS] = '\0';
    if (!hash_parse(line, &entry->content))
        return false;
    char *at = line + HASH_DIGITS + 1;
    for (int i = 0; i < N_NUMBERS; i++) {
        char *end = NULL;
        numbers[i] = strtoull(at, &end, 10);
        if (end == at || *end != ' ')
            return false;
        at = end + 1;
    }
    entry->path = at;
    entry->facts = (FileFacts){.kind = FILE_REGULAR,
                               .n_bytes = numbers[0],
                               .modified_ns = (int64_t)numbers[1],
                               .changed_ns = (int64_t)numbers[2],
                               .device = numbers[3],
                               .inode = numbers[4]};
    return true;
}

static ErrCode read_entries(Entries *entries, const char *path, Err *err)
{
    *entries = (Entries){0};
    memo_read(path, MEMO_MAGIC, &entries->text);
    if (entries->text == NULL)
        return ERR_NONE;
    char *line = strchr(entries->text, '\n') + 1;
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        TRY(mem_grow(&entries->items, &entries->capacity, entries->n_items + 1,
                     sizeof *entries->items, err));
        if (take_line(&entries->items[entries->n_items], line))
            entries->n_items++;
    }
    if (entries->n_items > 0)
        qsort(entries->items, entries->n_items, sizeof *entries->items, compare_entries);
fail:
    return err->code;
}

/* Writes the files that have not changed since `settled`. */
static void write_entries(const Folder *folder, const char *path, int64_t settled)
{
    Text text = {0};
    char hex[HASH_HEX_BYTES];
    text_append(&text, MEMO_MAGIC "\n");
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        for (size_t i = 0; i < folder->count[split]; i++) {
            const FolderImage *image = &folder->images[split][i];
            const FileFacts *facts = &image->facts;
            if (strchr(image->path, '\n') != NULL || facts->modified_ns > settled ||
                facts->changed_ns > settled)
                continue;
            text_printf(&text,
                        "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n",
                        hash_hex(image->content, hex), facts->n_bytes, (uint64_t)facts->modified_ns,
                        (uint64_t)facts->changed_ns, facts->device, facts->inode, image->path);
        }
    }
    memo_write(path, &text);
    text_release(&text);
}

/* --- hashing --- */

static bool is_same_file(const FileFacts *a, const FileFacts *b)
{
    return a->n_bytes == b->n_bytes && a->modified_ns == b->modified_ns &&
           a->changed_ns == b->changed_ns && a->device == b->device && a->inode == b->inode;
}

static ErrCode hash_image(const Folder *folder, FolderImage *image, Err *err)
{
    char *path = file_join(folder->root, image->path);
    if (path == NULL)
        return err_memory(err, strlen(image->path));
    const ErrCode code = hash_file(NULL, path, &image->content, err);
    mem_free(path);
    return code;
}

/* Hashes what the memo does not know; *n_read is how many that were. The first error counts. */
static ErrCode hash_split(Folder *folder, int split, const Entries *known, int threads,
                          size_t *n_read, Err *err)
{
    FolderImage *images = folder->images[split];
    const size_t n = folder->count[split];
    size_t failed_at = n, n_hashed = 0;
#pragma omp parallel for num_threads(threads) schedule(dynamic) reduction(+ : n_hashed)
    for (size_t i = 0; i < n; i++) {
        Err own = {0};
        const Entry *entry = find_entry(known, images[i].path);
        if (entry != NULL && is_same_file(&entry->facts, &images[i].facts)) {
            images[i].content = entry->content;
            continue;
        }
        n_hashed++;
        if (hash_image(folder, &images[i], &own) != ERR_NONE) {
#pragma omp critical(contents)
            if (i < failed_at) {
                failed_at = i;
                *err = own;
            }
        }
    }
    *n_read += n_hashed;
    return err->code;
}

ErrCode contents_find(Folder *folder, const char *name, int threads, Err *err)
{
    const int64_t settled = clock_file_ns() - settled_ns;
    Entries known = {0};
    char *path = NULL;
    size_t n_read = 0, n_images = 0;
    TRY(memo_path(&path, name, folder->root, "contents", err));
    TRY(read_entries(&known, path, err));
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        TRY(hash_split(folder, split, &known, threads, &n_read, err));
        n_images += folder->count[split];
    }
    if (path != NULL && (n_read > 0 || n_images != known.n_items))
        write_entries(folder, path, settled);
fail:
    entries_release(&known);
    mem_free(path);
    return err->code;
}

/* --- digests --- */

ErrCode contents_digest(const Folder *folder, char digest[DATA_DIGEST_CHARS], Err *err)
{
    Hasher *hasher = hash_create();
    if (hasher == NULL)
        return err_memory(err, DATA_DIGEST_CHARS);
    hash_update(hasher, DIGEST_MARK, sizeof DIGEST_MARK);
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        hash_update(hasher, data_split_name((DataSplit)split),
                    strlen(data_split_name((DataSplit)split)) + 1);
        for (size_t i = 0; i < folder->count[split]; i++) {
            const FolderImage *image = &folder->images[split][i];
            char hex[HASH_HEX_BYTES];
            hash_update(hasher, image->path, strlen(image->path) + 1);
            hash_update(hasher, hash_hex(image->content, hex), HASH_DIGITS);
        }
    }
    hash_hex(hash_digest(hasher), digest);
    hash_destroy(&hasher);
    return ERR_NONE;
}

ErrCode contents_record(const Folder *folder, const char *name, const char *digest, Err *err)
{
    char *path = NULL;
    TRY(memo_path(&path, name, digest, "contents", err));
    if (path != NULL && !file_exists(path))
        write_entries(folder, path, INT64_MAX);
fail:
    mem_free(path);
    return err->code;
}

/* --- changes --- */

/* Says it of one file, as long as there are few. */
static void say_change(Text *out, const char *path, const char *what, size_t *n_changes)
{
    if ((*n_changes)++ < CHANGES_SHOWN) {
        text_printf(out, "%s'", *n_changes > 1 ? ", " : "");
        text_append_visible(out, path);
        text_printf(out, "' %s", what);
    }
}

/* Files of the folder that are new or other than they were; the path of each goes to `paths`. */
static void find_new(const Folder *folder, const Entries *old, Text *out, size_t *n_changes,
                     Entry *now)
{
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        for (size_t i = 0; i < folder->count[split]; i++) {
            const FolderImage *image = &folder->images[split][i];
            const Entry *entry = find_entry(old, image->path);
            *now++ = (Entry){.path = image->path};
            if (entry == NULL)
                say_change(out, image->path, "is new", n_changes);
            else if (!hash_equal(entry->content, image->content))
                say_change(out, image->path, "has other contents", n_changes);
        }
    }
}

ErrCode contents_changes(const Folder *folder, const char *name, const char *digest, Text *out,
                         Err *err)
{
    Entries old = {0}, now = {0};
    char *path = NULL;
    size_t n_changes = 0;
    TRY(memo_path(&path, name, digest, "contents", err));
    TRY(read_entries(&old, path, err));
    if (old.n_items == 0)
        goto fail;
    for (int split = 0; split < DATA_N_SPLITS; split++)
        now.n_items += folder->count[split];
    now.items = mem_calloc(now.n_items, sizeof *now.items);
    if (now.items == NULL) {
        err_memory(err, now.n_items * sizeof *now.items);
        goto fail;
    }
    find_new(folder, &old, out, &n_changes, now.items);
    qsort(now.items, now.n_items, sizeof *now.items, compare_entries);
    for (size_t i = 0; i < old.n_items; i++) {
        if (find_entry(&now, old.items[i].path) == NULL)
            say_change(out, old.items[i].path, "is gone", &n_changes);
    }
    if (n_changes > CHANGES_SHOWN)
        text_printf(out, " and %zu more", n_changes - CHANGES_SHOWN);
fail:
    entries_release(&now);
    entries_release(&old);
    mem_free(path);
    return err->code;
}
