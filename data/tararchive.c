/* libarchive parses the tar; the bytes come from our own stream, which checks gzip's checksum. */
#include "data/tararchive.h"

#include "data/bytestream.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUT_BYTES = 1 << 16,
    PIECE_BYTES = 1 << 20,
    MAX_MEMBERS = 10000,
    MAX_TAIL_BYTES = 1 << 20, /* of padding after the last member */
};

typedef struct Source {
    ByteStream *stream;
    Err err; /* of the stream; libarchive only learns that there was one */
    unsigned char input[INPUT_BYTES];
} Source;

static la_ssize_t feed(struct archive *archive, void *user, const void **buffer)
{
    Source *source = user;
    size_t n_got = 0;
    *buffer = source->input;
    if (bytestream_read_some(source->stream, source->input, INPUT_BYTES, &n_got, &source->err) ==
        ERR_NONE)
        return (la_ssize_t)n_got;
    archive_set_error(archive, EIO, "%s", source->err.msg);
    return -1;
}

/* The stream's own error if there is one, else what libarchive says. */
static ErrCode tar_error(struct archive *archive, const Source *source, const char *path, Err *err)
{
    if (source->err.code != ERR_NONE) {
        *err = source->err;
        return err->code;
    }
    const char *reason = archive_error_string(archive);
    return err_set(err, ERR_DATA, "'%s' is damaged or no tar archive: %s", path,
                   reason != NULL ? reason : "unreadable");
}

static ErrCode add_member(TarMembers *members, const char *path, const char *name, Err *err)
{
    for (size_t i = 0; i < members->n_items; i++) {
        if (strcmp(members->items[i].name, name) == 0)
            return err_set(err, ERR_DATA, "'%s' has two members named '%s'", path, name);
    }
    TRY(mem_grow(&members->items, &members->capacity, members->n_items + 1, sizeof *members->items,
                 err));
    TarMember *member = &members->items[members->n_items];
    *member = (TarMember){.name = mem_strdup(name)};
    if (member->name == NULL)
        return err_memory(err, strlen(name));
    members->n_items++;
    return ERR_NONE;
fail:
    return err->code;
}

/* Memory grows with what is really there. */
static ErrCode read_member(struct archive *archive, const Source *source, const char *path,
                           TarMember *member, uint64_t n_bytes, Err *err)
{
    size_t capacity = 0;
    while (member->n_bytes < n_bytes) {
        const uint64_t left = n_bytes - member->n_bytes;
        const size_t piece = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        if (mem_grow(&member->bytes, &capacity, member->n_bytes + piece, 1, err) != ERR_NONE)
            return err->code;
        const la_ssize_t n = archive_read_data(archive, member->bytes + member->n_bytes, piece);
        if (n < 0)
            return tar_error(archive, source, path, err);
        if (n == 0)
            return err_set(err, ERR_DATA, "'%s: %s' ends at byte %zu of %llu", path, member->name,
                           member->n_bytes, (unsigned long long)n_bytes);
        member->n_bytes += (size_t)n;
    }
    return ERR_NONE;
}

static ErrCode read_entry(TarMembers *members, struct archive *archive, struct archive_entry *entry,
                          const Source *source, const char *path, uint64_t max_bytes,
                          bool is_wanted, Err *err)
{
    const char *name = file_name(archive_entry_pathname(entry));
    const la_int64_t size = archive_entry_size(entry);
    if (size < 0 || (uint64_t)size > max_bytes)
        return err_set(err, ERR_DATA, "'%s: %s' declares %lld bytes, more than %llu", path, name,
                       (long long)size, (unsigned long long)max_bytes);
    if (!is_wanted)
        return ERR_NONE;
    if (add_member(members, path, name, err) != ERR_NONE)
        return err->code;
    return read_member(archive, source, path, &members->items[members->n_items - 1], (uint64_t)size,
                       err);
}

static int compare_members(const void *a, const void *b)
{
    return strcmp(((const TarMember *)a)->name, ((const TarMember *)b)->name);
}

/* What follows the archive's end: a bounded amount of padding, then a right checksum. */
static ErrCode drain(Source *source, const char *path, Err *err)
{
    size_t n_got = 1, total = 0;
    while (n_got > 0) {
        if (bytestream_read_some(source->stream, source->input, INPUT_BYTES, &n_got, err) !=
            ERR_NONE)
            return err->code;
        total += n_got;
        if (total > MAX_TAIL_BYTES)
            return err_set(err, ERR_DATA, "'%s' goes on for more than %d bytes after its end", path,
                           MAX_TAIL_BYTES);
    }
    return bytestream_expect_end(source->stream, err);
}

ErrCode tar_read(TarMembers *members, const char *path, uint64_t max_bytes,
                 bool (*is_wanted)(const void *user, const char *name), const void *user, Err *err)
{
    struct archive *archive = archive_read_new();
    Source *source = mem_calloc(1, sizeof *source);
    *members = (TarMembers){0};
    if (archive == NULL || source == NULL) {
        err_memory(err, sizeof *source);
        goto fail;
    }
    TRY(bytestream_open(&source->stream, path, err));
    if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
        archive_read_open(archive, source, NULL, feed, NULL) != ARCHIVE_OK) {
        tar_error(archive, source, path, err);
        goto fail;
    }
    for (int n = 0;; n++) {
        struct archive_entry *entry = NULL;
        const int status = archive_read_next_header(archive, &entry);
        if (status == ARCHIVE_EOF)
            break;
        if (status != ARCHIVE_OK || n == MAX_MEMBERS || archive_entry_pathname(entry) == NULL) {
            tar_error(archive, source, path, err);
            goto fail;
        }
        const bool is_file =
            archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == NULL;
        const char *name = file_name(archive_entry_pathname(entry));
        TRY(read_entry(members, archive, entry, source, path, max_bytes,
                       is_file && is_wanted(user, name), err));
    }
    TRY(drain(source, path, err));
    if (members->n_items > 0)
        qsort(members->items, members->n_items, sizeof *members->items, compare_members);
fail:
    archive_read_free(archive);
    if (source != NULL)
        bytestream_close(&source->stream);
    mem_free(source);
    return err->code;
}

void tar_release(TarMembers *members)
{
    for (size_t i = 0; i < members->n_items; i++) {
        mem_free(members->items[i].name);
        mem_free(members->items[i].bytes);
    }
    mem_free(members->items);
    *members = (TarMembers){0};
}
