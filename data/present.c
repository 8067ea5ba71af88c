/* One pass over the labels of each split. */
#include "data/present.h"

#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <string.h>

enum { NAMES_SHOWN = 5 };

static ErrCode count_split(const DatasetParts *parts, DataSplit split, uint32_t **counts, Err *err)
{
    *counts = mem_calloc((size_t)parts->n_classes, sizeof **counts);
    if (*counts == NULL)
        return err_memory(err, (size_t)parts->n_classes * sizeof **counts);
    for (uint32_t i = 0; i < parts->count[split]; i++)
        (*counts)[parts->ops->label(parts->state, split, i)]++;
    return ERR_NONE;
}

/*
 * "3 of 10 classes have no training image: 'a', 'b', 'c'"; *n_empty is the number. Classes that
 * have none of `others` either (NULL: nobody asks) are passed over: they were named before.
 */
static ErrCode note_empty(DatasetParts *parts, const uint32_t *counts, const uint32_t *others,
                          const char *what, const char *outcome, int *n_empty, Err *err)
{
    Text names = {0};
    *n_empty = 0;
    for (int c = 0; c < parts->n_classes; c++) {
        if (counts[c] > 0 || (others != NULL && others[c] == 0))
            continue;
        if ((*n_empty)++ < NAMES_SHOWN) {
            text_append(&names, *n_empty > 1 ? ", '" : "'");
            text_append_visible(&names, parts->class_names[c]);
            text_append_char(&names, '\'');
        }
    }
    if (*n_empty > NAMES_SHOWN)
        text_printf(&names, " and %d more", *n_empty - NAMES_SHOWN);
    TRY(text_ok(&names, err));
    if (*n_empty > 0)
        TRY(source_note(parts, err, "%d of %d classes have no %s image: %s%s", *n_empty,
                        parts->n_classes, what, text_string(&names), outcome));
fail:
    text_release(&names);
    return err->code;
}

/* --- leaving out --- */

/* New numbers for the classes with training images, whose names move down. */
static ErrCode number_classes(Present *present, DatasetParts *parts, const uint32_t *counts,
                              Err *err)
{
    int n_left = 0;
    present->label_of = mem_calloc((size_t)parts->n_classes, sizeof *present->label_of);
    if (present->label_of == NULL)
        return err_memory(err, (size_t)parts->n_classes * sizeof *present->label_of);
    for (int c = 0; c < parts->n_classes; c++) {
        char *name = parts->class_names[c];
        parts->class_names[c] = NULL;
        present->label_of[c] = counts[c] > 0 ? n_left : -1;
        if (counts[c] > 0)
            parts->class_names[n_left++] = name;
        else
            mem_free(name);
    }
    parts->n_classes = n_left;
    if (n_left < 2)
        return err_set(err, ERR_DATA, "only %d class has training images, at least 2 are needed",
                       n_left);
    return ERR_NONE;
}

/* The images of a split whose class is left. */
static ErrCode choose_images(Present *present, DatasetParts *parts, DataSplit split, Err *err)
{
    const uint32_t n = parts->count[split];
    uint32_t n_left = 0;
    uint32_t *index = mem_calloc((size_t)n + 1, sizeof *index);
    if (index == NULL)
        return err_memory(err, n * sizeof *index);
    present->index[split] = index;
    for (uint32_t i = 0; i < n; i++) {
        if (present->label_of[parts->ops->label(parts->state, split, i)] >= 0)
            index[n_left++] = i;
    }
    parts->count[split] = n_left;
    if (n_left < n)
        return source_note(parts, err, "%u %s image%s left out with their classes", n - n_left,
                           data_split_name(split), n - n_left == 1 ? " is" : "s are");
    return ERR_NONE;
}

static ErrCode mark_digest(char digest[DATA_DIGEST_CHARS], Err *err)
{
    Text text = {0};
    text_printf(&text, "%s classes present", digest);
    if (text_ok(&text, err) == ERR_NONE)
        hash_hex(hash_128(text.data, text.n_bytes), digest);
    text_release(&text);
    return err->code;
}

static ErrCode leave_out(Present *present, DatasetParts *parts, const uint32_t *counts, Err *err)
{
    TRY(number_classes(present, parts, counts, err));
    for (int split = 0; split < DATA_N_SPLITS; split++)
        TRY(choose_images(present, parts, (DataSplit)split, err));
    if (parts->count[DATA_TEST] == 0)
        return err_set(err, ERR_DATA, "no test image is of a class that has training images");
    TRY(mark_digest(parts->digest, err));
    if (parts->listing[0] != '\0')
        TRY(mark_digest(parts->listing, err));
fail:
    return err->code;
}

ErrCode present_find(Present *present, DatasetParts *parts, const DatasetSettings *settings,
                     Err *err)
{
    const bool leaves_out = settings->classes == DATA_CLASSES_PRESENT;
    uint32_t *train = NULL, *test = NULL;
    int n_empty = 0, n_untested = 0;
    *present = (Present){0};
    TRY(count_split(parts, DATA_TRAIN, &train, err));
    TRY(count_split(parts, DATA_TEST, &test, err));
    TRY(note_empty(parts, train, NULL, "training",
                   leaves_out ? "; they are left out"
                              : "; data.classes: present leaves such classes out",
                   &n_empty, err));
    if (n_empty > 0 && leaves_out)
        TRY(leave_out(present, parts, train, err));
    else
        TRY(note_empty(parts, test, train, "test", "", &n_untested, err));
fail:
    mem_free(train);
    mem_free(test);
    return err->code;
}

void present_release(Present *present)
{
    mem_free(present->label_of);
    for (int split = 0; split < DATA_N_SPLITS; split++)
        mem_free(present->index[split]);
    *present = (Present){0};
}
