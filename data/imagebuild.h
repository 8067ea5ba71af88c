/*
 * How the images of a cache file are made: the records, and the pixels in the order of the records.
 * Private to data/; data/imageset.h is what others use. center_crop of the settings is resolved: in
 * (0, 1].
 */
#ifndef DATA_IMAGEBUILD_H
#define DATA_IMAGEBUILD_H

#include "data/imagesettings.h"
#include "data/split.h"

#include "base/file.h"
#include "base/hash.h"

/* One image of the file. Lies in the file as it is. */
typedef struct ImageRecord {
    uint64_t offset; /* of its first byte in the file */
    uint32_t index;  /* in its split of the source */
    uint32_t label;
    uint32_t height;
    uint32_t width;
} ImageRecord;

typedef struct ImageTable {
    ImageRecord *records; /* train, val, test */
    size_t n_records;
    size_t n_train; /* the first of them */
    size_t n_val;   /* the next */
} ImageTable;

/* Labels, sizes and offsets of all images. Asks the source for sizes only where they are kept. */
ErrCode image_table_init(ImageTable *table, const Dataset *data, const Split *split,
                         const ImageSetSettings *settings, Err *err) ERR_CHECKED;

/*
 * Renders, or decodes and resizes, every image on settings->threads threads and puts the pixels,
 * padded to a multiple of 8 bytes; *hash gets their digest. Of several bad images the first in
 * order is the one reported, whatever the number of threads.
 */
ErrCode image_table_write(const ImageTable *table, const Dataset *data,
                          const ImageSetSettings *settings, FileWriter *writer, Hash128 *hash,
                          Err *err) ERR_CHECKED;

void image_table_release(ImageTable *table);

#endif
