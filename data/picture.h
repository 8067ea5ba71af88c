/*
 * data/picture.h: picture files that belong to no data set, as a network sees them.
 *
 * Any format of data/decode.h, turned upright. What is cut and resized is what image folders do
 * (data/imageset.h), so a picture of a set gives the pixels that it has there. Serial.
 */
#ifndef DATA_PICTURE_H
#define DATA_PICTURE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

/* Paths of pictures, in `arena` of the call that made them. */
typedef struct PictureList {
    const char **paths;
    size_t n;
} PictureList;

/*
 * Adds what `path` names: itself, or of a folder the files in it that are named like pictures,
 * bytewise by name, links followed; what is no file is left alone. Errors: ERR_DATA (a folder
 * without pictures), ERR_MISSING (nothing of that name, a link that leads nowhere), ERR_IO,
 * ERR_MEMORY.
 */
ErrCode picture_list_add(PictureList *list, const char *path, Arena *arena, Err *err) ERR_CHECKED;

/*
 * rgb[side][side][3]: the centred square of `center_crop` of the shorter side, in (0, 1], resized.
 * Errors: ERR_DATA (no picture, too large, damaged), ERR_IO, ERR_MEMORY.
 */
ErrCode picture_read(const char *path, int side, double center_crop, uint8_t *rgb,
                     Err *err) ERR_CHECKED;

#endif
