/*
 * data/overlay.h: a map of numbers laid over a picture, with its scale, as a PNG.
 *
 * The picture is drawn grey and large enough to look at, the map over it in the colours of
 * "inferno" (Smith and van der Walt, for matplotlib; CC0), which are perceptually even and keep
 * their order in grey and for the colour-blind. Beside it stands the scale with its ends. The
 * picture is enlarged by the least whole number that makes it 224 pixels or more; scale and numbers
 * add 102 to its width.
 */
#ifndef DATA_OVERLAY_H
#define DATA_OVERLAY_H

#include "base/err.h"

#include <stdint.h>

typedef struct Overlay {
    const uint8_t *rgb; /* [side][side][3] */
    int side;
    const float *map; /* [map_side][map_side], finite; each value is of its share of the picture */
    int map_side;
    double low, high; /* ends of the scale; what lies beyond has their colour */
} Overlay;

/* What is drawn of a map at a pixel of a picture of that side: linear between its values. */
double overlay_map_at(const float *map, int map_side, int y, int x, int side);

/* Writes it atomically. Errors: ERR_IO, ERR_MEMORY. */
ErrCode overlay_write(const char *path, const Overlay *overlay, Err *err) ERR_CHECKED;

#endif
