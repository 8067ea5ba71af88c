/*
 * CIFAR-10 and CIFAR-100 in their binary formats.
 *
 * A record is 1 label byte (CIFAR-100: coarse, then fine label), then 3072 pixel bytes as planes
 * R, G, B of 32 rows. The files are mapped, not copied: many processes share the pages; files
 * packed with gzip and the published .tar.gz are read into memory. Source: Krizhevsky, "Learning
 * multiple layers of features from tiny images", 2009, and the set's page.
 */
#include "data/bytestream.h"
#include "data/source.h"
#include "data/tararchive.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GZIP_ENDING ".gz"

enum {
    CIFAR_SIDE = 32,
    CIFAR_PLANE = CIFAR_SIDE * CIFAR_SIDE,
    CIFAR_PIXEL_BYTES = CIFAR_PLANE * DATA_CHANNELS,
    CIFAR_MAX_FILES = 64,
    CIFAR_NAMES_MAX_BYTES = 1 << 16,
};

static const uint64_t cifar_max_member_bytes = (uint64_t)1 << 30;

/* What distinguishes the two sets. */
typedef struct CifarForm {
    const char *name;
    int label_bytes; /* the last of them is the label */
    int n_classes;
    const char *train_prefix; /* train files are those that begin and end so */
    const char *train_suffix;
    const char *test_file;
    const char *names_file;
} CifarForm;

static const CifarForm forms[] = {
    {"cifar-10", 1, 10, "data_batch_", ".bin", "test_batch.bin", "batches.meta.txt"},
    {"cifar-100", 2, 100, "train", ".bin", "test.bin", "fine_label_names.txt"},
};

typedef struct CifarFile {
    char *path;     /* as given; of an archive "ARCHIVE: MEMBER" */
    FileMap map;    /* the bytes, mapped ... */
    uint8_t *owned; /* ... or in memory, unpacked */
    uint32_t first; /* index of its first record in its split */
    uint32_t n_records;
    DataSplit split;
} CifarFile;

typedef struct Cifar {
    const CifarForm *form;
    CifarFile files[CIFAR_MAX_FILES]; /* train in bytewise order of names, then test */
    int n_files;
} Cifar;

static const CifarFile *find_file(const Cifar *cifar, DataSplit split, uint32_t index)
{
    const CifarFile *file = cifar->files;
    while (file->split != split || index - file->first >= file->n_records)
        file++;
    return file;
}

/* The record's label bytes followed by its pixels. */
static const uint8_t *find_record(const Cifar *cifar, DataSplit split, uint32_t index)
{
    const CifarFile *file = find_file(cifar, split, index);
    const size_t record_bytes = (size_t)cifar->form->label_bytes + CIFAR_PIXEL_BYTES;
    return file->map.data + (index - file->first) * record_bytes;
}

static ErrCode cifar_size(const void *state, DataSplit split, uint32_t index, DataSize *size,
                          Err *err)
{
    (void)state, (void)split, (void)index, (void)err;
    *size = (DataSize){CIFAR_SIDE, CIFAR_SIDE};
    return ERR_NONE;
}

static ErrCode cifar_read(const void *state, DataSplit split, uint32_t index, DataSize size,
                          uint8_t *rgb, Err *err)
{
    (void)size, (void)err;
    const Cifar *cifar = state;
    const uint8_t *planes = find_record(cifar, split, index) + cifar->form->label_bytes;
    for (int i = 0; i < CIFAR_PLANE; i++) {
        for (int c = 0; c < DATA_CHANNELS; c++)
            rgb[i * DATA_CHANNELS + c] = planes[c * CIFAR_PLANE + i];
    }
    return ERR_NONE;
}

static uint64_t cifar_key(const void *state, DataSplit split, uint32_t index)
{
    const Cifar *cifar = state;
    return hash_64(find_record(cifar, split, index) + cifar->form->label_bytes, CIFAR_PIXEL_BYTES);
}

static int cifar_label(const void *state, DataSplit split, uint32_t index)
{
    const Cifar *cifar = state;
    return find_record(cifar, split, index)[cifar->form->label_bytes - 1];
}

static void cifar_describe(const void *state, DataSplit split, uint32_t index, char *text, size_t n)
{
    const CifarFile *file = find_file(state, split, index);
    snprintf(text, n, "%s record %" PRIu32, file->path, index - file->first);
}

static void cifar_destroy(void *state)
{
    Cifar *cifar = state;
    for (int i = 0; i < cifar->n_files; i++) {
        if (cifar->files[i].owned != NULL)
            mem_free(cifar->files[i].owned);
        else
            file_unmap(&cifar->files[i].map);
        mem_free(cifar->files[i].path);
    }
    mem_free(cifar);
}

static const DatasetOps cifar_ops = {
    .size = cifar_size,
    .read = cifar_read,
    .key = cifar_key,
    .label = cifar_label,
    .describe = cifar_describe,
    .destroy = cifar_destroy,
};

/* Size and labels of one mapped file, and its place in the split. */
static ErrCode check_file(DatasetParts *parts, const CifarForm *form, CifarFile *file, Err *err)
{
    const size_t record_bytes = (size_t)form->label_bytes + CIFAR_PIXEL_BYTES;
    const size_t n = file->map.n_bytes / record_bytes;
    if (n == 0 || file->map.n_bytes % record_bytes != 0)
        return err_set(err, ERR_DATA,
                       "'%s' has %zu bytes, not a positive multiple of %zu (a %s record): it is "
                       "truncated or of another format",
                       file->path, file->map.n_bytes, record_bytes, form->name);
    if (n > UINT32_MAX - parts->count[file->split])
        return err_set(err, ERR_DATA, "'%s' has %zu records, more than can be counted", file->path,
                       n);
    for (size_t i = 0; i < n; i++) {
        const uint8_t label = file->map.data[i * record_bytes + (size_t)form->label_bytes - 1];
        if (label >= form->n_classes)
            return err_set(err, ERR_DATA,
                           "'%s' has label %d at byte %zu, but %s has %d classes (0 to %d)",
                           file->path, label, i * record_bytes + (size_t)form->label_bytes - 1,
                           form->name, form->n_classes, form->n_classes - 1);
    }
    file->first = parts->count[file->split];
    file->n_records = (uint32_t)n;
    parts->count[file->split] += (uint32_t)n;
    return ERR_NONE;
}

/* A new file of the list; `label` names it in messages and is taken over, also on failure. */
static ErrCode new_file(Cifar *cifar, char *label, DataSplit split, CifarFile **file, Err *err)
{
    if (label == NULL)
        return err_memory(err, 1);
    if (cifar->n_files == CIFAR_MAX_FILES) {
        err_set(err, ERR_DATA, "'%s' is one batch file too many: at most %d are read", label,
                CIFAR_MAX_FILES);
        mem_free(label);
        return err->code;
    }
    *file = &cifar->files[cifar->n_files++];
    (*file)->path = label;
    (*file)->split = split;
    return ERR_NONE;
}

static ErrCode finish_file(DatasetParts *parts, CifarFile *file, const char *name, Hasher *hasher,
                           Err *err)
{
    const Cifar *cifar = parts->state;
    if (check_file(parts, cifar->form, file, err) != ERR_NONE)
        return err->code;
    hash_update(hasher, name, strlen(name) + 1);
    hash_update(hasher, file->map.data, file->map.n_bytes);
    return ERR_NONE;
}

static bool is_train_name(const CifarForm *form, const char *name)
{
    return text_starts_with(name, form->train_prefix) && text_ends_with(name, form->train_suffix);
}

static ErrCode check_presence(const Cifar *cifar, const char *path, bool has_test, Err *err)
{
    if (cifar->n_files > (has_test ? 1 : 0) && has_test)
        return ERR_NONE;
    return err_set(err, ERR_DATA, "'%s' is no %s set: it has no file '%s%s'", path,
                   cifar->form->name, has_test ? cifar->form->train_prefix : cifar->form->test_file,
                   has_test ? "*.bin[.gz]" : "[.gz]");
}

/* --- a folder --- */

/* The name without ".gz" (mem_free it). */
static ErrCode plain_name(const char *name, char **plain, Err *err)
{
    const size_t n = strlen(name),
                 n_ending = text_ends_with(name, GZIP_ENDING) ? strlen(GZIP_ENDING) : 0;
    *plain = mem_strndup(name, n - n_ending);
    return *plain != NULL ? ERR_NONE : err_memory(err, n);
}

/* Maps a file, or unpacks one. The digest takes its plain name: packing changes no identity. */
static ErrCode take_file(DatasetParts *parts, const char *folder, const char *name,
                         const char *plain, DataSplit split, Hasher *hasher, Err *err)
{
    CifarFile *file = NULL;
    TRY(new_file(parts->state, file_join(folder, name), split, &file, err));
    assert(file != NULL);
    if (strcmp(name, plain) == 0) {
        TRY(file_map(file->path, &file->map, err));
    } else {
        size_t n_bytes = 0;
        TRY(bytestream_read_file(file->path, cifar_max_member_bytes, &file->owned, &n_bytes, err));
        file->map = (FileMap){file->owned, n_bytes};
    }
    return finish_file(parts, file, plain, hasher, err);
fail:
    return err->code;
}

/* True if the list has the plain file, so that the packed one of the same name does not count. */
static bool has_name(const FileList *list, const char *name)
{
    for (size_t i = 0; i < list->n_names; i++) {
        if (strcmp(list->names[i], name) == 0)
            return true;
    }
    return false;
}

/* The files of one split in bytewise order, plain before packed; *n is their number. */
static ErrCode take_split(DatasetParts *parts, const char *folder, const FileList *list,
                          DataSplit split, Hasher *hasher, int *n, Err *err)
{
    const CifarForm *form = ((const Cifar *)parts->state)->form;
    char *plain = NULL;
    for (size_t i = 0; i < list->n_names; i++) {
        const char *name = list->names[i];
        TRY(plain_name(name, &plain, err));
        const bool is_mine =
            split == DATA_TRAIN ? is_train_name(form, plain) : strcmp(plain, form->test_file) == 0;
        if (is_mine && (strcmp(name, plain) == 0 || !has_name(list, plain))) {
            TRY(take_file(parts, folder, name, plain, split, hasher, err));
            ++*n;
        }
        mem_free(plain);
        plain = NULL;
    }
fail:
    mem_free(plain);
    return err->code;
}

/* Train files, then the test file; other names are ignored. */
static ErrCode take_files(DatasetParts *parts, const char *folder, Hasher *hasher, Err *err)
{
    const Cifar *cifar = parts->state;
    FileList list = {0};
    int n_train = 0, n_test = 0;
    TRY(file_list(folder, &list, err));
    TRY(take_split(parts, folder, &list, DATA_TRAIN, hasher, &n_train, err));
    TRY(take_split(parts, folder, &list, DATA_TEST, hasher, &n_test, err));
    TRY(check_presence(cifar, folder, n_test > 0, err));
fail:
    file_list_release(&list);
    return err->code;
}

/* The path of the file with the names, plain or packed; NULL if there is none (mem_free it). */
static ErrCode find_names(const char *folder, const CifarForm *form, char **path, Err *err)
{
    static const char *const endings[] = {"", GZIP_ENDING};
    *path = NULL;
    for (size_t i = 0; i < ARRAY_LEN(endings) && *path == NULL; i++) {
        Text name = {0};
        text_printf(&name, "%s%s", form->names_file, endings[i]);
        char *candidate = text_ok(&name, err) == ERR_NONE ? file_join(folder, name.data) : NULL;
        text_release(&name);
        if (candidate == NULL)
            return err_memory(err, strlen(folder));
        if (file_exists(candidate))
            *path = candidate;
        else
            mem_free(candidate);
    }
    return ERR_NONE;
}

static ErrCode read_names(DatasetParts *parts, const char *folder, const CifarForm *form, Err *err)
{
    uint8_t *text = NULL;
    char *path = NULL;
    size_t n_bytes = 0;
    TRY(find_names(folder, form, &path, err));
    if (path == NULL)
        return source_number_classes(parts, form->n_classes, err);
    TRY(bytestream_read_file(path, CIFAR_NAMES_MAX_BYTES, &text, &n_bytes, err));
    TRY(source_read_class_names(parts, path, (const char *)text, n_bytes, form->n_classes, err));
fail:
    mem_free(text);
    mem_free(path);
    return err->code;
}

/* --- an archive --- */

static bool is_wanted(const void *user, const char *name)
{
    const CifarForm *form = user;
    return is_train_name(form, name) || strcmp(name, form->test_file) == 0 ||
           strcmp(name, form->names_file) == 0;
}

static ErrCode take_member(DatasetParts *parts, const char *archive, TarMember *member,
                           DataSplit split, Hasher *hasher, Err *err)
{
    Text label = {0};
    char *path = NULL;
    CifarFile *file = NULL;
    text_printf(&label, "%s: %s", archive, member->name);
    TRY(text_take(&label, &path, err));
    TRY(new_file(parts->state, path, split, &file, err));
    file->owned = member->bytes;
    file->map = (FileMap){member->bytes, member->n_bytes};
    member->bytes = NULL;
    return finish_file(parts, file, member->name, hasher, err);
fail:
    text_release(&label);
    return err->code;
}

static ErrCode read_archive(DatasetParts *parts, const char *path, Hasher *hasher, Err *err)
{
    const Cifar *cifar = parts->state;
    const CifarForm *form = cifar->form;
    TarMembers members = {0};
    bool has_test = false;
    TRY(tar_read(&members, path, cifar_max_member_bytes, is_wanted, form, err));
    for (size_t i = 0; i < members.n_items; i++) {
        if (is_train_name(form, members.items[i].name))
            TRY(take_member(parts, path, &members.items[i], DATA_TRAIN, hasher, err));
    }
    for (size_t i = 0; i < members.n_items; i++) {
        TarMember *member = &members.items[i];
        if (strcmp(member->name, form->test_file) == 0) {
            has_test = true;
            TRY(take_member(parts, path, member, DATA_TEST, hasher, err));
        } else if (strcmp(member->name, form->names_file) == 0) {
            TRY(source_read_class_names(parts, form->names_file, (const char *)member->bytes,
                                        member->n_bytes, form->n_classes, err));
        }
    }
    TRY(check_presence(cifar, path, has_test, err));
    if (parts->class_names == NULL)
        TRY(source_number_classes(parts, form->n_classes, err));
fail:
    tar_release(&members);
    return err->code;
}

ErrCode cifar_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                   const DatasetSettings *settings, Err *err)
{
    (void)settings;
    Hasher *hasher = hash_create();
    Cifar *cifar = mem_calloc(1, sizeof *cifar);
    if (hasher == NULL || cifar == NULL) {
        mem_free(cifar);
        err_memory(err, sizeof *cifar);
        goto fail;
    }
    cifar->form = strcmp(kind->name, forms[0].name) == 0 ? &forms[0] : &forms[1];
    parts->ops = &cifar_ops;
    parts->state = cifar;
    hash_update(hasher, kind->name, strlen(kind->name) + 1);
    if (file_is_folder(path)) {
        TRY(take_files(parts, path, hasher, err));
        TRY(read_names(parts, path, cifar->form, err));
    } else {
        TRY(read_archive(parts, path, hasher, err));
    }
    hash_hex(hash_digest(hasher), parts->digest);
    hash_destroy(&hasher);
    return ERR_NONE;
fail:
    hash_destroy(&hasher);
    return err->code;
}
