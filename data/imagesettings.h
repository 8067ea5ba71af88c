/*
 * What decides how the images of a study are prepared: for data/imageset.h, which says what becomes
 * of them, and for what makes them.
 */
#ifndef DATA_IMAGESETTINGS_H
#define DATA_IMAGESETTINGS_H

#include "data/dataset.h"

#include <stdbool.h>

typedef struct ImageSetSettings {
    int resolution;         /* side of the square images, 1..65536 */
    bool keep_train_source; /* train keeps its native size, for random resized crops */
    double center_crop; /* share of the shorter side that is kept, (0, 1]; 0: 1. Not for rendered
                           sets, nor for train where it keeps its source */
    int threads;        /* for rendering, decoding, resizing; does not change a byte */
    const char *fallback_dir; /* cache directory of last resort (the study's); NULL: "." */
    DataProgress progress;    /* NULL: nobody listens */
    void *progress_user;
} ImageSetSettings;

#endif
