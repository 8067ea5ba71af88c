/*
 * tests/harness/pictureset.h: a small image folder whose names end in .png, as in the first
 * release, and whose pictures are of one pixel.
 */
#ifndef TESTS_HARNESS_PICTURESET_H
#define TESTS_HARNESS_PICTURESET_H

#include <stdint.h>

/* A picture of that grey at a path, whose folder is made. Fails the test where it cannot. */
void pictureset_put_one(const char *path, uint8_t grey);

/* Two classes: three training images, two of test, each of another grey. */
void pictureset_put(const char *folder);

#endif
