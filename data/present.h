/*
 * Classes without images: said in the notes, and, where the settings say so, left out.
 *
 * Private to data/dataset.c, which maps labels and indices through what is left.
 */
#ifndef DATA_PRESENT_H
#define DATA_PRESENT_H

#include "data/source.h"

typedef struct Present {
    int *label_of;                  /* of the source's label; NULL: labels are as they are */
    uint32_t *index[DATA_N_SPLITS]; /* the source's index of each image left; NULL: all are left */
} Present;

/*
 * Looks for classes without training or test images and adds notes that name them. Under
 * DATA_CLASSES_PRESENT those without training images go: `parts` counts and names what is left
 * afterwards, and its digests say so. Errors: ERR_DATA (fewer than two classes, or no test image
 * left), ERR_MEMORY.
 */
ErrCode present_find(Present *present, DatasetParts *parts, const DatasetSettings *settings,
                     Err *err) ERR_CHECKED;

void present_release(Present *present);

#endif
