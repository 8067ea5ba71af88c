/*
 * EXIF orientation: which way up an image file says it is, and turning pixels upright.
 *
 * Only the orientation tag of the first directory is read; anything that makes no sense counts as
 * upright, since a picture is more useful than a complaint about its camera.
 * Source: EXIF 2.32, tag 0x0112; the eXIf chunk of the PNG extensions 1.5; WebP's container format.
 */
#ifndef DATA_EXIF_H
#define DATA_EXIF_H

#include "data/dataset.h"

#define EXIF_UPRIGHT 1 /* as stored */

/* Orientation 1 to 8 of a whole file in memory. */
int exif_jpeg_orientation(const uint8_t *bytes, size_t n_bytes);
int exif_png_orientation(const uint8_t *bytes, size_t n_bytes);
int exif_webp_orientation(const uint8_t *bytes, size_t n_bytes);

/* The value of the tag itself: what is not 1 to 8 counts as upright. */
int exif_orientation_of(unsigned tag);

/* Size of the upright image: sides change places for orientations 5 to 8. */
DataSize exif_upright_size(DataSize stored, int orientation);

/* out[upright size][3] = in[stored][3] turned upright; the buffers must not overlap. */
void exif_turn_upright(uint8_t *out, const uint8_t *in, DataSize stored, int orientation);

#endif
