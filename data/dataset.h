/*
 * Data sets: where they are found, what they contain, and how one image of them is read.
 *
 * A Dataset is a source: splits (train, test and perhaps validation, as published) of labelled
 * 8-bit RGB images in their native size, in file order. It holds no pixels beyond what its format
 * forces it to; the images of a study are copied once, resized, into an ImageSet (data/imageset.h),
 * and training reads only that.
 *
 * Every kind of set is one row of a table (data/dataset_kind.h): lookup, documentation, `isoflop
 * list` and opening all read it. Adding a format is one file with one row.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "data/dataset_kind.h"

#include "base/text.h"

typedef struct Dataset Dataset;

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
