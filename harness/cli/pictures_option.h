/* harness/cli/pictures_option.h: --images and the pictures behind it, for commands that look at
 * them. */
#ifndef HARNESS_CLI_PICTURES_OPTION_H
#define HARNESS_CLI_PICTURES_OPTION_H

#include "harness/cli/command.h"

#include "data/picture.h"
#include "weights/origin.h"

/* --images: PATH; further pictures are the call's arguments. */
#define PICTURES_MAX_ARGS 4096

extern const OptionTable pictures_option; /* of a const char *, NULL: not given */

/* The pictures of --images and of the arguments. Errors: those of picture_list_add. */
ErrCode pictures_option_list(PictureList *list, const Call *call, const char *path, Arena *arena,
                             Err *err) ERR_CHECKED;

/* A class's name, or its number, put into `number`, where the weights do not say their classes. */
const char *pictures_option_class(const WeightOrigin *origin, int label,
                                  char number[TEXT_NUMBER_BYTES]);

#endif
