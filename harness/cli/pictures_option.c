/* harness/cli/pictures_option.c: the row, and the list that it begins. */
#include "harness/cli/pictures_option.h"

#include <stdio.h>

static const Option rows[] = {
    {.name = "images",
     .kind = OPTION_TEXT,
     .metavar = "PATH",
     .doc = "a picture, or a folder of pictures; further ones may follow"},
};

const OptionTable pictures_option = {rows, ARRAY_LEN(rows)};

ErrCode pictures_option_list(PictureList *list, const Call *call, const char *path, Arena *arena,
                             Err *err)
{
    TRY(picture_list_add(list, path, arena, err));
    for (size_t i = 0; i < call->n_args; i++)
        TRY(picture_list_add(list, call->args[i], arena, err));
fail:
    return err->code;
}

const char *pictures_option_class(const WeightOrigin *origin, int label,
                                  char number[TEXT_NUMBER_BYTES])
{
    (void)snprintf(number, TEXT_NUMBER_BYTES, "%d", label);
    return label < origin->n_classes ? origin->classes[label] : number;
}
