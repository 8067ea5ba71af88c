/*
 * polytex: the embedded data set, rendered on the fly at any resolution.
 *
 * An image is one of five shapes (disc, ring, bar, triangle, cross) of random place, size, rotation
 * and colour, filled with one of two fine textures (stripes that run mainly across or mainly along
 * the picture), over a shaded background with clutter of varying strength: ten classes. The period
 * of the texture is log-uniform over 1.5 to 6 pixels of the base resolution (32), in relative
 * units, so the same picture can be drawn at any resolution: gratings are band-limited to what the
 * pixels can carry, edges are anti-aliased, and finer pictures show more of the textures, by and
 * by. It is constructed so that width, depth and resolution can matter; which of them does depends
 * on the length of training (docs/data.md has what was measured: width first, then resolution;
 * depth has not been seen to pay). It demonstrates the tool and says nothing about natural images.
 *
 * Everything is a function of (seed, split, index) by base/rng's RENDER stream, in + - * / and
 * sqrt.
 */
#ifndef DATA_POLYTEX_H
#define DATA_POLYTEX_H

#include "data/dataset.h"

enum {
    POLYTEX_BASE_RESOLUTION = 32,
    POLYTEX_N_SHAPES = 5,
    POLYTEX_N_TEXTURES = 2,
    POLYTEX_N_CLASSES = POLYTEX_N_SHAPES * POLYTEX_N_TEXTURES,
    POLYTEX_N_TRAIN = 50000,
    POLYTEX_N_TEST = 10000,
    POLYTEX_SEED = 1,     /* of the published set */
    POLYTEX_REVISION = 2, /* part of its digest: raise it when a pixel changes */
};

/* Class of an image: shape * 2 + texture. */
int polytex_label(uint32_t index);

/* rgb[resolution][resolution][3]. Serial, re-entrant, no allocation. */
void polytex_render(uint64_t seed, DataSplit split, uint32_t index, int resolution, uint8_t *rgb);

#endif
