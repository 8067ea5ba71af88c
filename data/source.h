/*
 * What a format of data sets implements, and what its opener hands back. Private to data/.
 *
 * Each format (polytex, cifar, idx, folder) has one opener, named in its DatasetKind row. It checks
 * everything it can before it returns, so that reading an image later can fail only for what only
 * decoding shows.
 */
#ifndef DATA_SOURCE_H
#define DATA_SOURCE_H

#include "data/dataset_kind.h"

#include "base/text.h"

/*
 * What a source format implements. `state` is the format's own; all reading functions may be called
 * from several threads at once.
 */
typedef struct DatasetOps {
    /* Pixels of the image, read from the header only. */
    ErrCode (*size)(const void *state, DataSplit split, uint32_t index, DataSize *size, Err *err);
    /* rgb[height][width][3]; `size` is what .size said. */
    ErrCode (*read)(const void *state, DataSplit split, uint32_t index, DataSize size, uint8_t *rgb,
                    Err *err);
    /* XXH3-64 (seed 0) of what identifies the record; the rule of data/split.h. */
    uint64_t (*key)(const void *state, DataSplit split, uint32_t index);
    int (*label)(const void *state, DataSplit split, uint32_t index);
    /*
     * Only for sets that are rendered rather than stored: draws the image at any size. NULL
     * otherwise.
     */
    void (*render)(const void *state, DataSplit split, uint32_t index, int resolution,
                   uint8_t *rgb);
    /*
     * Name of a record for messages and `isoflop data`: a path or "train 17". Writes at most n
     * bytes.
     */
    void (*describe)(const void *state, DataSplit split, uint32_t index, char *text, size_t n);
    /* What dataset_changes says; NULL: nothing. */
    ErrCode (*changes)(const void *state, const char *name, const char *contents, Text *out,
                       Err *err);
    void (*destroy)(void *state);
} DatasetOps;

/* What an opener hands back: a filled descriptor that owns `state`. */
typedef struct DatasetParts {
    const DatasetOps *ops;
    void *state;
    uint32_t count[DATA_N_SPLITS];
    int n_classes;
    char **class_names;              /* n_classes names, owned */
    char digest[DATA_DIGEST_CHARS];  /* of the contents, never of place or time */
    char listing[DATA_DIGEST_CHARS]; /* of DATA_BY_LISTING; "": there is only one identity */
    uint32_t n_skipped;              /* images left out under bad_image: skip */
    char **skipped;                  /* their paths with the reason, owned */
    uint32_t n_notes;                /* for people, see dataset_note */
    size_t note_room;
    char **notes; /* owned */
} DatasetParts;

/* Adds a sentence to the notes. Errors: ERR_MEMORY. */
ErrCode source_note(DatasetParts *parts, Err *err, const char *format, ...)
    ERR_PRINTF(3, 4) ERR_CHECKED;

/* Names such as "class 17" for a set that brings none. Errors: ERR_MEMORY. */
ErrCode source_number_classes(DatasetParts *parts, int n_classes, Err *err) ERR_CHECKED;

/*
 * Takes one name a line from the text of a file, at least n_classes of them; surplus empty lines
 * are fine. `path` names it in messages. Errors: ERR_DATA (too few, not UTF-8), ERR_MEMORY.
 */
ErrCode source_read_class_names(DatasetParts *parts, const char *path, const char *text,
                                size_t n_bytes, int n_classes, Err *err) ERR_CHECKED;

/* Frees what parts own, state included; safe on zeroed and half-built ones. */
void source_release(DatasetParts *parts);

/* The openers, one a format. */
ErrCode polytex_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                     const DatasetSettings *settings, Err *err) ERR_CHECKED;
ErrCode idx_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                 const DatasetSettings *settings, Err *err) ERR_CHECKED;
ErrCode folder_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                    const DatasetSettings *settings, Err *err) ERR_CHECKED;
ErrCode cifar_open(DatasetParts *parts, const DatasetKind *kind, const char *path,
                   const DatasetSettings *settings, Err *err) ERR_CHECKED;

#endif
