/*
 * What a kind of data set is, and the words that all of data/ uses: splits, sizes, settings.
 */
#ifndef DATA_DATASET_KIND_H
#define DATA_DATASET_KIND_H

#include "base/err.h"

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

#endif
