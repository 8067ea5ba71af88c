/* tests/data/folderfixture.h: an image folder "set" of a few pictures, for the tests of folders. */
#ifndef TESTS_DATA_FOLDERFIXTURE_H
#define TESTS_DATA_FOLDERFIXTURE_H

#include "tests/data/datafixture.h"

#include "base/err.h"
#include "data/dataset.h"

#include <stdbool.h>
#include <stdint.h>

/* A PNG of one colour, w x h, at most 64 x 64. */
void folderfixture_png(const char *name, int w, int h, uint8_t grey);

/* Gives a file other contents of the same size. */
void folderfixture_flip(const char *name);

/* Makes "set" anew: two classes, four training and two other pictures, files that are none. */
void folderfixture_make(void);

/* Opens it; *err is cleared first. With other settings: they get name, path and threads. */
ErrCode folderfixture_open(Dataset **data, BadImage bad_image, int threads, Err *err);
ErrCode folderfixture_open_with(Dataset **data, DatasetSettings settings, Err *err);

/* Whether a note of the set contains both texts. */
bool folderfixture_has_note(const Dataset *data, const char *text, const char *also);

/* Splits and decodes it, at 8 pixels; *err is cleared first. */
ErrCode folderfixture_build(const Dataset *data, int threads, Err *err);

#endif
