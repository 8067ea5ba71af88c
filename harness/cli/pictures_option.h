/* harness/cli/pictures_option.h: --images PATH and the pictures behind it. */
#ifndef HARNESS_CLI_PICTURES_OPTION_H
#define HARNESS_CLI_PICTURES_OPTION_H

#include "harness/cli/command.h"

#include "data/picture.h"
#include "weights/origin.h"

enum { PICTURES_MAX_ARGS = 4096 }; /* pictures and folders behind --images PATH */

/* --images, a const char *, NULL where it is not given; further paths are the call's arguments. */
extern const OptionTable pictures_option;

/* The pictures of --images and of the arguments. Errors: those of picture_list_add. */
ErrCode pictures_option_list(PictureList *list, const Call *call, const char *path, Arena *arena,
                             Err *err) ERR_CHECKED;

/* A class's name, or its number, put into `number`, where the weights do not say their classes. */
const char *pictures_option_class(const WeightOrigin *origin, int label,
                                  char number[TEXT_NUMBER_BYTES]);

#endif
