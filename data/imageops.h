/*
 * The image operations that augmentation policies are made of, on 8-bit RGB.
 *
 * They give Pillow 13's bytes (tests/golden/make_autoaugment.py): nearest neighbour in 16.16 fixed
 * point with black where nothing comes from, histograms a channel, blends in float that are cut,
 * not rounded. Which operations with which numbers is a policy's affair (data/autoaugment.h).
 * Serial and re-entrant.
 */
#ifndef DATA_IMAGEOPS_H
#define DATA_IMAGEOPS_H

#include "data/dataset.h"

/* What `value` means stands beside each. */
typedef enum ImageOp {
    IMAGEOP_SHEAR_X,      /* pixels to the right that row y takes its pixels from, over y */
    IMAGEOP_SHEAR_Y,      /* pixels below that column x takes its pixels from, over x */
    IMAGEOP_TRANSLATE_X,  /* whole pixels to the right */
    IMAGEOP_TRANSLATE_Y,  /* whole pixels down */
    IMAGEOP_ROTATE,       /* degrees, counter-clockwise, about the middle */
    IMAGEOP_BRIGHTNESS,   /* 0 is black, 1 the image, more is brighter */
    IMAGEOP_COLOR,        /* 0 is grey, 1 the image, more is more colourful */
    IMAGEOP_CONTRAST,     /* 0 is the mean grey, 1 the image */
    IMAGEOP_SHARPNESS,    /* 0 is smoothed by 3x3, 1 the image */
    IMAGEOP_POSTERIZE,    /* bits kept, 0..8 */
    IMAGEOP_SOLARIZE,     /* levels from it on are inverted */
    IMAGEOP_AUTOCONTRAST, /* unused: each channel is stretched to 0..255 */
    IMAGEOP_EQUALIZE,     /* unused: each channel's histogram is levelled */
    IMAGEOP_INVERT,       /* unused */
    IMAGEOP_COUNT,
} ImageOp;

/*
 * Changes pixels[height][width][3] in place. `spare` has room for as many bytes; sides are below
 * 32768, as 16.16 fixed point needs.
 */
void imageop_apply(uint8_t *pixels, DataSize size, ImageOp op, double value, uint8_t *spare);

#endif
