/*
 * A contact sheet: training images as augmentation leaves them, one row a class, as a PNG.
 *
 * Column i is the i-th image of its class in the training subset; a class with fewer images ends in
 * blanks. What is drawn is what training reads in the given epoch, its normalisation undone.
 */
#ifndef DATA_SHEET_H
#define DATA_SHEET_H

#include "data/augment.h"

typedef struct SheetSettings {
    int columns;      /* images a class, at least 1 */
    unsigned augment; /* AugmentOp bits; 0 none */
    AugmentKey key;
} SheetSettings;

enum { SHEET_MAX_ROWS = 100 }; /* further classes are left out */

/*
 * Writes it atomically; the same bytes for the same images and settings, on one libpng and zlib.
 * `images` must keep its sources where augmentation needs them. Errors: ERR_USAGE (too large a
 * picture; mixup, which is made in batches), ERR_IO, ERR_MEMORY.
 */
ErrCode sheet_write(const char *path, const ImageSet *images, const DataStats *stats,
                    const SheetSettings *settings, Err *err) ERR_CHECKED;

#endif
