/*
 * harness/pictureinput.h: from picture files to the input of a network with trained weights.
 *
 * Pictures are cut, resized and normalised as the images that the weights were trained on. Where
 * weights do not say how, with ImageNet's mean and deviation, and the central 0.875 of the shorter
 * side, which is near to what torchvision and timm do; weights that want another normalisation
 * (timm's with 0.5) are not told apart.
 */
#ifndef HARNESS_PICTUREINPUT_H
#define HARNESS_PICTUREINPUT_H

#include "base/err.h"
#include "data/imagestats.h"
#include "data/picture.h"
#include "weights/origin.h"

typedef struct PictureInput {
    int side; /* pixels */
    double center_crop;
    DataStats stats;
    int batch;     /* room for so many pictures */
    int n;         /* pictures read */
    uint8_t *rgb;  /* [batch][side][side][3]; owned */
    float *images; /* the same normalised; owned */
} PictureInput;

/* Room for a batch of so many pixels a side. ERR_MEMORY; release it in either case. */
ErrCode pictureinput_open(PictureInput *out, int side, int batch, const WeightOrigin *origin,
                          Err *err) ERR_CHECKED;

/*
 * Reads pictures from the `first` on, a batch or what is left. Errors: those of picture_read.
 */
ErrCode pictureinput_read(PictureInput *input, const PictureList *pictures, size_t first,
                          Err *err) ERR_CHECKED;

/* Accepts a zeroed struct. */
void pictureinput_release(PictureInput *input);

#endif
