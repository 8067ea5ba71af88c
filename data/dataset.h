/*
 * Data sets: where they are found, what they contain, and how one image of them is read.
 *
 * A Dataset is a source: splits (train, test and perhaps validation, as published) of labelled
 * 8-bit RGB images in their native size, in file order. It holds no pixels beyond what its format
 * forces it to; the images of a study are copied once, resized, into an ImageSet (data/imageset.h),
 * and training reads only that.
 *
 * Every kind of set is one row of a table (DatasetKind): lookup, documentation, `isoflop list` and
 * opening all read it. Adding a format is one file with one row.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATA_CHANNELS 3           /* grey images become three equal channels */
#define DATA_DIGEST_CHARS 33      /* XXH3-128 in hexadecimal, with its NUL */
#define DATA_MAX_PIXELS (1 << 26) /* of one image; more is refused before decoding */
#define DATA_MAX_CLASSES 65536

/*
 * The splits as published. DATA_VAL is empty but in image folders that have validation and test
 * images; where it is empty, validation is carved from train (data/split.h).
 */
typedef enum DataSplit { DATA_TRAIN = 0, DATA_TEST = 1, DATA_VAL = 2, DATA_N_SPLITS = 3 } DataSplit;

/* "train", "test", "val". */
const char *data_split_name(DataSplit split);

/* An image that cannot be decoded: fail names it, skip leaves it out and records it. */
typedef enum BadImage { BAD_IMAGE_FAIL = 0, BAD_IMAGE_SKIP = 1 } BadImage;

/* Links below an image folder: refused by name, or followed with the label of their own folder. */
typedef enum DataLinks { DATA_LINKS_REFUSE = 0, DATA_LINKS_FOLLOW = 1 } DataLinks;

/* All classes of a set, or those with training images only (images of others are left out). */
typedef enum DataClasses { DATA_CLASSES_ALL = 0, DATA_CLASSES_PRESENT = 1 } DataClasses;

/*
 * What a set's digest is taken of. LISTING, names and sizes of an image folder's files with no
 * validation split of its own, is how studies of earlier versions knew their data.
 */
typedef enum DataIdentity { DATA_BY_CONTENTS = 0, DATA_BY_LISTING = 1 } DataIdentity;

/* Which set, and where. Strings are borrowed for the duration of the call. */
typedef struct DatasetSettings {
    const char *name;   /* a row's name, e.g. "cifar-10", or an image folder's under the roots */
    const char *path;   /* data.path or NAME=PATH: the set's folder or archive; NULL: look it up */
    const char *root;   /* --data-root: a folder of sets; NULL: the environment's ISOFLOP_DATA */
    BadImage bad_image; /* folders only */
    DataLinks links;    /* folders only */
    DataClasses classes;
    bool transpose; /* IDX only: rows become columns, as EMNIST's files need it */
    DataIdentity identity;
    int threads; /* for reading and decoding what the cache does not know yet; 0: one */
} DatasetSettings;

typedef struct Dataset Dataset;
typedef struct DatasetKind DatasetKind;
struct DatasetParts; /* what an opener hands back: data/source.h */

/*
 * Called by one thread now and then while images are read, with those done and all; false stops the
 * reading with ERR_INTERRUPTED.
 */
typedef bool (*DataProgress)(void *user, uint32_t done, uint32_t total);

/* One image as the source has it. Until dataset_image_size is asked, only the label is known. */
typedef struct DataSize {
    int height;
    int width;
} DataSize;

/* One kind of set. */
struct DatasetKind {
    const char *name;       /* value of data.name */
    const char *folder;     /* the folder's usual name under a root; NULL: needs none, or any */
    const char *archive;    /* its published archive, looked for beside the folder; NULL: none */
    const char *published;  /* where it is published, for people; never fetched by the program */
    const char *format;     /* one line for `isoflop list` */
    int resolution;         /* side of its images, 0 where they vary */
    uint32_t default_train; /* images used where a study names no size; 0: all that are left */
    uint32_t default_val;   /* 0: a tenth of train, at most 10000 */
    uint32_t default_test;  /* 0: all */
    bool takes_transpose;   /* data.transpose means something */
    bool is_demo;           /* verdicts on it are stamped DEMO */
    ErrCode (*open)(struct DatasetParts *parts, const DatasetKind *kind, const char *path,
                    const DatasetSettings *settings, Err *err);
};

/* All kinds, in the order of `isoflop list`; *n is their number. */
const DatasetKind *dataset_kinds(size_t *n);

/* The kind of that name, or NULL. */
const DatasetKind *dataset_kind_find(const char *name);

/*
 * name[n] of the set at a path: the kind whose usual folder or archive that is, else the path's
 * last part.
 */
void dataset_name_of_path(const char *path, char *name, size_t n);

/*
 * Finds and opens a set: checks sizes, labels and names, computes its digest.
 * A name that is no row of the table is an image folder of that name (or `path`), under the root or
 * where the program was started.
 * Errors: ERR_MISSING where nothing is found (one message: where it looked, where it is published)
 * or where a file is damaged (the file as given, down to the member, with offset and reason);
 * ERR_IO; ERR_MEMORY.
 */
ErrCode dataset_open(Dataset **out, const DatasetSettings *settings, Err *err) ERR_CHECKED;

const DatasetKind *dataset_kind(const Dataset *data);
const char *dataset_name(const Dataset *data);
/* Of the identity asked for, and of the contents whatever was asked for. */
const char *dataset_digest(const Dataset *data);
const char *dataset_contents(const Dataset *data);
/*
 * Appends what of this set differs from the contents of another digest, file by file, as far as the
 * cache remembers those; nothing where it does not. Errors: ERR_MEMORY.
 */
ErrCode dataset_changes(const Dataset *data, const char *contents, Text *out, Err *err) ERR_CHECKED;
uint32_t dataset_count(const Dataset *data, DataSplit split);
int dataset_n_classes(const Dataset *data);
const char *dataset_class_name(const Dataset *data, int label);
uint32_t dataset_n_skipped(const Dataset *data);
const char *dataset_skipped(const Dataset *data, uint32_t i);
/* Sentences a user should know of: where the splits come from, what was passed over, is empty. */
uint32_t dataset_n_notes(const Dataset *data);
const char *dataset_note(const Dataset *data, uint32_t i);

/* True where images are drawn at any size instead of resized. */
bool dataset_is_rendered(const Dataset *data);

/* One record. Thread-safe. dataset_render needs dataset_is_rendered. */
int dataset_label(const Dataset *data, DataSplit split, uint32_t index);
uint64_t dataset_key(const Dataset *data, DataSplit split, uint32_t index);
void dataset_describe(const Dataset *data, DataSplit split, uint32_t index, char *text, size_t n);
ErrCode dataset_image_size(const Dataset *data, DataSplit split, uint32_t index, DataSize *size,
                           Err *err) ERR_CHECKED;
ErrCode dataset_image_read(const Dataset *data, DataSplit split, uint32_t index, DataSize size,
                           uint8_t *rgb, Err *err) ERR_CHECKED;
void dataset_render(const Dataset *data, DataSplit split, uint32_t index, int resolution,
                    uint8_t *rgb);

/* Closes it; accepts NULL and clears the pointer. */
void dataset_close(Dataset **data);

#endif
