/* The table of kinds, the lookup, and thin calls through the format's operations. */
#include "data/dataset.h"

#include "data/present.h"
#include "data/source.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA_ROOT_VARIABLE "ISOFLOP_DATA"

struct Dataset {
    const DatasetKind *kind;
    char *name;
    DatasetParts parts;
    DataIdentity identity;
    Present present;
};

static const DatasetKind kinds[] = {
    {.name = "polytex",
     .published = "embedded: rendered by isoflop itself, needs no download",
     .format = "procedural shapes with fine textures, any resolution",
     .resolution = 0,
     .default_train = 2000,
     .default_val = 500,
     .default_test = 1000,
     .is_demo = true,
     .open = polytex_open},
    {.name = "cifar-10",
     .folder = "cifar-10-batches-bin",
     .archive = "cifar-10-binary.tar.gz",
     .published = "https://www.cs.toronto.edu/~kriz/cifar.html (binary version)",
     .format = "CIFAR binary: data_batch_*.bin, test_batch.bin",
     .resolution = 32,
     .open = cifar_open},
    {.name = "cifar-100",
     .folder = "cifar-100-binary",
     .archive = "cifar-100-binary.tar.gz",
     .published = "https://www.cs.toronto.edu/~kriz/cifar.html (binary version)",
     .format = "CIFAR binary with coarse and fine labels: train.bin, test.bin",
     .resolution = 32,
     .open = cifar_open},
    {.name = "mnist",
     .folder = "mnist-idx",
     .published = "http://yann.lecun.com/exdb/mnist",
     .format = "IDX, plain or .gz: train-images-idx3-ubyte, ...",
     .resolution = 28,
     .takes_transpose = true,
     .open = idx_open},
    {.name = "fashion-mnist",
     .folder = "fashion-mnist-idx",
     .published = "https://github.com/zalandoresearch/fashion-mnist",
     .format = "IDX, plain or .gz: train-images-idx3-ubyte, ...",
     .resolution = 28,
     .takes_transpose = true,
     .open = idx_open},
    {.name = "idx",
     .published = "your own, such as EMNIST's",
     .format = "any IDX set, plain or .gz; classes are its labels' values",
     .resolution = 0,
     .takes_transpose = true,
     .open = idx_open},
    {.name = "folder",
     .published = "your own images: train/CLASS/*.jpg and val/CLASS/* or test/CLASS/*",
     .format = "image folder of JPEG, PNG, WebP, TIFF, BMP; any other name means one, too",
     .resolution = 0,
     .open = folder_open},
};

const DatasetKind *dataset_kinds(size_t *n)
{
    *n = ARRAY_LEN(kinds);
    return kinds;
}

const DatasetKind *dataset_kind_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

void dataset_name_of_path(const char *path, char *name, size_t n)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    snprintf(name, n, "%.*s", (int)(end - begin), path + begin);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if ((kinds[i].folder != NULL && strcmp(kinds[i].folder, name) == 0) ||
            (kinds[i].archive != NULL && strcmp(kinds[i].archive, name) == 0))
            snprintf(name, n, "%s", kinds[i].name);
    }
}

/* What a name means that is no row: an image folder of that name. */
static const DatasetKind *kind_of(const char *name)
{
    const DatasetKind *kind = dataset_kind_find(name);
    return kind != NULL ? kind : dataset_kind_find("folder");
}

/* Appends the place to the text of places looked at; *found gets it if something is there. */
static ErrCode try_place(const char *root, const char *name, Text *looked, char **found, Err *err)
{
    if (*found || name == NULL)
        return ERR_NONE;
    FileFacts facts;
    Err problem = {0};
    char *path = file_join(root, name);
    if (path == NULL)
        return err_memory(err, strlen(root) + strlen(name));
    if (file_facts(path, true, &facts, &problem) == ERR_NONE) {
        *found = path;
        return ERR_NONE;
    }
    text_printf(looked, "%s'%s'", looked->n_bytes ? ", " : "", path);
    mem_free(path);
    if (problem.code != ERR_MISSING)
        *err = problem;
    return err->code;
}

static ErrCode report_missing(const DatasetSettings *settings, const DatasetKind *kind,
                              const char *looked, Err *err)
{
    if (kind != NULL)
        return err_set(err, ERR_MISSING, "no data set '%s': looked for %s; it is published at %s",
                       settings->name, looked, kind->published);
    const char *names[ARRAY_LEN(kinds)];
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        names[i] = kinds[i].name;
    const char *near = text_nearest(settings->name, names, ARRAY_LEN(kinds));
    return err_set(err, ERR_MISSING, "no data set '%s': looked for %s%s%s%s", settings->name,
                   looked, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* *path gets where the set lies (mem_free it); it stays NULL for a set that lies nowhere. */
static ErrCode find_path(const DatasetSettings *settings, const DatasetKind *kind, char **path,
                         Err *err)
{
    Text looked = {0};
    *path = NULL;
    if (kind != NULL && kind->is_demo && settings->path != NULL)
        return err_set(err, ERR_USAGE,
                       "'%s' is drawn and reads no files, yet data.path is '%s': give those images "
                       "a data.name of their own",
                       settings->name, settings->path);
    if (kind != NULL && kind->is_demo)
        return ERR_NONE;
    if (settings->path != NULL) {
        TRY(try_place("", settings->path, &looked, path, err));
    } else {
        const char *root = settings->root != NULL ? settings->root : getenv(DATA_ROOT_VARIABLE);
        if (root != NULL && *root) {
            if (kind != NULL) {
                TRY(try_place(root, kind->folder, &looked, path, err));
                TRY(try_place(root, kind->archive, &looked, path, err));
            }
            TRY(try_place(root, settings->name, &looked, path, err));
        } else {
            text_append(&looked,
                        "data.path, --data-root and " DATA_ROOT_VARIABLE ", none of which is set");
        }
        if (kind == NULL && file_exists(settings->name))
            TRY(try_place("", settings->name, &looked, path, err));
    }
    TRY(text_ok(&looked, err));
    if (!*path)
        TRY(report_missing(settings, kind, text_string(&looked), err));
    text_release(&looked);
    return ERR_NONE;
fail:
    mem_free(*path);
    *path = NULL;
    text_release(&looked);
    return err->code;
}

ErrCode dataset_open(Dataset **out, const DatasetSettings *settings, Err *err)
{
    char *path = NULL;
    Dataset *data = mem_calloc(1, sizeof *data);
    *out = NULL;
    if (data == NULL)
        return err_memory(err, sizeof *data);
    const DatasetKind *kind = kind_of(settings->name);
    data->kind = kind;
    data->name = mem_strdup(settings->name);
    if (data->name == NULL) {
        err_memory(err, strlen(settings->name));
        goto fail;
    }
    TRY(find_path(settings, dataset_kind_find(settings->name), &path, err));
    if (settings->transpose && !kind->takes_transpose) {
        err_set(err, ERR_USAGE, "data.transpose is for IDX files, '%s' has none", settings->name);
        goto fail;
    }
    TRY(kind->open(&data->parts, kind, path, settings, err));
    if (present_find(&data->present, &data->parts, settings, err) != ERR_NONE) {
        err_wrap(err, "opening '%s'", settings->name);
        goto fail;
    }
    data->identity = settings->identity;
    mem_free(path);
    *out = data;
    return ERR_NONE;
fail:
    mem_free(path);
    dataset_close(&data);
    return err->code;
}

const DatasetKind *dataset_kind(const Dataset *data)
{
    return data->kind;
}

const char *dataset_name(const Dataset *data)
{
    return data->name;
}

const char *dataset_digest(const Dataset *data)
{
    const bool is_listed = data->identity == DATA_BY_LISTING && data->parts.listing[0] != '\0';
    return is_listed ? data->parts.listing : data->parts.digest;
}

const char *dataset_contents(const Dataset *data)
{
    return data->parts.digest;
}

ErrCode dataset_changes(const Dataset *data, const char *contents, Text *out, Err *err)
{
    if (data->parts.ops->changes == NULL)
        return ERR_NONE;
    return data->parts.ops->changes(data->parts.state, data->name, contents, out, err);
}

uint32_t dataset_count(const Dataset *data, DataSplit split)
{
    return data->parts.count[split];
}

int dataset_n_classes(const Dataset *data)
{
    return data->parts.n_classes;
}

const char *dataset_class_name(const Dataset *data, int label)
{
    assert(label >= 0 && label < data->parts.n_classes);
    return data->parts.class_names[label];
}

uint32_t dataset_n_skipped(const Dataset *data)
{
    return data->parts.n_skipped;
}

const char *dataset_skipped(const Dataset *data, uint32_t i)
{
    assert(i < data->parts.n_skipped);
    return data->parts.skipped[i];
}

uint32_t dataset_n_notes(const Dataset *data)
{
    return data->parts.n_notes;
}

const char *dataset_note(const Dataset *data, uint32_t i)
{
    assert(i < data->parts.n_notes);
    return data->parts.notes[i];
}

bool dataset_is_rendered(const Dataset *data)
{
    return data->parts.ops->render != NULL;
}

/* The source's own index. */
static uint32_t source_index(const Dataset *data, DataSplit split, uint32_t index)
{
    assert(index < data->parts.count[split]);
    const uint32_t *map = data->present.index[split];
    return map != NULL ? map[index] : index;
}

int dataset_label(const Dataset *data, DataSplit split, uint32_t index)
{
    const int label =
        data->parts.ops->label(data->parts.state, split, source_index(data, split, index));
    return data->present.label_of != NULL ? data->present.label_of[label] : label;
}

uint64_t dataset_key(const Dataset *data, DataSplit split, uint32_t index)
{
    return data->parts.ops->key(data->parts.state, split, source_index(data, split, index));
}

void dataset_describe(const Dataset *data, DataSplit split, uint32_t index, char *text, size_t n)
{
    data->parts.ops->describe(data->parts.state, split, source_index(data, split, index), text, n);
}

ErrCode dataset_image_size(const Dataset *data, DataSplit split, uint32_t index, DataSize *size,
                           Err *err)
{
    return data->parts.ops->size(data->parts.state, split, source_index(data, split, index), size,
                                 err);
}

ErrCode dataset_image_read(const Dataset *data, DataSplit split, uint32_t index, DataSize size,
                           uint8_t *rgb, Err *err)
{
    return data->parts.ops->read(data->parts.state, split, source_index(data, split, index), size,
                                 rgb, err);
}

void dataset_render(const Dataset *data, DataSplit split, uint32_t index, int resolution,
                    uint8_t *rgb)
{
    data->parts.ops->render(data->parts.state, split, source_index(data, split, index), resolution,
                            rgb);
}

void dataset_close(Dataset **data)
{
    if (!*data)
        return;
    present_release(&(*data)->present);
    source_release(&(*data)->parts);
    mem_free((*data)->name);
    mem_free(*data);
    *data = NULL;
}
