/*
 * The walk over an image folder: splits, classes, files; links, and what is passed over.
 *
 * Splits are folders of the root, classes folders of a split, images files of a class; a root
 * without splits whose folders are classes is "flat". Nothing is ever left out in silence: what is
 * no image is counted by the ending of its name, whatever else is odd is an error.
 */
#include "data/folderlist.h"

#include "data/decode.h"

#include "base/sys.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    WALK_LEVELS = 3, /* root, split, class */
    ENDING_BYTES = 24,
    MAX_ENDINGS = 32,
    FLAT_TEST_DIVISOR = 5, /* a fifth of each class of a flat folder is test */
};

typedef struct PassedOver {
    char ending[ENDING_BYTES]; /* ".gif", "hidden", ... */
    uint32_t n_files;
} PassedOver;

typedef struct Walk {
    DatasetParts *parts;
    Folder *folder; /* parts->state */
    const DatasetSettings *settings;
    FileFacts above[WALK_LEVELS]; /* the folders that the walk is in, from the root down */
    int n_above;
    PassedOver passed[MAX_ENDINGS];
    size_t n_passed;
} Walk;

/* The folder of each split below the root, NULL: none. Train NULL: the folder is flat. */
typedef struct Layout {
    const char *name[DATA_N_SPLITS];
} Layout;

/* Studies known by their listing go on with the endings that were read when they were begun. */
static bool is_image_name(const Walk *walk, const char *name)
{
    static const char *const first_endings[] = {".jpg", ".jpeg", ".png"};
    const size_t length = strlen(name);
    if (walk->settings->identity == DATA_BY_CONTENTS)
        return decode_is_image_name(name);
    for (size_t i = 0; i < ARRAY_LEN(first_endings); i++) {
        const size_t n = strlen(first_endings[i]);
        if (length > n && strcasecmp(name + length - n, first_endings[i]) == 0)
            return true;
    }
    return false;
}

/* --- what is passed over --- */

static void count_passed(Walk *walk, const char *ending)
{
    size_t i = 0;
    while (i < walk->n_passed && strcmp(walk->passed[i].ending, ending) != 0)
        i++;
    if (i == walk->n_passed) {
        if (i == MAX_ENDINGS - 1)
            ending = "of other kinds"; /* the last place serves all that come later */
        if (i < MAX_ENDINGS)
            walk->n_passed++;
        else
            i--;
        snprintf(walk->passed[i].ending, sizeof walk->passed[i].ending, "%s", ending);
    }
    walk->passed[i].n_files++;
}

/* Counts a file that is no image of a class. */
static void pass_over(Walk *walk, const char *name)
{
    char ending[ENDING_BYTES];
    const char *dot = strrchr(name, '.');
    if (name[0] == '.') {
        count_passed(walk, "hidden");
    } else if (is_image_name(walk, name)) {
        count_passed(walk, "outside classes");
    } else if (dot == NULL || strlen(dot) >= sizeof ending) {
        count_passed(walk, "without an ending");
    } else {
        size_t n = 0;
        for (; dot[n] != '\0'; n++)
            ending[n] = isgraph((unsigned char)dot[n]) ? (char)tolower((unsigned char)dot[n]) : '?';
        ending[n] = '\0';
        count_passed(walk, ending);
    }
}

static int compare_passed(const void *a, const void *b)
{
    const PassedOver *x = a, *y = b;
    if (x->n_files != y->n_files)
        return x->n_files > y->n_files ? -1 : 1;
    return strcmp(x->ending, y->ending);
}

/* "12 files passed over: 10 .gif, 2 .txt". */
static ErrCode note_passed(Walk *walk, Err *err)
{
    Text text = {0};
    uint32_t n_files = 0;
    if (walk->n_passed == 0)
        return ERR_NONE;
    qsort(walk->passed, walk->n_passed, sizeof *walk->passed, compare_passed);
    for (size_t i = 0; i < walk->n_passed; i++) {
        text_printf(&text, "%s%u %s", i > 0 ? ", " : "", walk->passed[i].n_files,
                    walk->passed[i].ending);
        n_files += walk->passed[i].n_files;
    }
    TRY(text_ok(&text, err));
    TRY(source_note(walk->parts, err, "%u file%s passed over: %s", n_files, text_plural(n_files),
                    text_string(&text)));
fail:
    text_release(&text);
    return err->code;
}

/* --- one name --- */

static ErrCode check_name(const char *folder, const char *name, Err *err)
{
    Text shown = {0};
    if (text_is_utf8(name, strlen(name)))
        return ERR_NONE;
    text_append_visible(&shown, name);
    err_set(err, ERR_DATA, "the name '%s' in '%s' is not UTF-8: rename it", text_string(&shown),
            folder);
    text_release(&shown);
    return err->code;
}

/* What lies at `full`; a link is what it leads to, or refused. */
static ErrCode look(const Walk *walk, const char *full, FileFacts *facts, Err *err)
{
    Err target = {0};
    TRY(file_facts(full, false, facts, err));
    if (facts->kind != FILE_LINK)
        return ERR_NONE;
    if (walk->settings->links == DATA_LINKS_REFUSE)
        return err_set(err, ERR_DATA,
                       "'%s' is a link, and links are not followed: put the folder or file itself "
                       "there, name another set by data.path, or say data.links: follow",
                       full);
    if (file_facts(full, true, facts, &target) != ERR_NONE)
        return err_set(err, ERR_DATA, "'%s' is a link that cannot be followed: %s", full,
                       target.code == ERR_MISSING ? "it leads nowhere" : target.msg);
    for (int i = 0; facts->kind == FILE_FOLDER && i < walk->n_above; i++) {
        if (facts->device == walk->above[i].device && facts->inode == walk->above[i].inode)
            return err_set(err, ERR_DATA,
                           "'%s' is a link to a folder that it lies in itself: a loop", full);
    }
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode add_image(Walk *walk, DataSplit split, char **path, uint32_t label,
                         const FileFacts *facts, Err *err)
{
    Folder *folder = walk->folder;
    TRY(mem_grow(&folder->images[split], &folder->capacity[split], folder->count[split] + 1,
                 sizeof(FolderImage), err));
    folder->images[split][folder->count[split]++] =
        (FolderImage){.path = *path, .facts = *facts, .label = label};
    *path = NULL;
fail:
    return err->code;
}

/* One name of a class folder: an image, something passed over, or an error. */
static ErrCode take_file(Walk *walk, DataSplit split, const char *below, const char *name,
                         uint32_t label, Err *err)
{
    FileFacts facts;
    char *path = file_join(below, name);
    char *full = path != NULL ? file_join(walk->folder->root, path) : NULL;
    if (full == NULL) {
        err_memory(err, strlen(name));
        goto fail;
    }
    const bool may_pass = walk->settings->identity == DATA_BY_LISTING || !file_is_folder(full);
    if (name[0] == '.' || (!is_image_name(walk, name) && may_pass)) {
        pass_over(walk, name);
        goto fail;
    }
    TRY(check_name(below, name, err));
    TRY(look(walk, full, &facts, err));
    if (facts.kind == FILE_FOLDER)
        err_set(err, ERR_DATA,
                "'%s' is a folder inside a class folder: classes are one level deep; move its "
                "images up, or make it a class of its own",
                full);
    else if (facts.kind != FILE_REGULAR)
        err_set(err, ERR_DATA, "'%s' is not a regular file", full);
    else
        (void)!add_image(walk, split, &path, label, &facts, err); /* err keeps it */
fail:
    mem_free(path);
    mem_free(full);
    return err->code;
}

/* --- one class --- */

/* The images of one class; `below` is "train/CLASS". */
static ErrCode add_class(Walk *walk, DataSplit split, const char *below, const FileFacts *facts,
                         uint32_t label, Err *err)
{
    FileList list = {0};
    const size_t before = walk->folder->count[split];
    char *full = file_join(walk->folder->root, below);
    if (full == NULL)
        return err_memory(err, strlen(below));
    walk->above[walk->n_above++] = *facts;
    TRY(file_list(full, &list, err));
    for (size_t i = 0; i < list.n_names; i++)
        TRY(take_file(walk, split, below, list.names[i], label, err));
    if (walk->folder->count[split] == before && walk->settings->classes == DATA_CLASSES_ALL)
        err_set(err, ERR_DATA,
                "class folder '%s' has no image (.jpg, .jpeg, .png, .webp, .tif, .tiff, .bmp); "
                "data.classes: present leaves such classes out",
                full);
fail:
    walk->n_above--;
    file_list_release(&list);
    mem_free(full);
    return err->code;
}

static int find_class(const DatasetParts *parts, const char *name)
{
    for (int i = 0; i < parts->n_classes; i++) {
        if (strcmp(parts->class_names[i], name) == 0)
            return i;
    }
    return -1;
}

/* The class of that name; of the training split a new one. */
static ErrCode class_of(Walk *walk, DataSplit split, const char *folder, const char *name,
                        int *label, Err *err)
{
    DatasetParts *parts = walk->parts;
    TRY(check_name(folder, name, err));
    *label = split == DATA_TRAIN ? parts->n_classes : find_class(parts, name);
    if (*label < 0)
        return err_set(err, ERR_DATA, "'%s/%s' is a class that train does not have", folder, name);
    if (split != DATA_TRAIN)
        return ERR_NONE;
    if (parts->n_classes == DATA_MAX_CLASSES)
        return err_set(err, ERR_DATA, "'%s' has more than %d class folders", folder,
                       DATA_MAX_CLASSES);
    parts->class_names[parts->n_classes] = mem_strdup(name);
    if (parts->class_names[parts->n_classes] == NULL)
        return err_memory(err, strlen(name));
    parts->n_classes++;
fail:
    return err->code;
}

/* --- one split --- */

/* The classes in the folder `name` of the root, "" for the root itself. */
static ErrCode add_classes(Walk *walk, DataSplit split, const char *name, const char *full,
                           const FileList *list, Err *err)
{
    char *below = NULL, *class = NULL;
    for (size_t i = 0; i < list->n_names; i++) {
        FileFacts facts;
        int label = 0;
        below = file_join(name, list->names[i]);
        class = below != NULL ? file_join(walk->folder->root, below) : NULL;
        if (class == NULL) {
            err_memory(err, strlen(list->names[i]));
            goto fail;
        }
        if (list->names[i][0] == '.') {
            pass_over(walk, list->names[i]);
        } else if (file_is_folder(class) || file_is_link(class)) {
            TRY(look(walk, class, &facts, err));
            if (facts.kind == FILE_FOLDER) {
                TRY(class_of(walk, split, full, list->names[i], &label, err));
                TRY(add_class(walk, split, below, &facts, (uint32_t)label, err));
            } else {
                pass_over(walk, list->names[i]);
            }
        } else {
            pass_over(walk, list->names[i]);
        }
        mem_free(class);
        mem_free(below);
        class = below = NULL;
    }
fail:
    mem_free(class);
    mem_free(below);
    return err->code;
}

static ErrCode add_split(Walk *walk, DataSplit split, const char *name, Err *err)
{
    FileList list = {0};
    FileFacts facts;
    DatasetParts *parts = walk->parts;
    const int before = walk->n_above;
    char *full =
        *name != '\0' ? file_join(walk->folder->root, name) : mem_strdup(walk->folder->root);
    if (full == NULL)
        return err_memory(err, strlen(name));
    if (*name != '\0') {
        TRY(look(walk, full, &facts, err));
        walk->above[walk->n_above++] = facts;
    }
    TRY(file_list(full, &list, err));
    if (split == DATA_TRAIN) {
        parts->class_names = mem_calloc(list.n_names + 1, sizeof *parts->class_names);
        if (parts->class_names == NULL) {
            err_memory(err, list.n_names * sizeof *parts->class_names);
            goto fail;
        }
    }
    TRY(add_classes(walk, split, name, full, &list, err));
    if (parts->n_classes < 2)
        err_set(err, ERR_DATA, "'%s' has %d class folder%s, not 2 to %d", full, parts->n_classes,
                text_plural(parts->n_classes), DATA_MAX_CLASSES);
    else if (walk->folder->count[split] == 0 || walk->folder->count[split] > UINT32_MAX)
        err_set(err, ERR_DATA, "'%s' has %zu images", full, walk->folder->count[split]);
fail:
    walk->n_above = before;
    file_list_release(&list);
    mem_free(full);
    return err->code;
}

/* --- the splits --- */

/* *is_there: a folder, or a link that may lead to one. */
static ErrCode find_folder(const char *root, const char *name, bool *is_there, Err *err)
{
    FileFacts facts;
    Err ignored = {0};
    char *path = file_join(root, name);
    if (path == NULL)
        return err_memory(err, strlen(root));
    *is_there = file_facts(path, false, &facts, &ignored) == ERR_NONE &&
                (facts.kind == FILE_FOLDER || facts.kind == FILE_LINK);
    mem_free(path);
    return ERR_NONE;
}

/* Which folders are which split: the rule of docs/data.md. */
static ErrCode find_layout(const Walk *walk, Layout *layout, Err *err)
{
    static const char *const val_names[] = {"val", "valid", "validation"};
    const char *root = walk->folder->root, *val = NULL;
    bool has_train = false, has_test = false, is_there = false;
    *layout = (Layout){{NULL}};
    TRY(find_folder(root, "train", &has_train, err));
    TRY(find_folder(root, "test", &has_test, err));
    for (size_t i = 0; i < ARRAY_LEN(val_names); i++) {
        TRY(find_folder(root, val_names[i], &is_there, err));
        if (is_there && val != NULL && walk->settings->identity == DATA_BY_CONTENTS)
            return err_set(err, ERR_DATA, "'%s' has both '%s' and '%s': which is its validation?",
                           root, val, val_names[i]);
        if (is_there && val == NULL)
            val = val_names[i];
    }
    if (!has_train && !has_test && val == NULL)
        return ERR_NONE;
    if (!has_train)
        return err_set(err, ERR_DATA, "'%s' has a folder '%s', but no 'train'", root,
                       has_test ? "test" : val);
    if (!has_test && val == NULL)
        return err_set(err, ERR_DATA,
                       "'%s' has 'train', but neither 'test' nor 'val': put test images there, or "
                       "name '%s/train' itself, which is then split by hash",
                       root, root);
    layout->name[DATA_TRAIN] = "train";
    layout->name[DATA_TEST] = has_test ? "test" : val;
    if (walk->settings->identity == DATA_BY_CONTENTS)
        layout->name[DATA_VAL] = has_test ? val : NULL;
fail:
    return err->code;
}

/* --- a flat folder --- */

typedef struct Keyed {
    uint64_t key;
    size_t index;
} Keyed;

static int compare_keyed(const void *a, const void *b)
{
    const Keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* is_test[i] of a class's images: a fifth (at least one of two) with the smallest keys. */
static void choose_test(const FolderImage *images, size_t n, Keyed *keyed, bool *is_test)
{
    for (size_t i = 0; i < n; i++) {
        keyed[i] = (Keyed){hash_64(images[i].path, strlen(images[i].path)), i};
        is_test[i] = false;
    }
    qsort(keyed, n, sizeof *keyed, compare_keyed);
    const size_t n_test = n / FLAT_TEST_DIVISOR > 0 ? n / FLAT_TEST_DIVISOR : n > 1 ? 1 : 0;
    for (size_t i = 0; i < n_test; i++)
        is_test[keyed[i].index] = true;
}

/* Moves the test images of a flat folder out of train, class by class. */
static ErrCode split_flat(Folder *folder, Err *err)
{
    FolderImage *images = folder->images[DATA_TRAIN];
    const size_t n = folder->count[DATA_TRAIN];
    Keyed *keyed = mem_alloc(n * sizeof *keyed);
    bool *is_test = mem_alloc(n * sizeof *is_test);
    if (keyed == NULL || is_test == NULL) {
        err_memory(err, n * sizeof *keyed);
        goto fail;
    }
    TRY(mem_grow(&folder->images[DATA_TEST], &folder->capacity[DATA_TEST], n, sizeof(FolderImage),
                 err));
    for (size_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && images[end].label == images[begin].label;)
            end++;
        choose_test(images + begin, end - begin, keyed, is_test + begin);
    }
    size_t n_train = 0, n_test = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_test[i])
            folder->images[DATA_TEST][n_test++] = images[i];
        else
            images[n_train++] = images[i];
    }
    folder->count[DATA_TRAIN] = n_train;
    folder->count[DATA_TEST] = n_test;
    if (n_test == 0)
        err_set(err, ERR_DATA, "'%s' has too few images to split by hash: one a class",
                folder->root);
fail:
    mem_free(keyed);
    mem_free(is_test);
    return err->code;
}

/* --- all of it --- */

static ErrCode note_layout(Walk *walk, const Layout *layout, Err *err)
{
    if (layout->name[DATA_TRAIN] == NULL)
        return source_note(walk->parts, err,
                           "a flat folder: split by hash, a fifth of each class is test");
    if (layout->name[DATA_VAL] != NULL)
        return source_note(walk->parts, err, "test is '%s/', validation is '%s/'",
                           layout->name[DATA_TEST], layout->name[DATA_VAL]);
    return source_note(walk->parts, err, "test is '%s/'; validation is carved from train, by hash",
                       layout->name[DATA_TEST]);
}

ErrCode folderlist_read(DatasetParts *parts, const DatasetSettings *settings, Err *err)
{
    Walk walk = {.parts = parts, .folder = parts->state, .settings = settings, .n_above = 1};
    Layout layout;
    TRY(file_facts(walk.folder->root, true, &walk.above[0], err));
    TRY(find_layout(&walk, &layout, err));
    if (layout.name[DATA_TRAIN] == NULL) {
        TRY(add_split(&walk, DATA_TRAIN, "", err));
        TRY(split_flat(walk.folder, err));
    }
    for (int split = 0; split < DATA_N_SPLITS; split++) {
        if (layout.name[split] != NULL)
            TRY(add_split(&walk, (DataSplit)split, layout.name[split], err));
        parts->count[split] = (uint32_t)walk.folder->count[split];
    }
    TRY(note_layout(&walk, &layout, err));
    TRY(note_passed(&walk, err));
fail:
    return err->code;
}
